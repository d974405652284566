"""The client's and the therapist's ratings of one form side by side: how far apart, and whether that changes in a drop.

Two people use a form differently: a therapist's mean of 3.8 beside a client's of 4.6 is no disagreement. So each series is
first set in its own standard deviations around its own mean; the *discrepancy* is the client's value less the therapist's.
Below 0: the client rates this session lower than usual, by comparison, than the therapist does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.running import Running
from reattune.alliance.walk import LEAST_FOR_SD

CLIENT, THERAPIST = "client", "therapist"

BEFORE = 3
"""Sessions before the onset with which an episode is compared."""

SIDES = {
    "case": pl.String,
    "session": pl.Int32,
    "client": pl.Float64,
    "therapist": pl.Float64,
    "discrepancy": pl.Float64,
}
"""Columns of ``both_sides``."""


LEAST_SHARE = 0.05
"""Where a form's measurement error is not known: a spread of less than this share of its range counts as this much."""


def least_spread(measure: Measure) -> float:
    """The least standard deviation to reckon with: someone who moves by a hair has not changed their mind."""
    return LEAST_SHARE * (measure.high - measure.low) if measure.sem is None else measure.sem


def standardised(values: Floats, floor: float = 0.0) -> Floats:
    """Each series in its own standard deviations around its own mean.

    Args:
        values: (series, sessions), NaN in the gaps.
        floor: the standard deviation is never below this (a form's measurement error), so that someone who nearly always ticks
            the same is not taken for someone who swings.

    Returns:
        The same shape; NaN in the gaps, and throughout for series with fewer than three ratings or without any spread.
    """
    running = Running(len(values))
    for now in values.T:
        running.add(now, ~np.isnan(now))
    spread = np.maximum(running.sd(LEAST_FOR_SD), floor)
    spread[spread == 0] = np.nan
    return (values - running.mean[:, None]) / spread[:, None]


def beside(mine: Panel, other: Panel) -> Panel:
    """The series of two forms in one panel, as one form's: those of ``other`` that ``mine`` has not (same case and rater)."""
    have = set(mine.keys)
    rows = [row for row, key in enumerate(other.keys) if key not in have]
    first = min(mine.first, other.first)
    last = max(mine.first + mine.values.shape[1], other.first + other.values.shape[1])
    values = np.full((len(mine.values) + len(rows), last - first), np.nan)
    for part, at, start in (
        (mine.values, 0, mine.first),
        (other.values[rows], len(mine.values), other.first),
    ):
        values[at : at + len(part), start - first : start - first + part.shape[1]] = part
    return replace(mine, values=values, first=first, keys=(*mine.keys, *(other.keys[row] for row in rows)))


def pairs(panel: Panel) -> list[tuple[int, int]]:
    """Rows of the client and of the therapist of every case that has both."""
    rows: dict[str, dict[str, int]] = {}
    for row, (case, rater) in enumerate(panel.keys):
        rows.setdefault(case, {})[rater] = row
    return [(both[CLIENT], both[THERAPIST]) for both in rows.values() if CLIENT in both and THERAPIST in both]


def both_sides(panel: Panel) -> pl.DataFrame:
    """The sessions that client and therapist both rated, of every case.

    Returns:
        A row a session with ``case``, ``session`` and, in each one's own standard deviations (higher is better), ``client``,
        ``therapist`` and ``discrepancy``.
    """
    both = pairs(panel)
    if not both:
        return pl.DataFrame(schema=SIDES)
    rows = np.array(both)
    floor = least_spread(panel.measure)
    client, therapist = (standardised(panel.values[rows[:, side]], floor) for side in (0, 1))
    series, columns = np.nonzero(~np.isnan(client + therapist))
    found = {
        "case": [panel.keys[row][0] for row in rows[series, 0].tolist()],
        "session": columns + panel.first,
        "client": client[series, columns],
        "therapist": therapist[series, columns],
        "discrepancy": (client - therapist)[series, columns],
    }
    return pl.DataFrame(found, schema=SIDES)


def sides_of_episodes(panel: Panel, episodes: pl.DataFrame) -> pl.DataFrame:
    """What the other one's ratings did in each episode.

    Args:
        panel: the series of all raters, cut short where the episodes were.
        episodes: as ``episode_table`` gives them.

    Returns:
        A row for each episode, in the same order: ``other_rater``, ``other_change`` (the other's mean in the episode less that
        in up to three sessions before it, in their own standard deviations; below 0: they went down too),
        ``discrepancy_before``, ``discrepancy_during``, ``discrepancy_change`` (this rater's value less the other's, each
        standardised). Null where the other one did not rate enough.
    """
    names = ("other_change", "discrepancy_before", "discrepancy_during", "discrepancy_change")
    partner = {a: b for pair in pairs(panel) for a, b in (pair, pair[::-1])}
    mine = episodes["series"].to_numpy().astype(np.intp)
    theirs = np.array([partner.get(row, -1) for row in mine.tolist()], dtype=np.intp)
    has = np.flatnonzero(theirs >= 0)
    out = {name: np.full(len(mine), np.nan) for name in names}
    if len(has):
        floor = least_spread(panel.measure)
        own = standardised(panel.values[mine[has]], floor)
        other = standardised(panel.values[theirs[has]], floor)
        column = np.arange(panel.values.shape[1])
        onset = episodes["onset"].to_numpy()[has, None] - panel.first
        last = episodes["last"].to_numpy()[has, None] - panel.first
        before, during = (column < onset) & (column >= onset - BEFORE), (column >= onset) & (column <= last)
        apart = own - other
        out["other_change"][has] = _mean(other, during) - _mean(other, before)
        out["discrepancy_before"][has], out["discrepancy_during"][has] = (
            _mean(apart, before),
            _mean(apart, during),
        )
        out["discrepancy_change"] = out["discrepancy_during"] - out["discrepancy_before"]
    raters = [None if row < 0 else panel.keys[row][1] for row in theirs.tolist()]
    return pl.DataFrame({"other_rater": pl.Series(raters, dtype=pl.String), **out}).with_columns(
        pl.col(names).fill_nan(None)
    )


def _mean(values: Floats, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """Mean of each row over some of its columns; NaN where there is nothing."""
    chosen = where & ~np.isnan(values)
    count = chosen.sum(axis=1)
    total = np.where(chosen, values, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean
