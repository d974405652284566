"""What to look at first in ratings, and how sure: the few sentences at the top of every report."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reattune.alliance.watch import RatingFindings
from reattune.record import RatingStatus
from reattune.report.ratings import words
from reattune.report.ratings.series import CaseRatings, Drop, Series, drops_in_order
from reattune.report.words import capital, count


@dataclass(frozen=True, slots=True)
class Look:
    """The head of a report.

    Attributes:
        headline: what it is about, in a few words.
        what: what to look at first, one or two sentences.
        sure: how sure that is, one or two sentences.
        counts: how many cases have a drop and what became of it, one sentence.
    """

    headline: str
    what: str
    sure: str
    counts: str


def look(findings: RatingFindings, first: CaseRatings | None) -> Look:
    """What a reader with one minute should look at.

    Args:
        findings: what was found.
        first: the case to look at first; None where there is no drop in any.
    """
    if first is None:
        return Look(
            "No drop flagged",
            f"In {words.counted(findings)} this rule flags no drop.",
            "That is no proof that all is well: a form is one answer to a few questions, and a client who says nothing "
            "on it can still be hurt. A constant maximum says least of all.",
            "",
        )
    series, drop = drops_in_order(first)[0]
    whose = f"{words.whose(series.rater)} {words.form(series.watched)}"
    what = f"Look first at {first.case}: {whose} went {words.what(series, drop)}; {words.status(drop)}."
    return Look(words.headline(series.watched), what, how_sure(series, drop), _counts(findings))


def how_sure(series: Series, drop: Drop) -> str:
    """How sure it is that something dropped at all."""
    said = [words.sure(series, drop)]
    if drop.low_ratings == 1:
        said.append("It rests on one rating, and one rating alone is barely dependable.")
    said.append(words.false_alarms(series.watched))
    return " ".join(sentence for sentence in said if sentence)


def still_away(findings: RatingFindings) -> int:
    """How many cases have a drop that is not back, or too young to tell."""
    away = findings.episodes.filter(pl.col("recovery").is_null())
    return away["case"].n_unique()


def quiet(findings: RatingFindings) -> str:
    """The cases without a flag: a count, and no more."""
    without = findings.cases - findings.episodes["case"].n_unique()
    if not without:
        return ""
    verb = "has" if without == 1 else "have"
    return (
        f"{capital(count(without, 'other case'))} {verb} no flag; that does not mean that all is well there."
    )


def _counts(findings: RatingFindings) -> str:
    episodes = findings.episodes
    cases = episodes["case"].n_unique()
    found = {status: (episodes["status"] == str(status)).sum() for status in RatingStatus}
    parts = [
        f"{found[status]:,} {text}"
        for status, text in (
            (RatingStatus.OPEN, "not back yet"),
            (RatingStatus.CENSORED, "too early to tell"),
            (RatingStatus.REPAIRED, f"back within {count(findings.recover_within, 'session')}"),
            (RatingStatus.REPAIRED_LATE, "back later"),
        )
        if found[status]
    ]
    where = f" in {count(cases, 'case')} of {findings.cases:,}" if findings.cases > 1 else ""
    return f"{count(episodes.height, 'drop')}{where}: {', '.join(parts)}."
