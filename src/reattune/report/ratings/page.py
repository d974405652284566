"""Findings in ratings as one self-contained HTML page: pictures and tables, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from reattune.alliance.watch import RatingFindings
from reattune.report.ratings import words
from reattune.report.ratings.charts import NARROW, WIDTH, chart, glance, to_svg
from reattune.report.ratings.figure import Figure, described, figures
from reattune.report.ratings.look import look, quiet
from reattune.report.ratings.marks import key
from reattune.report.ratings.reasons import Reasons, reasons
from reattune.report.ratings.series import (
    CaseRatings,
    Drop,
    Series,
    cases,
    drops_in_order,
    in_order_of_attention,
)
from reattune.report.rendering import render
from reattune.report.words import capital, chance, count

MOST_CARDS = 12
"""Cases shown in full."""

MOST_SMALL = 48
"""Further cases shown small."""

MOST_ROWS = 500
"""Drops in the table at the end."""

STYLES = ("page.css", "ratings.css")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, drawn for wide and for narrow screens, with what it shows in words and as a table."""

    wide: Markup
    narrow: Markup
    key: str
    alt: str
    table: Numbers


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers behind a chart: a heading a column, a row a session."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A drop in words."""

    title: str
    tags: tuple[str, ...]
    text: str
    why: Reasons


@dataclass(frozen=True, slots=True)
class Card:
    """A case in full."""

    number: int
    case: str
    facts: tuple[str, ...]
    pictures: tuple[Picture, ...]
    drops: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Small:
    """A case at a glance."""

    case: str
    picture: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A drop in the table of all drops."""

    case: str
    form: str
    rater: str
    session: int
    date: str
    scores: str
    status: str
    chance: str


def to_html(findings: RatingFindings, *, source: str = "", step: Callable[[], None] | None = None) -> str:
    """The findings as a page to read and print.

    Args:
        findings: what was found.
        source: name of the file they are from.
        step: called after each case that was drawn.

    Raises:
        MissingExtraError: what draws the charts is not installed.
    """
    order = in_order_of_attention(findings)
    drawn = list(cases(findings, order[: MOST_CARDS + MOST_SMALL]))
    cards, small = [], []
    for n, case in enumerate(drawn):
        if n < MOST_CARDS:
            cards.append(_card(n + 1, case))
        else:
            small.append(_small(n + 1, case))
        if step is not None:
            step()
    rows = [row for case in cases(findings, order[:MOST_ROWS]) for row in _rows(case)]
    return render(
        "ratings.html.j2",
        styles=STYLES,
        look=look(findings, drawn[0] if drawn else None),
        facts=_facts(findings, source),
        today=words.TODAY,
        answers=words.at_once(findings),
        cards=cards,
        small=small,
        rows=rows,
        more=max(0, len(order) - len(drawn)),
        beyond=max(0, len(order) - MOST_ROWS),
        quiet=quiet(findings),
        rule=words.rule(findings),
        forms=words.all_notes(findings),
        alarms=words.rates(findings),
        patient=count(findings.recover_within, "session"),
    )


def most_drawn(findings: RatingFindings) -> int:
    """How many cases ``to_html`` draws."""
    return min(findings.episodes["case"].n_unique(), MOST_CARDS + MOST_SMALL)


def _facts(findings: RatingFindings, source: str) -> tuple[str, ...]:
    newest = findings.ratings.scores["date"].max()
    last = f"last rating {words.day(newest)}" if newest is not None else ""  # type: ignore[arg-type]
    return tuple(fact for fact in (words.counted(findings), last, source) if fact)


def _card(number: int, case: CaseRatings) -> Card:
    pictures = tuple(
        _picture(figure, f"c{number}f{n}") for n, figure in enumerate(figures(case), 1) if figure.shades
    )
    last = max((point.date for one in case.series for point in one.points if point.date), default=None)
    ratings = sum(len(one.points) for one in case.series)
    facts = [count(ratings, "rating"), f"last on {words.day(last)}" if last else ""]
    told = tuple(told_of(series, drop) for series, drop in drops_in_order(case))
    return Card(number, case.case, tuple(fact for fact in facts if fact), pictures, told)


def _picture(figure: Figure, name: str) -> Picture:
    alt = described(figure)
    wide, narrow = (
        Markup(to_svg(chart(figure, width=width, heading=False), figure.title, alt, f"{name}{letter}"))
        for width, letter in ((WIDTH, "w"), (NARROW, "n"))
    )
    return Picture(wide, narrow, key(figure), alt, numbers_of(figure))


def numbers_of(figure: Figure) -> Numbers:
    """The numbers behind a chart, session by session."""
    lines = figure.lines
    sessions = sorted(
        {point.session for line in lines for point in line.series.points} | {n for _, n in figure.missed}
    )
    headings = [
        "Session",
        "Date",
        *(capital(line.series.rater) for line in lines),
        "Flagged",
        "Chance of a drop",
    ]
    rows = []
    for session in sessions:
        points = [line.series.at(session) for line in lines]
        there = [(line, point) for line, point in zip(lines, points, strict=True) if point is not None]
        date = next((point.date for _, point in there if point.date), None)
        scores = ["no form" if p is None else words.score(p.score, figure.watched.measure) for p in points]
        flags = ", ".join(line.series.rater for line, point in there if point.flagged)
        chances = [point.probability for _, point in there]
        chances_said = ", ".join("–" if p is None else chance(p) for p in chances)
        rows.append((str(session), words.short_day(date), *scores, flags, chances_said))
    keep = [n for n in range(len(headings)) if n < 2 + len(lines) or any(row[n].strip("–, ") for row in rows)]
    keep = [n for n in keep if n != 1 or any(row[1] for row in rows)]
    return Numbers(
        f"{figure.title}, session by session",
        tuple(headings[n] for n in keep),
        tuple(tuple(row[n] for n in keep) for row in rows),
    )


def told_of(series: Series, drop: Drop) -> Told:
    """A drop in words, with what speaks for it and against it."""
    one = drop.episode
    tags = [words.STATUS_LABELS[one.status]]
    if one.probability is not None:
        tags.append(f"chance of a {words.move(series.watched)} {chance(one.probability)}")
    if alarms := words.alarms_tag(series.watched):
        tags.append(alarms)
    title = f"Session {one.onset}, {words.form(series.watched)}, {words.whose(series.rater)} rating"
    return Told(title, tuple(tags), words.told(series, drop), reasons(series, drop))


def _small(number: int, case: CaseRatings) -> Small:
    series, drop = drops_in_order(case)[0]
    figure = next(one for one in figures(case) if series in [line.series for line in one.lines])
    picture = Markup(to_svg(glance(figure), figure.title, described(figure), f"s{number}"))
    return Small(
        case.case, picture, f"{words.form(series.watched)}: {words.what(series, drop)}; {words.status(drop)}."
    )


def _rows(case: CaseRatings) -> list[Row]:
    made = []
    for series, drop in drops_in_order(case):
        one, measure = drop.episode, series.watched.measure
        at = series.at(one.onset)
        scores = f"{words.score(one.reference, measure)} to {words.score(one.worst, measure)}"
        status = words.STATUS_LABELS[one.status]
        if one.recovery is not None:
            status = f"{status}, session {one.recovery}"
        likely = "" if one.probability is None else chance(one.probability)
        day = words.short_day(at.date) if at else ""
        made.append(
            Row(case.case, words.form(series.watched), series.rater, one.onset, day, scores, status, likely)
        )
    return made
