"""The list of rules, their settings, and what they do at the edges."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reattune.alliance.measure import Measure
from reattune.alliance.rules import RULES, load_rule
from reattune.alliance.rules.catalog import settings_of
from reattune.errors import SettingError

from .conftest import FREE, KNOWN, SECOND, panel

PAGE = Path(__file__).parents[3] / "docs/method-ratings.md"
CLOSED = [name for name in RULES if name != "level"]


@pytest.mark.parametrize("name", RULES)
def test_each_rule_knows_its_name_and_source_and_is_described(name):
    rule = load_rule(name)
    assert rule.name == name
    assert rule.source
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CLOSED)
def test_every_setting_is_described(name):
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8")))))
    assert set(settings_of(load_rule(name))) - named == set()


def test_unknown_rule_names_those_there_are():
    with pytest.raises(SettingError) as caught:
        load_rule("xmr-basline")
    assert "Did you mean 'xmr-baseline'?" in str(caught.value)
    assert all(name in str(caught.value) for name in RULES)


def test_unknown_setting_names_those_there_are():
    with pytest.raises(SettingError, match=r"no setting 'width'.*threshold, baseline, robust, floor, least"):
        load_rule("xmr", width=2)
    with pytest.raises(SettingError, match="no setting 'name'"):
        load_rule("xmr", name="mine")


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("fixed-drop", "points", 0),
        ("fixed-drop", "since", "first"),
        ("reliable-change", "cutoff", -1),
        ("reliable-change", "threshold", 0),
        ("reliable-change", "threshold", float("nan")),
        ("own-sd-1", "of", "means"),
        ("own-sd-1", "between", -0.1),
        ("own-sd-1", "recover_within", 0),
        ("own-sd-1", "least", 1),
        ("xmr", "baseline", 2),
        ("xmr", "baseline", 5.5),
        ("xmr", "least", 2),
        ("ewma", "weight", 0),
        ("ewma", "baseline", 1),
        ("cusum", "k", -1),
        ("tang-derubeis", "share", 1.5),
        ("xmr", "threshold", "three"),
    ],
)
def test_values_that_a_setting_cannot_take(name, setting, value):
    with pytest.raises(SettingError, match=setting):
        load_rule(name, **{setting: value})


@pytest.mark.parametrize("name", ["reliable-change", "reliable-change-best", "tang-derubeis"])
@pytest.mark.parametrize("measure", [FREE, Measure(1, 5, sd=0.7), Measure(1, 5, sd=0.7, reliability=1.0)])
def test_rules_that_need_measurement_error_say_so(name, measure):
    with pytest.raises(SettingError, match=r"reliability.*give cutoff"):
        load_rule(name).signals(panel(SECOND, measure=measure))


def test_a_fixed_drop_needs_a_range_or_points():
    with pytest.raises(SettingError, match="Give points"):
        load_rule("fixed-drop").signals(panel(SECOND))


@pytest.mark.parametrize(
    ("low", "high", "row"), [(0, 40, [32.3, 31.3, 32.3, 31.4]), (1, 5, [4.1, 4.0, 4.1, 4.01])]
)
def test_the_fixed_drop_is_one_point_of_forty(low, high, row):
    """Both drops fall short by a hair in binary; they count all the same."""
    assert row[0] - row[1] < (high - low) / 40
    found = load_rule("fixed-drop").signals(panel(row, measure=Measure(low, high)))
    assert found.low.tolist() == [[False, True, False, False]]


def test_slow_decline_is_seen_from_the_best_but_not_from_the_previous():
    row = [4.5, 4.2, 3.9, 3.6, 3.3]
    assert not load_rule("reliable-change").signals(panel(row, measure=KNOWN)).low.any()
    for since in ("best", "decline"):
        found = load_rule("reliable-change", since=since).signals(panel(row, measure=KNOWN))
        assert found.low.tolist() == [[False, False, True, True, True]]
        assert found.reference[0, -1] == 4.5


def test_the_styles_ask_for_recovery_in_hindsight_alone():
    steady, drop = [4.0, 4.1, 4.0, 4.2, 4.1, 4.2, 4.1], 2.5
    repaired = [*steady, drop, 4.1, 4.2, 4.1]
    lasting = [*steady, drop, 2.5, 2.6, 2.5]
    for name in ("stiles2004-style", "strauss2006-style", "stevens2007-style"):
        rule = load_rule(name)
        both = panel(repaired, lasting, measure=KNOWN)
        assert rule.signals(both).low[:, 7].tolist() == [True, True]
        assert rule.signals(both, prospective=False).low[:, 7].tolist() == [True, False]


def test_floor_is_the_measurement_error_else_half_a_step():
    flat = [5.0] * 6 + [4.9]
    by_sem = load_rule("xmr-baseline").signals(panel(flat, measure=KNOWN))
    assert by_sem.limit[0, 6] == pytest.approx(5 - 3 * KNOWN.sem)
    by_step = load_rule("xmr-baseline").signals(panel(flat, measure=Measure(1, 5, step=0.1)))
    assert by_step.limit[0, 6] == pytest.approx(5 - 3 * 0.05)
    assert not by_step.low.any(), "one step is no more than rounding"
    bare = load_rule("xmr-baseline", floor=False).signals(panel(flat, measure=KNOWN))
    assert bare.statistic[0, 6] == np.inf
    assert bare.low[0, 6], "to the letter, anything below a flat baseline is out"


def test_the_last_bit_of_a_score_is_no_drop():
    """The same mean of other items can come out a hair lower in binary."""
    row = [4.1] * 6 + [float(np.nextafter(4.1, 0))] * 4
    for name in CLOSED:
        rule = load_rule(name)
        if not {"points", "cutoff"} & set(settings_of(rule)):
            found = rule.signals(panel(row))
            assert not found.low.any()
            assert not (found.statistic > 0).any()


def test_a_steady_slope_has_no_sudden_drop():
    row = [5 - t / 12 for t in range(10)]
    assert not load_rule("stiles2004-style").signals(panel(row)).low.any()


def test_a_drop_from_the_ceiling_is_seen():
    row = [5.0] * 7 + [3.5] + [5.0] * 3
    for name in ("xmr-baseline", "xmr-robust", "cusum", "reliable-change", "own-sd-2"):
        assert load_rule(name).signals(panel(row, measure=KNOWN)).low[0, 7], name


def test_xmr_whole_series_hides_a_dip_and_the_robust_one_does_not():
    row = [4.0, 4.1, 4.0, 4.1, 3.0]
    free = {"floor": False}
    assert not load_rule("xmr", **free).signals(panel(row)).low.any()
    assert load_rule("xmr-robust", **free).signals(panel(row)).low[0, 4]


def test_sudden_losses_are_told_late_with_their_session():
    row = [4.4, 4.5, 4.4, 2.6, 2.7, 2.6, 2.5, 2.6]
    rule = load_rule("tang-derubeis")
    assert np.flatnonzero(rule.signals(panel(row, measure=KNOWN), prospective=False).low) == [3]
    found = rule.signals(panel(row, measure=KNOWN))
    assert np.flatnonzero(found.low) == [5]
    assert found.onset[0, 5] == 3
    assert found.reference[0, 5] == pytest.approx(np.mean(row[:3]))


def test_a_missed_third_session_delays_the_verdict():
    row = [4.4, 4.5, 4.4, 2.6, 2.7, None, None, 2.6]
    found = load_rule("tang-derubeis").signals(panel(row, measure=KNOWN))
    assert np.flatnonzero(found.low) == [7]
    assert found.onset[0, 7] == 3


def test_the_second_criterion_counts_from_the_strained_end():
    """From 4.4 on a form of 1-5, a quarter of what there is to lose is 0.85."""
    rule = load_rule("tang-derubeis", cutoff=0.5)
    for drop, flagged in ((0.84, False), (0.86, True)):
        row = [4.4, 4.4, 4.4, *[4.4 - drop] * 3]
        assert rule.signals(panel(row, measure=KNOWN), prospective=False).low[0, 3] == flagged


def test_rules_are_frozen_and_their_threshold_is_replaced():
    rule = load_rule("ewma")
    strict = replace(rule, threshold=5.0)
    row = panel(SECOND, measure=FREE)
    assert (strict.signals(row).statistic[0, 5:] == rule.signals(row).statistic[0, 5:]).all()
    assert strict.signals(row).limit[0, -1] < rule.signals(row).limit[0, -1]
    with pytest.raises(AttributeError):
        rule.threshold = 1.0
