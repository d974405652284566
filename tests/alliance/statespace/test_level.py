"""What must hold for the default rule, whatever the series."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules import load_rule
from reattune.alliance.rules.level import Level
from reattune.alliance.statespace.posterior import posterior
from reattune.alliance.statespace.settings import default_settings
from reattune.errors import SettingError

from .conftest import FORM, panel

PARTS = ("low", "reference", "limit", "statistic", "probability")
score = st.integers(0, 36).map(lambda n: 1 + n / 9) | st.none()
rows = st.integers(1, 9).flatmap(
    lambda n: st.lists(st.lists(score, min_size=n, max_size=n), min_size=1, max_size=4)
)


def same(one, other, columns=None):
    for part in PARTS:
        a, b = getattr(one, part)[:, :columns], getattr(other, part)[:, :columns]
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4, err_msg=part)


@settings(max_examples=20, deadline=None)
@given(rows=rows, more=st.lists(score, min_size=1, max_size=4))
def test_prospectively_nothing_is_known_of_the_future(rows, more):
    """Neither of the client's own nor of the other clients'."""
    then = Level().signals(panel(*rows))
    later = Level().signals(panel(*[[*row, *more] for row in rows]))
    same(then, later, len(rows[0]))


def test_looking_back_the_future_counts():
    """A single low score is more of a drop when others like it follow, and none when it was the last of a slow decline."""
    series = [4.0, 4.1, 4.0, 4.1, 4.0, 3.4]
    followed = [panel([*series, *after]) for after in ([3.3, 3.4, 4.1, 4.0, 4.1], [4.1, 4.0, 4.1, 4.0, 4.1])]
    looking_back = [Level().signals(p, prospective=False).probability[0, 5] for p in followed]
    on_the_day = [Level().signals(p).probability[0, 5] for p in followed]
    assert on_the_day[0] == pytest.approx(on_the_day[1], abs=1e-6)
    assert looking_back[0] != pytest.approx(looking_back[1], abs=0.02)


def test_on_the_last_day_of_a_lone_client_both_modes_agree():
    one = panel([4.0, 4.2, None, 4.1, 3.9, 3.2])
    now, back = Level().signals(one), Level().signals(one, prospective=False)
    assert now.probability[0, -1] == pytest.approx(back.probability[0, -1], abs=1e-4)


@pytest.mark.parametrize("prospective", [True, False])
def test_chunks_do_not_show(caseload, prospective):
    model = default_settings()
    one = posterior(caseload.panel, model, prospective=prospective, chunk=1000)
    other = posterior(caseload.panel, model, prospective=prospective, chunk=7)
    np.testing.assert_allclose(one.dropped, other.dropped, atol=1e-4)
    np.testing.assert_allclose(one.level, other.level, atol=1e-3)


def test_limits_agree_with_flags_and_come_in_chunks(caseload):
    found = Level().signals(caseload.panel)
    values = caseload.panel.values
    judged = ~np.isnan(found.statistic)
    clear = judged & (np.abs(found.statistic - Level().threshold) > 1e-3)
    np.testing.assert_array_equal(found.low[clear], (values <= found.limit + 1e-6)[clear])
    assert np.isnan(Level(limits=10).signals(caseload.panel).limit).all()


@settings(max_examples=20, deadline=None)
@given(rows=rows)
def test_a_session_without_a_rating_and_a_first_rating_are_never_judged(rows):
    one = panel(*rows)
    found = Level().signals(one)
    first = np.cumsum(one.rated, axis=1) <= 1
    assert np.isnan(found.statistic[~one.rated | first]).all()
    assert not found.low[~one.rated | first].any()
    assert not np.isnan(found.statistic[one.rated & ~first]).any()
    assert ((found.probability >= 0) & (found.probability <= 1))[one.rated & ~first].all()
    assert not np.isnan(found.reference[one.rated]).any()
    assert ((found.reference >= 1) & (found.reference <= 5))[one.rated].all()


def test_a_gap_is_a_gap():
    """A missed session is no rating at the level before: after it a little less is known than after a rating there."""
    rated = Level().signals(panel([4.0, 4.0, 4.0, 4.0, 3.4])).probability[0, -1]
    missed = Level().signals(panel([4.0, 4.0, 4.0, None, 3.4])).probability[0, -1]
    late = Level().signals(panel([None, None, 4.0, 4.0, 4.0])).reference
    assert missed < rated
    assert np.isnan(late[0, :2]).all()


@pytest.mark.parametrize("value", [1.0, 3.0, 4.5, 5.0])
def test_a_constant_client_is_never_flagged(value):
    found = Level().signals(panel([value] * 30))
    assert not found.low.any()
    assert found.probability[0, 1:].max() < 0.15


def test_a_drop_from_the_ceiling_counts_and_the_deeper_the_more():
    deeper = [
        Level().signals(panel([5.0] * 6 + [x])).probability[0, -1] for x in (5.0, 4.7, 4.4, 4.0, 2.0, 1.0)
    ]
    assert all(b > a - 0.01 for a, b in pairwise(deeper))
    assert deeper[-1] > 0.8
    assert Level().signals(panel([5.0] * 6 + [4.2])).low[0, -1]


def test_a_jumpy_client_needs_a_deeper_drop():
    steady = Level().signals(panel([4.0, 4.1, 4.0, 4.1, 4.0, 4.1, 3.6])).statistic[0, -1]
    jumpy = Level().signals(panel([4.0, 4.8, 3.5, 4.6, 3.4, 4.7, 3.6])).statistic[0, -1]
    assert steady > jumpy + 0.7


def test_strength_is_borrowed_from_other_clients():
    """The same two ratings weigh more among clients who never move than among clients who always do."""
    random = np.random.default_rng(2)
    level = random.uniform(2.5, 4.5, (200, 1))
    second = []
    for sd in (0.1, 0.7):
        values = np.clip(np.rint((level + sd * random.standard_normal((200, 8))) * 9) / 9, 1, 5)
        values[0, :3] = 4.0, 4.0, 3.5
        second.append(Level().signals(panel(*values)).probability[0, 2])
    assert second[0] > 1.3 * second[1]


def test_another_unit_and_the_other_direction_give_the_same_flags(caseload):
    one = Level().signals(caseload.panel)
    percent = Panel((caseload.panel.values - 1) * 25, Measure(0, 100, 25 / 9))
    other = Level().signals(percent)
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_allclose(one.statistic, other.statistic, atol=1e-4)
    np.testing.assert_allclose((one.reference - 1) * 25, other.reference, atol=1e-3)
    np.testing.assert_allclose((one.limit - 1) * 25, other.limit, atol=1e-3)


@pytest.mark.parametrize("row", [[4.0], [None], [4.0, 3.9], [None, 4.0], [None, None, None]])
@pytest.mark.parametrize("prospective", [True, False])
def test_one_session_and_two(row, prospective):
    found = Level().signals(panel(row), prospective=prospective)
    assert not found.low.any()
    assert all(getattr(found, part).shape == (1, len(row)) for part in PARTS)


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (0, 0)])
@pytest.mark.parametrize("prospective", [True, False])
def test_nothing_at_all(shape, prospective):
    assert Level().signals(Panel(np.empty(shape), FORM), prospective=prospective).low.shape == shape


def test_two_ratings_can_be_enough():
    assert Level().signals(panel([4.5, 1.5])).low[0, 1]


@pytest.mark.parametrize("measure", [Measure(0, 40, 0), Measure(0, 400, 1), Measure(0, 100, 0.5)])
def test_visual_analogue_scales_are_read_in_hundredths(measure):
    values = measure.low + np.array([[0.8, 0.82, 0.79, 0.81, 0.8, 0.45]]) * (measure.high - measure.low)
    assert Level().signals(Panel(values, measure)).low.tolist() == [[False] * 5 + [True]]


def test_a_form_without_a_range_is_refused():
    with pytest.raises(SettingError, match="least and the greatest score"):
        Level().signals(Panel(np.ones((1, 3)), Measure(-np.inf, np.inf)))
    with pytest.raises(SettingError, match="threshold"):
        Level(threshold=float("nan"))


def test_it_is_in_the_catalogue_and_its_threshold_moves():
    rule = load_rule("level")
    assert isinstance(rule, Level)
    one = panel([4.0, 4.1, 4.0, 4.1, 3.5])
    strict = replace(rule, threshold=rule.threshold + 9).signals(one)
    assert rule.signals(one).low.any()
    assert not strict.low.any()
