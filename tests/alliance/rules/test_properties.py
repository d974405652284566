"""What holds for every rule, whatever the series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules import RULES, load_rule
from reattune.errors import InputError, ReattuneError

from .conftest import FREE, KNOWN, panel

# "level" has its own tests: it borrows strength from other clients, so that its series do not stand alone.
CLOSED = [name for name in RULES if name != "level"]
YARDSTICKS = {
    "fixed-drop": "points", "fixed-drop-best": "points", "reliable-change": "cutoff", "reliable-change-best": "cutoff",
    "tang-derubeis": "cutoff",
}  # fmt: skip
MODES = pytest.mark.parametrize("prospective", [True, False])
OUTER_YARDSTICK = [
    "fixed-drop", "fixed-drop-best", "reliable-change", "reliable-change-best", "xmr-baseline", "ewma", "cusum",
]  # fmt: skip
"""Rules whose yardstick today's score is no part of."""
EACH = pytest.mark.parametrize("name", CLOSED)

# A dyadic grid: shifts and doublings of such scores are exact in binary, so that flags must not move by a hair.
scores = st.integers(0, 32).map(lambda n: 1 + n / 8) | st.none()
series = st.lists(scores, min_size=1, max_size=14)
rows = st.integers(1, 12).flatmap(
    lambda n: st.lists(st.lists(scores, min_size=n, max_size=n), min_size=1, max_size=5)
)


def rule_on_a_free_form(name, scale=1.0):
    return load_rule(name, **({YARDSTICKS[name]: 0.5 * scale} if name in YARDSTICKS else {}))


def equal(one, other, statistic=0.0):
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=0, atol=statistic)


