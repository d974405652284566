"""A case as a whole in and out, and work that goes on after its process was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path

import pytest

from reattune.errors import ModelError
from reattune.practice.opening import init_practice, open_practice
from reattune.practice.views import Consent, JobState
from reattune.record import (
    Attendance,
    Case,
    CheckIn,
    Ending,
    FrameEvent,
    Meeting,
    Note,
    NoteAuthor,
    Rating,
    Sharing,
)
from reattune.store import tables as t

from .making import CALM, MENDED, PASSPHRASE, STRAINED, WordCoder, fill, talk

WHOLE = Case(
    "A. 27",
    (
        Meeting(1, date(2026, 3, 2), talk(CALM)),
        Meeting(2, date(2026, 3, 9), talk(STRAINED)),
        Meeting(3, date(2026, 3, 16), None, Attendance.MISSED),
        Meeting(4, date(2026, 3, 23), talk(MENDED)),
    ),
    (Rating("A. 27", 1, "client", "srs", "total", 36.0), Rating("A. 27", 2, "client", "srs", "total", 21.0)),
    (FrameEvent(2, "moved to Thursdays", "time"),),
    (
        CheckIn(2, hard_to_say=True, kinds=("stung",), words="the joke"),
        CheckIn(4, words="mine", sharing=Sharing.KEEP),
    ),
    (Note(2, NoteAuthor.THERAPIST, "quiet at the end", shelf="record"),),
    Ending.AGREED,
)


def test_what_goes_in_comes_out(anywhere):
    desk = anywhere.desk()
    case, job = desk.bring_in(
        WHOLE, "A. 27", consents={1: ("given", date(2026, 3, 1)), 4: ("withheld", None)}
    )
    assert [j.id for j in anywhere.worker.run_pending()] == [job]
    out = desk.take_out(case)
    assert [(m.number, m.attendance, m.session is not None) for m in out.meetings] == [
        (1, "held", True), (2, "held", True), (3, "missed", False), (4, "held", False),
    ]  # fmt: skip
    assert out.meetings[1].session.turns == WHOLE.meetings[1].session.turns
    assert out.ratings == WHOLE.ratings
    assert out.frame == WHOLE.frame
    assert out.notes == WHOLE.notes
    assert (out.id, out.ending) == (WHOLE.id, WHOLE.ending)
    assert out.checkins == WHOLE.checkins[:1]
    assert desk.consents(case)[1] == (Consent.GIVEN, date(2026, 3, 1))
    assert desk.cases() == []
    assert [c.id for c in desk.cases(ended=True)] == [case]


def test_a_case_that_cannot_be_kept_leaves_nothing(practice, desk, monkeypatch):
    import reattune.practice.parts.whole as whole

    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setattr(whole, "put_note", broken)
    with pytest.raises(ValueError, match="broken"):
        desk.bring_in(WHOLE, "A. 27")
    assert desk.cases(ended=True) == []
    with practice.database.reading() as conn:
        assert conn.execute(t.meetings.select()).first() is None


class Broken(WordCoder):
    def code(self, session):
        raise ModelError("the model is damaged", mend="Install it again")


def test_work_that_does_not_come_off_says_why_and_can_be_tried_again(tmp_path):
    made, _ = init_practice(tmp_path / "practice", PASSPHRASE, coder=Broken())
    desk = made.desk()
    case = desk.add_case("A")
    job = desk.add_transcript(case, None, talk(STRAINED), None, "given")
    made.worker.run_pending()
    assert desk.job(job).state is JobState.FAILED
    assert "Install it again" in desk.job(job).message
    assert [j.id for j in desk.today().work] == [job]
    made.close()
    with open_practice(tmp_path / "practice", PASSPHRASE, coder=WordCoder()) as again:
        assert again.worker.run_pending() == []
        again.desk().try_again(job)
        assert [j.state for j in again.worker.run_pending()] == [JobState.DONE]
        assert again.desk().case(case).meetings[0].strains == 1


def test_the_worker_works_in_a_thread_and_stops(practice, desk):
    practice.worker.start()
    case = desk.add_case("A")
    job = desk.add_transcript(case, None, talk(STRAINED), None, "given")
    until = time.monotonic() + 60
    while desk.job(job).state is not JobState.DONE and time.monotonic() < until:
        time.sleep(0.05)
    assert desk.job(job).state is JobState.DONE
    practice.worker.stop()


def test_two_workers_do_not_do_the_same(practice, desk, coder):
    from reattune.practice.worker import Worker

    case = desk.add_case("A")
    for text in (CALM, STRAINED, MENDED):
        desk.add_transcript(case, None, talk(text), None, "given")
    first, second = Worker(practice), Worker(practice)
    claimed = [first._claim(), second._claim(), first._claim(), second._claim()]
    assert len({row["id"] for row in claimed if row is not None}) == 3
    assert claimed[3] is None


KILLED = """
import os, sys, time
sys.path.insert(0, {root!r})
from reattune.practice import users
from reattune.store import keys
from reattune.practice.opening import init_practice
from tests.practice.making import CALM, MENDED, STRAINED, PASSPHRASE, WordCoder, talk

