"""Centre and sigma of control charts: of the first k ratings, or of all ratings (so far)."""

from __future__ import annotations

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.rules.rule import Bools
from reattune.alliance.rules.running import (
    Running,
    Spread,
    moving_ranges,
    running_median,
    whole_median,
)

MEAN_RANGE = 1.128
"""Mean moving range of two draws from a normal distribution with sigma 1 (the usual three decimals)."""

MEDIAN_RANGE = 0.954
"""Their median."""

LEAST_RANGES = 2
"""A single moving range is no ground for limits."""


def first_ratings(scores: Floats, k: int, robust: bool = False) -> tuple[Spread, Bools]:
    """A chart whose limits rest on the first ``k`` ratings.

    Returns:
        Centre and sigma, (1, series), NaN for series with fewer than ``k`` ratings or fewer than two moving ranges among them;
        and (sessions, series), True in the sessions after the ``k``-th rating.
    """
    rated = ~np.isnan(scores)
    count = np.cumsum(rated, axis=0)
    inside = rated & (count <= k)
    running = Running(scores.shape[1])
    for now, where in zip(scores, inside, strict=True):
        running.add(now, where)
    ranges = np.where(inside[1:], moving_ranges(scores), np.nan)
    known = (~np.isnan(ranges)).sum(axis=0)
    sigma = (
        whole_median(ranges) / MEDIAN_RANGE
        if robust
        else np.nansum(ranges, axis=0) / np.maximum(known, 1) / MEAN_RANGE
    )
    enough = (running.count >= k) & (known >= LEAST_RANGES)
    found = Spread(np.where(enough, running.mean, np.nan)[None], np.where(enough, sigma, np.nan)[None])
    return found, count - rated >= k


def all_ratings(scores: Floats, least: int, robust: bool, prospective: bool) -> Spread:
    """A chart whose limits rest on all ratings: those so far, the session's own among them, or the whole series.

    Returns:
        Centre and sigma, (sessions, series) or (1, series); NaN with fewer than ``least`` ratings or two moving ranges.
    """
    series = scores.shape[1]
    ranges = np.concatenate([np.full((1, series), np.nan), moving_ranges(scores)])
    running = Running(series)
    mean, sigma = np.empty_like(scores), np.empty_like(scores)
    total, known = np.zeros(series), np.zeros(series)
    medians = running_median(ranges) if robust and prospective else None
    for t, now in enumerate(scores):
        running.add(now, ~np.isnan(now))
        new = ~np.isnan(ranges[t])
        total += np.where(new, ranges[t], 0.0)
        known += new
        enough = (running.count >= least) & (known >= LEAST_RANGES)
        mean[t] = np.where(enough, running.mean, np.nan)
        spread = total / np.maximum(known, 1) / MEAN_RANGE if medians is None else medians[t] / MEDIAN_RANGE
        sigma[t] = np.where(enough, spread, np.nan)
    if prospective:
        return Spread(mean, sigma)
    if robust:
        sigma[-1] = np.where(np.isnan(sigma[-1]), np.nan, whole_median(ranges) / MEDIAN_RANGE)
    return Spread(mean[-1:], sigma[-1:])
