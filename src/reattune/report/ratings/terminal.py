"""Findings in ratings for a terminal: what to look at first, the numbers, what speaks against. Readable without colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reattune.alliance.watch import RatingFindings
from reattune.report.clean import for_terminal, shorten
from reattune.report.ratings import words
from reattune.report.ratings.look import look, quiet
from reattune.report.ratings.reasons import reasons
from reattune.report.ratings.series import (
    CaseRatings,
    Drop,
    Series,
    cases,
    drops_in_order,
    in_order_of_attention,
)
from reattune.report.words import capital, chance, count

MOST_CASES = 12
"""Cases with a drop that is not back, shown in full; the others are counted."""

MOST_BACK = 20
"""Drops that are back, a line each; the others are counted."""

BEFORE = 3
"""Sessions shown before a drop."""

MOST_SCORES = 24


def to_terminal(findings: RatingFindings, *, full: bool = False) -> RenderableType:
    """The findings for Rich to print.

    Args:
        findings: what was found.
        full: show drops that are back in full as well, not a line each.
    """
    order = in_order_of_attention(findings)
    shown = list(cases(findings, order[: MOST_CASES + MOST_BACK]))
    head = look(findings, shown[0] if shown else None)
    drops = [(case, series, drop) for case in shown for series, drop in drops_in_order(case)]
    open_cases = list(dict.fromkeys(case.case for case, _, drop in drops if full or not drop.back))[
        :MOST_CASES
    ]
    detailed = [one for one in drops if one[0].case in open_cases and (full or not one[2].back)]
    back = [one for one in drops if one[2].back and not full][:MOST_BACK]
    parts = [_title(findings), *_at_once(findings)]
    parts.append(_head(head.headline, head.what, head.sure, head.counts))
    parts += [_drop(*one) for one in detailed]
    if back:
        parts.append(_back(back))
    left = findings.episodes.height - len(detailed) - len(back)
    return Group(*parts, *_rest(findings, left), _footer(findings), Text())


def _title(findings: RatingFindings) -> RenderableType:
    forms = [words.form(one) for one in findings.watched]
    title = Text(", ".join(forms) or "ratings", style="bold")
    title.append(f"  {words.counted(findings)}", style="not bold dim")
    return title


def _at_once(findings: RatingFindings) -> list[RenderableType]:
    answers = words.at_once(findings)
    if not answers:
        return []
    text = Text(f"{words.TODAY}\n", style="bold")
    text.append("\n".join(for_terminal(one) for one in answers), style="not bold")
    return [Padding(text, (1, 0, 0, 2))]


def _head(headline: str, what: str, sure: str, counts: str) -> RenderableType:
    text = Text(f"{headline}\n", style="bold")
    text.append(for_terminal(what), style="not bold")
    for line in (sure, counts):
        if line:
            text.append(f"\n{for_terminal(line)}", style="not bold dim")
    return Padding(text, (1, 0, 0, 2))


def _drop(case: CaseRatings, series: Series, drop: Drop) -> RenderableType:
    title = Text(shorten(for_terminal(case.case), 40), style="bold")
    chances = (
        []
        if drop.episode.probability is None
        else [f"chance of a {words.move(series.watched)} {chance(drop.episode.probability)}"]
    )
    facts = [
        words.form(series.watched),
        for_terminal(series.rater),
        words.STATUS_LABELS[drop.episode.status],
        *chances,
        words.alarms_tag(series.watched),
    ]
    title.append(f"  {' · '.join(fact for fact in facts if fact)}", style="not bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row("scores", _scores(series, drop))
    grid.add_row("what", Text(for_terminal(words.told(series, drop))))
    why = reasons(series, drop)
    for label, sentences in (("for", why.evidence), ("against", why.counter), ("besides", why.besides)):
        for sentence in sentences:
            grid.add_row(label if sentence == sentences[0] else "", Text(for_terminal(sentence)))
    return Padding(Group(title, Padding(grid, (0, 0, 0, 3))), (1, 0, 0, 2))


def _back(drops: Sequence[tuple[CaseRatings, Series, Drop]]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    for heading in ("case", "form", "rated by", "session", "score", "back in", "chance"):
        table.add_column(
            heading, no_wrap=heading != "case", justify="right" if heading == "session" else "left"
        )
    for case, series, drop in drops:
        one, measure = drop.episode, series.watched.measure
        table.add_row(
            Text(shorten(for_terminal(case.case), 24)),
            words.form(series.watched),
            Text(shorten(for_terminal(series.rater), 16)),
            str(one.onset),
            f"{words.score(one.reference, measure)} → {words.score(one.worst, measure)}",
            f"session {one.recovery}",
            "" if one.probability is None else chance(one.probability),
        )
    return Padding(Group(Text("Back again", style="bold"), Padding(table, (0, 0, 0, 3))), (1, 0, 0, 2))


def _scores(series: Series, drop: Drop) -> Text:
    """The scores around the drop, session by session; flagged ones with a star, missing ones as a dash."""
    rated = {point.session: point for point in series.points}
    start, end = drop.episode.onset - BEFORE, drop.episode.recovery or drop.last
    numbers = range(max(start, series.points[0].session), end + 1)
    text = Text()
    for n in numbers[:MOST_SCORES]:
        point = rated.get(n)
        shown = "–" if point is None else words.score(point.score, series.watched.measure)
        flagged = point is not None and point.flagged
        text.append("  " if n != numbers[0] else "")
        text.append(f"{n}:", style="dim")
        text.append(f"{shown}{'*' if flagged else ''}", style="bold" if flagged else "")
    if len(numbers) > MOST_SCORES:
        text.append(" …")
    last = series.points[-1].date
    if last is not None:
        text.append(f"  last rated {words.short_day(last)}", style="dim")
    return text


def _rest(findings: RatingFindings, more: int) -> Sequence[RenderableType]:
    said = []
    if more > 0:
        said.append(
            f"{capital(count(more, 'more drop'))}: --episodes FILE lists them, --html FILE draws them."
        )
    if other := quiet(findings):
        said.append(other)
    return [Padding(Text(" ".join(said)), (1, 0, 0, 2))] if said else []


def _footer(findings: RatingFindings) -> RenderableType:
    said = [words.rule(findings)]
    if not findings.episodes.is_empty():
        said.append("A star marks a flagged score, a dash a session without a form.")
    said += [f"{names}: {' '.join(notes[1:])}" for names, notes in words.all_notes(findings) if notes[1:]]
    said.append("No verdict and no grade: a score is a reason to ask, and the answer is the client's.")
    return Padding(Text(for_terminal(" ".join(said)), style="dim"), (1, 0, 0, 2))