class Slow(WordCoder):
    def code(self, session):
        if self.asked:
            print("first is coded", flush=True)
            time.sleep(120)
        return super().code(session)

keys.WORK.update(passphrase=2**4, recovery=2**4)
practice, _ = init_practice({where!r}, PASSPHRASE, coder=Slow())
desk = practice.desk()
from reattune.record import Case, Meeting
texts = [CALM, STRAINED, MENDED]
desk.bring_in(Case("A", tuple(Meeting(n, None, talk(x)) for n, x in enumerate(texts, 1))), "A")
practice.worker.run_pending()
"""


def test_killed_in_the_middle_nothing_is_lost_and_the_work_goes_on(tmp_path, coder):
    where = str(tmp_path / "practice")
    code = textwrap.dedent(KILLED).format(root=str(Path(__file__).parents[2]), where=where)
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline().strip() == "first is coded"
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()
    with open_practice(where, PASSPHRASE, coder=coder) as practice:
        desk = practice.desk()
        card = desk.cases()[0]
        before = desk.case(card.id)
        assert [m.turns for m in before.meetings] == [6, 8, 8]
        assert before.jobs[0].state is JobState.RUNNING
        assert practice.database.check().ok
        assert [j.state for j in practice.worker.run_pending()] == [JobState.DONE]
        assert len(coder.asked) == 2
        assert desk.case(card.id).ledger["ruptures"]


def test_work_of_another_machine_is_left_alone_while_it_gives_signs(practice, desk):
    from datetime import timedelta

    from reattune.practice.clock import now

    fill(practice, desk, "A", CALM)
    case = desk.cases()[0].id
    job = desk.add_transcript(case, None, talk(STRAINED), None, "given")

    def set_job(seconds):
        at = (now() - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
        values = {"state": "running", "payload": {"worker": "elsewhere:1:ab"}, "updated": at}
        with practice.database.begin() as conn:
            conn.execute(t.jobs.update().where(t.jobs.c.id == job).values(**values))

    set_job(5)
    assert practice.worker.run_pending() == []
    set_job(600)
    assert [j.id for j in practice.worker.run_pending()] == [job]


def test_deletion_that_somebody_holds_up_is_made_real_later(practice, desk, monkeypatch):
    from reattune.errors import BusyError

    case = fill(practice, desk, "A", STRAINED)
    real, calls = practice.database.purge, []

    def busy():
        calls.append(1)
        if len(calls) < 3:
            raise BusyError("somebody reads")
        real()

    monkeypatch.setattr(practice.database, "purge", busy)
    desk.delete_case(case)
    assert practice.worker.run_pending() == []
    assert [(j.kind, j.state) for j in practice.worker.run_pending()] == [("purge", JobState.DONE)]
    assert len(calls) == 3
