"""The score at or below which a drop would have been called, for a chart to draw."""

from __future__ import annotations

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.statespace.forward import first_rated, steps
from reattune.alliance.statespace.space import Space, Table, Whole

CHUNK = 256


def limits(space: Space, scores: Whole, first: int, loglik: Table, weights: Floats, odds: float) -> Floats:
    """Try every score that the form has in place of the one given.

    Args:
        space, scores, first: as for ``forward.walk``.
        loglik: (series, sessions, C), what ``forward.walk`` found.
        weights: (sessions, C), how common the classes are.
        odds: odds of a drop from which on it is called.

    Returns:
        (series, sessions), number of the highest score that would be called, and NaN where none would or there is no earlier one.
    """
    found = np.full(scores.shape, np.nan)
    for start in range(0, len(scores), CHUNK):
        rows = slice(start, start + CHUNK)
        found[rows] = _limits(space, scores[rows], first, loglik[rows], weights, odds)
    return found


def _limits(space: Space, scores: Whole, first: int, loglik: Table, weights: Floats, odds: float) -> Floats:
    found = np.full(scores.shape, np.nan)
    begins = first_rated(scores, space)
    bins = space.bins
    walks = [steps(space, c, scores, first) for c in range(len(space.emission))]
    for t, classes in enumerate(zip(*walks, strict=True)):
        begun = begins < t
        if not begun.any():
            continue
        past = loglik[:, t - 1] - loglik[:, t - 1].max(1, keepdims=True)
        none, some = np.zeros((2, len(scores), bins), np.float32)
        for c, (before, _) in enumerate(classes):
            size = before.sum(axis=(0, 2))
            share = (np.exp(past[:, c]) * weights[t, c] / np.where(size > 0, size, 1)).astype(np.float32)
            chance = np.matmul(before, space.emission[c][:, :bins].transpose(0, 2, 1)) * share[None, :, None]
            none += chance[0]
            some += chance[1:].sum(0)
        called = (some >= odds * none) & begun[:, None]
        # From the lowest score upward, as long as each is called: the highest of them.
        unbroken = np.logical_and.accumulate(called, axis=1).sum(1)
        found[:, t] = np.where(unbroken > 0, unbroken - 1, np.nan)
    return found


def as_scores(bins: Floats, space: Space, measure: Measure) -> Floats:
    """Numbers of scores in the form's own units."""
    return measure.low + bins / (space.bins - 1) * (measure.high - measure.low)
