"""What speaks for a drop, what speaks against it, and what the other side and the calendar say, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.alliance.sides import THERAPIST
from reattune.report.ratings import words
from reattune.report.ratings.series import Drop, Series
from reattune.report.words import capital, count

FEW = 4
"""Ratings; that many together are dependable, one is barely."""

EVEN = 0.5
"""A probability below it speaks against a drop."""

MOVED = 1.0
"""Of the other rater's own standard deviations: less than that is no change worth telling."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Sentences for a reader.

    Attributes:
        evidence: what speaks for a drop.
        counter: what speaks against it, or limits what can be said.
        besides: what else is known: the other side, who came afterwards.
    """

    evidence: tuple[str, ...]
    counter: tuple[str, ...]
    besides: tuple[str, ...]


def reasons(series: Series, drop: Drop) -> Reasons:
    """What to weigh before asking about a drop."""
    return Reasons(
        tuple(_evidence(series, drop)), tuple(_counter(series, drop)), tuple(_besides(series, drop))
    )


def _evidence(series: Series, drop: Drop) -> list[str]:
    said = []
    if (drop.episode.probability or 0) >= EVEN:
        said.append(words.sure(series, drop))
    if drop.low_ratings > 1:
        said.append(
            f"{count(drop.low_ratings, 'rating')} in a row were {words.fall(series.watched)[0]} than before."
        )
    rci = drop.episode.drop_rci
    if rci is not None and rci >= 1:
        said.append(f"It is {rci:.1f} times as large as measurement error alone explains.")
    if drop.other_change is not None and drop.other_change <= -MOVED:
        said.append(f"{capital(words.whose(drop.other_rater or ''))} own ratings went down at the same time.")
    return said


def _counter(series: Series, drop: Drop) -> list[str]:
    one, measure = drop.episode, series.watched.measure
    said = []
    if one.probability is not None and one.probability < EVEN:
        said.append(words.sure(series, drop))
    if drop.low_ratings == 1:
        said.append("It rests on one rating, and one rating alone is barely dependable.")
    if one.drop_rci is not None and one.drop_rci < 1:
        said.append("It is smaller than the change that measurement error alone explains.")
    before = [point for point in series.points if point.session < one.onset]
    if one.pattern == "low_start":
        said.append("There is no earlier rating: it is low beside later ones only.")
    elif len(before) < FEW:
        said.append(
            f"Only {count(len(before), 'rating')} came before it, so that the level before is not well known."
        )
    top = measure.high if measure.higher_is_better else measure.low
    if before and all(point.score == top for point in before[-2:]):
        said.append(
            "Before it the best score possible was given: from there any honest answer is a drop, "
            "and a constant maximum does not mean that all was well."
        )
    cutoffs = series.watched.scale.cutoffs
    if cutoffs and not any(cutoff.holds(one.worst) for cutoff in cutoffs):
        worst = f"{words.fall(series.watched)[1]} score, {words.score(one.worst, measure)}"
        said.append(f"Its {worst}, reaches none of the form's published marks.")
    return said


def _besides(series: Series, drop: Drop) -> list[str]:
    said = []
    if drop.other_rater and drop.other_change is not None and drop.other_change > -MOVED:
        moved = "rose meanwhile" if drop.other_change >= MOVED else "stayed about where they were"
        noticed = "" if drop.other_rater != THERAPIST else ": it may not have been noticed, or it was nothing"
        said.append(f"{capital(words.whose(drop.other_rater))} own ratings {moved}{noticed}.")
    if drop.episode.missed_after:
        forms = (
            "the next session has"
            if drop.episode.missed_after == 1
            else f"the next {drop.episode.missed_after} sessions have"
        )
        said.append(f"Right after it, {forms} no rating.")
    if drop.long_pause and drop.days_usual is not None:
        said.append(
            f"The next session came after {drop.days_to_next} days; {drop.days_usual:g} had been usual."
        )
    if drop.sessions_since:
        said.append(
            f"{capital(count(drop.sessions_since, 'session'))} took place since without this form from {words.who(series.rater)}."
        )
    return said
