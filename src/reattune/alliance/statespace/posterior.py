"""All classes and chunks put together: the probability of a drop, session by session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.statespace.belief import Form
from reattune.alliance.statespace.caseload import class_weights
from reattune.alliance.statespace.forward import Small, Walk, Way, first_rated, look_back, walk
from reattune.alliance.statespace.limits import limits
from reattune.alliance.statespace.settings import Settings

CHUNK = 512
"""Series walked through at once: few enough for the arrays to stay in the processor's cache."""
WORKERS = 2
LEAST_ODDS = 1e-6
"""Probabilities are kept this far from 0 and 1, so that their log odds are numbers."""


@dataclass(frozen=True)
class Posterior:
    """What the model says of a panel. Arrays are (series, sessions); NaN before the first rating.

    Attributes:
        dropped: probability (0-1) that the level has dropped from the client's earlier one.
        level: expected level without the drop, in the form's units, within its range.
        statistic: log odds of a drop that was not flagged before.
        limit: the score at or below which a drop would have been called; all NaN if not asked for.
    """

    dropped: Floats
    level: Floats
    statistic: Floats
    limit: Floats


def posterior(
    panel: Panel,
    settings: Settings,
    *,
    prospective: bool = True,
    threshold: float = np.inf,
    limit: bool = False,
    chunk: int = CHUNK,
) -> Posterior:
    """Run the model over a panel.

    Args:
        panel: the series.
        settings: the assumptions.
        prospective: what is said of session t rests on sessions up to t alone, those of the other clients too. False: on all.
        threshold: log odds from which on a drop is flagged. A drop is flagged once: what counts afterwards is the chance of
            another. Looking back, every session counts for itself.
        limit: work out limits; prospectively only.
        chunk: series at once; the answer does not depend on it.
    """
    form = Form.of(panel.measure)
    scores = form.fractions(panel.values)
    walked = _walks(settings, form, scores, panel.first, walk if prospective else look_back, chunk)
    begun = first_rated(scores)[:, None] <= np.arange(scores.shape[1])
    weights = class_weights(settings, walked.loglik, begun)
    weights = weights if prospective else np.broadcast_to(weights[-1:], weights.shape)
    after = _shares(walked.loglik, weights)
    dropped = np.clip((after * walked.dropped).sum(2), 0, 1)
    level = np.clip((after * walked.level).sum(2), 0, 1)
    # A score at the level is no drop from it, however little the form's lowest score can say about what lies below.
    near = np.clip(np.where(scores >= level - form.step / 2, 0, dropped), LEAST_ODDS, 1 - LEAST_ODDS)
    statistic = np.log(near / (1 - near)).astype(np.float64)
    limited = np.full(scores.shape, np.nan)
    if prospective and scores.size:
        earlier = np.concatenate([np.zeros_like(walked.loglik[:, :1]), walked.loglik[:, :-1]], axis=1)
        before = _shares(earlier, weights)
        carried = (before * walked.carried).sum(2)
        judged = panel.rated & (np.cumsum(panel.rated, axis=1) > 1)
        less = _told(np.where(judged, statistic, -np.inf), carried, threshold)
        statistic -= less
        if limit:
            odds = np.exp(threshold + less)
            limited = form.low + form.width * limits(settings, form, scores, panel.first, before, odds)
    return Posterior(
        np.where(begun, dropped, np.nan).astype(np.float64),
        np.where(begun, form.low + form.width * level, np.nan).astype(np.float64),
        np.where(begun, statistic, np.nan),
        limited,
    )


def _told(statistic: Floats, carried: Floats, threshold: float) -> Floats:
    """What to take off the log odds, so that they are those of a drop that was not flagged before, (series, sessions), 0 or more.

    Once flagged, a drop is known; the share of it among what may be a drop shrinks as others could have begun since.
    """
    less = np.zeros(statistic.shape)
    told = np.zeros(len(statistic))
    for t in range(statistic.shape[1]):
        told = told * carried[:, t]
        less[:, t] = -np.log1p(-np.minimum(told, 1 - LEAST_ODDS))
        told = np.where(statistic[:, t] - less[:, t] >= threshold, 1.0, told)
    return less


def _shares(loglik: Small, weights: Floats) -> Floats:
    """(series, sessions, classes), chance of each class."""
    share = np.exp(loglik - loglik.max(2, keepdims=True)) * weights.astype(np.float32)
    found: Floats = share / share.sum(2, keepdims=True)
    return found


def _walks(settings: Settings, form: Form, scores: Floats, first: int, way: Way, chunk: int) -> Walk:
    n = len(scores)
    out = Walk.empty(scores, len(settings.noise))

    def fill(start: int) -> None:
        rows = slice(start, start + chunk)
        found = way(settings, form, scores[rows], first)
        for one in fields(Walk):
            getattr(out, one.name)[rows] = getattr(found, one.name)

    if n <= chunk:
        fill(0)
    else:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(fill, range(0, n, chunk)))
    return out
