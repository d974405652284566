"""What the other clients teach: how steady people are on this form.

Learned by expectation maximisation, with the shipped assumptions counting for ``Settings.caseload_weight`` clients: a
single client is judged by the assumptions, a large caseload by itself. What is learned for session t rests on sessions up to t.

The level with which clients begin is not learned: with a wide assumption each client's own first rating soon outweighs it, and
learning it from the caseload found no more drops.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.measure import Floats
from reattune.alliance.statespace.settings import Settings

ROUNDS = 20
"""Rounds of expectation maximisation."""
ENOUGH = 20_000
"""Clients whose ratings are used to learn how steady people are; more would not change the answer."""


def class_weights(settings: Settings, loglik: NDArray[np.float32], begun: NDArray[np.bool_]) -> Floats:
    """How common each noise class is among the clients rated so far.

    Args:
        settings: the assumptions.
        loglik: (series, sessions, C), log chance of each series up to each session in each class.
        begun: (series, sessions), True from the first rating on.

    Returns:
        (sessions, C), row t learned from columns up to t.
    """
    every = max(1, -(-len(loglik) // ENOUGH))
    loglik, begun = loglik[::every], begun[::every]
    prior = np.asarray(settings.noise_weights)
    own = settings.caseload_weight
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
