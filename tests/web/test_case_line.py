"""The time line of a case: every thing at its session, nothing off the picture, the same in the table."""

from __future__ import annotations

from datetime import date

import pytest

from reattune.record import Attendance, CheckIn, FrameEvent
from reattune.web.shown.caseline import LEFT, NARROWEST, Met, lay_out

REPAIRED = {
    "id": "R1", "type": "withdrawal", "status": "repaired", "probability": 0.7, "omission": False,
    "trigger": {"session": 2, "turn": 4}, "first_marker": {"session": 2, "turn": 5}, "disclosed": {"session": 4, "turn": 1},
    "thread": [], "repairs": [{"session": 4, "turn": 2, "strategy": "acknowledges_contribution"}], "ratings": [],
    "frame_warnings": [], "reasons": [], "plan": None,
    "history": [
        {"session": 2, "status": "open", "why": "a", "source": "transcript", "overruled": False},
        {"session": 4, "status": "repaired", "why": "b", "source": "therapist", "overruled": False},
        {"session": 4, "status": "in_repair", "why": "c", "source": "transcript", "overruled": True},
    ],
}  # fmt: skip
OPEN = {
    **REPAIRED, "id": "R2", "status": "open", "first_marker": None, "disclosed": None, "repairs": [],
    "trigger": {"session": 3, "turn": None}, "type": None,
    "history": [{"session": 3, "status": "open", "why": "d", "source": "rating", "overruled": False}],
}  # fmt: skip


def line():
    met = [Met(n, date(2026, 3, n), state="analysed") for n in (1, 2, 3)]
    met.append(Met(5, date(2026, 3, 5), Attendance.MISSED))
    found = lay_out(
        met,
        ruptures=[REPAIRED, OPEN],
        frame=[FrameEvent(3, "moved to Thursdays")],
        checkins=[CheckIn(2, hard_to_say=True)],
    )
    assert found is not None
    return found


def test_every_session_has_its_place_also_one_that_only_the_ledger_knows():
    found = line()
    assert [s.met.number for s in found.stops] == [1, 2, 3, 4, 5]
    gaps = {round(b.x - a.x, 3) for a, b in zip(found.stops, found.stops[1:], strict=False)}
    assert gaps == {round(found.column, 3)}


def test_a_settled_strain_ends_where_it_was_settled_and_an_open_one_goes_on():
    settled, waiting = line().strains
    at = {s.met.number: s.x for s in line().stops}
    assert (settled.x, settled.end, settled.waiting) == (at[2], at[4], False)
    assert waiting.x == at[3]
    assert waiting.waiting
    assert waiting.end > at[5]


def test_marks_stand_side_by_side_and_tell_their_session():
    settled = line().strains[0]
    places = [d.x for d in settled.dots]
    assert len(set(places)) == len(places)
    assert {d.kind for d in settled.dots} == {"trigger", "marker", "disclosed", "repair", "repaired"}
    assert all(d.title.startswith("Session ") for d in settled.dots)


def test_the_table_says_the_same_without_what_a_person_overruled():
    found = line()
    told = {n: dict(zip(found.headings, cells, strict=True)) for n, cells in found.rows}
    assert told[4]["Strains"] == "R1 perhaps repaired"
    assert told[3]["Frame"] == "moved to Thursdays"
    assert told[2]["Check-in"] == "something was hard to say"
    assert told[5]["Session"] == "missed"


def test_a_long_case_grows_sideways_so_that_a_finger_finds_each_session():
    found = lay_out([Met(n, state="analysed") for n in range(1, 101)])
    assert found is not None
    assert found.column == NARROWEST
    assert found.width > 100 * NARROWEST
    assert sum(s.shown for s in found.stops) == 100
    assert found.stops[0].x > LEFT


@pytest.mark.parametrize("many", [0, 1])
def test_nothing_and_a_single_session(many):
    found = lay_out([Met(1)] * many)
    assert (found is None) == (many == 0)
