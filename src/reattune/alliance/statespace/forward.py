"""The walk through the series: what is known of the level and the drop after each session, and, looking back, after the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.measure import Floats
from reattune.alliance.statespace.belief import Belief, Form
from reattune.alliance.statespace.settings import Settings

Small = NDArray[np.float32]


@dataclass(frozen=True)
class Walk:
    """What the model says of a chunk of series. All arrays (series, sessions, classes): "if the client belonged to this class".

    Attributes:
        loglik: log chance of the scores up to and with the session.
        dropped: chance of a drop at the session.
        level: expected level (fraction of the range).
        carried: before the session's score, the chance that a drop there, if any, was there in the session before.
    """

    loglik: Small
    dropped: Small
    level: Small
    carried: Small

    @classmethod
    def empty(cls, scores: Floats, classes: int) -> Walk:
        """Room for what is said of these scores, (series, sessions)."""
        parts: list[Small] = [np.zeros((*scores.shape, classes), np.float32) for _ in range(4)]
        return cls(*parts)


def first_rated(scores: Floats) -> NDArray[np.int64]:
    """(series,), column of each series' first rating; the number of columns where there is none."""
    begins: NDArray[np.int64] = (np.cumsum(~np.isnan(scores), axis=1) == 0).sum(1)
    return begins


def time_of(first: int, column: int) -> float:
    """Log session number."""
    return float(np.log(max(first + column, 1)))


def beliefs(settings: Settings, form: Form, scores: Floats) -> Iterator[tuple[Belief, Floats]]:
    """Session by session, what is known before its score, and the chance that a drop was there before (``Belief.go_on``).

    The caller takes the score in, with ``Belief.see``, before asking for the next session.

    Args:
        settings, form: the model.
        scores: (series, sessions) of fractions.
    """
    n, columns = scores.shape
    begins = first_rated(scores)
    count = np.zeros(n, np.intp)
    now = Belief.first(settings, form, n)
    for t in range(columns):
        carried = now.go_on(count == 1) if t else np.zeros((len(settings.noise), n))
        fresh = begins >= t
        if t and fresh.any():
            start = Belief.first(settings, form, 1)
            for name in ("chance", "level", "growth", "level_var", "both_var", "growth_var"):
                getattr(now, name)[:, :, fresh] = getattr(start, name)
            carried[:, fresh] = 0
        yield now, carried
        count += ~np.isnan(scores[:, t])


def walk(settings: Settings, form: Form, scores: Floats, first: int) -> Walk:
    """Forward through the series; what is said of a session rests on the sessions up to it."""
    out = Walk.empty(scores, len(settings.noise))
    loglik = np.zeros((len(settings.noise), len(scores)))
    for t, (now, carried) in enumerate(beliefs(settings, form, scores)):
        time = time_of(first, t)
        loglik += now.see(scores[:, t], time)
        out.loglik[:, t] = loglik.T
        out.dropped[:, t] = 1 - now.chance[:, 0].T
        out.level[:, t] = (now.chance * (now.level + time * now.growth)).sum(1).T
        out.carried[:, t] = carried.T
    return out


def look_back(settings: Settings, form: Form, scores: Floats, first: int) -> Walk:
    """What is said of a session rests on the whole series.

    For each session the series is walked through once more with no drop allowed there: by how much less likely all scores then
    are says how likely a drop was. So its cost grows with the square of the sessions. Level and growth are traced back through a
    single normal (the smoother of Rauch, Tung and Striebel).

    Returns:
        As ``walk``; ``loglik`` is that of the whole series, in every column; nothing is carried.
    """
    out = Walk.empty(scores, len(settings.noise))
    loglik, known = np.zeros((len(settings.noise), len(scores))), []
    for t, (now, _) in enumerate(beliefs(settings, form, scores)):
        loglik += now.see(scores[:, t], time_of(first, t))
        known.append(_whatever_the_place(now))
    out.loglik[:] = loglik.T[:, None]
    wander = np.zeros((len(settings.noise), 1, 2, 2))
    wander[:, 0, 0, 0] = (settings.drift * np.array(settings.noise)) ** 2
    begins = first_rated(scores)
    later = None
    for t in range(scores.shape[1] - 1, -1, -1):
        mean, var = known[t]
        if later is not None:
            back = var @ np.linalg.inv(var + wander)
            # Before the first rating nothing moves.
            moved = mean + (back @ (later - mean)[..., None])[..., 0]
            mean = np.where((begins <= t)[None, :, None], moved, later)
        later = mean
        out.level[:, t] = (mean[:, :, 0] + time_of(first, t) * mean[:, :, 1]).T
        calm = _without(settings, form, scores, first, t)
        out.dropped[:, t] = np.clip(-np.expm1(calm - loglik), 0, 1).T
    return out


def _without(settings: Settings, form: Form, scores: Floats, first: int, calm: int) -> Floats:
    """(classes, series), log chance of the whole series and of no drop in one session."""
    loglik = np.zeros((len(settings.noise), len(scores)))
    for t, (now, _) in enumerate(beliefs(settings, form, scores)):
        if t == calm:
            loglik += now.rule_out_drop()
        loglik += now.see(scores[:, t], time_of(first, t))
    return loglik


def _whatever_the_place(now: Belief) -> tuple[Floats, Floats]:
    """Mean (classes, series, 2) and variance (classes, series, 2, 2) of level and growth."""
    both = np.stack([now.level, now.growth], axis=-1)
    mean = (now.chance[..., None] * both).sum(1)
    off = both - mean[:, None]
    rows = [np.stack([now.level_var, now.both_var], -1), np.stack([now.both_var, now.growth_var], -1)]
    var = np.stack(rows, -2) + off[..., :, None] * off[..., None, :]
    return mean, (now.chance[..., None, None] * var).sum(1)


Way = Callable[[Settings, Form, Floats, int], Walk]
"""``walk`` or ``look_back``."""
