"""Folders in and out: every example comes back as it was, the client's keeping is kept, and an import cut short goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reattune.casework import open_case
from reattune.errors import InputError, NotAllowedError, SettingError
from reattune.practice.example import example_cases, laid_out
from reattune.practice.exchange import export_case, import_case, unfinished
from reattune.practice.opening import init_practice, open_practice
from reattune.practice.users import User, UserRole
from reattune.record import Case, CheckIn, Sharing

CASES = sorted(p for p in (Path(__file__).parents[2] / "examples/cases").iterdir() if p.is_dir())
PASSPHRASE = "four words with nothing in common"


@pytest.fixture
def practice(where, quick_keys):
    with init_practice(where, PASSPHRASE)[0] as made:
        yield made


@pytest.fixture
def in_folder(tmp_path, quick_keys):
    with init_practice(tmp_path / "practice", PASSPHRASE)[0] as made:
        yield made


def released(case: Case) -> tuple[CheckIn, ...]:
    """The check-ins as their client lets them be read."""
    told = [c for c in case.checkins if c.sharing is not Sharing.KEEP]
    return tuple(
        c if c.sharing is Sharing.READ_NOW else CheckIn(c.session, sharing=Sharing.TALK_FIRST, date=c.date)
        for c in told
    )


def same(again: Case, before: Case) -> None:
    """All of it, whatever the case is called and however its files were read."""
    assert [(m.number, m.date, m.attendance) for m in again.meetings] == [
        (m.number, m.date, m.attendance) for m in before.meetings
    ]
    for one, other in zip(again.meetings, before.meetings, strict=True):
        assert (one.session and one.session.turns) == (other.session and other.session.turns)
    assert [replace(r, case="") for r in again.ratings] == [replace(r, case="") for r in before.ratings]
    assert (again.frame, again.notes, again.ending) == (before.frame, before.notes, before.ending)
    assert again.checkins == released(before)


def test_every_example_case_comes_back_as_it_was(in_folder, tmp_path):
    for folder in CASES:
        before = open_case(folder).case
        taken = import_case(in_folder, folder)
        assert (taken.label, taken.resumed, taken.problems) == (folder.name, False, ())
        export_case(in_folder, taken.case, tmp_path / folder.name)
        again = open_case(tmp_path / folder.name)
        assert not again.problems
        same(again.case, before)
    assert unfinished(in_folder) == []


def test_the_example_practice_is_whole_and_varied(practice, tmp_path):
    cases = example_cases()
    assert len(cases) == 12 and {c.kind for c in cases} == {"therapy", "couple", "work"}
    for one in cases:
        with laid_out(one) as folder:
            before = open_case(folder)
            assert not before.problems
            taken = import_case(practice, folder, label=one.label, kind=one.kind, consent="given")
        export_case(practice, taken.case, tmp_path / one.folder)
        same(open_case(tmp_path / one.folder).case, before.case)
    file = practice.desk().case(taken.case)
    assert {m.consent for m in file.meetings if m.format} == {"given"}


def test_the_wheel_holds_what_the_example_needs():
    root = Path(__file__).parents[2]
    packing = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    packed = packing["targets"]["wheel"]["force-include"]
    home = "reattune/practice/example_data"
    wanted = {f"examples/cases/{one.folder}": f"{home}/cases/{one.folder}" for one in example_cases()}
    assert wanted | {"examples/practice": f"{home}/practice"} == packed
    assert all((root / source).is_dir() for source in packed)


def test_process_notes_and_record_leave_apart(in_folder, tmp_path):
    one = next(c for c in example_cases() if c.folder == "night-shifts")
    with laid_out(one) as folder:
        taken = import_case(in_folder, folder)
    for part in ("process", "record"):
        export_case(in_folder, taken.case, tmp_path / part, part=part)
    process, record = open_case(tmp_path / "process").case, open_case(tmp_path / "record").case
    assert {n.shelf for n in process.notes} == {"process"} and {n.shelf for n in record.notes} == {"record"}
    assert any(m.session for m in process.meetings) and not any(m.session for m in record.meetings)
    assert record.ratings and record.frame and record.checkins
    assert not (process.ratings or process.frame or process.checkins)
    words = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "record").rglob("*.csv"))
    assert "Blessing" not in words and "I went to the coffee" not in words


def test_what_the_client_keeps_is_never_written(in_folder, tmp_path):
    one = next(c for c in example_cases() if c.folder == "moths-dream")
    with laid_out(one) as folder:
        taken = import_case(in_folder, folder)
    export_case(in_folder, taken.case, tmp_path / "out")
    text = (tmp_path / "out/checkins.csv").read_text(encoding="utf-8")
    assert "talk_first" in text and "train" not in text and "keep" not in text


def test_without_consent_the_words_stay_out(in_folder, tmp_path):
    folder = tmp_path / "kay"
    (folder / "sessions").mkdir(parents=True)
    (folder / "sessions/01.txt").write_text("T: Hello there.\nC: Hello, I was ill.\nT: I see.\n")
    (folder / "meetings.csv").write_text("session,consent,consent_date\n1,withheld,2026-03-02\n")
    taken = import_case(in_folder, folder, consent="given")
    assert taken.sessions == () and "did not agree" in str(taken.notices[-1])
    meeting = in_folder.desk().case(taken.case).meetings[0]
    assert (meeting.consent, meeting.format) == ("withheld", None)


def test_a_name_that_is_taken_a_bad_kind_and_no_folder_are_said(in_folder, tmp_path):
    import_case(in_folder, CASES[0])
    with pytest.raises(SettingError, match="there is a case called"):
        import_case(in_folder, CASES[0])
    with pytest.raises(SettingError, match="no kind of case"):
        import_case(in_folder, CASES[1], kind="pair")
    with pytest.raises(InputError, match="no such folder"):
        import_case(in_folder, tmp_path / "nowhere")
    assert len(in_folder.desk().cases()) == 1


def test_who_keeps_no_cases_imports_and_exports_none(in_folder, tmp_path):
    admin = User("0" * 32, "Kim", UserRole.ADMIN, True, datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(NotAllowedError):
        import_case(in_folder, CASES[0], user=admin)
    case = import_case(in_folder, CASES[0]).case
    with pytest.raises(NotAllowedError):
        export_case(in_folder, case, tmp_path / "out", user=admin)
    assert not (tmp_path / "out").exists()


KILLED = """
import os, signal, sys
from reattune.practice.exchange import import_case
from reattune.practice.opening import open_practice
import reattune.practice.exchange as exchange

