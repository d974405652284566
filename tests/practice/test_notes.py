"""What is typed in: ratings, notes, the frame, a person's word on an entry; settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reattune.alliance.ratings import read_ratings
from reattune.errors import SettingError
from reattune.formats.casefolder import FilledForm
from reattune.monitoring import monitor
from reattune.record import Rating, RuptureStatus
from reattune.store import tables as t

from .making import CALM, STRAINED, fill


def status(desk, case):
    return {r["id"]: r["status"] for r in desk.case(case).ledger["ruptures"]}


def test_a_form_typed_in_is_scored_as_one_from_a_file(anywhere, tmp_path):
    desk = anywhere.desk()
    case = desk.add_case("A")
    items = {str(n): 3.0 + n % 3 for n in range(1, 13)}
    desk.add_ratings(case, [FilledForm(1, date(2026, 3, 2), "client", "wai-sr", items)])
    path = tmp_path / "ratings.csv"
    lines = [f"A,1,2026-03-02,client,wai-sr,{k},{v:g}" for k, v in items.items()]
    path.write_text("case,session,date,rater,instrument,item,value\n" + "\n".join(lines))
    read = read_ratings(path)
    typed = {(r.scale, r.score, r.date) for r in desk.case(case).ratings}
    assert typed == {(r.scale, r.score, r.date) for r in read.to_ratings()}
    other = desk.add_case("B")
    desk.add_ratings(other, read)
    assert {(r.scale, r.score) for r in desk.case(other).ratings} == {(s, x) for s, x, _ in typed}
    assert desk.forms(other)[0].items == items
    assert desk.case(case).meetings[0].number == 1


def test_a_form_typed_in_again_takes_the_place_of_the_first(practice, desk):
    case = desk.add_case("A")
    for score in (20.0, 30.0):
        desk.add_ratings(case, [FilledForm(1, None, "client", "srs", {"total": score})])
    assert [r.score for r in desk.case(case).ratings] == [30.0]
    desk.delete_rating(case, 1, "client", "srs")
    assert desk.case(case).ratings == ()
    assert desk.forms(case) == []


@pytest.mark.parametrize(
    ("form", "items"),
    [
        ("srs", {"total": 41.0}), ("wai-sr", {"1": 9.0}), ("wai-sr", {"1": 1.5}), ("nothing", {"1": 1.0}), ("srs", {}),
        ("srs", {"x": 1.0}), ("wai-sr", {"1": 3.0}),
    ],
)  # fmt: skip
def test_answers_that_there_are_not(practice, desk, form, items):
    case = desk.add_case("A")
    with pytest.raises(SettingError):
        desk.add_ratings(case, [FilledForm(1, None, "client", form, items)])
    assert desk.case(case).ratings == ()


def test_ratings_are_monitored_as_those_of_a_file(practice, desk, tmp_path):
    case = desk.add_case("A")
    scores = [36, 36, 37, 36, 20, 19, 30, 36]
    desk.add_ratings(case, [Rating("x", n, "client", "srs", "total", s) for n, s in enumerate(scores, 1)])
    path = tmp_path / "ratings.csv"
    lines = [f"x,{n},srs,total,{s}" for n, s in enumerate(scores, 1)]
    path.write_text("case,session,instrument,item,value\n" + "\n".join(lines))
    whole = monitor(read_ratings(path)).episode_list
    assert [replace(e, case="x") for e in desk.monitor(case).episode_list] == whole
    assert len(whole) == 1
    assert status(desk, case)
    assert desk.monitor(desk.add_case("empty")).table.is_empty()


def test_the_therapist_s_word_overrules_and_the_machine_s_is_kept(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    desk.settle(case, "R1", RuptureStatus.REPAIRED, "we spoke on the phone")
    one = desk.case(case).ledger["ruptures"][0]
    assert one["status"] == "repaired"
    assert one["history"][-1]["source"] == "therapist"
    assert desk.case(case).card.open == ()
    desk.settle(case, "R1", "no_rupture", "it was a joke between us")
    assert status(desk, case) == {}
    for rupture, word in (("R7", "repaired"), ("R1", "failed")):
        with pytest.raises(SettingError):
            desk.settle(case, rupture, word)


def test_notes_open_change_and_go(practice, desk):
    case = fill(practice, desk, "A", CALM)
    note = desk.add_note(case, 1, "she went quiet", kind="rupture", shelf="record")
    assert status(desk, case) == {"R1": "open"}
    desk.edit_note(note, "she went quiet at the end", shelf="process")
    card = desk.case(case).notes[0]
    assert (card.note.text, card.shelf, card.note.kind) == ("she went quiet at the end", "process", "rupture")
    desk.delete_note(note)
    assert status(desk, case) == {}


@pytest.mark.parametrize(
    "odd",
    [
        {"text": ""},
        {"text": "x", "kind": "ending"},
        {"text": "x", "shelf": "attic"},
        {"text": "x", "kind": "status"},
        {"text": "x", "status": "lost"},
        {"text": "x", "kind": "no_rupture"},
        {"text": "x" * 20_001},
        {"text": "x", "session": 0},
    ],
)
def test_notes_that_do_not_fit_together(practice, desk, odd):
    case = desk.add_case("A")
    with pytest.raises(SettingError):
        desk.add_note(case, odd.pop("session", 1), **odd)
    assert desk.case(case).notes == ()


def test_a_change_of_the_frame_while_something_is_open_is_told(practice, desk):
    case = fill(practice, desk, "A", STRAINED, CALM)
    event = desk.add_frame(case, 2, "moved to Thursdays", "time")
    assert desk.case(case).ledger["ruptures"][0]["frame_warnings"]
    desk.delete_frame(event)
    assert not desk.case(case).ledger["ruptures"][0]["frame_warnings"]
    for what, area in (("", None), ("x", "weather")):
        with pytest.raises(SettingError):
            desk.add_frame(case, 2, what, area)


def test_settings_hold_and_refuse_what_they_cannot_be(anywhere):
    settings = anywhere.settings
    assert settings.alert_budget == 3
    settings.alert_budget = 5
    settings.languages = ("de",)
    settings.danger_text = {"de": " Rufen Sie 112. ", "en": ""}
    again = type(settings)(anywhere.database)
    assert (again.alert_budget, again.languages, again.danger_text) == (5, ("de",), {"de": "Rufen Sie 112."})
    for name, odd in (
        ("alert_budget", -1), ("alert_budget", True), ("retention", "never"), ("languages", ()), ("languages", "en"),
        ("thresholds", {"mood": 0.5}), ("thresholds", {"rating": 2}), ("danger_text", {"en": "x" * 5000}),
        ("session_minutes", 0), ("learn", 1), ("practice_name", 3),
    ):  # fmt: skip
        with pytest.raises(SettingError):
            setattr(settings, name, odd)
    assert "setting.changed" in {e.action for e in anywhere.desk().audit()}


def test_a_deleted_case_takes_everything_with_it(anywhere):
    desk = anywhere.desk()
    case = fill(anywhere, desk, "Rosalind", STRAINED)
    desk.add_note(case, 1, "x")
    desk.add_ratings(case, [FilledForm(1, None, "client", "srs", {"total": 30.0})])
    desk.add_frame(case, 1, "x")
    desk.mark_seen(case)
    desk.make_link(case, 1)
    desk.answer_alert(case, "R1", "yes")
    desk.delete_case(case)
    with anywhere.database.reading() as conn:
        for table in t.METADATA.tables.values():
            if "case" in table.c and table is not t.audit:
                assert conn.execute(table.select().where(table.c.case == case)).first() is None, table.name
    assert desk.cases() == []
    assert desk.check_audit().ok
