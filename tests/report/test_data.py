"""The contract for machines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from reattune.report import CSV_COLUMNS, csv_rows, to_csv, to_dict, to_json_line
from reattune.report.clean import for_cell, for_terminal, shorten
from reattune.ruptures.findings import Findings

from .conftest import hostile_example

TURN_KEYS = [
    "turn", "id", "speaker", "role", "start_ms", "end_ms", "text",
    "p_withdrawal", "p_confrontation", "p_rupture", "p_strategy", "p_contribution", "codes", "unsure",
]  # fmt: skip
EPISODE_KEYS = [
    "start", "end", "trigger", "type", "significance", "probability", "outcome",
    "strategies", "evidence", "counter_evidence",
]  # fmt: skip


def test_the_keys_and_their_order_are_the_contract(findings: Findings) -> None:
    made = to_dict(findings)
    assert list(made) == ["session", "file", "coder", "turns", "episodes", "summary"]
    assert list(made["coder"]) == ["name", "version"]
    assert all(list(turn) == TURN_KEYS for turn in made["turns"])
    assert all(list(episode) == EPISODE_KEYS for episode in made["episodes"])
    assert list(made["summary"]) == ["withdrawal", "confrontation", "resolution", "contribution"]
    assert all(list(c) == ["code", "family", "probability"] for t in made["turns"] for c in t["codes"])
    assert all(list(s) == ["turn", "code"] for e in made["episodes"] for s in e["strategies"])


def test_the_values_of_a_worked_session(findings: Findings) -> None:
    made = to_dict(findings)
    assert made["session"] == "diary"
    assert made["file"] == "sessions/diary.vtt"
    assert made["coder"] == {"name": "embedded", "version": "1.0.0"}
    complaint = made["turns"][13]
    assert complaint["turn"] == 13
    assert complaint["id"] == "u13"
    assert (complaint["speaker"], complaint["role"]) == ("Maren", "client")
    assert complaint["codes"][0] == {
        "code": "complaint_therapist",
        "family": "confrontation",
        "probability": 0.9132,
    }
    assert complaint["p_strategy"] is None
    assert complaint["p_contribution"] is None
    assert made["turns"][4]["p_contribution"] == 0.81
    assert made["turns"][4]["p_rupture"] is None
    assert made["episodes"][1] == {
        "start": 13,
        "end": 17,
        "trigger": 12,
        "type": "confrontation",
        "significance": 3,
        "probability": 0.9132,
        "outcome": "resolved",
        "strategies": [
            {"turn": 14, "code": "acknowledges_contribution"},
            {"turn": 16, "code": "acknowledges_contribution"},
            {"turn": 16, "code": "validates_defensive_posture"},
            {"turn": 16, "code": "invites_feelings_about_therapy"},
        ],
        "evidence": ["The client says what the therapist keeps doing and what is missing."],
        "counter_evidence": [],
    }
    assert made["summary"] == {"withdrawal": 3, "confrontation": 3, "resolution": 4, "contribution": 3}


def test_what_does_not_apply_is_null(quiet: Findings) -> None:
    made = to_dict(quiet)
    assert made["episodes"] == []
    assert made["summary"]["resolution"] is None
    assert all(turn["start_ms"] is None and turn["end_ms"] is None for turn in made["turns"])
    nowhere = replace(quiet, session=replace(quiet.session, source=None))
    assert to_dict(nowhere)["file"] is None


def test_a_json_line_is_one_ascii_line_even_of_hostile_words() -> None:
    findings = hostile_example()
    line = to_json_line(findings)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line) == to_dict(findings)


def test_a_number_that_json_does_not_know_is_refused(findings: Findings) -> None:
    broken = replace(findings.coding.turns[5], p_rupture=float("nan"))
    turns = (*findings.coding.turns[:5], broken, *findings.coding.turns[6:])
    with pytest.raises(ValueError, match="JSON"):
        to_json_line(replace(findings, coding=replace(findings.coding, turns=turns)))


def test_the_table_has_a_row_a_turn(findings: Findings) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(findings))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["turn"] for row in rows] == [str(i) for i in range(len(findings.session))]
    assert rows[13]["text"] == findings.session.turns[13].text
    assert rows[13]["p_confrontation"] == "0.9132"
    assert rows[13]["p_strategy"] == ""
    assert rows[13]["codes"] == "complaint_therapist=0.9132;rejects_intervention=0.41"
    assert (rows[4]["episode"], rows[5]["episode"], rows[17]["episode"]) == ("", "1", "2")
    assert [row["turn"] for row in rows if row["unsure"] == "yes"] == ["9"]
    assert len(list(csv_rows(findings))) == len(rows)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "－1", "=cmd|' /C calc'!A0"],
)
def test_no_cell_can_be_run_as_a_formula(text: str) -> None:
    assert for_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "fine", "a = b", "'quoted'", "1", "Why -- me?"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert for_cell(text) == text


def test_hostile_cells_in_every_text_column() -> None:
    row = next(csv.DictReader(io.StringIO(to_csv(hostile_example()))))
    assert all(not (value or "").startswith(("=", "+", "-", "@")) for value in row.values())


def test_escape_sequences_never_reach_a_terminal() -> None:
    assert for_terminal("a\x1b[31mb\x9bc\x07\r\nd\u202ee") == "a [31mb c de"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("one two", 20, "one two"),
        ("one two three", 9, "one two …"),
        ("x" * 50, 10, "x" * 10 + " …"),
        ("", 5, ""),
    ],
)
def test_shortened_between_words(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
