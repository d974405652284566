"""Runs a rule's arithmetic over any number of series, a block at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.rules.rule import Columns, Signals

SCORES_AT_ONCE = 1 << 16
"""Half a megabyte a block: the arithmetic stays in the processor's cache, and memory does not grow with it."""

DECIMALS = 9
"""Statistics are rounded here, so that a drop of exactly one point counts as one point: in binary, 32.3 - 31.3 is less than 1."""

SCORE_DECIMALS = 12
"""Scores are rounded here: 4.1 and 4.1, means of different items, can differ in the last bit, and a client who never moves has no
spread against which that would be nothing."""


class Weighed(NamedTuple):
    """What a rule makes of a block. Arrays are (sessions, series), see ``Signals``; ``onset`` is -1 where there is none."""

    statistic: Floats
    reference: Floats
    limit: Floats
    onset: Columns | None = None


def judge(panel: Panel, threshold: float, weigh: Callable[[Floats], Weighed]) -> Signals:
    """Signals of a whole panel.

    Args:
        panel: the series.
        threshold: the statistic from which on a session is flagged.
        weigh: the rule's arithmetic on scores (sessions, series), NaN in the gaps; each series by itself.

    Returns:
        Signals with no flag and no statistic in sessions without a rating.
    """
    count, sessions = panel.values.shape
    statistic, reference, limit = (np.full((count, sessions), np.nan) for _ in range(3))
    onset: Columns | None = None
    size = max(1, SCORES_AT_ONCE // max(1, sessions))
    for start in range(0, count if sessions else 0, size):
        rows = slice(start, start + size)
        scores = np.array(panel.values[rows].T, dtype=np.float64, order="C")
        np.round(scores, SCORE_DECIMALS, out=scores)
        # A spread of nothing is a case that the rules mean to have: see ``in_units``.
        with np.errstate(divide="ignore", invalid="ignore"):
            found = weigh(scores)
        statistic[rows] = np.where(np.isnan(scores), np.nan, found.statistic).T
        reference[rows] = found.reference.T
        limit[rows] = found.limit.T
        if found.onset is not None:
            onset = np.full((count, sessions), -1, dtype=np.intp) if onset is None else onset
            onset[rows] = found.onset.T
        statistic[rows] = np.round(statistic[rows], DECIMALS)
    low = statistic >= threshold
    if onset is not None:
        onset[~low] = -1
    return Signals(low, reference, limit, statistic, onset=onset)
