"""Two people's ratings side by side, and who came after a drop."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from reattune.alliance.attendance import attendance
from reattune.alliance.episodes import episode_table
from reattune.alliance.panel import Panel
from reattune.alliance.ratings import SCORES
from reattune.alliance.sides import both_sides, sides_of_episodes, standardised

from .speaking import FORM, GAP, flags

CLIENT = [4.6, 4.5, 4.7, 4.6, 3.2, 3.4, 4.6, 4.7]
SEES_IT = [3.6, 3.5, 3.7, 3.6, 2.2, 2.4, 3.6, 3.7]
SEES_NOTHING = [3.6, 3.5, 3.7, 3.6, 3.7, 3.6, 3.6, 3.5]


def two(therapist: list[float]) -> Panel:
    return Panel(np.array([CLIENT, therapist]), FORM, 1, (("a", "client"), ("a", "therapist")))


def test_a_different_mean_is_no_disagreement() -> None:
    sides = both_sides(two(SEES_IT))
    assert sides["session"].to_list() == list(range(1, 9))
    assert sides["discrepancy"].to_list() == pytest.approx([0] * 8, abs=1e-9)


def test_a_drop_that_the_therapist_does_not_share() -> None:
    made = two(SEES_NOTHING)
    table = episode_table(made, flags(made, {4}, set(), reference=4.6))
    (one,) = sides_of_episodes(made, table).rows(named=True)
    assert one["other_rater"] == "therapist"
    assert abs(one["other_change"]) < 0.5
    assert one["discrepancy_change"] < -1.5
    assert one["discrepancy_change"] == pytest.approx(one["discrepancy_during"] - one["discrepancy_before"])
    shared = two(SEES_IT)
    (one,) = sides_of_episodes(shared, episode_table(shared, flags(shared, {4}, set(), reference=4.6))).rows(
        named=True
    )
    assert one["other_change"] < -1.5
    assert abs(one["discrepancy_change"]) < 0.01


def test_without_the_other_ones_ratings_nothing_is_said() -> None:
    made = Panel(np.array([CLIENT]), FORM, 1, (("a", "client"),))
    table = episode_table(made, flags(made, {4}, reference=4.6))
    assert sides_of_episodes(made, table).row(0) == (None,) * 5
    assert both_sides(made).is_empty()
    sparse = two([GAP] * 4 + [3.0] + [GAP] * 3)
    assert sides_of_episodes(sparse, table).row(0)[1:] == (None,) * 4


def test_someone_who_always_ticks_the_same_does_not_swing() -> None:
    values = np.array([[5, 5, 5, 5, 5, 5, 5, 4.9]])
    assert np.abs(standardised(values, floor=0.2)).max() < 0.5
    assert np.isnan(standardised(np.full((1, 5), 5.0))).all()
    assert np.isnan(standardised(np.array([[4.0, 3.0, GAP]]))).all()


def scores(days: list[int | None], rater: str = "client", first: int = 1) -> pl.DataFrame:
    start = date(2026, 1, 1)
    rows = [
        {
            "case": "a", "session": n, "date": None if day is None else start + timedelta(days=day), "rater": rater,
            "instrument": "wai-sr", "scale": "total", "score": 4.0, "answered": 12, "of": 12, "prorated": False,
        }
        for n, day in enumerate(days, first)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCORES)


def episode(onset: int, last: int, recovery: int | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"case": ["a"], "onset": [onset], "last": [last], "recovery": [recovery]},
        schema={"case": pl.String, "onset": pl.Int32, "last": pl.Int32, "recovery": pl.Int32},
    )


def test_a_long_pause_after_a_drop() -> None:
    weekly = [0, 7, 14, 21, 28]
    assert attendance(scores([*weekly, 49]), episode(5, 5, 6)).row(0) == (21, 7.0, True, 0)
    assert attendance(scores([*weekly, 35]), episode(5, 5, 6)).row(0) == (7, 7.0, False, 0)
    assert attendance(scores([*weekly, 41]), episode(5, 5, 6)).row(0) == (13, 7.0, False, 0)


def test_without_dates_nothing_is_said_of_pauses() -> None:
    assert attendance(scores([None] * 6), episode(5, 5, 6)).row(0) == (None, None, None, 0)
    assert attendance(scores([0, 7, None]), episode(2, 2, None)).row(0) == (None, None, None, 1)


def test_sessions_that_took_place_without_this_form() -> None:
    both = pl.concat([scores([0, 7, 14, 21]), scores([28, 35], "therapist", first=5)])
    assert attendance(both, episode(4, 4, None)).row(0)[3] == 2
    assert attendance(both, episode(3, 3, 4)).row(0)[3] == 0
