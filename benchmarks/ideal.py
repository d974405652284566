"""An observer that no rule can be: it knows the law of the population to the last digit, and what kind of drop may come and when.

It learns each client from the client's own ratings, as Bayes says, from the same rounded and cut-off scores as the rules see. What it
finds at so many false alarms is a ceiling for every rule that does not look ahead:

- For drops of one session there is no better observer. A flag is right or wrong by itself, and the best flags for a given number of
  false alarms are those with the highest likelihood ratio (the lemma of Neyman and Pearson).
- For longer drops one flag in time is enough. The observer flags where the likelihood ratios of those drops that it has not flagged yet
  add up to most, and holds back a little early in a drop, when more is to be known later (``PATIENCE``). It is the best that we could build, not a proof that there is no better.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from reattune.alliance.power import Estimate, share
from reattune.alliance.simulate import EARLIEST, EASING, Caseload, Drop, Population, clients_of, simulate

DRAWS = 2000
"""Clients drawn from the law, by which the observer weighs what a client may be like."""
PATIENCE = 0.6
"""The weight of a drop loses this factor for each session that it still has to last. Other clients were tried with 1 to 0.6."""
HALVINGS = 24


def observe(
    population: Population, drop: Drop, sessions: int, clients: int, seed: int, equal: float
) -> Estimate:
    """Let the observer look at simulated clients.

    Args:
        population: the law; normal noise only.
        drop: the kind of drop.
        sessions, clients, seed: of the simulation.
        equal: false alarms in 100 rated sessions of stable clients.

    Returns:
        Share (0-1) of the drops flagged in any of their sessions.
    """
    stable = simulate(population, clients, sessions, seed=seed)
    quiet, rated = ratios(stable, population, drop), stable.panel.rated
    low, high = -12.0, 12.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if flags(quiet, rated, drop, np.exp(middle)).sum() > equal / 100 * rated.sum():
            low = middle
        else:
            high = middle
    planted = simulate(population, clients, sessions, seed=seed + 900, drop=drop)
    seen = flags(ratios(planted, population, drop), planted.panel.rated, drop, np.exp(high))
    there = (planted.dropped & planted.panel.rated).any(1)
    hits = (seen & planted.dropped)[there].any(1)
    return share(float(hits.sum()), len(hits))


def lasts(drop: Drop, sessions: int) -> int:
    """Sessions in which the drop can be seen at most."""
    return min(sessions, drop.length + len(EASING) * drop.gradual) if drop.length else sessions


def flags(ratio: np.ndarray, rated: np.ndarray, drop: Drop, cost: float) -> np.ndarray:
    """(clients, sessions): flagged where what may be found outweighs the cost of a flag.

    Args:
        ratio: as ``ratios`` gives it.
        rated: (clients, sessions).
        drop: the kind.
        cost: of a flag, in likelihood ratios.
    """
    clients, sessions = rated.shape
    width = lasts(drop, sessions)
    out = np.zeros((clients, sessions), bool)
    told = np.zeros((clients, sessions), bool)
    for t in range(EARLIEST, sessions):
        begins = np.arange(max(EARLIEST, t - width + 1), t + 1)
        weight = PATIENCE ** np.minimum(width - 1 - (t - begins), sessions - 1 - t)
        out[:, t] = (np.where(told[:, begins], 0, ratio[:, begins, t]) @ weight >= cost) & rated[:, t]
        told[out[:, t], : t + 1] = True
    return out


def ratios(caseload: Caseload, population: Population, drop: Drop, seed: int = 3) -> np.ndarray:
    """(clients, onsets, sessions): likelihood ratio of a drop begun at an onset against none, given the ratings up to a session."""
    random = np.random.default_rng(seed)
    values = caseload.panel.values
    sessions = values.shape[1]
    level, slope, sd = (x[:, 0].astype(np.float32) for x in clients_of(population, DRAWS, random))
    expected = level[:, None] + slope[:, None] * np.log(np.arange(1, sessions + 1, dtype=np.float32))
    phi, half = population.autocorrelation, population.step / 2
    depths = [drop.size] * (drop.length or sessions)
    depths += [drop.size * e for e in EASING] if drop.length and drop.gradual else []

    def depth(onset: int, session: int) -> float:
        return depths[session - onset] if 0 <= session - onset < len(depths) else 0.0

    def chance(score: float, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
        below = 0.0 if score <= population.low + 1e-9 else ndtr((score - half - mean) / spread)
        upto = 1.0 if score >= population.high - 1e-9 else ndtr((score + half - mean) / spread)
        return upto - below + 1e-9

    out = np.zeros((len(values), sessions, sessions), np.float32)
    for i, scores in enumerate(values):
        likely = np.ones((sessions + 1, DRAWS), np.float32)  # the last row: no drop
        before = -2
        for t in np.flatnonzero(~np.isnan(scores)):
            known: dict[tuple[float, float], np.ndarray] = {}
            beside = before == t - 1
            for onset in range(EARLIEST, sessions + 1):
                there = onset < sessions and onset <= t
                now = depth(onset, t) if there else 0.0
                then = depth(onset, t - 1) if there and beside else 0.0
                if (now, then) not in known:
                    mean, spread = expected[:, t] - now * sd, sd
                    if beside:
                        mean = mean + phi * (scores[before] - expected[:, before] + then * sd)
                        spread = sd * (1 - phi**2) ** 0.5
                    known[now, then] = chance(scores[t], mean, spread)
                likely[onset] *= known[now, then]
            likely /= likely[-1].max()
            out[i, :, t] = likely[:-1].sum(1) / likely[-1].sum()
            before = t
    return out
