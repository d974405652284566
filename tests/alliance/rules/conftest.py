"""Forms and panels for the tests of the rules."""

from __future__ import annotations

import numpy as np
import pytest

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel

FREE = Measure(low=-np.inf, high=np.inf)
"""A form without a range, steps, SD or reliability."""

KNOWN = Measure(low=1, high=5, step=1 / 12, sd=0.7, reliability=0.92)

SECOND = [4.0, 4.1, 4.2, 4.1, 4.3, 4.2, 2.9, 3.4, 4.2, 4.3, 4.4, 4.3]
"""The second test vector: one dip in session 7."""


def panel(*rows, measure=FREE):
    values = np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=float)
    return Panel(values.reshape(len(rows), -1), measure)


@pytest.fixture(scope="session")
def caseload():
    """400 series of 14 sessions on a form of 1-5 in twelfths: ceiling, gaps, dips, a few constant or nearly empty ones."""
    random = np.random.default_rng(20260)
    level = 4.3 + 0.6 * random.standard_normal((400, 1))
    values = level + 0.4 * random.standard_normal((400, 14))
    values[np.arange(400), random.integers(3, 14, 400)] -= random.choice([0, 0.5, 1.5], 400)
    values = np.clip(np.round(values * 12) / 12, 1, 5)
    values[random.random(values.shape) < 0.2] = np.nan
    values[:5] = 5.0
    values[5:8] = np.nan
    values[8, 1:] = np.nan
    values[9, 2:] = np.nan
    values[10] = [*[5.0] * 7, 4.0, *[5.0] * 6]
    return Panel(values, KNOWN)
