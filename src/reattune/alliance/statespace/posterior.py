"""All classes and chunks put together: the probability of a drop, session by session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.statespace.caseload import class_weights
from reattune.alliance.statespace.forward import Way, first_rated, look_back, walk
from reattune.alliance.statespace.limits import as_scores, limits
from reattune.alliance.statespace.settings import Settings
from reattune.alliance.statespace.space import Space, Table, Whole, space_for

CHUNK = 256
"""Series walked through at once: few enough for the states to stay in the processor's cache."""
WORKERS = 2


@dataclass(frozen=True)
class Posterior:
    """What the model says of a panel. Arrays are (series, sessions); NaN before the first rating.

    Attributes:
        dropped: probability (0-1) that the level has dropped from the client's earlier one.
        level: expected level without the drop, in the form's units, within its range.
        limit: the score at or below which a drop would have been called; all NaN if not asked for.
    """

    dropped: Floats
    level: Floats
    limit: Floats


def posterior(
    panel: Panel,
    settings: Settings,
    *,
    prospective: bool = True,
    limit_at: float | None = None,
    chunk: int = CHUNK,
) -> Posterior:
    """Run the model over a panel.

    Args:
        panel: the series.
        settings: the assumptions.
        prospective: what is said of session t rests on sessions up to t alone, those of the other clients too. False: on all.
        limit_at: odds of a drop from which on it is called, to work out limits; prospectively only.
        chunk: series at once; the answer does not depend on it.
    """
    space = space_for(panel.measure, settings)
    scores = space.scores(panel.values, panel.measure)
    loglik, dropped, level = _walks(space, scores, panel.first, walk if prospective else look_back, chunk)
    begun = first_rated(scores, space)[:, None] <= np.arange(scores.shape[1])
    weights = class_weights(space, loglik, begun)
    weights = weights if prospective else np.broadcast_to(weights[-1:], weights.shape)
    total, drop, mean = (np.zeros(scores.shape, np.float32) for _ in range(3))
    top = loglik.max(2)
    for c in range(len(space.emission)):
        share = np.exp(loglik[:, :, c] - top) * weights[:, c].astype(np.float32)
        total += share
        drop += share * dropped[:, :, c]
        mean += share * level[:, :, c]
    limit = np.full(scores.shape, np.nan)
    if limit_at is not None and prospective:
        found = limits(space, scores, panel.first, loglik, weights, limit_at)
        limit = as_scores(found, space, panel.measure)
    low, width = panel.measure.low, panel.measure.high - panel.measure.low
    with np.errstate(invalid="ignore"):
        return Posterior(
            np.where(begun, np.clip(drop / total, 0, 1), np.nan).astype(np.float64),
            np.where(begun, low + width * np.clip(mean / total, 0, 1), np.nan).astype(np.float64),
            limit,
        )


def _walks(space: Space, scores: Whole, first: int, way: Way, chunk: int) -> tuple[Table, Table, Table]:
    """(series, sessions, C) each: log-likelihood, drop and level, class by class."""
    n, columns = scores.shape
    out = tuple(np.zeros((n, columns, len(space.emission)), np.float32) for _ in range(3))

    def fill(start: int) -> None:
        rows = slice(start, start + chunk)
        for c in range(len(space.emission)):
            found = way(space, c, scores[rows], first)
            for target, part in zip(out, (found.loglik, found.dropped, found.level), strict=True):
                target[rows, :, c] = part

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(fill, range(0, n, chunk)))
    return out[0], out[1], out[2]
