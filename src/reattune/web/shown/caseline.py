"""A case on one time line: sessions, ratings, strains, check-ins and the frame, placed in pixels; and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - the fields below are called date
from typing import Any

from reattune.record import Attendance, CheckIn, FrameEvent, RuptureStatus
from reattune.report.ledgerview import STATUS_WORDS
from reattune.report.ratings import words as rated
from reattune.report.ratings.figure import Figure
from reattune.report.words import chance, count

WIDTH = 900
"""Pixels that the line takes where the sessions leave room; more sessions make it longer, and it scrolls."""
NARROWEST, WIDEST = 28, 150
"""Least and greatest width of a session's column, in pixels: a finger has to find it."""
LEFT, RIGHT = 72, 84
"""Room for the scale on the left and for names at the lines' ends on the right."""
SESSIONS_AT = 34
NAME = 14
"""Pixels between the names of two raters."""
PANEL, STRIP, LANE, TITLE = 104, 34, 34, 20
"""Heights: the scores, the chances below them, one strain, the heading of a part."""
STANDS = tuple(STATUS_WORDS)
SETTLED = (RuptureStatus.REPAIRED, RuptureStatus.LOST, RuptureStatus.REFERRED)
_WHO = {"therapist": "therapist", "client": "client"}


@dataclass(frozen=True, slots=True)
class Met:
    """One appointment, as much of it as the line shows. ``state`` is "analysed", "transcript" (waiting) or "" (no words)."""

    number: int
    date: Date | None = None
    attendance: Attendance = Attendance.HELD
    state: str = ""

    @property
    def told(self) -> str:
        """What there is, in words."""
        if self.attendance is not Attendance.HELD:
            return str(self.attendance)
        return {"analysed": "transcript analysed", "transcript": "transcript, not analysed yet"}.get(
            self.state, "no transcript"
        )


@dataclass(frozen=True, slots=True)
class Stop:
    """A session on the line."""

    met: Met
    x: float
    label: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """A rating, a marker, a check-in or a change of the frame. ``kind`` is a class name."""

    x: float
    y: float
    kind: str
    title: str
    session: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """One rater's line of scores: its dots, and the paths between them."""

    rater: str
    kind: str
    dots: tuple[Dot, ...]
    paths: tuple[str, ...]
    label_y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: a shaded drop, a chance."""

    x: float
    y: float
    width: float
    height: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A label at the left of the scores."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Scores:
    """The ratings' part of the line."""

    title: str
    top: float
    bottom: float
    shades: tuple[Box, ...]
    tracks: tuple[Track, ...]
    limits: tuple[tuple[float, float, float], ...]
    ticks: tuple[Scale, ...]
    chances: tuple[Box, ...]
    chances_at: float


