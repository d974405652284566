"""Two observers that no rule can be: what they find is the most that can be found.

- ``knows``: knows each client's true level, trend, SD, autocorrelation, and the kind of drop to come. No rule has that.
- ``learns``: knows the law of the population to the last digit, and the kind of drop to come, and learns each client from the
  client's own ratings, as Bayes says. No rule that begins with the first rating can do better at this kind of drop.

Both see the same rounded and cut-off scores as the rules do, and give log odds of the drop, or a log likelihood ratio.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from reattune.alliance.simulate import EARLIEST, EASING, Caseload, Drop, Population, clients_of

POINTS, REACH = 121, 4.8
HAZARD = 0.05
CHUNK = 500


def knows(caseload: Caseload, population: Population, drop: Drop) -> np.ndarray:
    """(clients, sessions): log odds that the drop is there, given the ratings up to the session and all that the observer knows.

    Normal noise only. At gaps NaN, as the rules have it.
    """
    parts = [
        _knows(caseload, population, drop, slice(i, i + CHUNK)) for i in range(0, len(caseload.own_sd), CHUNK)
    ]
    return np.concatenate(parts)


def _knows(caseload: Caseload, population: Population, drop: Drop, rows: slice) -> np.ndarray:
    values = caseload.panel.values[rows]
    expected, sd = caseload.expected[rows], caseload.own_sd[rows]
    grid = np.linspace(-REACH, REACH, POINTS)
    width = grid[1] - grid[0]
    phi = population.autocorrelation
    carry = np.exp(-0.5 * ((grid[None] - phi * grid[:, None]) ** 2) / (1 - phi**2))
    carry /= carry.sum(1, keepdims=True)
    depths = [drop.size] * max(drop.length, 1)
    if drop.length and drop.gradual:
        depths += [drop.size * e for e in EASING]
    states = [0.0, *depths, 0.0]
    follow = np.zeros((len(states), len(states)))
    follow[0, :2] = 1 - HAZARD, HAZARD
    for s in range(1, len(states) - 1):
        follow[s, s + 1] = 1
    follow[-1, -1] = 1
    if drop.length == 0:
        follow[1] = [0, 1, 0]
    quiet = np.eye(len(states))
    now = np.zeros((len(states), len(values), POINTS))
    start = np.exp(-0.5 * grid**2)
    now[0] = start / start.sum()
    out = np.full(values.shape, np.nan)
    for t in range(values.shape[1]):
        if t:
            moved = np.einsum("sr,snk->rnk", follow if t >= EARLIEST else quiet, now)
            now = moved @ carry
        x = values[:, t]
        rated = ~np.isnan(x)
        low = np.where(x <= population.low + 1e-9, -np.inf, x - population.step / 2)
        high = np.where(x >= population.high - 1e-9, np.inf, x + population.step / 2)
        likely = {}
        for depth in set(states):
            centre = expected[:, t] - depth * sd[:, 0]
            a = ((low - centre) / sd[:, 0])[:, None]
            b = ((high - centre) / sd[:, 0])[:, None]
            inside = np.minimum(b, grid + width / 2) - np.maximum(a, grid - width / 2)
            likely[depth] = np.where(rated[:, None], np.clip(inside / width, 0, 1) + 1e-12, 1)
        for s, depth in enumerate(states):
            now[s] *= likely[depth]
        total = now.sum((0, 2))
        now /= total[None, :, None]
        inside = now[1:-1].sum((0, 2))
        with np.errstate(divide="ignore"):
            out[:, t] = np.where(rated, np.log(inside) - np.log1p(-np.minimum(inside, 1 - 1e-12)), np.nan)
    return out


DRAWS = 6000
"""Clients drawn from the law, by which ``learns`` weighs what a client may be like."""


def learns(caseload: Caseload, population: Population, drop: Drop, seed: int = 3) -> np.ndarray:
    """(clients, sessions): log likelihood ratio of a one-session drop now, against none, given the ratings up to the session.

    For drops of one session and normal noise. At gaps NaN.
    """
    random = np.random.default_rng(seed)
    sessions = caseload.panel.values.shape[1]
    level, slope, sd = (x[:, 0] for x in clients_of(population, DRAWS, random))
    expected = level[:, None] + slope[:, None] * np.log(np.arange(1, sessions + 1))
    phi, half = population.autocorrelation, population.step / 2

    def chance(score: float, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
        low = -np.inf if score <= population.low + 1e-9 else score - half
        high = np.inf if score >= population.high - 1e-9 else score + half
        return ndtr((high - mean) / spread) - ndtr((low - mean) / spread) + 1e-9

    out = np.full(caseload.panel.values.shape, np.nan)
    for i, scores in enumerate(caseload.panel.values):
        weight = np.full(DRAWS, 1 / DRAWS)
        before = -1
        for t in np.flatnonzero(~np.isnan(scores)):
            mean, spread = expected[:, t], sd
            if before == t - 1 and before >= 0:
                mean = mean + phi * (scores[before] - expected[:, before])
                spread = sd * (1 - phi**2) ** 0.5
            quiet = chance(scores[t], mean, spread)
            out[i, t] = np.log(weight @ chance(scores[t], mean - drop.size * sd, spread)) - np.log(
                weight @ quiet
            )
            weight = weight * quiet
            weight /= weight.sum()
            before = t
    return out
