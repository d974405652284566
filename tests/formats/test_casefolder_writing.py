"""A case written as a folder reads back as it was, and a folder is written whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reattune.casework import open_case
from reattune.errors import InputError, SettingError
from reattune.formats.casefolder import Consent, FilledForm, rows, write_case_files
from reattune.formats.casefolder.tables import Reading
from reattune.record import Attendance, Case, Ending, Meeting, Note, NoteAuthor

CASES = sorted(p for p in (Path(__file__).parents[2] / "examples/cases").iterdir() if p.is_dir())


def said(case: Case) -> list[tuple[object, ...]]:
    """What was said in each meeting, without how its file was read."""
    return [
        (m.number, m.date, m.attendance, m.session and (m.session.id, m.session.date, m.session.turns))
        for m in case.meetings
    ]


@pytest.mark.parametrize("folder", CASES, ids=lambda p: p.name)
def test_every_example_case_comes_back_as_it_was(folder, tmp_path):
    before = open_case(folder).case
    target = tmp_path / folder.name
    files = write_case_files(before, target)
    again = open_case(target)
    assert not again.problems and not again.notices
    assert said(again.case) == said(before)
    for part in ("id", "ratings", "frame", "checkins", "notes", "ending"):
        assert getattr(again.case, part) == getattr(before, part)
    assert {p.name for p in tmp_path.iterdir()} == {folder.name} and all(f.is_file() for f in files)


def test_answers_consent_and_shelves_come_back(tmp_path):
    case = Case(
        "C1",
        (Meeting(1, date(2026, 3, 2)), Meeting(2, date(2026, 3, 9), attendance=Attendance.MISSED)),
        notes=(Note(1, NoteAuthor.SUPERVISOR, 'Said "wait", twice; then, a pause', shelf="record"),),
        ending=Ending.LEFT,
    )
    forms = [FilledForm(1, date(2026, 3, 2), "client", "srs", {"1": 9.5, "2": 8, "3": 7.25, "4": None})]
    folder = tmp_path / "C1"
    write_case_files(case, folder, forms=forms, consents={1: Consent("given", date(2026, 3, 1))})
    again = open_case(folder)
    assert (again.case.notes, again.case.ending) == (case.notes, Ending.LEFT)
    assert said(again.case) == said(case)
    text = (folder / "ratings.csv").read_text(encoding="utf-8")
    assert "C1,1,2026-03-02,client,srs,3,7.25" in text and ",srs,4," not in text
    told = Reading([], []).rows(folder / "meetings.csv", ("session",), rows.MEETINGS, rows.consent)
    assert dict(told) == {1: Consent("given", date(2026, 3, 1)), 2: Consent("unknown")}


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingError, match="something here already"):
        write_case_files(Case("C1", (Meeting(1),)), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reattune.formats.casefolder.writing._write_sessions", full)
    with pytest.raises(InputError, match="No space left"):
        write_case_files(Case("C1", (Meeting(1),)), tmp_path / "C1")
    assert list(tmp_path.iterdir()) == []
