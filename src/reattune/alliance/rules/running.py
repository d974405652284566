"""Arithmetic on series side by side, session by session: what several rules share.

Scores are (sessions, series), NaN in the gaps. What is said of a session rests on it and on earlier ones, unless a name says
*whole*.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.rules.rule import Bools
from reattune.errors import SettingError

Since = Literal["previous", "decline", "best"]
"""From where a drop is counted: the last rating before; the rating from which an unbroken decline began; the best one so far."""

SINCE: tuple[Since, ...] = ("previous", "decline", "best")


class Running:
    """Mean and spread of what came so far, for each series (Welford, 1962).

    Equal scores give exactly their value as the mean and exactly 0 as the spread, which sums of squares would not.
    """

    def __init__(self, series: int) -> None:
        self.count = np.zeros(series)
        self._mean = np.zeros(series)
        self._squares = np.zeros(series)

    def add(self, scores: Floats, where: Bools) -> None:
        """Take in one score of each series, except where ``where`` is False."""
        self.count += where
        step = np.where(where, scores - self._mean, 0.0)
        self._mean += step / np.maximum(self.count, 1)
        self._squares += step * np.where(where, scores - self._mean, 0.0)

    @property
    def mean(self) -> Floats:
        """(series,), NaN before the first score."""
        return np.where(self.count > 0, self._mean, np.nan)

    def sd(self, least: int = 2) -> Floats:
        """(series,) with n - 1 in the denominator; NaN with fewer than ``least`` scores."""
        spread = np.sqrt(self._squares / np.maximum(self.count - 1, 1))
        return np.where(self.count >= max(least, 2), spread, np.nan)


class Spread(NamedTuple):
    """Centre and sigma of a chart, (sessions, series) or (1, series); NaN where they cannot be told."""

    mean: Floats
    sigma: Floats


def level_before(scores: Floats, since: Since) -> Floats:
    """The rating from which a drop is counted, (sessions, series); NaN before the second rating.

    A score equal to the one before goes on with a decline: the level is still lower than where it began.
    """
    found = np.empty_like(scores)
    last = np.full(scores.shape[1], np.nan)
    top = last.copy()
    for t, now in enumerate(scores):
        if since == "previous":
            found[t] = last
        elif since == "best":
            found[t] = top
        else:
            found[t] = np.where(now > last, last, top)
        rated = ~np.isnan(now)
        goes_on = now <= last if since == "decline" else now <= top
        top = np.where(rated & ~goes_on, now, top)
        last = np.where(rated, now, last)
    return found


def in_units(distance: Floats, unit: Floats | float) -> Floats:
    """A distance in units of a spread. Where the spread is nothing: 0 for no distance, else infinite."""
    return np.where((distance == 0) & (unit == 0), 0.0, distance / unit)


def floor_of(measure: Measure) -> float:
    """The least sigma to reckon with: the form's standard error of measurement; half a step where that is not known."""
    return measure.step / 2 if measure.sem is None else measure.sem


def moving_ranges(scores: Floats) -> Floats:
    """Distance of neighbouring sessions, (sessions - 1, series); NaN unless both were rated. Never across a gap."""
    return np.abs(np.diff(scores, axis=0))


def whole_median(ranges: Floats) -> Floats:
    """(series,) medians down the columns, NaN left out; NaN where there is nothing."""
    if not len(ranges):
        return np.full(ranges.shape[1], np.nan)
    ordered = np.sort(ranges, axis=0)
    return _middle(ordered, (~np.isnan(ranges)).sum(axis=0))


def running_median(ranges: Floats) -> Floats:
    """(rows, series): medians of each row and all rows above it, NaN left out."""
    found = np.empty_like(ranges)
    ordered = np.full_like(ranges, np.inf)
    count = np.zeros(ranges.shape[1], dtype=np.intp)
    for t, now in enumerate(ranges):
        moving = np.where(np.isnan(now), np.inf, now)
        for place in range(t + 1):
            # Insertion: the lesser stays, the greater moves on.
            ordered[place], moving = np.minimum(ordered[place], moving), np.maximum(ordered[place], moving)
        count += ~np.isnan(now)
        found[t] = _middle(ordered[: t + 1], count)
    return found


def _middle(ordered: Floats, count: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Floats:
    """Median of the first ``count`` rows of sorted columns."""
    lower, upper = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(ordered) - 1)
    pair = np.take_along_axis(ordered, np.stack([lower, upper]), axis=0)
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)


def check(rule: str, setting: str, value: object, fine: bool, need: str) -> None:
    """Refuse a setting.

    Raises:
        SettingError: ``fine`` is False.
    """
    if not fine:
        raise SettingError(
            f"{setting} of the rule {rule!r} cannot be {value!r}", mend=f"Give {setting} as {need}"
        )


def check_count(rule: str, setting: str, value: int | None, least: int) -> None:
    """Refuse a number of ratings or sessions that is not whole or too small; None passes.

    Raises:
        SettingError: it is.
    """
    fine = value is None or (float(value).is_integer() and value >= least)
    check(rule, setting, value, fine, f"a whole number, {least} or more")


def check_threshold(rule: str, threshold: float) -> None:
    """Refuse a threshold that is not above 0.

    Raises:
        SettingError: it is not.
    """
    check(rule, "threshold", threshold, threshold > 0, "a number above 0")
