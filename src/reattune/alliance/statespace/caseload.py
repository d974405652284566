"""What the other clients teach: with which level people begin, and how steady they are.

Both are learned by expectation maximisation, with the shipped assumptions counting for ``Settings.caseload_weight`` clients: a
single client is judged by the assumptions, a large caseload by itself. What is learned for session t rests on sessions up to t.
"""

from __future__ import annotations

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.statespace.forward import first_rated
from reattune.alliance.statespace.space import Space, Table, Whole

ROUNDS = 20
"""Rounds of expectation maximisation; stopping early keeps the levels' distribution smooth."""
ENOUGH = 20_000
"""Clients whose ratings are used to learn how steady people are; more would not change the answer."""


def start_levels(space: Space, scores: Whole) -> Table:
    """How likely each level is at the first rating.

    Returns:
        (sessions, K): row t for series first rated in column t, learned from the first ratings in columns up to t.
    """
    columns = scores.shape[1]
    begins = first_rated(scores, space)
    weights = np.asarray(space.settings.noise_weights)
    likely = sum(
        w * e[0, : space.bins].astype(np.float64) for w, e in zip(weights, space.emission, strict=True)
    )
    own = space.settings.caseload_weight
    counts = np.zeros(space.bins)
    out = np.empty((columns, space.settings.points), np.float32)
    levels = space.start
    for t in range(columns):
        new = scores[begins == t, t]
        if len(new):
            counts += np.bincount(new, minlength=space.bins)
            levels = space.start
            for _ in range(ROUNDS):
                joint = likely * levels
                levels = (own * space.start + counts @ (joint / joint.sum(1, keepdims=True))) / (
                    own + counts.sum()
                )
        out[t] = levels
    return out


def class_weights(
    space: Space, loglik: Table, begun: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Floats:
    """How common each noise class is among the clients rated so far.

    Args:
        space: the tables.
        loglik: (series, sessions, C), log chance of each series up to each session in each class.
        begun: (series, sessions), True from the first rating on.

    Returns:
        (sessions, C), row t learned from columns up to t.
    """
    every = max(1, -(-len(loglik) // ENOUGH))
    loglik, begun = loglik[::every], begun[::every]
    prior = np.asarray(space.settings.noise_weights)
    own = space.settings.caseload_weight
    out = np.empty((loglik.shape[1], len(prior)))
    weights = prior
    for t in range(loglik.shape[1]):
        known = loglik[begun[:, t], t].astype(np.float64)
        likely = np.exp(known - known.max(1, keepdims=True, initial=-np.inf)) if len(known) else known
        for _ in range(ROUNDS if len(known) else 0):
            joint = likely * weights
            weights = (own * prior + (joint / joint.sum(1, keepdims=True)).sum(0)) / (own + len(known))
        out[t] = weights
    return out
