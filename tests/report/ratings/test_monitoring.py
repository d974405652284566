"""``reattune.monitor`` and the tables it gives."""

from __future__ import annotations

import dataclasses
import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import reattune
from reattune.alliance.rules import load_rule
from reattune.alliance.watch import EPISODES_FOUND, WATCHED, counterpart
from reattune.errors import SettingError
from reattune.record import RatingStatus

from .caseload import CASES, ratings, watched


def test_the_table_has_a_row_for_each_rating() -> None:
    made = watched()
    assert made.table.columns == list(WATCHED)
    given = sum(
        score is not None for raters in CASES.values() for scores in raters.values() for score in scores
    )
    assert made.table.height == given
    row = made.table.filter(
        (pl.col("case") == "open") & (pl.col("rater") == "client") & (pl.col("session") == 6)
    )
    (one,) = row.rows(named=True)
    assert one["score"] == 2.9 and one["flagged"] and one["episode"] == 1
    assert one["probability"] > 0.5 and one["reference"] > 4
    assert str(one["date"]) == "2026-02-16"


def test_the_episodes_say_what_became_of_them() -> None:
    made = watched()
    assert made.episodes.columns == list(EPISODES_FOUND)
    status = dict(made.episodes.filter(pl.col("rater") == "client").select("case", "status").iter_rows())
    assert status == {"open": "open", "new": "censored", "both": "repaired", "gone": "repaired_late"}
    shared = made.episodes.filter((pl.col("case") == "both") & (pl.col("rater") == "client"))
    assert shared["other_change"][0] < -1
    alone = made.episodes.filter(pl.col("case") == "open")
    assert alone["other_change"][0] > -0.5 and alone["discrepancy_change"][0] < -1
    gone = made.episodes.filter(pl.col("case") == "gone").row(0, named=True)
    assert (gone["missed_after"], gone["long_pause"], gone["days_to_next"]) == (2, True, 21)
    records = made.episode_list
    assert {one.status for one in records} >= {RatingStatus.OPEN, RatingStatus.CENSORED}
    assert all(one.rule == "level" and one.instrument == "wai-sr" for one in records)


def test_what_was_known_after_a_session() -> None:
    made = watched()
    then = made.as_of(6)
    assert then.table["session"].max() == 6
    (one,) = then.episodes.filter(pl.col("case") == "open").rows(named=True)
    assert (one["status"], one["pattern"], one["last"]) == ("censored", "new", 6)
    columns = ["case", "rater", "session", "flagged", "probability", "limit"]
    assert_frame_equal(then.table.select(columns), made.table.filter(pl.col("session") <= 6).select(columns))


def test_looking_back_is_never_mixed_up_with_what_was_known() -> None:
    back = watched(rule="xmr", prospective=False)
    assert not back.prospective
    with pytest.raises(SettingError, match="prospective=True"):
        back.as_of(5)
    assert all(one.false_alarms is None for one in back.watched)


def test_a_changed_rule_carries_no_figure_that_was_counted_for_another() -> None:
    plain = watched()
    assert plain.watched[0].false_alarms is not None
    assert 1 < plain.watched[0].false_alarms < 20
    assert watched(threshold=3.0).watched[0].false_alarms is None


def test_the_life_of_an_episode_session_by_session() -> None:
    lived = watched().history().filter((pl.col("case") == "open") & (pl.col("rater") == "client"))
    assert lived.select("as_of", "status").rows() == [
        (6, "censored"), (7, "censored"), (8, "censored"), (9, "open"),
    ]  # fmt: skip
    mended = watched().history().filter((pl.col("case") == "both") & (pl.col("rater") == "client"))
    assert mended["status"].to_list()[:2] == ["censored", "repaired"]
    with pytest.raises(SettingError, match="history tells what was known"):
        watched(rule="xmr", prospective=False).history()


