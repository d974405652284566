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
Ints = NDArray[np.int64]


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
        place, turn, said, before: of each exchange, its session's place in ``numbers``, its therapist turn, and the rows in
            ``texts`` of that turn and of the client's before it (where there is none, the row behind the last).
        fixed: what does not depend on the later turn: contribution, marker, shorter, about_you, length; one row an exchange.
    """

    numbers: tuple[int, ...]
    sessions: tuple[Session, ...]
    codings: tuple[Coding, ...]
    exchanges: tuple[Exchange, ...]
    texts: Texts
    first: dict[int, int]
    place: Ints
    turn: Ints
    said: Ints
    before: Ints
    fixed: Floats

    def row(self, session: int, turn: int) -> int:
        """Row of a turn in ``texts``."""
        return self.first[session] + turn


def index_case(case: Sequence[tuple[int, Session, Coding]]) -> Earlier:
    """Index the talk of a case; ``case`` in order of session."""
    first: dict[int, int] = {}
    texts: list[str] = []
    exchanges: list[Exchange] = []
    fixed: list[list[float]] = []
    places: list[tuple[int, int, int]] = []
    for at, (number, session, coding) in enumerate(case):
        first[number] = len(texts)
        texts += [turn.text for turn in session.turns]
        client = [turn.role.strains for turn in session.turns]
        words = [len(turn.text.split()) for turn in session.turns]
        lengths = [n for n, own in zip(words, client, strict=True) if own]
        usual = float(median(lengths)) if lengths else 1.0
        for turn in session.turns:
            if turn.role.helps:
                i = turn.index
                exchange = Exchange(number, i, _client(client, i, -1), _client(client, i, 1))
                exchanges.append(exchange)
                fixed.append(_fixed(session, coding, exchange, usual, words))
                places.append((at, i, -1 if exchange.before is None else first[number] + exchange.before))
    place, turns, before = np.array(places, dtype=np.int64).reshape(len(places), 3).T
    begin = np.array([first[number] for number, _, _ in case], dtype=np.int64)
    return Earlier(
        numbers=tuple(n for n, _, _ in case),
        sessions=tuple(s for _, s, _ in case),
        codings=tuple(c for _, _, c in case),
        exchanges=tuple(exchanges),
        texts=index_texts(texts),
        first=first,
        place=place,
        turn=turns,
        said=begin[place] + turns,
        before=np.where(before < 0, len(texts), before),
        fixed=np.array(fixed, dtype=np.float64).reshape(len(exchanges), 5),
    )


def fits(earlier: Earlier, number: int, turn: int) -> tuple[Ints, Floats]:
    """Candidates for a later turn, as indices into ``exchanges``, and their features; shape (candidates, ``FEATURES``)."""
    at = earlier.numbers.index(number)
    here = np.flatnonzero(
        (earlier.place < at) | ((earlier.place == at) & (earlier.turn <= turn - APART))
    ).astype(np.int64)
    if not len(here):
        return here, np.zeros((0, len(FEATURES)))
    said, before = earlier.said[here], earlier.before[here]
    words, near = _against(earlier, [earlier.row(number, turn)])
    session = earlier.sessions[at]
    follow = [earlier.row(number, i) for i in range(turn + 1, min(turn + 1 + RECAP, len(session)))]
    recap_words, recap_near = _against(earlier, follow)
    fit = when(session.turns[turn].text)
    back = at - earlier.place[here]
    fit_back = np.array([fit(b, at) for b in range(at + 1)])
    columns = [
        words[said], words[before], near[said], near[before],
        recap_words[said], recap_words[before], np.maximum(recap_near[said], recap_near[before]),
    ]  # fmt: skip
    return here, np.column_stack(
        [
            *(_relative(c) for c in columns),
            earlier.fixed[here],
            fit_back[back],
            (back == 0).astype(float),
        ]
    )


def _against(earlier: Earlier, queries: Sequence[int]) -> tuple[Floats, Floats]:
    """Shared words and nearness of every turn with these turns, and a 0 at the end for "no turn"."""
    return np.append(shared(earlier.texts, queries), 0.0), np.append(nearness(earlier.texts, queries), 0.0)


def _relative(values: Floats) -> Floats:
    """As a share of the best candidate's value."""
    best = float(values.max())
    return values / best if best > 0 else values


def _client(client: Sequence[bool], turn: int, step: int) -> int | None:
    """The nearest client turn among the two on one side."""
    for i in (turn + step, turn + 2 * step):
        if 0 <= i < len(client) and client[i]:
            return i
    return None


def _fixed(
    session: Session, coding: Coding, exchange: Exchange, usual: float, words: Sequence[int]
) -> list[float]:
    text = session.turns[exchange.said].text
    marker = shorter = 0.0
    if exchange.after is not None:
        marker = coding.turns[exchange.after].p_rupture or 0.0
        shorter = max(0.0, 1 - words[exchange.after] / max(1.0, usual))
    lower = text.lower()
    yours = 0
    if "you" in lower:
        parts = lower.replace("?", "?|").replace(".", ".|").split("|")
        statements = [f" {part} " for part in parts if "you" in part and not part.strip().endswith("?")]
        yours = sum(part.count(w) for part in statements for w in (" you ", " you'", " your ", " yourself"))
    return [
        coding.turns[exchange.said].p_contribution or 0.0,
        marker,
        shorter,
        min(1.0, yours / 3),
        min(1.0, words[exchange.said] / LENGTHY),
    ]
