"""A case as a whole in and out: as the record that a folder is read to and written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from reattune.practice.clock import day_text, read_day
from reattune.practice.parts.cases import CasesPart
from reattune.practice.reading import meeting_rows, ratings_of, record_of
from reattune.practice.views import CaseKind, Consent, FilledForm
from reattune.practice.worker import ANALYSE, enqueue
from reattune.practice.writing import put_checkin, put_frame, put_meetings, put_note, put_ratings
from reattune.record import Attendance, Case, Meeting, Session
from reattune.store import codec
from reattune.store import tables as t


class WholePart(CasesPart):
    """What one can do with a case as a whole."""

    def bring_in(
        self,
        record: Case,
        label: str,
        kind: CaseKind | str = CaseKind.THERAPY,
        *,
        forms: Sequence[FilledForm] = (),
        consents: Mapping[int, tuple[Consent | str, date | None]] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> tuple[str, str | None]:
        """Keep a whole case in one transaction: meetings, transcripts, ratings, frame, check-ins, notes, ending.

        Args:
            record: the case. A transcript of a session to which consent is withheld is left out.
            label: how to call it.
            kind: whose relationship it is.
            forms: the answers behind its ratings, where they are known.
            consents: by session number, the answer and its day.
            names: as in ``set_names``.

        Returns:
            The case's id, and the id of the job that analyses its transcripts; None where there are none.

        Raises:
            NotAllowedError, SettingError: as ``add_case``.
        """
        said = {n: (Consent(c), day) for n, (c, day) in (consents or {}).items()}
        case = self.add_case(label, kind)
        kept = [
            {"name": n.strip(), "as": a.strip() or "[name]"} for n, a in (names or {}).items() if n.strip()
        ]
        job = None
        try:
            with self._db.begin() as conn:
                rows = [
                    _meeting(case, m, *said.get(m.number, (Consent.UNKNOWN, None))) for m in record.meetings
                ]
                if rows:
                    conn.execute(t.meetings.insert(), rows)
                put_ratings(conn, case, record.ratings, forms)
                for event in record.frame:
                    put_frame(conn, case, event)
                for one in record.checkins:
                    put_checkin(conn, case, one)
                for note in record.notes:
                    put_note(conn, case, note, None)
                told = {e.session for e in record.frame} | {c.session for c in record.checkins}
                told |= {n.session for n in record.notes}
                put_meetings(conn, case, dict.fromkeys(told))
                ending = None if record.ending is None else str(record.ending)
                conn.execute(update(t.cases).where(t.cases.c.id == case).values(ending=ending, names=kept))
                if any(row["transcript"] is not None for row in rows):
                    job = enqueue(conn, ANALYSE, case)
                self._refresh(conn, case)
                self._log(conn, "case.brought_in", case, f"{len(rows)} sessions")
        except BaseException:
            with self._db.begin() as conn:
                conn.execute(t.cases.delete().where(t.cases.c.id == case))
                self._log(conn, "case.not_brought_in", case)
            raise
        self._worker.wake()
        return case, job

    def take_out(self, case: str) -> Case:
        """The case as a record, with transcripts (those whose words are kept) and check-ins as far as they may be read.

        Raises:
            NotAllowedError: the case is not theirs.
        """
        with self._db.reading() as conn:
            row = self._may_write(conn, case)
            record = record_of(conn, row)
            query = select(t.meetings.c.number, t.meetings.c.transcript).where(
                t.meetings.c.case == case, t.meetings.c.words
            )
            said = {r.number: codec.loads(Session, r.transcript) for r in conn.execute(query)}
            ratings = tuple(replace(one, case=row["label"]) for one in ratings_of(conn, case))
        self._note_look("case.taken_out", case)
        meetings = tuple(replace(m, session=said.get(m.number)) for m in record.meetings)
        return replace(record, id=row["label"], meetings=meetings, ratings=ratings)

    def forms(self, case: str) -> list[FilledForm]:
        """Forms as they were filled in.

        Raises:
            NotAllowedError: no such case for who asks.
        """
        raw = t.raw_ratings.c
        query = select(t.raw_ratings).where(raw.case == case).order_by(raw.session, raw.instrument, raw.rater)
        with self._db.reading() as conn:
            self._may_see(conn, case)
            return [
                FilledForm(r.session, read_day(r.date), r.rater, r.instrument, r.items)
                for r in conn.execute(query)
            ]

    def consents(self, case: str) -> dict[int, tuple[Consent, date | None]]:
        """By session number, what the client said to it, and when.

        Raises:
            NotAllowedError: no such case for who asks.
        """
        with self._db.reading() as conn:
            self._may_see(conn, case)
            return {
                m["number"]: (Consent(m["consent"]), read_day(m["consent_date"]))
                for m in meeting_rows(conn, case)
            }


def _meeting(case: str, meeting: Meeting, consent: Consent, day: date | None) -> dict[str, object]:
    session = None if consent is Consent.WITHHELD else meeting.session
    kept = None if session is None else replace(session, source=None, notices=())
    return {
        "case": case,
        "number": meeting.number,
        "date": day_text(meeting.date),
        "attendance": str(Attendance(meeting.attendance)),
        "consent": str(consent),
        "consent_date": day_text(day),
        "format": None if kept is None else kept.format or "unknown",
        "turns": None if kept is None else len(kept),
        "transcript": None if kept is None else codec.dumps(kept),
        "words": kept is not None,
    }
