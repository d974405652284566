"""The published formulas on the field's test vectors, to four decimals, and its false-alarm figures."""

from __future__ import annotations

import numpy as np
import pytest

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules import load_rule

from .conftest import FREE, SECOND, panel

FIRST = [
    33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84
]  # fmt: skip


def near(expected):
    return pytest.approx(expected, abs=5e-5)


def test_first_vector_xmr():
    found = load_rule("xmr").signals(panel(FIRST), prospective=False)
    mean, lower = found.reference[0, 0], found.limit[0, 0]
    assert mean == near(33.5233)
    assert (mean - lower) / 3 == near(0.426165)
    assert (mean - lower) / 3 * 1.128 == near(0.480714)
    assert lower == near(32.2448)
    assert 2 * mean - lower == near(34.8018)
    assert not found.low.any()


def test_second_vector_whole_series():
    found = load_rule("xmr").signals(panel(SECOND), prospective=False)
    mean, lower = found.reference[0, 0], found.limit[0, 0]
    sigma = (mean - lower) / 3
    assert (mean, sigma * 1.128, sigma, lower) == (near(4.0333), near(0.3182), near(0.2821), near(3.1871))
    assert np.flatnonzero(found.low) == [6]


def test_second_vector_six_as_baseline():
    found = load_rule("xmr-baseline", baseline=6).signals(panel(SECOND))
    mean, lower = found.reference[0, -1], found.limit[0, -1]
    assert (mean, (mean - lower) / 3, lower) == (near(4.15), near(0.1064), near(3.8309))
    assert np.isnan(found.reference[0, :6]).all()
    assert list(np.flatnonzero(found.low)) == [6, 7]


def test_second_vector_own_sd():
    rule = load_rule("own-sd-2", since="previous")
    found = rule.signals(panel(SECOND), prospective=False)
    assert found.reference[0, 6] - SECOND[6] == near(1.3)
    assert 1.3 / found.statistic[0, 6] == near(0.4397)
    assert found.statistic[0, 6] == pytest.approx(2.957, abs=5e-4)
    assert np.flatnonzero(found.low) == [6]


def test_second_vector_ewma():
    found = load_rule("ewma", baseline=6).signals(panel(SECOND))
    sigma = 0.12 / 1.128
    wanted = {6: (3.9000, 4.0862), 9: (3.9640, 4.0530), 10: (4.0512, 4.0495)}
    for t, (average, limit) in wanted.items():
        error = sigma * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * (t - 5))))
        assert 4.15 - found.statistic[0, t] * error == near(average)
        assert 4.15 - 3 * error == near(limit)
    assert list(np.flatnonzero(found.low)) == [6, 7, 8, 9]


def test_second_vector_cusum():
    found = load_rule("cusum", baseline=6, reset=False).signals(panel(SECOND))
    sigma = 0.12 / 1.128
    assert found.statistic[0, 6] * sigma == near(1.1968)
    assert 4 * sigma == near(0.4255)
    assert found.statistic[0, 11] * sigma == near(1.0809)
    assert list(np.flatnonzero(found.low)) == [6, 7, 8, 9, 10, 11], (
        "as published, it goes on after the repair"
    )


def test_second_vector_cusum_is_quiet_after_the_repair():
    found = load_rule("cusum", baseline=6).signals(panel(SECOND))
    assert list(np.flatnonzero(found.low)) == [6, 7]
    assert (found.statistic[0, 8:] == 0).all()


@pytest.mark.parametrize(("sd", "reliability", "cutoff"), [(0.70, 0.92, 0.5488), (10.5, 0.931, 7.6451)])
def test_third_vector_reliable_change(sd, reliability, cutoff):
    measure = Measure(low=-np.inf, high=np.inf, sd=sd, reliability=reliability)
    rows = [[10.0, 10 - cutoff * 1.001], [10.0, 10 - cutoff * 0.999]]
    found = load_rule("reliable-change").signals(panel(*rows, measure=measure))
    assert found.reference[0, 1] - found.limit[0, 1] == near(cutoff)
    assert found.low[:, 1].tolist() == [True, False]


@pytest.fixture(scope="module")
def stable():
    """20,000 stable clients, 12 sessions, normal, no ceiling; the form's measurement error is all of their ups and downs."""
    values = np.random.default_rng(4).standard_normal((20_000, 12))
    return Panel(values, Measure(low=-np.inf, high=np.inf, sd=2.0, reliability=0.75))


@pytest.mark.parametrize(
    ("name", "settings", "percent"),
    [
        ("xmr", {"floor": False}, 1.4),
        ("xmr-baseline", {"floor": False}, 13.2),
        ("own-sd-1", {"since": "previous", "between": 0.0}, 99.6),
        ("own-sd-2", {"since": "previous", "between": 0.0}, 72.5),
        ("own-sd-2", {"since": "previous", "between": 0.0, "threshold": 3.0}, 14.0),
        ("reliable-change", {}, 24.0),
    ],
)
def test_false_alarms_of_the_field_reference(stable, name, settings, percent):
    found = load_rule(name, **settings).signals(stable, prospective=False)
    assert 100 * found.low.any(axis=1).mean() == pytest.approx(percent, abs=1.2)


@pytest.mark.parametrize(
    ("name", "settings", "percent"),
    [
        ("xmr", {}, 9),
        ("xmr-baseline", {}, 52),
        ("own-sd-2", {"since": "previous"}, 65),
    ],
)
def test_sensitivities_of_the_field_reference(name, settings, percent):
    """One dip of 3 SD; for a rule with a baseline somewhere after it, for the others anywhere but at the start."""
    random = np.random.default_rng(5)
    values = random.standard_normal((20_000, 12))
    where = random.integers(5 if name == "xmr-baseline" else 1, 12, len(values))
    values[np.arange(len(values)), where] -= 3
    found = load_rule(name, **settings).signals(Panel(values, FREE), prospective=False)
    assert 100 * found.low[np.arange(len(values)), where].mean() == pytest.approx(percent, abs=4)