def test_both_sides_session_by_session() -> None:
    sides = watched().both_sides()
    assert sides["case"].unique(maintain_order=True).to_list() == ["open", "both"]
    low = sides.filter((pl.col("case") == "open") & (pl.col("session") == 6))
    assert low["discrepancy"][0] < -1
    assert reattune.monitor(ratings({})).both_sides().is_empty()


def test_settings_reach_the_rule() -> None:
    assert watched(rule="xmr-baseline", baseline=4).rule.baseline == 4  # type: ignore[attr-defined]
    assert watched(rule=load_rule("xmr"), threshold=2.0).rule.threshold == 2.0
    for wrong in (
        {"rule": "xrm"},
        {"baseline": 3},
        {"rule": load_rule("fixed-drop"), "baseline": 3},
        {"scale": "trust"},
    ):
        with pytest.raises(SettingError):
            watched(**wrong)
    with pytest.raises(SettingError, match="read_ratings"):
        reattune.monitor("ratings.csv")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="no 'srs'"):
        watched(instrument="srs")


def test_one_rater_alone_still_has_the_other_beside() -> None:
    made = watched(rater="client")
    assert made.table["rater"].unique().to_list() == ["client"]
    assert made.episodes.filter(pl.col("case") == "both")["other_rater"].to_list() == ["therapist"]


def test_no_ratings_at_all() -> None:
    made = reattune.monitor(ratings({}))
    assert made.table.is_empty() and made.episodes.is_empty() and made.to_dict()["cases"] == []


def test_without_dates() -> None:
    made = reattune.monitor(ratings(dates=False))
    assert made.episodes["long_pause"].null_count() == made.episodes.height
    assert made.episodes.height == watched().episodes.height


def test_the_json_is_whole_and_plain() -> None:
    made = watched().to_dict()
    again = json.loads(watched().to_json())
    assert again == made
    assert made["rule"]["name"] == "level" and made["rule"]["prospective"] is True
    case = next(one for one in made["cases"] if one["case"] == "open")
    client = case["series"][0]
    assert (client["rater"], client["instrument"], client["scale"]) == ("client", "wai-sr", "total")
    assert [point["session"] for point in client["sessions"]] == list(range(1, 10))
    (episode,) = client["episodes"]
    assert (episode["onset"], episode["recovery"], episode["status"], episode["episode"]) == (
        6,
        None,
        "open",
        1,
    )
    assert [one["case"] for one in made["cases"]] == list(CASES)


def test_the_csv_guards_names_and_reads_back() -> None:
    from .caseload import hostile

    text = hostile().to_csv()
    assert "'=1+1" in text
    again = pl.read_csv(watched().to_csv().encode(), try_parse_dates=True)
    assert_frame_equal(
        again.select("case", "session", "score", "flagged"),
        watched().table.select("case", pl.col("session").cast(pl.Int64), "score", "flagged"),
    )


def test_pandas_on_request() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    assert list(watched().to_pandas().columns) == list(WATCHED)


def test_the_therapists_form_is_the_other_side_of_the_clients() -> None:
    from reattune.alliance.instruments import load_instrument

    mine, theirs, other = (load_instrument(key) for key in ("wai-sr", "wai-srt", "srs"))
    assert counterpart(mine, mine.scale(), [other, mine, theirs]) is theirs
    assert counterpart(theirs, theirs.scale(), [other, mine, theirs]) is mine
    assert counterpart(mine, mine.scale("bond"), [mine, theirs]) is None
    both = ratings({"a": {"client": CASES["both"]["client"]}})
    moved = both.scores.with_columns(
        instrument=pl.lit("wai-srt"), rater=pl.lit("therapist"), score=pl.col("score") - 1
    )
    joined = dataclasses.replace(
        both, scores=pl.concat([both.scores, moved]), instruments={mine.key: mine, theirs.key: theirs}
    )
    made = reattune.monitor(joined)
    assert [one.side_of for one in made.watched] == [("wai-sr", "total")] * 2
    assert made.episodes["other_change"].max() < -1  # type: ignore[operator]
