"""The walk through the series: what is known of the level and the drop after each session, and, looking back, after the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.statespace.space import Space, Table, Whole

RENEW = 3
"""Sessions between two renewals of the scale: single precision bears some, and each costs a pass over all states."""


@dataclass(frozen=True)
class Walk:
    """What one noise class says of a chunk of series. All arrays (series, sessions), single precision.

    Attributes:
        loglik: log chance of the scores up to and with the session, if the client belonged to this class.
        dropped: chance of a drop at the session, if so.
        level: expected level (fraction of the range), if so.
    """

    loglik: Table
    dropped: Table
    level: Table


def first_rated(scores: Whole, space: Space) -> NDArray[np.int64]:
    """(series,), column of each series' first rating; the number of columns where there is none."""
    begins: NDArray[np.int64] = (np.cumsum(scores < space.bins, axis=1) == 0).sum(1)
    return begins


def steps(space: Space, noise: int, scores: Whole, first: int) -> Iterator[tuple[Table, Table]]:
    """Session by session, the states' chances before and after the session's score.

    Args:
        space: the tables.
        noise: number of the noise class.
        scores: (series, sessions) of bin numbers.
        first: session number of column 0.

    Yields:
        Two (D, series, K) arrays: chances before the score, and times the chance of the score. They are reused by the next step,
        and their scale carries over: divide by the sum of the one before.
    """
    n, columns = scores.shape
    table = space.emission[noise]
    d, _, k = table.shape
    begins = first_rated(scores, space)
    now = np.zeros((d, n, k), np.float32)
    before, mixed, likely = np.zeros_like(now), np.empty_like(now), np.empty((n, k), np.float32)
    for t in range(columns):
        if t:
            np.matmul(space.change.T, now.reshape(d, n * k), out=mixed.reshape(d, n * k))
            np.matmul(mixed, space.drift(noise, first + t), out=before)
        fresh = np.flatnonzero(begins == t)
        before[0, fresh] = space.start
        before[1:, fresh] = 0
        for size in range(d):
            np.take(table[size], scores[:, t], axis=0, out=likely, mode="clip")
            np.multiply(before[size], likely, out=now[size])
        yield before, now


def walk(space: Space, noise: int, scores: Whole, first: int) -> Walk:
    """Forward through the series, for one noise class; what is said of a session rests on the sessions up to it."""
    n, columns = scores.shape
    k = space.settings.points
    out = Walk(*(np.zeros((n, columns), np.float32) for _ in range(3)))
    ask = np.stack([np.ones(k), space.levels], axis=1).astype(np.float32)
    begins = first_rated(scores, space)
    total = np.ones(n, np.float32)
    loglik = np.zeros(n, np.float32)
    for t, (_, now) in enumerate(steps(space, noise, scores, first)):
        sums = (now.reshape(-1, k) @ ask).reshape(-1, n, 2)
        mass = sums.sum(0)
        here = begins <= t
        total = np.where(begins < t, total, 1).astype(np.float32)
        safe = np.where(here, mass[:, 0], 1)
        loglik = loglik + np.log(safe / total)
        out.loglik[:, t] = loglik
        out.dropped[:, t] = np.where(here, 1 - sums[0, :, 0] / safe, 0)
        out.level[:, t] = np.where(here, mass[:, 1] / safe, 0)
        total = safe
        if t % RENEW == RENEW - 1:
            np.divide(now, safe[None, :, None], out=now)
            total = np.ones(n, np.float32)
    return out


def look_back(space: Space, noise: int, scores: Whole, first: int) -> Walk:
    """Forward and back again, for one noise class: what is said of a session rests on the whole series.

    Returns:
        As ``walk``; ``loglik`` is that of the whole series, in every column from the first rating on.
    """
    n, columns = scores.shape
    table = space.emission[noise]
    d, _, k = table.shape
    forth = walk(space, noise, scores, first)
    kept = []
    for _, now in steps(space, noise, scores, first):
        size = now.sum(axis=(0, 2))
        np.divide(now, np.where(size > 0, size, 1)[None, :, None], out=now)
        kept.append(now.copy())
    after = np.ones((d, n, k), np.float32)
    dropped, level = np.zeros_like(forth.dropped), np.zeros_like(forth.level)
    for t in range(columns - 1, -1, -1):
        joint = kept[t] * after
        mass = joint.sum(2)
        safe = np.where(mass.sum(0) > 0, mass.sum(0), 1)
        dropped[:, t] = mass[1:].sum(0) / safe
        level[:, t] = joint.sum(0) @ space.levels.astype(np.float32) / safe
        if t:
            ahead = np.matmul(after * table[:, scores[:, t]], space.drift(noise, first + t).T)
            after = (space.change @ ahead.reshape(d, n * k)).reshape(d, n, k)
            np.divide(after, after.max(axis=(0, 2), initial=1e-30)[None, :, None], out=after)
    return Walk(np.repeat(forth.loglik[:, -1:], columns, axis=1), dropped, level)


Way = Callable[[Space, int, Whole, int], Walk]
"""``walk`` or ``look_back``."""
