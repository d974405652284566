"""Find the client turns of a case that go back to an earlier strain, and rank the earlier turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reattune.record import Coding, Session, ThreadLink, TurnRef
from reattune.ruptures.threads.disclosure import Disclosure, find_disclosures
from reattune.ruptures.threads.exchanges import FEATURES, Earlier, fits, index_case
from reattune.ruptures.threads.thread import Thread
from reattune.ruptures.threads.weights import load_weights
from reattune.ruptures.threads.why import reasons

LINKS = 8
"""Earlier turns that are offered, at most."""
OMISSION = 0.5
"""From this probability on, the links begin with client turns that went unanswered."""


def find_threads(
    sessions: Sequence[tuple[int, Session, Coding]], *, only: int | None = None, at_least: float | None = None
) -> list[Thread]:
    """Client turns that go back to an earlier moment with strain, each with the earlier turns it may mean.

    Args:
        sessions: number, session and coding of each session with a transcript, in any order; numbers may have gaps.
        only: number of the session whose turns are looked at; None for all.
        at_least: score (0-1) from which a turn counts; None for the shipped threshold. Below it a turn is a candidate only, for
            whoever knows from elsewhere that a strain is spoken of in that session.

    Returns:
        In order of the later turn; empty where no client goes back to anything with strain.

    Raises:
        ModelError: the word table in the package is missing or damaged.
    """
    case = sorted(sessions, key=lambda s: s[0])
    found = [
        (number, one)
        for number, session, coding in case
        if only in (None, number)
        for one in find_disclosures(session, coding, at_least)
    ]
    if not found:
        return []
    earlier = index_case(case)
    threads = [_thread(earlier, number, one) for number, one in found]
    return [thread for thread in threads if thread.links]


def _thread(earlier: Earlier, number: int, one: Disclosure) -> Thread:
    omission = one.omission >= OMISSION
    links = rank(earlier, number, one.turn, omission=omission)
    return Thread(
        disclosed=TurnRef(number, one.turn),
        omission=omission,
        links=links,
        score=round(one.score, 4),
        why=reasons(earlier, number, one, links, omission=omission),
    )


def rank(earlier: Earlier, number: int, turn: int, *, omission: bool) -> tuple[ThreadLink, ...]:
    """The earlier turns that a later one may mean, best first.

    An omission is a client turn and the answer that passed it over; the client turns come first, the answer to the
    first of them second.
    """
    here, values = fits(earlier, number, turn)
    if not here:
        return ()
    weights = load_weights().ranking
    total = values @ np.array([weights[name] for name in FEATURES])
    belief = np.exp(total - total.max())
    belief /= belief.sum()
    links: dict[TurnRef, float] = {}
    for place in np.argsort(-belief, kind="stable"):
        exchange = earlier.exchanges[here[place]]
        share = float(belief[place])
        said = TurnRef(exchange.session, exchange.said)
        if omission and exchange.before is not None:
            first = not links
            links.setdefault(TurnRef(exchange.session, exchange.before), share / 2 if first else share)
            if first:
                links[said] = share / 2
        elif not omission:
            links[said] = share
        if len(links) >= LINKS:
            break
    return tuple(ThreadLink(to, round(share, 4)) for to, share in links.items())
