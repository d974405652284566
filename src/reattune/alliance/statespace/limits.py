"""The score at or below which a drop would have been called, for a chart to draw."""

from __future__ import annotations

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.statespace.belief import Form
from reattune.alliance.statespace.forward import beliefs, first_rated, time_of
from reattune.alliance.statespace.settings import Settings

CHUNK = 256


def limits(
    settings: Settings, form: Form, scores: Floats, first: int, shares: Floats, odds: Floats
) -> Floats:
    """Try every score that the form has in place of the one given.

    Args:
        settings, form, scores, first: as for ``forward.walk``.
        shares: (series, sessions, classes), chance of each class before the session's score.
        odds: (series, sessions), odds of a drop from which on it is called.

    Returns:
        (series, sessions), the highest score (fraction) that would be called; NaN where none would or there is no earlier one.
    """
    found = np.full(scores.shape, np.nan)
    for start in range(0, len(scores), CHUNK):
        rows = slice(start, start + CHUNK)
        found[rows] = _limits(settings, form, scores[rows], first, shares[rows], odds[rows])
    return found


def _limits(
    settings: Settings, form: Form, scores: Floats, first: int, shares: Floats, odds: Floats
) -> Floats:
    found = np.full(scores.shape, np.nan)
    begins = first_rated(scores)
    tried: Floats = (np.arange(round(1 / form.step) + 1) * form.step).astype(np.float64)
    for t, (now, _) in enumerate(beliefs(settings, form, scores)):
        begun = begins < t
        if begun.any():
            mean, spread = now.centre(time_of(first, t))
            likely, _ = now.likely(tried, mean[..., None], spread[..., None])
            weighed = likely * (now.chance * shares[:, t].T[:, None])[..., None]
            none, some = weighed[:, 0].sum(0), weighed[:, 1:].sum((0, 1))
            called = (some >= odds[:, t, None] * none) & begun[:, None]
            # From the lowest score upward, as long as each is called: the highest of them.
            unbroken = np.logical_and.accumulate(called, axis=1).sum(1)
            found[:, t] = np.where(unbroken > 0, (unbroken - 1) * form.step, np.nan)
        now.see(scores[:, t], time_of(first, t))
    return found
