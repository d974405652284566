"""The numbers of a client's chart, and the chart in words, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.alliance.sides import CLIENT
from reattune.alliance.watch import Watched
from reattune.report.ratings import words
from reattune.report.ratings.series import CaseRatings, Drop, Series
from reattune.report.words import capital, count, listed

LEAST_SPAN = 0.4
"""The chart shows at least this share of the form's range: small ups and downs are not to look like cliffs."""

HEADROOM = 0.1
"""Share of the shown span kept above the scores, for the marks of episodes; and below, for the sessions without a form."""

APART = 0.08
"""Names at the line ends stand at least this share of the shown span apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rater's line.

    Attributes:
        series: what it shows.
        runs: for each point, the number of its unbroken run of neighbouring sessions: nothing is joined across a gap.
        label_at: height of the rater's name at the line's end.
    """

    series: Series
    runs: tuple[int, ...]
    label_at: float


@dataclass(frozen=True, slots=True)
class Shade:
    """One episode on the chart, from ``start`` to ``end`` on the session axis."""

    series: Series
    drop: Drop
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One form of one case, ready to draw.

    Attributes:
        case, watched: what it is about.
        lines: one a rater, the client's first.
        shades: the episodes.
        first, last: session numbers at the ends of the axis.
        low, high: scores at the ends of the axis, room for marks included.
        marks_at: height of the episodes' marks above the scores.
        missed_at: height of the row of sessions without a form.
        probable: whether the rule gives probabilities.
    """

    case: str
    watched: Watched
    lines: tuple[Line, ...]
    shades: tuple[Shade, ...]
    first: int
    last: int
    low: float
    high: float
    marks_at: float
    missed_at: float
    probable: bool

    @property
    def title(self) -> str:
        """Case and form."""
        return f"{self.case} · {self.forms}"

    @property
    def forms(self) -> str:
        """The forms on it: "WAI-SR and WAI-SRT"."""
        return listed(list(dict.fromkeys(words.form(line.series.watched) for line in self.lines)))

    @property
    def missed(self) -> tuple[tuple[str, int], ...]:
        """Rater and session of every form that is missing between a rater's first and last."""
        return tuple((line.series.rater, n) for line in self.lines for n in line.series.missed)


def figures(case: CaseRatings) -> list[Figure]:
    """One figure for each form of a case; the therapist's form stands on the client's."""
    keys = dict.fromkeys(series.watched.side_of for series in case.series)
    return [_figure(case.case, [s for s in case.series if s.watched.side_of == key]) for key in keys]


def _figure(case: str, series: list[Series]) -> Figure:
    watched = series[0].watched
    measure = watched.measure
    shown = [point.score for one in series for point in one.points]
    shown += [drop.episode.reference for one in series for drop in one.drops]
    bottom, top = min(shown), max(shown)
    span = max(top - bottom, LEAST_SPAN * (measure.high - measure.low)) or 1.0
    # What there is of room to widen goes where the form has room.
    spare = span - (top - bottom)
    up = min(spare / 2, max(0.0, measure.high - top))
    top, bottom = top + up, max(min(measure.low, bottom), bottom - (spare - up))
    span = top - bottom
    room = HEADROOM * span
    first = min(one.points[0].session for one in series)
    last = max(one.points[-1].session for one in series)
    shades = [
        Shade(one, drop, drop.episode.onset - 0.5, (drop.episode.recovery or drop.last + 1) - 0.5)
        for one in series
        for drop in one.drops
    ]
    return Figure(
        case,
        watched,
        _lines(series, APART * span),
        tuple(shades),
        first,
        last,
        bottom - room,
        top + room,
        top + 0.6 * room,
        bottom - 0.6 * room,
        any(point.probability is not None for one in series for point in one.points),
    )


def _lines(series: list[Series], apart: float) -> tuple[Line, ...]:
    heights: dict[int, float] = {}
    floor = float("-inf")
    for n in sorted(range(len(series)), key=lambda i: series[i].points[-1].score):
        floor = heights[n] = max(series[n].points[-1].score, floor + apart)
    return tuple(Line(one, _runs(one), heights[n]) for n, one in enumerate(series))


def _runs(series: Series) -> tuple[int, ...]:
    runs, run, before = [], 0, series.points[0].session
    for point in series.points:
        run += point.session > before + 1
        before = point.session
        runs.append(run)
    return tuple(runs)


def described(figure: Figure) -> str:
    """The chart in words, for those who do not see it."""
    return " ".join(
        [_ratings(line.series) for line in figure.lines]
        + [_episode(shade) for shade in figure.shades]
        + ([] if figure.shades else ["No drop was flagged."])
    )


def _ratings(series: Series) -> str:
    points, measure = series.points, series.watched.measure
    low, high = (words.score(f(p.score for p in points), measure) for f in (min, max))
    spread = f"all {high}" if low == high else f"between {low} and {high}"
    first, last = points[0].session, points[-1].session
    when = f"of session {first}" if first == last else f"of sessions {first} to {last}"
    without = f"; no form for {words.sessions(series.missed)}" if series.missed else ""
    return (
        f"{capital(words.whose(series.rater))} {count(len(points), 'rating')} {when}, {spread} "
        f"on a scale from {words.range_of(series.watched)}{without}."
    )


def _episode(shade: Shade) -> str:
    mine = "" if shade.series.rater == CLIENT else f" in {words.whose(shade.series.rater)} ratings"
    return f"{words.headline(shade.series.watched)}{mine}: {words.what(shade.series, shade.drop)}; {words.status(shade.drop)}."
