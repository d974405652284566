"""The model's tables for one form: how likely each score is in each state, how states follow each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.statespace.settings import Settings

Table = NDArray[np.float32]
Whole = NDArray[np.int32]

MOST_BINS = 121
"""Forms with more distinct scores (visual analogue scales) are read in hundredths of their range."""
COARSE_BINS = 101


@dataclass(frozen=True)
class Space:
    """States and tables. ``K`` levels, ``D`` sizes of drop (the first is none), ``C`` noise classes, ``B`` distinct scores.

    Attributes:
        settings: the assumptions.
        bins: B.
        levels: (K,) grid of levels, in fractions of the form's range.
        start: (K,) chance of each level at the first rating.
        emission: one table a class, (D, B + 1, K): chance of each score in each state. Row B is for a missed session: all ones.
        change: (D, D), chance of the size in the row being followed by the size in the column.
    """

    settings: Settings
    bins: int
    levels: Floats
    start: Table
    emission: tuple[Table, ...]
    change: Table

    def drift(self, noise: int, session: int) -> Table:
        """(K, K), chance of each level at ``session`` (column) from each at the session before (row), for one noise class."""
        return _drift(self.settings, noise, max(int(session), 2))

    def scores(self, values: Floats, measure: Measure) -> Whole:
        """The number of each score's bin, 0 to B - 1, and B where there is none."""
        share = (values - measure.low) / (measure.high - measure.low)
        missing = np.isnan(share)
        binned: Whole = np.rint(np.clip(np.where(missing, 0, share), 0, 1) * (self.bins - 1)).astype(np.int32)
        binned[missing] = self.bins
        return binned


def space_for(measure: Measure, settings: Settings) -> Space:
    """The tables for one form.

    Args:
        measure: its range and steps.
        settings: the assumptions.
    """
    bins = COARSE_BINS
    if measure.step > 0:
        bins = round((measure.high - measure.low) / measure.step) + 1
        bins = bins if 2 <= bins <= MOST_BINS else COARSE_BINS
    return _space(bins, settings)


@cache
def _space(bins: int, settings: Settings) -> Space:
    levels = np.linspace(settings.grid_low, settings.grid_high, settings.points)
    start = np.exp(-0.5 * ((levels - settings.level_mean) / settings.level_sd) ** 2)
    return Space(
        settings,
        bins,
        levels,
        (start / start.sum()).astype(np.float32),
        tuple(_emission(bins, levels, sd, settings) for sd in settings.noise),
        _change(settings),
    )


def _emission(bins: int, levels: Floats, sd: float, settings: Settings) -> Table:
    """Chance of each score when the latent score is normal around level less drop.

    Whatever lies beyond an end of the form is given as that end: so the highest score says "at least this much", and no more.
    """
    edges = (np.arange(bins - 1) + 0.5) / (bins - 1)
    spacing = levels[1] - levels[0]
    wide = sqrt(sd**2 + spacing**2 / 12)  # a grid point stands for all levels of its cell
    table = np.ones((1 + len(settings.sizes), bins + 1, len(levels)))
    for d, size in enumerate((0.0, *settings.sizes)):
        below = _normal((edges[:, None] - (levels - size * sd)) / wide)
        full = np.concatenate([np.zeros((1, len(levels))), below, np.ones((1, len(levels)))])
        table[d, :bins] = np.diff(full, axis=0)
    for d, size in enumerate(settings.sizes, 1):
        deeper = np.arange(bins)[:, None] / (bins - 1) < levels - size * sd
        deeper[0] = True
        table[d, :bins] = (1 - settings.plunge) * table[d, :bins] + settings.plunge * deeper / deeper.sum(0)
    table[:, :bins] = (1 - settings.slip) * table[:, :bins] + settings.slip / bins
    return table.astype(np.float32)


def _normal(z: Floats) -> Floats:
    below: Floats = 0.5 * (1 + np.vectorize(erf)(z / sqrt(2)))
    return below


def _change(settings: Settings) -> Table:
    """No drop, a new one of one kind or the other, the same one still, its end."""
    n = len(settings.sizes)
    table = np.zeros((n + 1, n + 1))
    table[0, 0] = 1 - settings.onset
    table[0, 1:] = settings.onset * np.asarray(settings.onset_weights)
    for d in range(1, n + 1):
        table[d, d] = settings.stay[d - 1]
        table[d, 0] = 1 - settings.stay[d - 1]
    return table.astype(np.float32)


@cache
def _drift(settings: Settings, noise: int, session: int) -> Table:
    """A random walk with a rise, in small steps so that mean and variance come out right however coarse the grid is."""
    spacing = (settings.grid_high - settings.grid_low) / (settings.points - 1)
    rise = settings.growth * np.log(session / (session - 1)) / spacing
    variance = (settings.drift[noise] * settings.noise[noise] / spacing) ** 2
    times = max(1, int(np.ceil(2 * (variance + abs(rise)))))
    up = max((variance + rise) / 2, 0.0, rise) / times
    down = max((variance - rise) / 2, 0.0, -rise) / times
    k = settings.points
    once = (
        np.diag(np.full(k, 1 - up - down))
        + np.diag(np.full(k - 1, up), 1)
        + np.diag(np.full(k - 1, down), -1)
    )
    once[0, 0] += down
    once[-1, -1] += up
    return np.linalg.matrix_power(once, times).astype(np.float32)
