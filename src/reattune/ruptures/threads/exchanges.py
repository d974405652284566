"""The earlier moments of a case, one for each therapist turn, and how well each fits a later client turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from reattune.record import Coding, Session
from reattune.ruptures.threads.cues import when
from reattune.ruptures.threads.words import Texts, index_texts, nearness, shared

FEATURES = (
    "words_said", "words_before", "near_said", "near_before", "recap_said", "recap_before", "recap_near",
    "contribution", "marker", "shorter", "about_you", "length", "when", "same_session",
)  # fmt: skip
"""Shared words and nearness of meaning between the later turn and what the therapist said, and what the client had said before;
the same with the talk that follows the later turn (``recap``: the therapist often recalls the moment there); the coder's
contribution and marker; an answer shorter than usual; a statement about the client; length; fit with what is said of *when*."""
APART = 6
"""Within one session the earlier turn lies at least this many turns before."""
RECAP = 6
"""How many turns after the later one are read for what they recall of the earlier moment."""
LENGTHY = 60
"""Words from which a therapist turn counts as fully long."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the client said, what the therapist answered, what the client said then: turn indices, None at the edges."""

    session: int
    said: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Earlier:
    """A case's talk, indexed once and searched as often as wanted.

    Attributes:
        numbers: the sessions' numbers, in order.
        sessions, codings: in the same order.
        exchanges: all of the case, in order.
        texts: every turn, session after session; ``first[n]`` is where session ``n`` begins.
    """

    numbers: tuple[int, ...]
    sessions: tuple[Session, ...]
    codings: tuple[Coding, ...]
    exchanges: tuple[Exchange, ...]
    texts: Texts
    first: dict[int, int]
    fixed: Floats
    """What does not depend on the later turn: contribution, marker, shorter, about_you, length; one row an exchange."""

    def row(self, session: int, turn: int) -> int:
        """Row of a turn in ``texts``."""
        return self.first[session] + turn


def index_case(case: Sequence[tuple[int, Session, Coding]]) -> Earlier:
    """Index the talk of a case; ``case`` in order of session."""
    first: dict[int, int] = {}
    texts: list[str] = []
    exchanges: list[Exchange] = []
    fixed: list[list[float]] = []
    for number, session, coding in case:
        first[number] = len(texts)
        texts += [turn.text for turn in session.turns]
        lengths = [len(t.text.split()) for t in session.turns if t.role.strains]
        usual = float(median(lengths)) if lengths else 1.0
        for turn in session.turns:
            if turn.role.helps:
                exchange = Exchange(
                    number, turn.index, _client(session, turn.index, -1), _client(session, turn.index, 1)
                )
                exchanges.append(exchange)
                fixed.append(_fixed(session, coding, exchange, usual))
    return Earlier(
        numbers=tuple(n for n, _, _ in case),
        sessions=tuple(s for _, s, _ in case),
        codings=tuple(c for _, _, c in case),
        exchanges=tuple(exchanges),
        texts=index_texts(texts),
        first=first,
        fixed=np.array(fixed, dtype=np.float64).reshape(len(exchanges), 5),
    )


def fits(earlier: Earlier, number: int, turn: int) -> tuple[list[int], Floats]:
    """Candidates for a later turn, as indices into ``exchanges``, and their features; shape (candidates, ``FEATURES``)."""
    at = earlier.numbers.index(number)
    here = [
        i
        for i, e in enumerate(earlier.exchanges)
        if e.session < number or (e.session == number and e.said <= turn - APART)
    ]
    if not here:
        return [], np.zeros((0, len(FEATURES)))
    said, before = _rows(earlier, here)
    words, near = _against(earlier, [earlier.row(number, turn)])
    follow = [
        earlier.row(number, i) for i in range(turn + 1, min(turn + 1 + RECAP, len(earlier.sessions[at])))
    ]
    recap_words, recap_near = _against(earlier, follow)
    session = earlier.sessions[at]
    fit = when(session.turns[turn].text)
    back = np.array([at - earlier.numbers.index(earlier.exchanges[i].session) for i in here])
    columns = [
        words[said], words[before], near[said], near[before],
        recap_words[said], recap_words[before], np.maximum(recap_near[said], recap_near[before]),
    ]  # fmt: skip
    return here, np.column_stack(
        [
            *(_relative(c) for c in columns),
            earlier.fixed[here],
            [fit(int(b), at) for b in back],
            (back == 0).astype(float),
        ]
    )


def _rows(earlier: Earlier, here: list[int]) -> tuple[list[int], list[int]]:
    """Rows in ``texts`` of what was said and of what came before; the row behind the last (always 0) where there is no turn."""
    none = len(earlier.texts)
    found = [earlier.exchanges[i] for i in here]
    said = [earlier.row(e.session, e.said) for e in found]
    return said, [none if e.before is None else earlier.row(e.session, e.before) for e in found]


def _against(earlier: Earlier, queries: Sequence[int]) -> tuple[Floats, Floats]:
    """Shared words and nearness of every turn with these turns, and a 0 at the end for "no turn"."""
    return np.append(shared(earlier.texts, queries), 0.0), np.append(nearness(earlier.texts, queries), 0.0)


def _relative(values: Floats) -> Floats:
    """As a share of the best candidate's value."""
    best = float(values.max())
    return values / best if best > 0 else values


def _client(session: Session, turn: int, step: int) -> int | None:
    """The nearest client turn among the two on one side."""
    for i in (turn + step, turn + 2 * step):
        if 0 <= i < len(session) and session.turns[i].role.strains:
            return i
    return None


def _fixed(session: Session, coding: Coding, exchange: Exchange, usual: float) -> list[float]:
    text = session.turns[exchange.said].text
    marker = shorter = 0.0
    if exchange.after is not None:
        marker = coding.turns[exchange.after].p_rupture or 0.0
        answer = len(session.turns[exchange.after].text.split())
        shorter = max(0.0, 1 - answer / max(1.0, usual))
    statements = [
        s for s in text.replace("?", "?|").replace(".", ".|").split("|") if not s.strip().endswith("?")
    ]
    yours = sum(
        f" {s.lower()} ".count(w) for s in statements for w in (" you ", " you'", " your ", " yourself")
    )
    return [
        coding.turns[exchange.said].p_contribution or 0.0,
        marker,
        shorter,
        min(1.0, yours / 3),
        min(1.0, len(text.split()) / LENGTHY),
    ]
