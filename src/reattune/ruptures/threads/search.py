"""Find the client turns of a case that go back to an earlier strain, and rank the earlier turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reattune.record import Coding, Session, ThreadLink, TurnRef
from reattune.ruptures.threads.disclosure import Disclosure, find_disclosures
from reattune.ruptures.threads.exchanges import FEATURES, Earlier, fits, index_case
from reattune.ruptures.threads.thread import Thread
from reattune.ruptures.threads.weights import Weights, load_weights
from reattune.ruptures.threads.why import reasons

LINKS = 8
"""Earlier turns that are offered, at most."""
OMISSION = 0.5
"""From this probability on, it is called an omission: of each exchange the client's turn comes before the answer to it."""
PERHAPS = 0.2
"""Below this probability of an omission only therapist turns are offered."""


def find_threads(
    sessions: Sequence[tuple[int, Session, Coding]],
    *,
    only: int | None = None,
    at_least: float | None = None,
    weights: Weights | None = None,
) -> list[Thread]:
    """Client turns that go back to an earlier moment with strain, each with the earlier turns it may mean.

    Args:
        sessions: number, session and coding of each session with a transcript, in any order; numbers may have gaps.
        only: number of the session whose turns are looked at; None for all.
        at_least: score (0-1) from which a turn counts; None for the shipped threshold. Below it a turn is a candidate only, for
            whoever knows from elsewhere that a strain is spoken of in that session.
        weights: None for the shipped ones; others are for measuring.

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
        for one in find_disclosures(session, coding, at_least, weights)
    ]
    if not found:
        return []
    earlier = index_case(case)
    threads = [_thread(earlier, number, one, weights or load_weights()) for number, one in found]
    return [thread for thread in threads if thread.links]


def _thread(earlier: Earlier, number: int, one: Disclosure, weights: Weights) -> Thread:
    omission = one.omission >= OMISSION
    links = rank(earlier, TurnRef(number, one.turn), one.omission, weights)
    return Thread(
        disclosed=TurnRef(number, one.turn),
        omission=omission,
        links=links,
        score=round(one.score, 4),
        why=reasons(earlier, number, one, links, omission=omission),
    )


def rank(earlier: Earlier, later: TurnRef, omission: float, weights: Weights) -> tuple[ThreadLink, ...]:
    """The earlier turns that a later one may mean, best first.

    Every candidate is an exchange: a therapist turn and the client turn before it. Its belief goes to the therapist turn where
    something was *said*, and to the client turn where it went unanswered, in the proportion of ``omission``.
    """
    here, values = fits(earlier, later.session, later.turn or 0)
    if not len(here):
        return ()
    total = values @ np.array([weights.ranking[name] for name in FEATURES])
    belief = np.exp(total - total.max())
    belief /= belief.sum()
    unanswered = omission if omission >= PERHAPS else 0.0
    shares: dict[TurnRef, float] = {}
    for place in np.argsort(-belief, kind="stable")[: 2 * LINKS]:
        exchange, share = earlier.exchanges[here[place]], float(belief[place])
        told = unanswered if exchange.before is not None else 0.0
        for turn, part in ((exchange.said, 1 - told), (exchange.before, told)):
            if turn is not None and part > 0:
                ref = TurnRef(exchange.session, turn)
                shares[ref] = shares.get(ref, 0.0) + share * part
    best = sorted(shares, key=lambda ref: (-shares[ref], ref))[:LINKS]
    return tuple(ThreadLink(ref, round(shares[ref], 4)) for ref in best)