@EACH
@MODES
@settings(max_examples=25, deadline=None)
@given(row=series, shift=st.integers(-16, 16))
def test_a_shift_of_all_scores_shifts_levels_and_leaves_flags(name, prospective, row, shift):
    rule = rule_on_a_free_form(name)
    one = rule.signals(panel(row), prospective=prospective)
    moved = rule.signals(panel([None if x is None else x + shift for x in row]), prospective=prospective)
    clear = np.abs(one.statistic - rule.threshold) > 1e-7
    np.testing.assert_array_equal(one.low[clear], moved.low[clear])
    np.testing.assert_allclose(one.statistic, moved.statistic, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(one.reference + shift, moved.reference, rtol=0, atol=1e-9)
    np.testing.assert_allclose(one.limit + shift, moved.limit, rtol=0, atol=1e-9)


@EACH
@MODES
@settings(max_examples=25, deadline=None)
@given(row=series, power=st.integers(-4, 4))
def test_another_unit_scales_levels_and_leaves_flags(name, prospective, row, power):
    scale = 2.0**power
    one = rule_on_a_free_form(name).signals(panel(row), prospective=prospective)
    scaled = [None if x is None else x * scale for x in row]
    other = rule_on_a_free_form(name, scale).signals(panel(scaled), prospective=prospective)
    equal(one, other)
    np.testing.assert_array_equal(one.reference * scale, other.reference)
    np.testing.assert_array_equal(one.limit * scale, other.limit)


@EACH
def test_a_form_in_other_units_gives_the_same_flags(name, caseload):
    """A mean of 1-5 against a percentage, 0-100: floors, cutoffs and ranges go along."""
    percent = Measure(0, 100, KNOWN.step * 25, sd=KNOWN.sd * 25, reliability=KNOWN.reliability)
    one = load_rule(name).signals(caseload)
    other = load_rule(name).signals(Panel((caseload.values - 1) * 25, percent))
    equal(one, other, statistic=1e-7)


@EACH
@settings(max_examples=25, deadline=None)
@given(row=series, future=st.lists(scores, min_size=1, max_size=6))
def test_no_rule_sees_the_future(name, row, future):
    rule = load_rule(name)
    then = rule.signals(panel(row, measure=KNOWN))
    later = rule.signals(panel([*row, *future], measure=KNOWN))
    for part in ("low", "reference", "limit", "statistic"):
        np.testing.assert_array_equal(getattr(then, part), getattr(later, part)[:, : len(row)], err_msg=part)
    if then.onset is not None:
        np.testing.assert_array_equal(then.onset, later.onset[:, : len(row)])


@EACH
@settings(max_examples=15, deadline=None)
@given(row=series)
def test_with_the_last_session_both_modes_know_the_same(name, row):
    """What is said of the last session prospectively is what hindsight says of it, unless hindsight asks for what came after."""
    rule = load_rule(name)
    if name.endswith("-style"):
        rule = replace(rule, recover_within=None)
    now = rule.signals(panel(row, measure=KNOWN))
    if now.onset is None:
        whole = rule.signals(panel(row, measure=KNOWN), prospective=False)
        np.testing.assert_array_equal(now.statistic[:, -1], whole.statistic[:, -1])


@EACH
@MODES
@settings(max_examples=20, deadline=None)
@given(rows=rows)
def test_side_by_side_is_the_same_as_one_by_one(name, prospective, rows):
    rule = load_rule(name)
    found = rule.signals(panel(*rows, measure=KNOWN), prospective=prospective)
    for i, row in enumerate(rows):
        alone = rule.signals(panel(row, measure=KNOWN), prospective=prospective)
        for part in ("low", "reference", "limit", "statistic"):
            np.testing.assert_array_equal(getattr(found, part)[i], getattr(alone, part)[0], err_msg=part)


@EACH
def test_blocks_do_not_show(name, caseload, monkeypatch):
    found = load_rule(name).signals(caseload)
    monkeypatch.setattr("reattune.alliance.rules.blocks.SCORES_AT_ONCE", 14 * 7)
    equal(found, load_rule(name).signals(caseload))


@EACH
@MODES
@settings(max_examples=20, deadline=None)
@given(row=series)
def test_flags_follow_from_the_statistic_and_stand_at_ratings_alone(name, prospective, row):
    rule = load_rule(name)
    found = rule.signals(panel(row, measure=KNOWN), prospective=prospective)
    rated = np.array([[x is not None for x in row]])
    np.testing.assert_array_equal(found.low, found.statistic >= rule.threshold)
    assert not found.low[~rated].any()
    assert np.isnan(found.statistic[~rated]).all()
    assert not np.isnan(found.reference[found.low]).any(), "a drop has a level to come back to"


@EACH
@settings(max_examples=20, deadline=None)
@given(row=series)
def test_scores_at_or_below_the_limit_are_flagged_and_no_others(name, row):
    rule = load_rule(name)
    found = rule.signals(panel(row, measure=KNOWN))
    values = panel(row, measure=KNOWN).values
    clear = np.abs(values - found.limit) > 1e-6
    # The CUSUM's limit does not know of the reset; a sudden loss has none.
    if name == "cusum":
        found = replace(rule, reset=False).signals(panel(row, measure=KNOWN))
    np.testing.assert_array_equal(found.low[clear], (values < found.limit)[clear])


@EACH
@MODES
@settings(max_examples=15, deadline=None)
@given(row=series, more=st.floats(0.1, 3))
def test_a_higher_threshold_never_flags_more_at_first(name, prospective, row, more):
    rule = load_rule(name)
    lax = rule.signals(panel(row, measure=KNOWN), prospective=prospective).low
    strict = replace(rule, threshold=rule.threshold + more).signals(
        panel(row, measure=KNOWN), prospective=prospective
    )
    if name == "cusum":
        assert not strict.low.any() or strict.low.argmax() >= lax.argmax()
    else:
        assert not (strict.low & ~lax).any()


@pytest.mark.parametrize("name", OUTER_YARDSTICK)
@settings(max_examples=25, deadline=None)
@given(row=series, last=scores.filter(lambda x: x is not None), deeper=st.integers(1, 8))
def test_a_deeper_score_weighs_more(name, row, last, deeper):
    rule = load_rule(name)
    one = rule.signals(panel([*row, last], measure=KNOWN)).statistic[0, -1]
    other = rule.signals(panel([*row, last - deeper / 8], measure=KNOWN)).statistic[0, -1]
    assert np.isnan(one) == np.isnan(other)
    assert np.isnan(one) or other > one or other == one == 0


@EACH
@MODES
@pytest.mark.parametrize("value", [5.0, 3.1, 0.1 + 0.2])
@pytest.mark.parametrize("measure", [KNOWN, FREE], ids=["known", "free"])
def test_a_constant_series_is_never_flagged(name, prospective, value, measure):
    rule = rule_on_a_free_form(name)
    for row in ([value] * 12, [value, None] * 6, [value, value, None] * 4):
        found = rule.signals(panel(row, measure=measure), prospective=prospective)
        assert not found.low.any()
        assert not (found.statistic > 0).any()


@EACH
@MODES
@pytest.mark.parametrize("row", [[4.0], [4.0, 3.9], [None], [None, None], [None, 4.0], [4.0, None, None]])
def test_too_short_to_say(name, prospective, row):
    found = load_rule(name).signals(panel(row, measure=KNOWN), prospective=prospective)
    assert found.low.shape == found.statistic.shape == found.limit.shape == (1, len(row))
    assert not found.low[0, 0]
    if not name.startswith("fixed-drop"):
        assert not found.low.any()


@EACH
@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (0, 0)])
def test_nothing_at_all(name, shape):
    assert load_rule(name).signals(Panel(np.empty(shape), KNOWN)).low.shape == shape


@EACH
def test_a_sheer_drop_after_a_steady_start_is_flagged(name):
    """Every rule is there to see this one; rules that wait, by the third session of it."""
    row = [4.5, 4.4, 4.6, 4.5, 4.4, 4.5, 4.6, 4.5, 4.4, 4.5, 4.6, 1.5, 1.4, 1.6, 4.5]
    found = load_rule(name).signals(panel(row, measure=KNOWN))
    assert found.low[0, 11:14].any()
    if name not in ("fixed-drop", "fixed-drop-best", "strauss2006-style", "stevens2007-style"):
        assert not found.low[0, 6:11].any(), "a tenth of a point up and down is nothing"


def test_moving_ranges_never_cross_a_gap():
    """4 and 2 lie on both sides of a missed session: a range of 2 there would hide the drop to 1."""
    row = [4.0, 4.1, 4.0, None, 2.0, 2.1, 2.0, 1.0]
    found = load_rule("xmr-baseline", baseline=6, floor=False).signals(panel(row))
    assert (found.reference[0, 7] - found.limit[0, 7]) / 3 == pytest.approx(0.1 / 1.128)


def test_infinite_scores_are_refused_with_their_place():
    with pytest.raises(InputError, match=r"series 2 in session 4 is infinite.*leave the score empty"):
        Panel(np.array([[4.0, 3.0], [3.0, np.inf]]), KNOWN, first=3)
    with pytest.raises(ReattuneError, match=r"A-7/client in session 1"):
        Panel(np.array([[-np.inf]]), KNOWN, keys=(("A-7", "client"),))
