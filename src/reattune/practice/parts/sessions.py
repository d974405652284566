"""Sessions: appointments, transcripts and consent to them, the analysis as it stands, corrections, deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select, update

from reattune.errors import SettingError
from reattune.practice.access import nothing_there
from reattune.practice.analysing import correct_session, forget_words, rethread
from reattune.practice.clock import day_text, now, stamp
from reattune.practice.corrections import beside_each_other, checked
from reattune.practice.ledgerkeeping import refresh
from reattune.practice.reading import (
    Heard,
    corrections_of,
    heard,
    job_of,
    meeting_card,
    meeting_rows,
)
from reattune.practice.seat import Seat, new_id
from reattune.practice.views import Consent, Correction, JobState, SessionFile
from reattune.practice.worker import ANALYSE, enqueue
from reattune.record import Attendance, Session
from reattune.store import codec
from reattune.store import tables as t

MOST_SESSIONS = 99_999


class SessionsPart(Seat):
    """What one can do with sessions."""

    def session(self, case: str, number: int) -> SessionFile:
        """One session: the transcript, what was found in it, what was corrected.

        Raises:
            NotAllowedError: no such session for who asks.
        """
        with self._db.reading() as conn:
            row = self._may_see(conn, case)
            meeting = next((m for m in meeting_rows(conn, case) if m["number"] == number), None)
            if meeting is None:
                raise nothing_there()
            undone = (
                select(t.jobs)
                .where(t.jobs.c.case == case, t.jobs.c.state != str(JobState.DONE))
                .where((t.jobs.c.session == number) | t.jobs.c.session.is_(None))
                .order_by(t.jobs.c.created.desc())
            )
            job = conn.execute(undone).mappings().first()
            one = heard(conn, case, [number]).get(number)
            names = self._names(conn, row)
            cards = corrections_of(conn, case, number)
            session = one.session if one is not None else self._transcript(conn, case, number)
            card = self._card(row, self._seen_at(conn, case))
        self._note_look("session.read", case, f"session {number}")
        file = SessionFile(
            card, meeting_card(meeting, None if job is None else job_of(job)), session, None, None, None
        )
        if one is not None:
            findings = one.findings
            file = replace(
                file,
                coding=one.coding,
                corrected=findings.coding,
                findings=findings,
                episodes=beside_each_other(one.machine.episodes, findings.episodes, cards),
                threads=one.threads,
                corrections=cards,
            )
        if names is None:
            return file
        return replace(names.within(file), card=card)

    def add_meeting(
        self,
        case: str,
        day: date | None = None,
        attendance: Attendance | str = Attendance.HELD,
        *,
        number: int | None = None,
    ) -> int:
        """Note an appointment; gives its number, the next one unless one is named.

        Raises:
            NotAllowedError, SettingError: the case is not theirs; there is a session of this number, or no such attendance.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            made = self._meeting(conn, case, number, day, _attendance(attendance))
            self._refresh(conn, case)
            self._log(conn, "session.added", case, f"session {made}")
        return made

    def change_meeting(
        self,
        case: str,
        number: int,
        *,
        day: date | None = None,
        attendance: Attendance | str | None = None,
    ) -> None:
        """Correct day or attendance of an appointment; None leaves it.

        Raises:
            NotAllowedError, SettingError: no such session; a session with a transcript was held.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            row = self._row(conn, case, number)
            values = {"date": day_text(day) or row["date"]}
            if attendance is not None:
                values["attendance"] = str(_attendance(attendance))
                if row["format"] is not None and values["attendance"] != Attendance.HELD:
                    raise SettingError(
                        "there is a transcript of this session", mend="It was held; delete it first"
                    )
            conn.execute(update(t.meetings).where(_at(case, number)).values(**values))
            self._refresh(conn, case)
            self._log(conn, "session.changed", case, f"session {number}")

    def add_transcript(
        self,
        case: str,
        number: int | None,
        source: Session,
        day: date | None = None,
        consent: Consent | str = Consent.UNKNOWN,
    ) -> str:
        """Keep a transcript and put its analysis down; it is done by the worker.

        Args:
            case: its id.
            number: of the session; None for the next one. One that has a transcript gets this in its place, and
                corrections of the old one go.
            source: the transcript, roles assigned.
            day: of the session; None for what the transcript says.
            consent: what the client said to it.

        Returns:
            The id of the job.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: consent is withheld, the transcript is empty, or the appointment was not held.
        """
        said = _consent(consent)
        if said is Consent.WITHHELD:
            raise SettingError("the client did not agree to this", mend="Without consent nothing is kept")
        if not len(source):
            raise SettingError("the transcript has no turn", mend="Check the file")
        with self._db.begin() as conn:
            self._may_write(conn, case)
            number = self._place(conn, case, number, day or source.date, said)
            self._keep(conn, case, number, source)
            job = enqueue(conn, ANALYSE, case, number)
            self._log(conn, "transcript.added", case, f"session {number}")
        self._worker.wake()
        return job

    def set_consent(self, case: str, number: int, consent: Consent | str, day: date | None = None) -> None:
        """Note what the client said to recording and analysis. Withheld or taken back: transcript and findings go.

        Raises:
            NotAllowedError, SettingError: no such session; no such answer.
        """
        said = _consent(consent)
        gone = False
        with self._db.begin() as conn:
            self._may_write(conn, case)
            row = self._row(conn, case, number)
            values = {"consent": str(said), "consent_date": day_text(day or now().date())}
            conn.execute(update(t.meetings).where(_at(case, number)).values(**values))
            if said is Consent.WITHHELD and row["format"] is not None:
                gone = True
                self._without_transcript(conn, case, number)
            self._log(conn, f"consent.{said}", case, f"session {number}")
        if gone:
            self._purge()

    def delete_words(self, case: str, number: int) -> None:
        """Delete the words of a transcript for good; marks, positions and times stay.

        Raises:
            NotAllowedError: no such session.
            SettingError: it is not analysed yet: nothing would stay.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            self._row(conn, case, number)
            one = heard(conn, case, [number]).get(number)
            if one is None:
                raise SettingError("this session is not analysed", mend="Wait for it, or delete the session")
            forget_words(conn, case, one)
            self._refresh(conn, case)
            self._log(conn, "transcript.words_deleted", case, f"session {number}")
        self._purge()

    def delete_session(self, case: str, number: int) -> None:
        """Delete a session and all that belongs to it: transcript, findings, ratings, frame, check-ins, notes, links.

        Raises:
            NotAllowedError: no such session.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            self._row(conn, case, number)
            for table in (
                t.corrections,
                t.ratings,
                t.raw_ratings,
                t.frame,
                t.checkins,
                t.links,
                t.notes,
                t.jobs,
            ):
                conn.execute(table.delete().where(table.c.case == case, table.c.session == number))
            conn.execute(t.meetings.delete().where(_at(case, number)))
            self._after_loss(conn, case, number)
            self._log(conn, "session.deleted", case, f"session {number}")
        self._purge()

    def correct(self, case: str, number: int, correction: Correction) -> str:
        """Say otherwise than the machine of a turn's codes or of an episode; gives the correction's id.

        Raises:
            NotAllowedError, SettingError: no such session; a correction that cannot be made.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            one = self._heard(conn, case, number)
            episodes = (*one.machine.episodes, *one.findings.episodes)
            checked(correction, one.session, episodes)
            what = {
                "codes": list(correction.codes),
                "real": correction.real,
                "type": correction.type,
                "outcome": correction.outcome,
                "significance": correction.significance,
                "trigger": correction.trigger,
                "note": correction.note,
            }
            made = new_id()
            conn.execute(
                t.corrections.insert().values(
                    id=made,
                    case=case,
                    session=number,
                    turn=correction.turn,
                    episode=correction.episode,
                    what=what,
                    by=self._me,
                    at=stamp(),
                )
            )
            correct_session(conn, case, number)
            self._log(conn, "correction.made", case, f"session {number}")
        return made

    def undo_correction(self, correction: str) -> None:
        """Take a correction back; what stood before stands again.

        Raises:
            NotAllowedError: no such correction in a case of theirs.
        """
        with self._db.begin() as conn:
            row = (
                conn.execute(select(t.corrections).where(t.corrections.c.id == correction)).mappings().first()
            )
            if row is None:
                raise nothing_there()
            self._may_write(conn, row["case"])
            conn.execute(t.corrections.delete().where(t.corrections.c.id == correction))
            correct_session(conn, row["case"], row["session"])
            self._log(conn, "correction.undone", row["case"], f"session {row['session']}")

    def try_again(self, job: str) -> None:
        """Put work that did not come off down again.

        Raises:
            NotAllowedError: no such work in a case of theirs.
        """
        with self._db.begin() as conn:
            row = conn.execute(select(t.jobs).where(t.jobs.c.id == job)).mappings().first()
            if row is None or row["case"] is None:
                raise nothing_there()
            self._may_write(conn, row["case"])
            failed = (t.jobs.c.id == job) & (t.jobs.c.state == str(JobState.FAILED))
            failed &= t.jobs.c.kind == ANALYSE  # an import goes on with its folder, not by itself
            values = {
                "state": str(JobState.QUEUED),
                "message": "Waiting",
                "progress": 0.0,
                "updated": stamp(),
            }
            conn.execute(update(t.jobs).where(failed).values(**values))
        self._worker.wake()

    def _place(self, conn: Connection, case: str, number: int | None, day: date | None, said: Consent) -> int:
        """The meeting that a transcript belongs to, made where there is none."""
        row = next((m for m in meeting_rows(conn, case) if m["number"] == number), None)
        if number is None or row is None:
            number = self._meeting(conn, case, number, day, Attendance.HELD)
        elif row["attendance"] != Attendance.HELD:
            raise SettingError(f"session {number} is noted as {row['attendance']}", mend="Correct that first")
        elif row["consent"] == Consent.WITHHELD and said is Consent.UNKNOWN:
            raise SettingError(
                "the client did not agree to this", mend="Note first that the client agrees now"
            )
        values: dict[str, object] = {}
        if said is Consent.GIVEN:
            values |= {"consent": str(said), "consent_date": day_text(now().date())}
        if day is not None:
            values["date"] = day_text(day)
        if values:
            conn.execute(update(t.meetings).where(_at(case, number)).values(**values))
        return number

    def _keep(self, conn: Connection, case: str, number: int, source: Session) -> None:
        conn.execute(
            t.corrections.delete().where(t.corrections.c.case == case, t.corrections.c.session == number)
        )
        # The file's path says nothing to the practice, and may hold a name.
        kept = replace(source, source=None, notices=())
        conn.execute(
            update(t.meetings)
            .where(_at(case, number))
            .values(
                transcript=codec.dumps(kept),
                format=source.format or "unknown",
                turns=len(source),
                words=True,
                strains=None,
                coding=None,
                findings=None,
                threads=None,
                evidence=None,
                analysed_at=None,
            )
        )

    def _without_transcript(self, conn: Connection, case: str, number: int) -> None:
        conn.execute(
            t.corrections.delete().where(t.corrections.c.case == case, t.corrections.c.session == number)
        )
        conn.execute(t.jobs.delete().where(t.jobs.c.case == case, t.jobs.c.session == number))
        empty = (
            "format",
            "turns",
            "strains",
            "transcript",
            "coding",
            "findings",
            "threads",
            "evidence",
            "analysed_at",
        )
        values = {**dict.fromkeys(empty), "words": False}
        conn.execute(update(t.meetings).where(_at(case, number)).values(**values))
        self._after_loss(conn, case, number)

    def _after_loss(self, conn: Connection, case: str, number: int) -> None:
        """Threads of later sessions no longer lead to what is gone."""
        known = heard(conn, case)
        rethread(conn, case, known, [n for n in known if n > number][:1])
        refresh(conn, case, known=known)

    def _meeting(
        self, conn: Connection, case: str, number: int | None, day: date | None, attendance: Attendance
    ) -> int:
        last = (
            conn.execute(select(func.max(t.meetings.c.number)).where(t.meetings.c.case == case)).scalar() or 0
        )
        number = last + 1 if number is None else number
        if not 1 <= number <= MOST_SESSIONS:
            raise SettingError(
                f"{number} is no number of a session", mend=f"Sessions count from 1 to {MOST_SESSIONS}"
            )
        if conn.execute(select(t.meetings.c.number).where(_at(case, number))).first() is not None:
            raise SettingError(
                f"there is a session {number} already", mend="Change that one, or take another number"
            )
        conn.execute(
            t.meetings.insert().values(
                case=case,
                number=number,
                date=day_text(day),
                attendance=str(attendance),
                consent=str(Consent.UNKNOWN),
                words=False,
            )
        )
        return number

    def _row(self, conn: Connection, case: str, number: int) -> dict[str, object]:
        row = next((m for m in meeting_rows(conn, case) if m["number"] == number), None)
        if row is None:
            raise nothing_there()
        return dict(row)

    def _heard(self, conn: Connection, case: str, number: int) -> Heard:
        one = heard(conn, case, [number]).get(number)
        if one is None:
            raise SettingError("this session is not analysed", mend="Wait until it is")
        return one

    def _transcript(self, conn: Connection, case: str, number: int) -> Session | None:
        packed = conn.execute(select(t.meetings.c.transcript).where(_at(case, number))).scalar()
        return None if packed is None else codec.loads(Session, packed)


def _at(case: str, number: int) -> ColumnElement[bool]:
    return (t.meetings.c.case == case) & (t.meetings.c.number == number)


def _attendance(value: Attendance | str) -> Attendance:
    options = [str(a) for a in Attendance]
    if value not in options:
        raise SettingError(f"{value!r} is no attendance", mend=f"Choose one of: {', '.join(options)}")
    return Attendance(value)


def _consent(value: Consent | str) -> Consent:
    options = [str(c) for c in Consent]
    if value not in options:
        raise SettingError(f"{value!r} is no answer", mend=f"Choose one of: {', '.join(options)}")
    return Consent(value)
