"""Charts that gather small drops over several sessions: EWMA and the lower CUSUM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.blocks import DECIMALS, Weighed, judge
from reattune.alliance.rules.charts import first_ratings
from reattune.alliance.rules.rule import Signals
from reattune.alliance.rules.running import check, check_count, check_threshold, in_units
from reattune.alliance.rules.xmr import floored


@dataclass(frozen=True)
class Ewma:
    """A moving average in which older ratings fade, below its limit (Roberts, 1959).

    Centre and sigma come from the first ``baseline`` ratings; the average starts at that centre with the rating after them.
    Statistic: the average's distance below the centre, in its own standard errors.

    Attributes:
        threshold: so many standard errors.
        weight: of the newest rating, above 0 to 1.
        baseline: so many ratings to learn from; they are themselves not judged.
        floor: as in ``XmR``.
    """

    threshold: float = 3.0
    weight: float = 0.2
    baseline: int = 5
    floor: bool = True
    name: str = "ewma"
    source: str = "Roberts (1959)"

    def __post_init__(self) -> None:
        check_threshold(self.name, self.threshold)
        check(self.name, "weight", self.weight, 0 < self.weight <= 1, "a number above 0, at most 1")
        check_count(self.name, "baseline", self.baseline, 3)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:  # noqa: ARG002 - it never looks ahead
        """Flag each session; the same in both modes. The limit is that of the score that would take the average to its own."""
        return judge(panel, self.threshold, lambda scores: self._weigh(scores, panel.measure))

    def _weigh(self, scores: Floats, measure: Measure) -> Weighed:
        base, after = first_ratings(scores, self.baseline)
        (mean, sigma), kept = (s[0] for s in floored(base, measure, self.floor)), 1 - self.weight
        statistic, limit = np.full_like(scores, np.nan), np.full_like(scores, np.nan)
        average, count = mean.copy(), np.zeros(len(mean), dtype=np.intp)
        fading = 1 - kept ** (2.0 * np.arange(1, len(scores) + 1))
        errors = np.sqrt(self.weight / (2 - self.weight) * fading)
        for t, now in enumerate(scores):
            error = sigma * errors[count]
            bound = (mean - self.threshold * error - kept * average) / self.weight
            limit[t] = np.where(after[t], bound, np.nan)
            rated = after[t] & ~np.isnan(now)
            average = np.where(rated, self.weight * now + kept * average, average)
            statistic[t] = np.where(rated, in_units(mean - average, error), np.nan)
            count += rated
        return Weighed(statistic, np.where(after, mean, np.nan), limit)


@dataclass(frozen=True)
class Cusum:
    """The sum of all that fell short of the centre by more than ``k`` sigma (Page, 1954).

    Centre and sigma come from the first ``baseline`` ratings. Statistic: the sum in sigma.

    Attributes:
        threshold: h, so many sigma.
        k: so many sigma below the centre still count for nothing.
        baseline: so many ratings to learn from; they are themselves not judged.
        reset: after a signal, a rating that is back (the centre less one standard error of measurement; less one sigma where that
            is not known) takes the sum to 0. What follows a first signal thus depends on ``threshold`` too: for another one, run
            the rule again. False: the published chart, which goes on to signal for sessions after a repair.
        floor: as in ``XmR``.
    """

    threshold: float = 4.0
    k: float = 0.5
    baseline: int = 5
    reset: bool = True
    floor: bool = True
    name: str = "cusum"
    source: str = "Page (1954)"

    def __post_init__(self) -> None:
        check_threshold(self.name, self.threshold)
        check(self.name, "k", self.k, self.k >= 0, "0 or more")
        check_count(self.name, "baseline", self.baseline, 3)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:  # noqa: ARG002 - it never looks ahead
        """Flag each session; the same in both modes. The limit is that of the score that would take the sum to h sigma."""
        return judge(panel, self.threshold, lambda scores: self._weigh(scores, panel.measure))

    def _weigh(self, scores: Floats, measure: Measure) -> Weighed:
        base, after = first_ratings(scores, self.baseline)
        mean, sigma = (s[0] for s in floored(base, measure, self.floor))
        back = mean - (sigma if measure.sem is None else measure.sem)
        statistic, limit = np.full_like(scores, np.nan), np.full_like(scores, np.nan)
        height, signalled = np.zeros(len(mean)), np.zeros(len(mean), dtype=bool)
        for t, now in enumerate(scores):
            bound = height + mean - (self.k + self.threshold) * sigma
            limit[t] = np.where(after[t], bound, np.nan)
            rated = after[t] & ~np.isnan(now)
            grown = np.maximum(0.0, height + (mean - self.k * sigma) - now)
            if self.reset:
                grown = np.where(signalled & (now >= back), 0.0, grown)
            height = np.where(rated, grown, height)
            statistic[t] = np.where(rated, in_units(height, sigma), np.nan)
            flagged = np.round(statistic[t], DECIMALS) >= self.threshold
            signalled = np.where(rated, flagged, signalled)
        return Weighed(statistic, np.where(after, mean, np.nan), limit)
