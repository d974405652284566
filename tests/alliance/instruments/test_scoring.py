"""Scores against sums done by hand."""

from __future__ import annotations

import pytest

from .conftest import Reader


def wide(form: str, *rows: list[object]) -> str:
    header = ["case", "session", *(f"{form}_{n}" for n in range(1, len(rows[0]) - 1))]
    return "\n".join(",".join(str(cell) for cell in row) for row in (header, *rows)) + "\n"


def test_phq9_total_is_the_sum(read_text: Reader) -> None:
    found = read_text(
        wide("phq9", ["A", 1, 0, 1, 2, 3, 0, 1, 2, 3, 1], ["A", 2, *[3] * 9], ["A", 3, *[0] * 9])
    )
    assert found.scores["score"].to_list() == [13, 27, 0]
    assert found.scores["answered"].to_list() == [9, 9, 9]
    assert not found.scores["prorated"].any()
    assert found.problems == ()


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ([3, 3, 3, 3, 3, 3, 3, 3, ""], 27.0),
        ([1, 1, 1, 1, 1, 1, 1, "", ""], 9.0),
        ([2, 1, 1, 1, 1, 1, 1, 1, ""], 9 / 8 * 9),
        ([1, 1, 1, 1, 1, 1, "", "", ""], None),
    ],
)
def test_phq9_with_answers_missing_is_their_mean_times_nine(
    read_text: Reader, answers: list[object], score: float | None
) -> None:
    found = read_text(wide("phq9", ["A", 1, *answers], ["A", 2, *[1] * 9]))
    of_first = found.scores.filter(found.scores["session"] == 1)
    if score is None:
        assert of_first.is_empty()
        assert any("1 form with too few answers" in str(one) for one in found.notices)
    else:
        assert of_first["score"].to_list() == pytest.approx([score])
        assert of_first["prorated"].all()


def test_wai_sr_total_and_subscales_are_means(read_text: Reader) -> None:
    # task 1 2 10 12, bond 3 5 7 9, goal 4 6 8 11
    answers = [1, 2, 5, 3, 5, 3, 5, 3, 4, 3, 4, 4]
    found = read_text(wide("wai", ["A", 1, *answers]))
    scores = dict(zip(found.scores["scale"], found.scores["score"], strict=True))
    assert scores == pytest.approx(
        {
            "total": 42 / 12,
            "task": (1 + 2 + 3 + 4) / 4,
            "bond": (5 + 5 + 5 + 4) / 4,
            "goal": (3 + 3 + 3 + 4) / 4,
        }
    )


def test_wai_sr_with_three_missing_has_a_total_and_the_subscale_that_lost_two_has_none(
    read_text: Reader,
) -> None:
    found = read_text(wide("wai", ["A", 1, "", "", 5, 3, 5, 3, 5, "", 5, 3, 3, 3]))
    scores = dict(zip(found.scores["scale"], found.scores["score"], strict=True))
    assert scores == pytest.approx({"total": 35 / 9, "bond": 5.0, "goal": 3.0})


def test_the_reversed_item_of_the_arm5_is_turned(read_text: Reader) -> None:
    found = read_text(
        wide("arm5", ["A", 1, 7, 7, 1, 7, 7], ["A", 2, 6, 5, 3, 4, 7], ["A", 3, 7, 7, "", 7, 7])
    )
    assert found.scores["score"].to_list() == pytest.approx([7, (6 + 5 + (8 - 3) + 4 + 7) / 5, 7])
    kept = found.answers.filter((found.answers["item"] == "3") & (found.answers["session"] == 2))
    assert kept["value"].to_list() == [3], "answers stay as ticked"


def test_srs_marks_are_summed_and_none_may_be_missing(read_text: Reader) -> None:
    found = read_text(wide("srs", ["A", 1, 9.1, 8.7, 9.9, 10], ["A", 2, 9.1, "", 9.9, 10]))
    assert found.scores["score"].to_list() == pytest.approx([37.7])


def test_tension_items_are_scales_of_their_own(read_text: Reader) -> None:
    found = read_text("case,session,tension,addressed,settled\nA,1,1,,\nA,2,4,3,2\n", instrument="tension")
    assert found.scores.select("session", "scale", "score").rows() == [
        (1, "tension", 1), (2, "tension", 4), (2, "addressed", 3), (2, "settled", 2),
    ]  # fmt: skip
    panel = found.panel("tension")
    assert panel.values.tolist() == [[5, 2]], "turned: more tension is lower"


def test_a_total_without_items_is_a_score(read_text: Reader) -> None:
    found = read_text("case,session,instrument,score\nA,1,SRS,38.5\nA,2,PHQ-9,12\n")
    assert found.scores.select("instrument", "score", "answered", "of").rows() == [
        ("srs", 38.5, 0, 4),
        ("phq-9", 12, 0, 9),
    ]


def test_items_count_before_the_files_own_total(read_text: Reader) -> None:
    text = "case,session,srs_1,srs_2,srs_3,srs_4,srs\nA,1,9,9,9,9,36\nA,2,9,9,9,9,39\nA,3,9,9,9,,38\nA,4,,,,,37\n"
    found = read_text(text)
    assert found.scores.select("session", "score", "answered").rows() == [
        (1, 36, 4),
        (2, 36, 4),
        (3, 38, 0),
        (4, 37, 0),
    ]
    (notice,) = [one for one in found.notices if "unlike what the items give" in one.what]
    assert (notice.place.line, notice.place.column) == (3, 7)
    assert "(first: 39, items 36)" in notice.what


def test_a_sum_of_a_form_scored_by_means_is_divided_with_a_word(read_text: Reader) -> None:
    found = read_text("case,session,wai\nA,1,48\nA,2,4.5\nA,3,60\nA,4,8\n")
    assert found.scores["score"].to_list() == pytest.approx([4, 4.5, 5])
    assert any("2 scores of wai-sr in the range of a sum" in one.what for one in found.notices)
    (problem,) = found.problems
    assert problem.place.line == 5 and "divide a sum by 12" in problem.mend


def test_risk_answers_are_listed_whatever_the_total(read_text: Reader) -> None:
    found = read_text(wide("phq9", ["A", 1, *[0] * 8, 1], ["A", 2, *[3] * 8, 0], ["B", 1, *[1] * 7, "", 3]))
    listed = found.at_once()
    assert listed.select("case", "session", "item", "value", "line").rows() == [
        ("A", 1, "9", 1, 2),
        ("B", 1, "9", 3, 4),
    ]
    assert all("look at this answer today" in one for one in listed["meaning"])
    assert read_text("case,session,srs\nA,1,20\n").at_once().is_empty()
