"""Rules that measure a drop by the client's own ups and downs (Gumz et al., 2012, and those before them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.blocks import Weighed, judge
from reattune.alliance.rules.rule import Signals
from reattune.alliance.rules.running import (
    SINCE,
    Running,
    Since,
    check,
    check_count,
    check_threshold,
    in_units,
    level_before,
)

SPREADS = ("scores", "changes")

NO_SPREAD = 1e-9
"""Changes that differ by less than this share of themselves are the same change: the rest is binary rounding."""


@dataclass(frozen=True)
class OwnSd:
    """A drop of so many standard deviations, and a rise of as many.

    The yardstick is the greater (stricter) of the client's own SD and the SD between people. Statistic: the drop in that unit;
    retrospectively with ``recover_within``, the lesser of the drop and the rise that follows.

    Attributes:
        threshold: so many SD.
        of: the client's own SD is that of the "scores", or of the "changes" from one session to the next.
        between: SD between people. None: as published for the form; where that is not known, the own SD alone. 0: own SD alone.
        since: from where the drop is counted; "decline" takes in those that go over several sessions.
        recover_within: flag only drops with a rise as large within so many sessions. None: the drop suffices. Prospectively the
            drop always suffices: whether it will be made good nobody knows yet.
        least: so many scores (or changes) before the own SD counts.
    """

    threshold: float = 1.0
    of: Literal["scores", "changes"] = "scores"
    between: float | None = None
    since: Since = "decline"
    recover_within: int | None = None
    least: int = 3
    name: str = "own-sd-1"
    source: str = "Gumz, Brähler, Geyer & Erices (2012)"

    def __post_init__(self) -> None:
        between = self.between
        check_threshold(self.name, self.threshold)
        check(self.name, "of", self.of, self.of in SPREADS, f"one of {', '.join(SPREADS)}")
        check(self.name, "between", between, between is None or 0 <= between < float("inf"), "0 or more")
        check(self.name, "since", self.since, self.since in SINCE, f"one of {', '.join(SINCE)}")
        check_count(self.name, "recover_within", self.recover_within, 1)
        check_count(self.name, "least", self.least, 2)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:
        """Flag each session. Prospectively the own SD is that of the ratings so far, today's among them.

        A dip thus widens its own yardstick: the limit of a session moves with its score, and among the first few ratings a deeper
        dip can weigh a little less than a shallow one.
        """
        return judge(panel, self.threshold, lambda scores: self._weigh(scores, panel.measure, prospective))

    def _weigh(self, scores: Floats, measure: Measure, prospective: bool) -> Weighed:
        reference = level_before(scores, self.since)
        unit = own_sd(scores, self.of, self.least, prospective)
        between = measure.sd if self.between is None else self.between
        if between is not None:
            unit = np.maximum(unit, between)
        statistic = in_units(reference - scores, unit)
        if self.recover_within is not None and not prospective:
            statistic = np.minimum(statistic, in_units(_rise(scores, self.recover_within), unit))
        return Weighed(statistic, reference, reference - self.threshold * unit)


def stiles2004_style() -> OwnSd:
    """A sudden drop of 2 SD of the changes from session to session, and a rise as large within three sessions."""
    return OwnSd(
        threshold=2.0, of="changes", between=0.0, since="previous", recover_within=3,
        name="stiles2004-style", source="after Stiles et al. (2004)",
    )  # fmt: skip


def strauss2006_style() -> OwnSd:
    """As ``stiles2004_style`` with 1 SD."""
    return OwnSd(
        threshold=1.0, of="changes", between=0.0, since="previous", recover_within=3,
        name="strauss2006-style", source="after Strauss et al. (2006)",
    )  # fmt: skip


def stevens2007_style() -> OwnSd:
    """A drop of 1 SD of the scores, over one session or several, and a rise as large within five sessions."""
    return OwnSd(
        threshold=1.0, of="scores", between=0.0, since="decline", recover_within=5,
        name="stevens2007-style", source="after Stevens et al. (2007)",
    )  # fmt: skip


def between_sd(panel: Panel) -> float:
    """SD of the clients' mean scores: ``between`` for a form without a published SD, from a caseload of one's own.

    Returns:
        n - 1 in the denominator; NaN with fewer than two clients who have a rating.
    """
    count = panel.rated.sum(axis=1)
    means = np.nansum(panel.values, axis=1)[count > 0] / count[count > 0]
    return float(means.std(ddof=1)) if len(means) > 1 else float("nan")


def own_sd(scores: Floats, of: str, least: int, prospective: bool) -> Floats:
    """The client's own SD: (sessions, series) of what came so far, or (1, series) of the whole.

    Where all changes are the same there are no ups and downs by which one of them could be sudden: NaN.
    """
    series = np.diff(scores, axis=0, prepend=np.nan) if of == "changes" else scores
    running = Running(scores.shape[1])
    found = np.empty_like(scores)
    for t, now in enumerate(series):
        running.add(now, ~np.isnan(now))
        sd = running.sd(least)
        slope = (of == "changes") & (running.mean != 0) & (sd <= NO_SPREAD * np.abs(running.mean))
        found[t] = np.where(slope, np.nan, sd)
    return found if prospective else found[-1:]


def _rise(scores: Floats, within: int) -> Floats:
    """(sessions, series): the greatest rise from the lowest rating on, within so many sessions after each."""
    found = np.zeros_like(scores)
    for t, now in enumerate(scores):
        lowest = now.copy()
        for later in scores[t + 1 : t + 1 + within]:
            lowest = np.fmin(lowest, later)
            found[t] = np.fmax(found[t], later - lowest)
    return found
