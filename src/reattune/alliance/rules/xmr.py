"""The control chart for single scores, XmR (Shewhart; for ruptures Eubanks-Carter et al., 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.blocks import Weighed, judge
from reattune.alliance.rules.charts import all_ratings, first_ratings
from reattune.alliance.rules.rule import Signals
from reattune.alliance.rules.running import Spread, check_count, check_threshold, floor_of, in_units


@dataclass(frozen=True)
class XmR:
    """A score below the mean by more than three sigma, sigma from the moving ranges of neighbouring sessions.

    Statistic: the distance below the mean in sigma.

    Attributes:
        threshold: so many sigma.
        baseline: limits from the first so many ratings, which are themselves not judged. None: from all ratings; prospectively
            from those so far, today's among them, as the published chart has it.
        robust: the median moving range / 0.954 instead of the mean / 1.128.
        floor: sigma is never below the form's standard error of measurement (half a step of the scale where it is not known).
            False: the published chart to the letter.
        least: without ``baseline``, so many ratings before the chart says anything.
    """

    threshold: float = 3.0
    baseline: int | None = None
    robust: bool = False
    floor: bool = True
    least: int = 5
    name: str = "xmr"
    source: str = "Eubanks-Carter, Gorman & Muran (2012)"

    def __post_init__(self) -> None:
        check_threshold(self.name, self.threshold)
        check_count(self.name, "baseline", self.baseline, 3)
        check_count(self.name, "least", self.least, 3)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:
        """Flag each session. With a ``baseline``, the same in both modes.

        The upper limit lies as far above the reference as the limit lies below it.
        """
        return judge(panel, self.threshold, lambda scores: self._weigh(scores, panel.measure, prospective))

    def _weigh(self, scores: Floats, measure: Measure, prospective: bool) -> Weighed:
        if self.baseline is None:
            mean, sigma = all_ratings(scores, self.least, self.robust, prospective)
        else:
            (mean, sigma), after = first_ratings(scores, self.baseline, self.robust)
            mean = np.where(after, mean, np.nan)
        mean, sigma = floored(Spread(mean, sigma), measure, self.floor)
        reference = np.broadcast_to(mean, scores.shape)
        return Weighed(in_units(mean - scores, sigma), reference, reference - self.threshold * sigma)


def floored(spread: Spread, measure: Measure, floor: bool) -> Spread:
    """Sigma no less than the form's measurement error, if ``floor``."""
    return Spread(spread.mean, np.maximum(spread.sigma, floor_of(measure))) if floor else spread


def xmr_baseline() -> XmR:
    """Limits from the first five ratings."""
    return XmR(baseline=5, name="xmr-baseline")


def xmr_robust() -> XmR:
    """Limits from the median moving range of all ratings: one dip does not widen them."""
    return XmR(robust=True, name="xmr-robust")
