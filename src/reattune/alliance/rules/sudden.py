"""Sudden and lasting losses: the three criteria for sudden gains (Tang & DeRubeis, 1999), turned downward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.rules.blocks import Weighed, judge
from reattune.alliance.rules.drop import reliable_change
from reattune.alliance.rules.rule import Columns, Signals
from reattune.alliance.rules.running import check, check_threshold, in_units

SIDE = 3
"""Sessions before, and sessions from the drop on."""

LEAST = 2
"""Ratings a side at least."""

T_CRITICAL = {4: 4.303, 5: 3.182, 6: 2.776}
"""Student's t for p = .05, two-sided, by ratings on both sides, as published: two a side; one missing; none missing."""


@dataclass(frozen=True)
class SuddenLoss:
    """A drop from one session to the next that is large, large for where it started, and lasting.

    Statistic: the least of the three, each as a share of what it takes (1 = just met).

    Attributes:
        cutoff: the first criterion, in the form's own units; None: the form's reliable change.
        share: the second, a share of the score before, counted from the form's strained end; left out where that is not known.
        threshold: so many times each criterion.
    """

    cutoff: float | None = None
    share: float = 0.25
    threshold: float = 1.0
    name: str = "tang-derubeis"
    source: str = "Tang & DeRubeis (1999), turned downward"

    def __post_init__(self) -> None:
        cutoff = self.cutoff
        check(self.name, "cutoff", cutoff, cutoff is None or 0 < cutoff < float("inf"), "a number above 0")
        check(self.name, "share", self.share, 0 < self.share <= 1, "a number above 0, at most 1")
        check_threshold(self.name, self.threshold)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:
        """Flag drops. Retrospectively in the session of the drop.

        Prospectively late: the third session from the drop on has to be over, and the flag stands at the first rating from then
        on; ``Signals.onset`` names the session of the drop. Should several drops become known at once, the clearest stands for
        all. There is then no limit for a single score, and ``limit`` is NaN.

        Raises:
            SettingError: ``cutoff`` is left open and the form's SD or reliability is not known.
        """
        cutoff = reliable_change(self.name, self.cutoff, panel.measure)
        low = panel.measure.low

        def weigh(scores: Floats) -> Weighed:
            statistic, reference, limit = self._losses(scores, cutoff, low)
            if not prospective:
                return Weighed(statistic, reference, limit)
            return _late(scores, statistic, reference)

        return judge(panel, self.threshold, weigh)

    def _losses(self, scores: Floats, cutoff: float, low: float) -> tuple[Floats, Floats, Floats]:
        """Statistic, mean before and limit of each session, as it stands when all is known, (sessions, series)."""
        gap = np.full((1, scores.shape[1]), np.nan)
        before = np.concatenate([gap, scores[:-1]])
        takes = np.full_like(scores, cutoff)
        if np.isfinite(low):
            takes = np.maximum(takes, self.share * (before - low))
        # The three sessions before session t are those from session t - 3 on.
        count, mean, squares = _from_each(np.concatenate([gap] * SIDE + [scores] + [gap] * (SIDE - 1)))
        n_early, mean_early, squares_early = count[:-SIDE], mean[:-SIDE], squares[:-SIDE]
        n_late, mean_late, squares_late = count[SIDE:], mean[SIDE:], squares[SIDE:]
        ratings = n_early + n_late
        pooled = np.sqrt((squares_early + squares_late) / np.maximum(ratings - 2, 1))
        critical = np.array([np.nan, *(T_CRITICAL.get(n, np.nan) for n in range(1, 2 * SIDE + 1))])[ratings]
        enough = (n_early >= LEAST) & (n_late >= LEAST)
        lasting = np.where(enough, in_units(mean_early - mean_late, critical * pooled), np.nan)
        statistic = np.minimum(in_units(before - scores, takes), lasting)
        return statistic, mean_early, before - self.threshold * takes


def _from_each(scores: Floats) -> tuple[Columns, Floats, Floats]:
    """Ratings, their mean and their sum of squares about it, of three sessions from each on; the last two begin none."""
    windows = [scores[i : len(scores) - SIDE + 1 + i] for i in range(SIDE)]
    # Means are taken from one of the ratings: equal scores then have exactly their value as the mean, and no spread.
    origin = np.where(np.isnan(windows[0]), windows[1], windows[0])
    origin = np.where(np.isnan(origin), windows[2], origin)
    count = np.zeros(origin.shape, dtype=np.intp)
    above, squares = np.zeros_like(origin), np.zeros_like(origin)
    for window in windows:
        rated = ~np.isnan(window)
        count += rated
        above += np.where(rated, window - origin, 0.0)
    mean = origin + above / np.maximum(count, 1)
    for window in windows:
        squares += np.where(np.isnan(window), 0.0, (window - mean) ** 2)
    return count, mean, squares


def _late(scores: Floats, statistic: Floats, reference: Floats) -> Weighed:
    """Moves each verdict to the first rating at which all of its sessions are over."""
    shape, wait = scores.shape, SIDE - 1
    found, level = np.full(shape, np.nan), np.full(shape, np.nan)
    onset = np.full(shape, -1, dtype=np.intp)
    held, held_level = np.full(shape[1], np.nan), np.full(shape[1], np.nan)
    held_onset = np.full(shape[1], -1, dtype=np.intp)
    for t in range(wait, shape[0]):
        new = statistic[t - wait]
        clearer = ~np.isnan(new) & ~(new <= held)
        held = np.where(clearer, new, held)
        held_level = np.where(clearer, reference[t - wait], held_level)
        held_onset = np.where(clearer, t - wait, held_onset)
        found[t], level[t], onset[t] = held, held_level, held_onset
        rated = ~np.isnan(scores[t])
        held = np.where(rated, np.nan, held)
        held_level = np.where(rated, np.nan, held_level)
        held_onset = np.where(rated, -1, held_onset)
    return Weighed(found, level, np.full(shape, np.nan), onset)
