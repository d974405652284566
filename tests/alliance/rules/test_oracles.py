"""Every rule against plain Python (``plain.py``), and pieces against SciPy, pandas and NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reattune.alliance.rules import load_rule
from reattune.alliance.rules.own_sd import between_sd
from reattune.alliance.rules.running import Running, level_before, running_median, whole_median
from reattune.alliance.rules.sudden import T_CRITICAL

from . import plain
from .conftest import FREE, KNOWN, SECOND, panel

RCI, SEM, STEP = KNOWN.reliable_change, KNOWN.sem, KNOWN.step


def own(**settings):
    return lambda series: plain.own_sd(series, **settings)


# name: (settings, plain rule prospectively, plain rule on the whole series)
CASES = {
    "fixed-drop": ({}, lambda s: plain.by_yardstick(s, "previous", 0.1), None),
    "fixed-drop-best": ({"points": 0.5}, lambda s: plain.by_yardstick(s, "best", 0.5), None),
    "reliable-change": ({}, lambda s: plain.by_yardstick(s, "previous", RCI), None),
    "reliable-change-best": ({"since": "decline"}, lambda s: plain.by_yardstick(s, "decline", RCI), None),
    "own-sd-1": ({}, own(between=0.7), own(between=0.7)),
    "own-sd-2": ({"between": 0.2, "since": "best"}, own(between=0.2, since="best"), own(between=0.2, since="best")),
    "stiles2004-style": (
        {}, own(of="changes", since="previous"), own(of="changes", since="previous", within=3),
    ),
    "strauss2006-style": (
        {"recover_within": 1}, own(of="changes", since="previous"), own(of="changes", since="previous", within=1),
    ),
    "stevens2007-style": ({}, own(), own(within=5)),
    "xmr": ({"floor": False}, plain.xmr, plain.xmr),
    "xmr-baseline": ({"robust": True}, lambda s: plain.xmr_baseline(s, robust=True, floor=SEM), None),
    "xmr-robust": (
        {"least": 4},
        lambda s: plain.xmr(s, robust=True, floor=SEM, least=4),
        lambda s: plain.xmr(s, robust=True, floor=SEM, least=4),
    ),
    "ewma": ({"weight": 0.3, "baseline": 4}, lambda s: plain.ewma(s, 0.3, 4, floor=SEM), None),
    "cusum": ({"threshold": 2.5}, lambda s: plain.cusum(s, 2.5, floor=SEM, sem=SEM), None),
}  # fmt: skip


def as_list(row):
    return [None if np.isnan(x) else float(x) for x in row]


def as_array(rows):
    return np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=float)


def same(found, wanted):
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_prospective_against_plain_python(name, caseload):
    settings, known, _ = CASES[name]
    found = load_rule(name, **settings).signals(caseload)
    wanted = as_array([plain.as_known(known, as_list(row)) for row in caseload.values])
    same(found.statistic, wanted)
    assert found.low.sum() >= 5, "the caseload has to put the rule to the test"


@pytest.mark.parametrize("name", CASES)
def test_retrospective_against_plain_python(name, caseload):
    settings, known, whole = CASES[name]
    found = load_rule(name, **settings).signals(caseload, prospective=False)
    same(found.statistic, as_array([(whole or known)(as_list(row)) for row in caseload.values]))


def test_cusum_without_reset_against_plain_python(caseload):
    found = load_rule("cusum", reset=False, floor=False).signals(caseload)
    wanted = as_array([plain.cusum(as_list(row), reset=False) for row in caseload.values])
    same(found.statistic, wanted)


@pytest.mark.parametrize("cutoff", [None, 0.25])
def test_sudden_losses_against_plain_python(caseload, cutoff):
    rule = load_rule("tang-derubeis", cutoff=cutoff, share=0.1)
    rows = [as_list(row) for row in caseload.values]
    whole = rule.signals(caseload, prospective=False)
    same(whole.statistic, as_array([plain.sudden_loss(r, cutoff or RCI, 0.1, 1.0) for r in rows]))
    assert whole.low.sum() >= 5

    found = rule.signals(caseload)
    known = [plain.sudden_loss_as_known(r, cutoff or RCI, 0.1, 1.0) for r in rows]
    same(found.statistic, as_array([k for k, _ in known]))
    onset = np.array([o for _, o in known])
    assert found.low.sum() >= 5
    np.testing.assert_array_equal(found.onset, np.where(found.low, onset, -1))


@pytest.mark.parametrize("degrees", [2, 3, 4])
def test_critical_values_against_scipy(degrees):
    assert T_CRITICAL[degrees + 2] == pytest.approx(stats.t.ppf(0.975, degrees), abs=5e-4)


@pytest.mark.parametrize(
    "series",
    [
        [4.2, 4.4, 4.3, 2.9, 3.1, 2.8],
        [None, 4.4, 4.3, 2.9, 3.1, 2.8],
        [4.2, None, 4.3, 2.9, 3.1, 2.8],
        [4.2, 4.4, 4.3, 2.9, 3.1, None],
        [4.2, None, 4.3, 2.9, None, 2.8],
    ],
)
def test_third_criterion_against_scipys_t_test(series):
    """The published bound is t times the pooled SD; a t-test has the standard error of the difference in its place."""
    early, late = plain.rated(series[:3]), plain.rated(series[3:])
    t = stats.ttest_ind(early, late).statistic * np.sqrt(1 / len(early) + 1 / len(late))
    rule = load_rule("tang-derubeis", cutoff=1e-9, share=1e-9)
    found = rule.signals(panel(series), prospective=False).statistic[0, 3]
    assert found == pytest.approx(t / T_CRITICAL[len(early) + len(late)])


def test_ewma_against_pandas():
    found = load_rule("ewma", baseline=6).signals(panel(SECOND)).statistic[0, 6:]
    averages = pd.Series([4.15, *SECOND[6:]]).ewm(alpha=0.2, adjust=False).mean().to_numpy()[1:]
    errors = 0.12 / 1.128 * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * np.arange(1, 7))))
    np.testing.assert_allclose(found, (4.15 - averages) / errors, atol=1e-8)


def test_running_mean_and_sd_against_pandas(caseload):
    running = Running(len(caseload.values))
    frame = pd.DataFrame(caseload.values.T)
    means, spreads = frame.expanding(1).mean().to_numpy(), frame.expanding(2).std().to_numpy()
    for t, now in enumerate(caseload.values.T):
        running.add(now, ~np.isnan(now))
        np.testing.assert_allclose(running.mean, means[t], atol=1e-12)
        np.testing.assert_allclose(running.sd(), spreads[t], atol=1e-7)


def test_medians_against_numpy(caseload):
    scores = np.ascontiguousarray(caseload.values.T)
    known = ~np.isnan(scores).all(axis=0)
    np.testing.assert_array_equal(whole_median(scores)[known], np.nanmedian(scores[:, known], axis=0))
    assert np.isnan(whole_median(scores)[~known]).all()
    frame = pd.DataFrame(scores).expanding(1).median().to_numpy()
    np.testing.assert_allclose(running_median(scores), frame, atol=1e-12)


def test_levels_before_by_hand():
    scores = np.array([[4, 5, 3, 3, np.nan, 2, 4, 3]], dtype=float).T
    nan = np.nan
    for since, wanted in {
        "previous": [nan, 4, 5, 3, 3, 3, 2, 4],
        "best": [nan, 4, 5, 5, 5, 5, 5, 5],
        "decline": [nan, 4, 5, 5, 5, 5, 2, 4],
    }.items():
        np.testing.assert_array_equal(level_before(scores, since)[:, 0], wanted)


def test_sd_between_people(caseload):
    wanted = pd.DataFrame(caseload.values.T).mean().std()
    assert between_sd(caseload) == pytest.approx(wanted)
    assert np.isnan(between_sd(panel([4, 3, 5], [None, None, None], measure=FREE)))


def test_the_stricter_of_both_spreads_counts():
    series = [4.0, 4.1, 4.2, 4.1, 3.9]
    small = load_rule("own-sd-1", between=0.01).signals(panel(series), prospective=False)
    great = load_rule("own-sd-1", between=0.5).signals(panel(series), prospective=False)
    assert small.low[0, 4] and not great.low[0, 4]
    assert great.statistic[0, 4] == pytest.approx(0.3 / 0.5)
