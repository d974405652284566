"""The example cases can be read, and what is expected of them fits their words and the ledger's contract."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reattune.formats import read
from reattune.record import Attendance, NoteAuthor, RuptureStatus, RuptureType, Session, Sharing
from reattune.scheme import load_scheme

ROOT = Path(__file__).parents[2] / "examples" / "cases"
CASES = sorted(path.name for path in ROOT.iterdir() if path.is_dir())
NAME = re.compile(r"(\d\d)-(\d{4}-\d\d-\d\d)\.(txt|vtt|srt|csv)")
COLUMNS = {
    "ratings.csv": ["case", "session", "date", "rater", "instrument", "item", "value"],
    "frame.csv": ["session", "date", "what", "area"],
    "checkins.csv": [
        "session",
        "date",
        "heard",
        "matters",
        "way",
        "hard_to_say",
        "kinds",
        "strength",
        "words",
        "sharing",
    ],
    "notes.csv": ["session", "date", "author", "kind", "rupture", "status", "text"],
    "meetings.csv": ["session", "date", "attendance"],
}
RANGES = {"srs": (0, 40), "wai-sr": (12, 60)}
KINDS = {"stung", "not_said", "judged", "too_fast", "agreed_not_meant", "setting"}


@cache
def sessions(case: str) -> dict[int, Session]:
    found = {}
    for path in sorted((ROOT / case / "sessions").iterdir()):
        match = NAME.fullmatch(path.name)
        assert match, path
        date.fromisoformat(match[2])
        (found[int(match[1])],) = read(path)
    return found


@cache
def expected(case: str) -> dict[str, Any]:
    return json.loads((ROOT / case / "expected.json").read_text("utf-8"))


def table(case: str, name: str) -> list[dict[str, str]]:
    path = ROOT / case / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        assert rows.fieldnames == COLUMNS[name]
        return list(rows)


def place(ref: dict[str, int]) -> tuple[int, int]:
    return ref["session"], ref["turn"]


@pytest.mark.parametrize("case", CASES)
def test_the_sessions_read_as_talk_of_two_sides(case):
    found = sessions(case)
    assert 2 <= len(found) <= 6
    for number, session in found.items():
        where = f"{case}, session {number}"
        assert 20 <= len(session) <= 60, where
        assert not session.notices, where
        assert any(t.role.helps for t in session) and any(t.role.strains for t in session), where


@pytest.mark.parametrize("case", CASES)
def test_speakers_keep_their_part_from_session_to_session(case):
    parts = {(a.speaker, a.role) for session in sessions(case).values() for a in session.roles}
    assert len({speaker for speaker, _ in parts}) == len(parts)


@pytest.mark.parametrize("case", CASES)
def test_what_is_expected_stands_on_the_right_side_and_in_order(case):
    found = sessions(case)
    gold = expected(case)
    assert gold["case"] == case and gold["note"]
    for number, rupture in enumerate(gold["ruptures"], 1):
        assert rupture["id"] == f"R{number}"
        RuptureStatus(rupture["status"])
        assert rupture["type"] is None or RuptureType(rupture["type"])
        role = {
            k: found[r["session"]].turns[r["turn"]].role
            for k in ("trigger", "first_marker", "disclosed")
            if (r := rupture[k])
        }
        assert role.get("first_marker") is None or role["first_marker"].strains
        assert role.get("disclosed") is None or role["disclosed"].strains
        if rupture["trigger"]:
            assert role["trigger"].strains if rupture["omission"] else role["trigger"].helps
            assert rupture["first_marker"] is None or place(rupture["trigger"]) < place(
                rupture["first_marker"]
            )
        assert bool(rupture["thread"]) == (rupture["disclosed"] is not None)
        for link in rupture["thread"]:
            assert place(link) < place(rupture["disclosed"])
            assert rupture["omission"] or found[link["session"]].turns[link["turn"]].role.helps
        for move in rupture["repairs"]:
            assert load_scheme()[move["strategy"]].family == "strategy"
            assert found[move["session"]].turns[move["turn"]].role.helps


@pytest.mark.parametrize("case", CASES)
def test_the_tables_are_as_the_readers_want_them(case):
    for row in table(case, "ratings.csv"):
        low, high = RANGES[row["instrument"]]
        assert row["case"] == case and row["item"] == "total" and row["rater"] in ("client", "therapist")
        assert low <= float(row["value"]) <= high
    for row in table(case, "checkins.csv"):
        assert Sharing(row["sharing"])
        assert set(filter(None, row["kinds"].split(","))) <= KINDS
        assert row["hard_to_say"] in ("yes", "no", "")
    for row in table(case, "notes.csv"):
        assert NoteAuthor(row["author"]) and row["kind"] in ("note", "rupture", "status") and row["text"]
        assert (row["kind"] == "status") == bool(row["status"])
        assert not row["status"] or RuptureStatus(row["status"])
    held = {
        int(r["session"])
        for r in table(case, "meetings.csv")
        if Attendance(r["attendance"]) is Attendance.HELD
    }
    assert not held or held >= set(sessions(case))


def test_there_is_enough_of_each_kind():
    ruptures = [r for case in CASES for r in expected(case)["ruptures"]]
    assert len(CASES) >= 30
    assert sum(not expected(case)["ruptures"] for case in CASES) >= 7
    assert {RuptureStatus(r["status"]) for r in ruptures} >= {
        RuptureStatus.OPEN,
        RuptureStatus.LOST,
        RuptureStatus.REPAIRED,
    }
    assert sum(r["omission"] for r in ruptures) >= 4
