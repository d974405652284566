"""Simulated caseloads are what they say, and the figures about rules are counted right."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
import pytest

from reattune.alliance.power import (
    LENGTHS,
    Cut,
    cut_for,
    false_alarm_rate,
    fitting,
    found_in,
    matched,
    operating_characteristics,
    ratio,
    share,
)
from reattune.alliance.rules import RULES, load_rule
from reattune.alliance.rules.rule import Signals
from reattune.alliance.simulate import Caseload, Drop, populations, simulate
from reattune.errors import SettingError

LAW = populations()["wai-b"]


@pytest.mark.parametrize("name", populations())
def test_scores_lie_on_the_form(name):
    law = populations()[name]
    values = simulate(law, 200, 10, seed=3).panel.values
    known = values[~np.isnan(values)]
    assert known.min() >= law.low
    assert known.max() <= law.high + 1e-9
    steps = (known - law.low) / law.step
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)


def test_the_same_seed_gives_the_same_clients():
    one, other = simulate(LAW, 50, 12, seed=7), simulate(LAW, 50, 12, seed=7, drop=Drop(2, 2), share=0.5)
    np.testing.assert_array_equal(one.expected, other.expected)
    np.testing.assert_array_equal(one.panel.values[25:], other.panel.values[25:])
    clear = ~other.dropped
    np.testing.assert_array_equal(one.panel.values[clear], other.panel.values[clear])
    assert not np.array_equal(one.panel.values, simulate(LAW, 50, 12, seed=8).panel.values, equal_nan=True)


@pytest.mark.parametrize("drop", [Drop(1.5, 1), Drop(2, 4), Drop(1, 0), Drop(1.5, 2, gradual=True)])
def test_a_planted_drop_has_the_size_and_length_asked_for(drop):
    law = replace(LAW, low=-100, high=100, step=0.001, autocorrelation=0)
    sessions = 12
    made = simulate(law, 4000, sessions, seed=5, drop=drop, gaps=False)
    calm = simulate(law, 4000, sessions, seed=5, gaps=False)
    depth = (calm.panel.values - made.panel.values) / made.own_sd
    assert (made.onset >= 2).all()
    assert (made.dropped.argmax(1) == made.onset).all()
    at = np.arange(4000), made.onset
    np.testing.assert_allclose(depth[at], drop.size, atol=0.05)
    np.testing.assert_allclose(depth[~made.dropped], 0, atol=0.05)
    length = made.dropped.sum(1)
    if drop.length == 0:
        np.testing.assert_array_equal(length, sessions - made.onset)
    elif drop.gradual:
        early = made.onset + drop.length + 2 <= sessions
        assert (length[early] == drop.length + 2).all()
        rows = np.flatnonzero(early)
        np.testing.assert_allclose(depth[rows, made.onset[rows] + drop.length], drop.size * 2 / 3, atol=0.05)
    else:
        assert (length == drop.length).all()


def test_noise_has_the_spread_and_autocorrelation_asked_for():
    for law in (LAW, populations()["wobbly"], populations()["heavy-tailed"]):
        free = replace(law, low=-100, high=100, step=0.001)
        made = simulate(free, 4000, 20, seed=2, gaps=False)
        noise = (made.panel.values - made.expected) / made.own_sd
        assert noise.std() == pytest.approx(1, abs=0.03)
        wanted = 0 if law.tails else law.autocorrelation
        assert (noise[:, 1:] * noise[:, :-1]).mean() == pytest.approx(wanted, abs=0.03)


def test_ratings_are_missing_as_asked_for():
    law = replace(LAW, leaving=0)
    rated = simulate(law, 20_000, 12, seed=4).panel.rated
    assert 1 - rated[:, 0].mean() == pytest.approx(law.missed_first, abs=0.01)
    assert 1 - rated[:, 1:].mean() == pytest.approx(law.missed_mean, abs=0.01)
    staying = replace(LAW, missed_first=0, missed_mean=0, missed_sd=0)
    last = simulate(staying, 20_000, 12, seed=4).panel.rated
    assert (np.diff(last.astype(int), axis=1) <= 0).all(), "who has left does not come back"
    assert 1 - last[:, -1].mean() == pytest.approx(1 - (1 - LAW.leaving) ** 9, abs=0.01)


def test_a_drop_that_does_not_fit_is_refused_or_left_out():
    with pytest.raises(SettingError, match="does not fit into 5"):
        simulate(LAW, 10, 5, seed=1, drop=Drop(1, 4))
    assert fitting([Drop(1, 4), Drop(1, 1), Drop(1, 0)], 5) == [Drop(1, 1), Drop(1, 0)]
    assert fitting([Drop(1, 1)], 2) == []


@dataclass(frozen=True)
class Said:
    """A rule that says what it is told to."""

    statistic: np.ndarray
    name: str = "said"
    source: str = "test"
    threshold: float = 1.0

    def signals(self, panel, *, prospective=True):
        nothing = np.full(panel.values.shape, np.nan)
        return Signals(self.statistic >= self.threshold, nothing, nothing, self.statistic)


def test_figures_by_hand():
    made = simulate(LAW, 4, 6, seed=1, gaps=False, drop=Drop(1.5, 2), share=0.5)
    dropped = np.zeros((4, 6), bool)
    dropped[0, 2:4] = dropped[1, 3:5] = True
    made = Caseload(made.panel, made.expected, made.own_sd, dropped, np.array([2, 3, -1, -1]))
    statistic = np.zeros((4, 6))
    statistic[0, 3] = statistic[1, 1] = statistic[2, 5] = 2
    found = found_in(made, Cut(1).flags(statistic), Drop(1.5, 2))
    assert found.sensitivity.value == 0.5
    assert found.delay.value == 1
    assert found.precision == pytest.approx(1 / 3)


def test_a_threshold_for_so_many_false_alarms_even_where_ties_stand_in_the_way():
    random = np.random.default_rng(1)
    rated = random.random((500, 20)) < 0.8
    for statistic in (random.standard_normal((500, 20)), random.integers(0, 4, (500, 20)).astype(float)):
        flags = cut_for(statistic, rated, 5).flags(np.where(rated, statistic, np.nan))
        each = flags.mix(flags.lax.sum(), flags.strict.sum())
        assert each / rated.sum() == pytest.approx(0.05, abs=0.001)
    silent = cut_for(np.full((5, 5), np.nan), np.ones((5, 5), bool), 5).flags(np.full((5, 5), np.nan))
    assert silent.mix(silent.lax.sum(), silent.strict.sum()) == 0


@pytest.mark.parametrize("name", ["level", "cusum", "own-sd-1", "xmr"])
def test_a_rule_is_made_to_flag_so_many_even_where_what_it_flagged_before_counts(name):
    stable = simulate(LAW, 400, 12, seed=9).panel
    rule, cut = matched(load_rule(name), stable, 5)
    flags = cut.flags(rule.signals(stable).statistic)
    each = flags.mix(flags.lax.sum(), flags.strict.sum())
    assert each / stable.rated.sum() == pytest.approx(0.05, abs=0.002)
    if name == "level":
        np.testing.assert_array_equal(flags.lax, rule.signals(stable).low)


def test_a_rule_that_says_nothing_is_left_as_it_is():
    short = simulate(LAW, 50, 4, seed=9).panel
    rule, cut = matched(load_rule("xmr"), short, 5)
    assert rule == load_rule("xmr")
    assert not cut.flags(rule.signals(short).statistic).strict.any()


def test_intervals():
    half = share(50, 100)
    assert (half.value, round(half.low, 4), round(half.high, 4)) == (0.5, 0.4038, 0.5962)
    assert np.isnan(share(0, 0).value)
    assert share(0, 10).low == 0
    random = np.random.default_rng(2)
    inside = 0
    for _ in range(60):
        below = random.integers(1, 12, 300).astype(float)
        one = ratio(random.binomial(below.astype(int), 0.1).astype(float), below)
        inside += one.low <= 0.1 <= one.high
    assert inside >= 51
    assert np.isnan(ratio(np.zeros(3), np.zeros(3)).value)


def test_characteristics_of_a_rule():
    found = operating_characteristics(load_rule("own-sd-1"), clients=300, sessions=8, false_alarms=5)
    assert found.false_alarms.value == pytest.approx(5, abs=0.01)
    assert found.false_alarms.low < 5 < found.false_alarms.high
    assert 0 < found.clients_alarmed.value < 1
    by_drop = {f.drop: f.sensitivity.value for f in found.found}
    assert by_drop[Drop(3, 1)] > by_drop[Drop(1, 1)]
    assert [f.drop for f in found.found] == fitting([f.drop for f in found.found], 8)


@pytest.mark.parametrize("drop", [Drop(1.5, 2), Drop(1.5, 4)])
def test_at_equal_false_alarms_the_default_finds_at_least_as_much_as_any_published_rule(drop):
    """As docs/method-ratings.md has it, with other seeds and fewer clients."""
    found = {
        name: operating_characteristics(
            load_rule(name), clients=1000, seed=77, drops=[drop], false_alarms=5
        ).found[0].sensitivity.value
        for name in ("level", "xmr", "xmr-robust", "own-sd-1", "tang-derubeis", "stevens2007-style")
    }  # fmt: skip
    ours = found.pop("level")
    assert ours > max(found.values())


@pytest.mark.parametrize("name", RULES)
def test_the_table_of_false_alarms_is_up_to_date(name):
    made = operating_characteristics(load_rule(name), clients=1200, sessions=12, seed=31, drops=())
    slack = 0.4
    assert made.false_alarms.low - slack <= false_alarm_rate(name, 12) <= made.false_alarms.high + slack


def test_looking_up_false_alarms():
    table = json.loads((files("reattune.alliance") / "false_alarms.json").read_text())["rates"]
    assert set(table) == set(RULES)
    assert all(set(rates) == {str(n) for n in LENGTHS} for rates in table.values())
    assert false_alarm_rate("level", 5) == table["level"]["4"]
    assert false_alarm_rate("level", 100) == table["level"]["20"]
    assert false_alarm_rate("mine", 12) is None
