"""A small form with a small model, and caseloads for the tests of the model."""

from __future__ import annotations

import numpy as np
import pytest

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.simulate import Drop, populations, simulate

FORM = Measure(1, 5, 1 / 9)


def panel(*rows, measure=FORM):
    values = np.array([[np.nan if x is None else x for x in row] for row in rows], float)
    return Panel(values.reshape(len(rows), -1), measure)


@pytest.fixture(scope="session")
def caseload():
    """300 clients, 14 sessions, gaps, a third of them with a drop of two sessions."""
    return simulate(populations()["wai-b"], 300, 14, seed=5, drop=Drop(2, 2), share=0.33)
