"""Onset, nadir, recovery, magnitude, length, missed sessions; one drop is one episode; nothing looks ahead."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from reattune.alliance.episodes import as_of, episode_history, episode_table, find_episodes
from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules import load_rule
from reattune.errors import SettingError
from reattune.record import RatingStatus

from .speaking import FORM, GAP, UNKNOWN, VECTOR, flags, panel


def only(made: Panel, rule: str = "xmr-baseline", **settings: int):
    found = find_episodes(made, load_rule(rule).signals(made), rule=rule, instrument="wai-sr", **settings)
    assert len(found) == 1
    return found[0]


def test_vector_2_of_the_field_reference() -> None:
    one = only(panel(VECTOR), "reliable-change")
    assert (one.case, one.rater, one.instrument, one.scale, one.rule) == (
        "c1", "client", "wai-sr", "total", "reliable-change",
    )  # fmt: skip
    assert (one.onset, one.flagged, one.nadir, one.recovery, one.length) == (7, 7, 7, 9, 2)
    assert (one.reference, one.worst, one.pattern, one.status) == (4.2, 2.9, "v", RatingStatus.REPAIRED)
    assert one.drop_sd == pytest.approx(2.957, abs=5e-4)
    assert one.drop_rci == pytest.approx(1.3 / 0.5488, abs=5e-4)
    assert (one.missed_after, one.probability) == (0, None)


def test_back_is_the_level_before_less_one_standard_error() -> None:
    for last, back in ((4.0 - 0.197, True), (4.0 - 0.199, False)):
        made = panel([4.0, 4.0, 4.0, 3.0, last])
        table = episode_table(made, flags(made, {3}, reference=4.0))
        assert table["recovery"].to_list() == [5 if back else None], last


def test_back_takes_at_least_half_of_the_way() -> None:
    made = panel([4.0, 4.0, 4.0, 3.8, 3.85, 3.91])
    assert episode_table(made, flags(made, {3}, reference=4.0))["recovery"].to_list() == [6]


def test_without_a_known_error_half_a_standard_deviation_of_the_ratings_before_stands_in() -> None:
    spread = np.std([3.6, 4.4, 3.6, 4.4], ddof=1)
    for last, back in ((4.4 - 0.49 * spread, True), (4.4 - 0.51 * spread, False)):
        made = panel([3.6, 4.4, 3.6, 4.4, 2.0, last], measure=UNKNOWN)
        assert episode_table(made, flags(made, {4}, reference=4.4))["recovery"].to_list() == [
            6 if back else None
        ]


def test_from_a_ceiling_without_spread_one_step_is_near_enough() -> None:
    for last, back in ((5 - 1 / 12, True), (5 - 2 / 12, False)):
        made = panel([5, 5, 5, 5, 4, last], measure=UNKNOWN)
        assert episode_table(made, flags(made, {4}, reference=5.0))["recovery"].to_list() == [
            6 if back else None
        ]


def test_a_slow_decline_counts_from_where_it_began() -> None:
    made = panel([4.5, 4.4, 4.5, 4.1, 3.8, 3.2, 4.5])
    one = find_episodes(made, flags(made, {5}, reference=4.5))[0]
    assert (one.onset, one.flagged, one.nadir, one.recovery, one.length) == (4, 6, 6, 7, 3)


def test_flags_until_the_score_is_back_are_one_episode() -> None:
    made = panel([4.5, 4.5, 3.5, 4.0, 3.0, 4.1, 4.5, 4.5, 3.0, 4.5])
    table = episode_table(made, flags(made, {2, 4, 8}, reference=4.5))
    assert table.select("onset", "nadir", "recovery", "flags", "low_ratings").rows() == [
        (3, 5, 7, 2, 4),
        (9, 9, 10, 1, 1),
    ]


def test_a_slow_chart_that_flags_on_after_the_return_opens_nothing_new() -> None:
    made = panel([4.5, 4.5, 3.0, 4.5, 4.4, 4.4, 3.0, 4.5])
    table = episode_table(made, flags(made, {2, 3, 4, 5, 6}, reference=4.5))
    assert table.select("onset", "recovery").rows() == [(3, 4), (7, 8)]


def test_a_flag_at_or_above_the_level_before_is_no_drop() -> None:
    made = panel([4.0, 4.0, 4.0, 4.1])
    assert episode_table(made, flags(made, {2, 3}, reference=4.0)).is_empty()


def test_gaps_are_sessions_without_a_score() -> None:
    made = panel([4.5, 4.5, GAP, 3.0, GAP, GAP, 3.1, GAP, 4.5])
    one = find_episodes(made, flags(made, {3}, reference=4.5))[0]
    assert (one.onset, one.missed_after, one.recovery, one.length) == (4, 2, 9, 5)
    assert one.status is RatingStatus.REPAIRED_LATE


def test_the_end_of_other_series_is_not_a_missed_session() -> None:
    made = panel([4.5, 4.5, 3.0], [4.5] * 12)
    one = find_episodes(made, flags(made, {2}, set(), reference=4.5))[0]
    assert (one.missed_after, one.length, one.status) == (0, 1, RatingStatus.CENSORED)


@pytest.mark.parametrize(
    ("after", "within", "status"),
    [
        ([3.0, 3.0, 4.5], 3, RatingStatus.REPAIRED),
        ([3.0, 3.0, 3.0, 4.5], 3, RatingStatus.REPAIRED_LATE),
        ([3.0, 3.0, 3.0, 4.5], 4, RatingStatus.REPAIRED),
        ([3.0, 3.0, 3.0], 3, RatingStatus.OPEN),
        ([3.0, 3.0], 3, RatingStatus.CENSORED),
        ([], 1, RatingStatus.CENSORED),
    ],
)
def test_what_became_of_it(after: list[float], within: int, status: RatingStatus) -> None:
    made = panel([4.5, 4.5, 3.0, *after])
    assert find_episodes(made, flags(made, {2}, reference=4.5), recover_within=within)[0].status is status


def test_a_rule_that_speaks_up_late_says_itself_where_the_drop_began() -> None:
    made = panel([4.5, 4.5, 4.5, 3.0, 3.1, 3.0, 4.5])
    one = find_episodes(made, flags(made, {5}, reference=4.5, onset={5: 3}))[0]
    assert (one.onset, one.flagged, one.recovery) == (4, 6, 7)
    over = panel([4.5, 4.5, 4.5, 3.0, 4.5, 4.4, 4.5])
    one = find_episodes(over, flags(over, {5}, reference=4.5, onset={5: 3}))[0]
    assert (one.onset, one.flagged, one.recovery, one.length) == (4, 6, 5, 1)
    made = panel([4.5, 4.5, 4.5, 3.0, 3.1, 3.0, 3.0, 3.0])
    late = load_rule("tang-derubeis").signals(made)
    one = find_episodes(made, late)[0]
    assert (one.onset, one.flagged, one.status) == (4, 6, RatingStatus.OPEN)


def test_a_form_on_which_high_is_the_strained_end() -> None:
    measure = dataclasses.replace(FORM, higher_is_better=False)
    made = dataclasses.replace(panel([4.5, 4.5, 3.0, 4.5]), measure=measure)
    one = find_episodes(made, flags(made, {2}, reference=4.5))[0]
    assert (one.reference, one.worst) == (1.5, 3.0)
    assert one.drop_sd is not None and one.drop_sd > 0


def test_sessions_are_numbered_as_the_panel_says() -> None:
    made = panel([4.5, 4.5, 3.0, 4.5], first=10)
    one = find_episodes(made, flags(made, {2}, reference=4.5))[0]
    assert (one.onset, one.recovery) == (12, 13)


@pytest.mark.parametrize("series", [[], [3.0], [3.0, 2.0], [GAP, GAP, GAP], [5.0] * 8])
def test_short_empty_and_constant_series(series: list[float]) -> None:
    made = panel(series)
    for rule in ("fixed-drop", "xmr", "ewma", *(["level"] if series else [])):
        table = episode_table(made, load_rule(rule).signals(made))
        assert table.height <= 1
        assert find_episodes(made, load_rule(rule).signals(made), until=0) == []


def test_series_without_names() -> None:
    made = panel(VECTOR, names=False)
    one = find_episodes(made, load_rule("xmr-baseline").signals(made))[0]
    assert (one.case, one.rater) == ("", "")


def test_it_refuses_a_number_of_sessions_that_is_none() -> None:
    made = panel(VECTOR)
    for wrong in (0, 1.5):
        with pytest.raises(SettingError, match="recover_within"):
            episode_table(made, load_rule("xmr").signals(made), recover_within=wrong)  # type: ignore[arg-type]


scores = st.one_of(st.just(GAP), st.integers(12, 60).map(lambda n: n / 12))
caseloads = st.lists(st.lists(scores, min_size=9, max_size=9), min_size=1, max_size=4)
RULES = ("fixed-drop", "own-sd-1", "xmr-baseline", "ewma", "cusum", "tang-derubeis")


@settings(max_examples=40, deadline=None)
@given(caseloads, st.sampled_from(RULES), st.integers(1, 9), st.sampled_from([FORM, UNKNOWN]))
def test_what_was_known_after_a_session_is_what_a_shorter_series_gives(
    series: list[list[float]], rule: str, session: int, measure: Measure
) -> None:
    made = panel(*series, measure=measure)
    settings_ = {"cutoff": 0.5} if rule == "tang-derubeis" else {}
    loaded = load_rule(rule, **settings_)
    cut = Panel(made.values[:, :session], measure, 1, made.keys)
    whole = loaded.signals(made)
    then = episode_table(made, whole, until=session)
    assert_frame_equal(then, episode_table(cut, loaded.signals(cut)))
    going_on = pl.Series(made.rated[:, session - 1 :].any(axis=1)).gather(then["series"])
    lived = episode_history(made, whole).filter(pl.col("as_of") == session).drop("as_of")
    assert_frame_equal(then.filter(going_on), lived)


@settings(max_examples=40, deadline=None)
@given(caseloads, st.sampled_from(RULES[:5]))
def test_what_always_holds(series: list[list[float]], rule: str) -> None:
    made = panel(*series)
    table = episode_table(made, load_rule(rule).signals(made))
    for row in table.iter_rows(named=True):
        values = made.values[row["series"]]
        assert row["onset"] <= row["flagged"] and row["onset"] <= row["nadir"] <= row["last"]
        assert row["recovery"] is None or row["recovery"] > row["last"]
        inside = values[row["onset"] - 1 : row["last"]]
        assert row["worst"] == pytest.approx(np.nanmin(inside))
        assert row["worst"] < row["reference"] and row["drop"] > 0
        assert row["low_ratings"] == (~np.isnan(inside)).sum()
        assert row["length"] == (row["recovery"] or row["last"] + 1) - row["onset"]
    overlap = table.with_columns(pl.col("onset").shift(-1).over("series").alias("next")).filter(
        pl.col("next") <= pl.col("last")
    )
    assert overlap.is_empty()


def test_each_series_by_itself() -> None:
    """Side by side or alone: the same."""
    rng = np.random.default_rng(4)
    values = np.round(np.clip(4 + rng.normal(0, 0.6, (40, 12)), 1, 5), 3)
    values[rng.random(values.shape) < 0.15] = np.nan
    rule = load_rule("own-sd-1")
    together = Panel(values, FORM)
    whole = episode_table(together, rule.signals(together))
    for row in range(40):
        alone = Panel(values[row : row + 1], FORM)
        mine = whole.filter(pl.col("series") == row).drop("series")
        assert_frame_equal(mine, episode_table(alone, rule.signals(alone)).drop("series"))


def test_cutting_short_keeps_the_earlier_columns() -> None:
    made = panel(VECTOR, first=3)
    cut, signals = as_of(made, load_rule("xmr").signals(made), 8)
    assert cut.values.shape == signals.low.shape == (1, 6)