@dataclass(frozen=True, slots=True)
class Strain:
    """One entry of the ledger from its first sign to its end, or to today."""

    id: str
    kind: str
    status: str
    label: str
    x: float
    end: float
    y: float
    waiting: bool
    dots: tuple[Dot, ...]
    told: str
    label_at: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of dots with its heading."""

    title: str
    y: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """The whole line; ``rows`` says the same as a table."""

    width: float
    height: float
    stops: tuple[Stop, ...]
    scores: Scores | None
    strains: tuple[Strain, ...]
    strains_at: float
    lanes: tuple[Lane, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    column: float


def lay_out(
    met: Sequence[Met],
    *,
    figure: Figure | None = None,
    ruptures: Sequence[Mapping[str, Any]] = (),
    frame: Sequence[FrameEvent] = (),
    checkins: Sequence[CheckIn] = (),
) -> CaseLine | None:
    """Place a case.

    Args:
        met: its appointments, in order.
        figure: the ratings of the form to show, or None.
        ruptures: entries of the ledger as ``ledger_to_dict`` gives them.
        frame, checkins: what is noted under their sessions' numbers.

    Returns:
        The line; None where nothing has a place on it.
    """
    known = {m.number: m for m in met}
    numbers = {*known, *(f.session for f in frame), *(c.session for c in checkins)}
    numbers |= {n for one in ruptures for n in _sessions(one)}
    if figure is not None:
        numbers |= {p.session for line in figure.lines for p in line.series.points}
    if not numbers:
        return None
    order = list(range(min(numbers), max(numbers) + 1))
    column = min(max((WIDTH - LEFT - RIGHT) / len(order), NARROWEST), WIDEST)
    place = {n: LEFT + (i + 0.5) * column for i, n in enumerate(order)}
    every = max(1, round(26 / column))
    stops = tuple(Stop(known.get(n, Met(n)), place[n], str(n), i % every == 0) for i, n in enumerate(order))
    y: float = SESSIONS_AT + 30
    scores = None
    if figure is not None:
        scores = _scores(figure, place, column, y)
        y = scores.bottom + 20 + (STRIP + 28 if scores.chances else 0)
    strains_at = y
    if ruptures:
        y += TITLE
    end = LEFT + len(order) * column
    strains = tuple(_strain(one, place, column, y + i * LANE, end) for i, one in enumerate(ruptures))
    y += len(strains) * LANE + (8 if strains else 0)
    lanes = []
    for title, dots in (
        ("Check-ins by the client", _checkins(checkins, place)),
        ("Frame", _frame(frame, place)),
    ):
        if dots:
            lanes.append(Lane(title, y, tuple(Dot(x, y + 26, kind, told, n) for x, kind, told, n in dots)))
            y += 46
    return CaseLine(
        end + RIGHT, y + 4, stops, scores, strains, strains_at, tuple(lanes),
        *_table(order, known, figure, ruptures, frame, checkins), column,
    )  # fmt: skip


def _sessions(one: Mapping[str, Any]) -> list[int]:
    refs = [one.get(key) for key in ("trigger", "first_marker", "disclosed")]
    return [r["session"] for r in refs if r] + [h["session"] for h in one["history"]]


def _scores(figure: Figure, place: Mapping[int, float], column: float, top: float) -> Scores:
    top += TITLE
    bottom = top + PANEL

    def up(score: float) -> float:
        return round(bottom - (score - figure.low) / ((figure.high - figure.low) or 1) * PANEL, 1)

    measure = figure.watched.measure
    tracks = []
    for n, line in enumerate(figure.lines):
        dots, paths, before = [], [], None
        for point, run in zip(line.series.points, line.runs, strict=True):
            x, y = place[point.session], up(point.score)
            told = f"Session {point.session}, {line.series.rater}: {rated.score(point.score, measure)}"
            told += f", flagged ({chance(point.probability)})" if point.flagged and point.probability else ""
            dots.append(Dot(x, y, "flagged" if point.flagged else "", told, point.session))
            if run == before:
                paths[-1] += f"L{x:g} {y:g}"
            else:
                paths.append(f"M{x:g} {y:g}")
            before = run
        tracks.append(Track(line.series.rater, f"r{min(n, 1)}", tuple(dots), tuple(paths), up(line.label_at)))
    tracks = _named_apart(tracks)
    first, last = min(place), max(place)
    shades = []
    for shade in figure.shades:
        left = place[max(first, round(shade.start + 0.5))] - column / 2
        right = place[min(last, max(first, round(shade.end - 0.5)))] + column / 2
        if shade.series == figure.lines[0].series:
            shades.append(
                Box(
                    left,
                    top,
                    max(right - left, column),
                    PANEL,
                    f"a drop from session {round(shade.start + 0.5)}",
                )
            )
    points = figure.lines[0].series.points
    half = min(column * 0.3, 10)
    limits = () if figure.probable else tuple(
        (place[p.session] - half, place[p.session] + half, up(p.limit))
        for p in points if p.limit is not None and figure.low <= p.limit <= figure.high
    )  # fmt: skip
    ticks = tuple(
        Scale(up(v), f"{v:g}") for v in _ends(max(figure.low, measure.low), min(figure.high, measure.high))
    )
    base = bottom + 30 + STRIP
    chances = tuple(
        Box(place[p.session] - half, base - p.probability * STRIP, 2 * half, p.probability * STRIP,
            f"Session {p.session}: chance of a drop {chance(p.probability)}")
        for p in points if p.probability is not None
    )  # fmt: skip
    return Scores(
        f"{figure.forms} ({rated.range_of(figure.watched)})", top, bottom, tuple(shades), tuple(tracks), limits, ticks,
        chances, base,
    )  # fmt: skip


def _named_apart(tracks: list[Track]) -> list[Track]:
    """The tracks with their names at least a line of text apart, the lowest staying where it is."""
    made, floor = {}, float("inf")
    for n in sorted(range(len(tracks)), key=lambda i: -tracks[i].label_y):
        floor = min(tracks[n].label_y, floor - NAME)
        made[n] = replace(tracks[n], label_y=floor)
    return [made[n] for n in range(len(tracks))]


def _ends(low: float, high: float) -> list[float]:
    """Round numbers near both ends and the middle."""
    step = next((s for s in (0.5, 1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= 4), 200)
    first = -(-low // step) * step
    return [first + i * step for i in range(int((high - first) // step) + 1)]


def _strain(
    one: Mapping[str, Any], place: Mapping[int, float], column: float, y: float, end: float
) -> Strain:
    status = RuptureStatus(one["status"])
    waiting = status not in SETTLED
    sessions = _sessions(one)
    start = place[min(sessions)]
    stop = end if waiting else place[max(sessions)]
    bar = y + 22
    dots = []
    for key, kind, told in (
        ("trigger", "trigger", "what may have set it off"),
        ("first_marker", "marker", "first sign in the words"),
        ("disclosed", "disclosed", "the client speaks of it"),
    ):
        at = one.get(key)
        if at:
            dots.append(
                Dot(place[at["session"]], bar, kind, f"Session {at['session']}: {told}", at["session"])
            )
    for n in dict.fromkeys(m["session"] for m in one["repairs"]):
        dots.append(Dot(place[n], bar, "repair", f"Session {n}: a step towards repair", n))
    if status is RuptureStatus.REPAIRED:
        dots.append(Dot(stop, bar, "repaired", f"Session {max(sessions)}: perhaps repaired", max(sessions)))
    dots = _apart(dots, min(column / 4, 9))
    label = f"{one['id']} {STATUS_WORDS[status]}"
    right = start > end * 0.7
    return Strain(
        one["id"], one["type"] or "form", str(status), label, start, max(stop, start + 8), bar, waiting, tuple(dots),
        f"{one['id']}, possible {one['type'] or 'strain seen in a form'}, {STATUS_WORDS[status]}, from session {min(sessions)}",
        end if right else start, "end" if right else "start",
    )  # fmt: skip


def _apart(dots: list[Dot], step: float) -> list[Dot]:
    """Dots of one session side by side, in order."""
    made = []
    for dot in dots:
        same = [d for d in dots if d.x == dot.x]
        shift = (same.index(dot) - (len(same) - 1) / 2) * step * 2
        made.append(Dot(dot.x + shift, dot.y, dot.kind, dot.title, dot.session))
    return made


def _checkins(checkins: Sequence[CheckIn], place: Mapping[int, float]) -> list[tuple[float, str, str, int]]:
    return [
        (place[c.session], "checkin", f"Session {c.session}: {checkin_told(c)}", c.session) for c in checkins
    ]


def checkin_told(one: CheckIn) -> str:
    """What a check-in says in one phrase, without its words."""
    hard = {True: "something was hard to say", False: "nothing was hard to say", None: "filled in"}
    return hard[one.hard_to_say]


def _frame(frame: Sequence[FrameEvent], place: Mapping[int, float]) -> list[tuple[float, str, str, int]]:
    return [(place[f.session], "frame", f"Session {f.session}: {f.what}", f.session) for f in frame]


def _table(
    order: Sequence[int],
    known: Mapping[int, Met],
    figure: Figure | None,
    ruptures: Sequence[Mapping[str, Any]],
    frame: Sequence[FrameEvent],
    checkins: Sequence[CheckIn],
) -> tuple[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]]:
    headings = ["Date", "Session", *([figure.forms] if figure else []), "Strains", "Check-in", "Frame"]
    rows = []
    for n in order:
        met = known.get(n, Met(n))
        cells = [rated.short_day(met.date), met.told]
        if figure is not None:
            cells.append("; ".join(_score_told(figure, n)))
        steps = [
            f"{one['id']} {STATUS_WORDS[RuptureStatus(h['status'])]}"
            for one in ruptures for h in one["history"] if h["session"] == n and not h["overruled"]
        ]  # fmt: skip
        cells.append("; ".join(dict.fromkeys(steps)))
        cells.append("; ".join(checkin_told(c) for c in checkins if c.session == n))
        cells.append("; ".join(f.what for f in frame if f.session == n))
        rows.append((n, tuple(cells)))
    keep = [i for i in range(len(headings)) if i == 1 or any(row[1][i] for row in rows)]
    return tuple(headings[i] for i in keep), tuple((n, tuple(cells[i] for i in keep)) for n, cells in rows)


def _score_told(figure: Figure, session: int) -> list[str]:
    said = []
    for line in figure.lines:
        point = line.series.at(session)
        if point is None:
            continue
        flag = ""
        if point.flagged:
            flag = f", flagged, {chance(point.probability)}" if point.probability else ", flagged"
        said.append(f"{line.series.rater} {rated.score(point.score, figure.watched.measure)}{flag}")
    return said


def facts(sessions: int, last: Date | None) -> str:
    """How many sessions there were and when the last one was."""
    return count(sessions, "session") + (f", last on {rated.day(last)}" if last else "")
