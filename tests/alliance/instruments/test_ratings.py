"""From a file to ratings and panels: shapes, names, gaps, what is kept out and where it stands."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from reattune.alliance.instruments import load_instrument, shipped
from reattune.alliance.ratings import ANSWERS, SCORES, Ratings, read_ratings
from reattune.errors import InputError, SettingError
from reattune.record import Rating

from .conftest import Reader

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples/ratings"
SHARED = ROOT.parent / "shared/data/dsem_wai/wai_sessions.csv"
LONG = "case,session,date,rater,instrument,item,value\n"


def places(found: Ratings) -> list[tuple[int | None, int | None]]:
    return [(one.place.line, one.place.column) for one in found.problems]


def test_columns_are_as_promised() -> None:
    found = read_ratings(EXAMPLES / "caseload-wide.csv")
    assert dict(found.scores.schema) == SCORES
    assert dict(found.answers.schema) == ANSWERS


def test_long_and_wide_and_redcap_say_the_same() -> None:
    wide = read_ratings(EXAMPLES / "caseload-wide.csv").scores
    long = read_ratings(EXAMPLES / "caseload-long.csv").scores
    redcap = read_ratings(EXAMPLES / "redcap-export.csv", mapping=EXAMPLES / "redcap-mapping.toml").scores
    client = pl.col("instrument") == "wai-sr"
    some = wide.filter(client & pl.col("case").is_in(["C02", "C09", "C11"]))
    assert some.equals(long.filter(client))
    others = wide.filter(client & pl.col("case").is_in(["C04", "C07", "C10"]))
    assert others.drop("case").equals(redcap.filter(client).drop("case"))
    theirs = ["session", "score"]
    assert np.allclose(
        wide.filter(~client & pl.col("case").is_in(["C02", "C09", "C11"])).select(theirs).to_numpy(),
        long.filter(~client).select(theirs).to_numpy(),
    )
    assert set(redcap["rater"]) == {"client", "therapist"}


def test_the_example_with_problems_names_each_place() -> None:
    found = read_ratings(EXAMPLES / "with-problems.csv")
    assert places(found) == [
        (7, 7),
        (10, 3),
        (11, 7),
        (13, 7),
        (14, 1),
        (15, 2),
        (16, 5),
        (17, 6),
        (20, None),
    ]
    assert all(one.mend and one.place.path and str(one).startswith(str(EXAMPLES)) for one in found.problems)
    assert found.scores.select("session", "score").rows() == [(1, 36.5), (3, 37.2), (5, 36.9), (8, 38.1)]


def test_missed_sessions_are_gaps(read_text: Reader) -> None:
    found = read_text("case,session,srs\nA,2,30\nA,5,35\nB,3,40\nB,4,NA\nB,7,39\n")
    panel = found.panel()
    assert panel.first == 2
    assert panel.keys == (("A", "client"), ("B", "client"))
    nan = np.nan
    np.testing.assert_array_equal(panel.values, [[30, nan, nan, 35, nan, nan], [nan, 40, nan, nan, nan, 39]])


def test_panels_are_turned_so_that_higher_is_better(read_text: Reader) -> None:
    found = read_text("case,session,phq9\nA,1,20\nA,2,5\n")
    assert found.panel().values.tolist() == [[7, 22]]
    assert found.scores["score"].to_list() == [20, 5]


def test_one_panel_for_each_scale_and_a_row_for_each_rater() -> None:
    found = read_ratings(EXAMPLES / "caseload-long.csv")
    assert found.series == [("wai-sr", s) for s in ("total", "task", "bond", "goal")] + [("wai-srt", "total")]
    assert [(i, s) for i, s, _ in found.panels()] == found.series
    with pytest.raises(
        SettingError, match=r"does not say which instrument is meant. Name one of: wai-sr, wai-srt"
    ):
        found.panel()
    with pytest.raises(SettingError, match=r"these ratings hold no 'srs'. They hold: wai-sr, wai-srt"):
        found.panel("srs")
    with pytest.raises(SettingError, match=r"nobody rated wai-sr as 'therapist'. Raters found: client"):
        found.panel("wai-sr", rater="therapist")


def test_both_raters_on_one_form_are_two_series(read_text: Reader) -> None:
    found = read_text(
        LONG + "A,1,,client,srs,total,38\nA,1,,therapist,srs,total,30\nA,2,,Patientin,srs,total,37\n"
    )
    assert found.panel().keys == (("A", "client"), ("A", "therapist"))
    assert found.panel(rater="therapist").values.tolist() == [[30]]


def test_panel_rows_are_right_whatever_the_order_of_the_scores() -> None:
    found = read_ratings(EXAMPLES / "caseload-wide.csv")
    shuffled = Ratings(found.scores.sample(fraction=1, shuffle=True, seed=3), instruments=found.instruments)
    a, b = found.panel("wai-sr"), shuffled.panel("wai-sr")
    order = [b.keys.index(key) for key in a.keys]
    np.testing.assert_array_equal(a.values, b.values[order])


def test_no_scores_give_an_empty_panel() -> None:
    form = shipped()["srs"]
    found = Ratings(pl.DataFrame(schema=SCORES), instruments={"srs": form})
    assert found.panel().values.shape == (0, 0)
    assert found.series == [] and found.to_ratings() == [] and len(found) == 0


def test_session_numbers_too_far_apart_for_so_many_series_are_refused() -> None:
    n = 60_000
    scores = pl.DataFrame(
        {
            "case": [str(k) for k in range(n)], "session": [1 + 9_000 * (k == 0) for k in range(n)], "date": None,
            "rater": "client", "instrument": "srs", "scale": "total", "score": 30.0, "answered": 0, "of": 4, "prorated": False,
        },
        schema=SCORES,
    )  # fmt: skip
    with pytest.raises(SettingError, match="too many at once"):
        Ratings(scores, instruments={"srs": shipped()["srs"]}).panel()


def test_ratings_as_objects_and_as_pandas(read_text: Reader) -> None:
    found = read_text("case,session,date,srs\nA,1,2026-03-04,38.5\nA,2,,30\n")
    assert found.to_ratings() == [
        Rating("A", 1, "client", "srs", "total", 38.5, date(2026, 3, 4)),
        Rating("A", 2, "client", "srs", "total", 30.0, None),
    ]
    table = found.to_pandas()
    assert list(table.columns) == list(SCORES) and table["score"].tolist() == [38.5, 30.0]


@pytest.mark.parametrize(
    ("rows", "at", "said"),
    [
        ("A,2,,client,srs,1,11\n", (3, 7), "11 is out of range for item 1 of srs"),
        ("A,2,,client,srs,1,-0.1\n", (3, 7), "-0.1 is out of range"),
        ("A,2,,client,srs,1,9.25\n", (3, 7), "9.25 is between the answers of item 1 of srs"),
        ("A,2,,client,srs,1,nine\n", (3, 7), "'nine' is no number"),
        ("A,2,,client,srs,1,1e999\n", (3, 7), "1e999"),
        ("A,2,,client,srs,1,inf\n", (3, 7), "'inf' is no number"),
        ('A,2,,client,srs,1,"1,234"\n', (3, 7), "'1,234' is no number"),
        ("A,2,,client,srs,5,9\n", (3, 6), "srs has no item '5' (1 value kept out)"),
        ("A,2,,client,srx,1,9\n", (3, 5), "'srx' is no known instrument"),
        ("A,2,,client,,1,9\n", (3, 6), "it is not known of which instrument '1' is"),
        (",2,,client,srs,1,9\n", (3, 1), "the row does not say whose it is"),
        ("A,,,client,srs,1,9\n", (3, 2), "the row does not say its session"),
        ("A,-2,,client,srs,1,9\n", (3, 2), "'-2' is no session number"),
        ("A,2.5,,client,srs,1,9\n", (3, 2), "'2.5' is no session number"),
        ("A,10000,,client,srs,1,9\n", (3, 2), "'10000' is no session number"),
        ("A,2,31.02.2026,client,srs,1,9\n", (3, 3), "'31.02.2026' is no date"),
        (
            "A,1,,client,srs,total,30\n",
            (3, 7),
            "is there twice: 'total', with other answers; the first, in line 2",
        ),
        ("A,1,,client,srs,total,38\n", (3, 7), "is there twice: 'total', the same again"),
        ("A,2,,client,srs,1,9,9\n", (3, None), "row kept out: it has 8 cells, the header 7"),
    ],
)
def test_a_bad_row_is_kept_out_and_the_rest_goes_on(
    read_text: Reader, rows: str, at: tuple[int, int | None], said: str
) -> None:
    found = read_text(LONG + "A,1,,client,srs,total,38\n" + rows + "B,1,,client,srs,total,33\n")
    assert places(found) == [at]
    assert said in found.problems[0].what
    assert found.problems[0].mend
    assert found.scores.select("case", "score").rows() == [("A", 38), ("B", 33)]


@pytest.mark.parametrize(
    "session", ["3", "03", "3.0", "Session 3", "S3", "s-3", "session_3_arm_1", "Sitzung 3", "#3"]
)
def test_session_numbers_as_people_write_them(read_text: Reader, session: str) -> None:
    found = read_text(f"case,session,srs\nA,{session},38\n")
    assert found.scores["session"].to_list() == [3]


def test_sessions_from_dates_case_by_case_with_a_word(read_text: Reader) -> None:
    text = "client,date,rater,srs\nA,2026-03-09,client,30\nA,2026-03-02,client,38\nA,2026-03-02,therapist,35\nB,2026-03-09,,33\n"
    found = read_text(text)
    assert sorted(found.scores.select("case", "session", "rater", "score").rows()) == [
        ("A", 1, "client", 38), ("A", 1, "therapist", 35), ("A", 2, "client", 30), ("B", 1, "client", 33),
    ]  # fmt: skip
    assert any("sessions were counted from the dates" in one.what for one in found.notices)
    lost = read_text("client,date,srs\nA,2026-03-09,30\nA,,38\nA,soon,38\n")
    assert places(lost) == [(3, 2), (4, 2)]


def test_a_file_of_one_client_needs_no_case(read_text: Reader) -> None:
    found = read_text("session,total\n1,38\n2,36\n", "mr-b.csv", instrument="srs")
    assert found.panel().keys == (("mr-b", "client"),)
    assert any("all rows are taken as one case, 'mr-b'" in one.what for one in found.notices)
    with pytest.raises(InputError, match="no column for the case, and a session is there twice") as error:
        read_text("session,total\n1,38\n1,36\n", instrument="srs")
    assert error.value.place.line == 3


def test_codes_for_not_answered(read_text: Reader) -> None:
    text = "case,session,srs\nA,1,NA\nA,2,-99\nA,3,.\nA,4,n/a\nA,5,30\nA,6,77\n"
    assert places(read_text(text)) == [(7, 3)]
    found = read_text(text.replace("NA", "NaN"), missing=["NaN", "-99", ".", "n/a", "77"])
    assert found.problems == () and found.scores["session"].to_list() == [5]
    assert places(read_text(text, missing=[])) == [(2, 3), (3, 3), (4, 3), (5, 3), (7, 3)]


def test_a_number_is_a_code_only_where_the_item_cannot_have_it(read_text: Reader, tmp_path: Path) -> None:
    form = (
        (EXAMPLES / "own-form.toml")
        .read_text()
        .replace("low = 1", "low = -100")
        .replace("high = 5", "high = 100")
    )
    own = tmp_path / "own.toml"
    own.write_text(form)
    found = read_text("case,session,heard,plan,tense\nA,1,-99,-99,99\n", instrument=own)
    assert found.scores["score"].to_list() == [-99]


def test_decimal_commas_where_commas_do_not_part_the_cells(read_text: Reader) -> None:
    found = read_text("Fall;Sitzung;Datum;SRS\nA;1;04.03.2026;38,5\nA;2;11.3.26;36\n")
    assert found.scores["score"].to_list() == [38.5, 36]
    assert found.scores["date"].to_list() == [date(2026, 3, 4), date(2026, 3, 11)]


def test_the_instrument_asked_for_is_the_only_one_read(read_text: Reader) -> None:
    text = LONG + "A,1,,client,srs,total,38\nA,1,,client,phq-9,total,8\nA,1,,client,odd,total,8\n"
    found = read_text(text, instrument="srs")
    assert set(found.scores["instrument"]) == {"srs"} and list(found.instruments) == ["srs"]
    assert any("1 value of 'phq-9' left out: it was not asked for" in one.what for one in found.notices)
    assert places(found) == [(4, 5)]
    both = read_text(text, instrument=["srs", shipped()["phq-9"]])
    assert set(both.scores["instrument"]) == {"srs", "phq-9"}
    with pytest.raises(InputError, match=r"no answer and no score of ors .*|no answer and no score of ors"):
        read_text(LONG + "A,1,,client,srs,total,38\n", instrument="ors")


def test_columns_can_be_named(read_text: Reader) -> None:
    text = "who is it,nr,frage_a,frage_b,frage_c,age\nA,1,5,4,1,33\n"
    own = EXAMPLES / "own-form.toml"
    names = {
        "case": "Who is it",
        "session": "nr",
        "heard": "frage_a",
        "same plan": "frage_b",
        "tense": "frage_c",
    }
    found = read_text(text, instrument=own, columns=names)
    assert found.scores["score"].to_list() == pytest.approx([(5 + 4 + 5) / 3])
    assert found.scores["rater"].to_list() == ["self"]
    assert any("columns that were not read: 'age'" in one.what for one in found.notices)
    with pytest.raises(SettingError, match="the table has no column 'nope'"):
        read_text(text, instrument=own, columns={"case": "nope"})
    with pytest.raises(SettingError, match="'case' has no column"):
        read_text(text, instrument=own, columns={"case": ""})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("only words\n", "the first line has one cell only"),
        ("case,session,srs\n", "a header and no rows"),
        ("case,srs\nA,3\n", "no column for the session, and none for the date"),
        ("case,session,age\nA,1,3\n", "no column of the table is an item or a score"),
        ("case,session,total\nA,1,3\n", "no column of the table is an item or a score"),
        ("case,session,srs\nA,1,\nA,2,NA\n", "the file holds no answer and no score"),
        ("case,session,srs\nA,1,99\n", "nothing in the file can be used: 99 is out of range"),
        ("case,session,srs,srs\nA,1,9,9\n", "more than one column is called 'srs'"),
        ("<html><body>x,y</body></html>", "web page (HTML), not a table of ratings"),
        ("%PDF-1.7 \x00", "this is not a table of ratings but a PDF"),
    ],
)
def test_what_is_no_table_of_ratings_is_answered(read_text: Reader, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_text(text)
    assert said in str(error.value)
    assert error.value.place.path and error.value.mend
    assert "transcript" not in str(error.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_ratings(tmp_path / "no.csv")
    with pytest.raises(InputError, match=r"this is a directory. Name the table of ratings files in it"):
        read_ratings(tmp_path)


def test_a_thousand_bad_values_are_named_and_the_others_counted(read_text: Reader) -> None:
    rows = "".join(f"A,{n},99\n" for n in range(1, 1_201))
    found = read_text(f"case,session,srs\n{rows}B,1,30\n")
    assert len(found.problems) == 1_001
    assert found.problems[-1].what == "200 more values out of range were kept out"


def test_a_hundred_thousand_rows_read_in_seconds(read_text: Reader) -> None:
    rng = np.random.default_rng(0)
    n = 100_000
    table = pl.DataFrame(
        {
            "case": np.arange(n) // 48, "session": np.arange(n) // 4 % 12 + 1, "instrument": "srs", "item": np.arange(n) % 4 + 1,
            "value": np.round(rng.uniform(0, 10, n), 1),
        }
    )  # fmt: skip
    text = table.write_csv()
    begun = time.perf_counter()
    found = read_text(text)
    # A tenth of this on an idle machine; row by row in Python it would be far beyond.
    assert time.perf_counter() - begun < 5
    sums = table.group_by("case", "session", maintain_order=True).agg(pl.col("value").sum())
    np.testing.assert_allclose(found.scores["score"].to_numpy(), sums["value"].to_numpy(), atol=1e-9)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_the_centred_items_of_the_public_data_set_against_plain_arithmetic() -> None:
    form = load_instrument(ROOT / "benchmarks/instruments/wai9-centred.toml")
    found = read_ratings(SHARED, instrument=form)
    assert found.problems == ()
    names = [item.key for item in form.items]
    table = pl.read_csv(SHARED, null_values="NA").sort("patient", "session")
    answers = table.select(names).to_numpy().astype(float)
    for column, item in enumerate(form.items):
        seen = answers[:, column][~np.isnan(answers[:, column])]
        assert np.isclose(seen.max(), item.high, atol=1e-5), "the greatest answer of each item is in the data"
        assert np.allclose((seen - item.low) % 1, 0, atol=1e-5) or np.allclose(
            np.round(seen - item.low) - (seen - item.low), 0, atol=1e-5
        )
    there = (~np.isnan(answers)).sum(axis=1)
    means = np.where(there >= 7, np.nansum(answers, axis=1) / np.maximum(there, 1), np.nan).reshape(57, 15)
    panel = found.panel()
    np.testing.assert_allclose(panel.values, means, atol=1e-8)
    assert panel.keys[0] == ("1", "client") and panel.first == 1
