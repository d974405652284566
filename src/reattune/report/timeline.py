"""Geometry of the session's timeline: rows of bars along a time or turn axis, in percent of any width."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import median

from reattune.record import Session, Turn
from reattune.report.words import clock, number

PER_ROW = 150
"""Turns in a row at most; a longer session goes on in the next row."""

_TICKS = 6
_STEPS_MS = tuple(1000 * s for s in (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600))
_STEPS_TURNS = (1, 2, 5, 10, 20, 25, 50)
_NARROWEST = 0.25
_LONGEST = 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One turn: its index, where it begins and how wide it is, in percent of the row."""

    turn: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Span:
    """One strain, or its part in this row; ``number`` counts from 1, ``opens`` says that it begins here."""

    number: int
    x: float
    width: float
    opens: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the timeline; ``first`` and ``last`` are turn indices."""

    first: int
    last: int
    bars: tuple[Bar, ...]
    spans: tuple[Span, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows, and whether the axis is time (else the length of what was said)."""

    timed: bool
    rows: tuple[Row, ...]


def lay_out(session: Session, spans: list[tuple[int, int]]) -> Timeline:
    """Place every turn and every span (first and last turn) of a session."""
    turns = session.turns
    if not turns:
        return Timeline(False, ())
    timed = _has_clock(turns)
    edges = _times(turns) if timed else _lengths(turns)
    rows = ceil(len(turns) / PER_ROW)
    size = ceil(len(turns) / rows)
    firsts = range(0, len(turns), size)
    return Timeline(
        timed,
        tuple(_row(edges, first, min(first + size, len(turns)) - 1, spans, timed) for first in firsts),
    )


def _has_clock(turns: tuple[Turn, ...]) -> bool:
    starts = [turn.start_ms for turn in turns if turn.start_ms is not None]
    return len(starts) == len(turns) and starts == sorted(starts) and starts[-1] > starts[0]


def _times(turns: tuple[Turn, ...]) -> list[tuple[float, float]]:
    """Begin and end of each turn in ms; a turn without an end lasts until the next."""
    begins = [float(turn.start_ms or 0) for turn in turns]
    nexts = [*begins[1:], begins[-1] + (begins[-1] - begins[0]) / len(begins)]
    ends = [
        float(turn.end_ms) if turn.end_ms is not None and turn.end_ms > begin else after
        for turn, begin, after in zip(turns, begins, nexts, strict=True)
    ]
    return list(zip(begins, ends, strict=True))


def _lengths(turns: tuple[Turn, ...]) -> list[tuple[float, float]]:
    """Begin and end of each turn along all that was said; one very long turn does not squash the others."""
    sizes = [12.0 + len(turn.text) for turn in turns]
    longest = _LONGEST * median(sizes)
    edges, at = [], 0.0
    for size in sizes:
        edges.append((at, at + min(size, longest)))
        at = edges[-1][1]
    return edges


def _row(
    edges: list[tuple[float, float]], first: int, last: int, spans: list[tuple[int, int]], timed: bool
) -> Row:
    left = edges[first][0]
    right = max(end for _, end in edges[first : last + 1])
    if last + 1 < len(edges):
        right = max(edges[last + 1][0], edges[last][0] + 1)
    scale = 100 / max(right - left, 1)

    def place(begin: float, end: float) -> tuple[float, float]:
        x = min(max((begin - left) * scale, 0), 100)
        wide = min(max((end - left) * scale, 0), 100) - x
        wide = max(wide, _NARROWEST)
        return round(min(x, 100 - wide), 3), round(wide, 3)

    bars = tuple(Bar(i, *place(*edges[i])) for i in range(first, last + 1))
    inside = []
    for n, (start, end) in enumerate(spans, 1):
        if end < first or start > last:
            continue
        from_, to = max(start, first), min(end, last)
        end_at = max(edge for _, edge in edges[from_ : to + 1])
        inside.append(Span(n, *place(edges[from_][0], end_at), opens=start >= first))
    ticks = _time_ticks(left, right) if timed else _turn_ticks(first, last, bars)
    return Row(first, last, bars, tuple(inside), ticks)


def _time_ticks(left: float, right: float) -> tuple[Tick, ...]:
    hours = 3_600_000 * ceil((right - left) / _TICKS / 3_600_000)
    step = next((s for s in _STEPS_MS if (right - left) / s <= _TICKS), hours)
    at = ceil(left / step) * step
    ticks = []
    while at <= right:
        ticks.append(Tick(round(100 * (at - left) / max(right - left, 1), 3), clock(int(at))))
        at += step
    return tuple(ticks)


def _turn_ticks(first: int, last: int, bars: tuple[Bar, ...]) -> tuple[Tick, ...]:
    step = next((s for s in _STEPS_TURNS if (last - first) / s <= _TICKS), _STEPS_TURNS[-1])
    return tuple(Tick(bar.x, str(number(bar.turn))) for bar in bars if number(bar.turn) % step == 0)