def die(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)

practice = open_practice(sys.argv[1], "four words with nothing in common")
import_case(practice, sys.argv[2], before=die)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 on Windows")
def test_killed_in_the_middle_the_store_is_whole_and_says_what_is_missing(where, quick_keys, tmp_path):
    init_practice(where, PASSPHRASE)[0].close()
    folder = next(p for p in CASES if p.name == "night-shifts")
    killed = subprocess.run([sys.executable, "-c", KILLED, where, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with open_practice(where, PASSPHRASE) as practice:
        assert practice.database.check().ok
        (left,) = unfinished(practice)
        assert (left.label, left.missing) == ("night-shifts", (3, 4))
        (work,) = practice.desk().today().work
        assert "transcripts to come are those of sessions 3, 4" in work.message
        practice.desk().try_again(work.id)
        assert practice.worker.run_pending() == [] and unfinished(practice) == [left]
        stored = {m.number: m.turns for m in practice.desk().case(left.case).meetings}
        assert stored[1] and stored[2] and stored[3] is None
        again = import_case(practice, folder)
        assert (again.case, again.resumed, again.sessions) == (left.case, True, (3, 4))
        assert unfinished(practice) == []
        export_case(practice, again.case, tmp_path / "out")
    same(open_case(tmp_path / "out").case, open_case(folder).case)
