"""Rows put into the tables within a transaction; whoever calls has asked whether it may be done, and keeps the ledger anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from reattune.practice.clock import day_text, stamp
from reattune.practice.seat import new_id
from reattune.practice.views import Consent, FilledForm
from reattune.record import Attendance, CheckIn, FrameEvent, Note, Rating
from reattune.store import codec
from reattune.store import tables as t


def put_meetings(conn: Connection, case: str, days: dict[int, date | None]) -> None:
    """Sessions that something tells of and that are not there yet: they were held."""
    known = {r.number for r in conn.execute(select(t.meetings.c.number).where(t.meetings.c.case == case))}
    rows = [
        {
            "case": case,
            "number": number,
            "date": day_text(day),
            "attendance": str(Attendance.HELD),
            "consent": str(Consent.UNKNOWN),
            "words": False,
        }
        for number, day in sorted(days.items())
        if number not in known
    ]
    if rows:
        conn.execute(t.meetings.insert(), rows)


def put_ratings(
    conn: Connection, case: str, ratings: Sequence[Rating], forms: Iterable[FilledForm] = ()
) -> None:
    """Scores, and forms as they were filled in; each in the place of an earlier one of the same session, rater and form."""
    r, raw = t.ratings.c, t.raw_ratings.c
    for one in {(x.session, x.rater, x.instrument, x.scale): x for x in ratings}.values():
        same = (r.session == one.session) & (r.rater == one.rater) & (r.instrument == one.instrument)
        conn.execute(t.ratings.delete().where(r.case == case, same, r.scale == one.scale))
        conn.execute(
            t.ratings.insert().values(
                case=case,
                session=one.session,
                rater=one.rater,
                instrument=one.instrument,
                scale=one.scale,
                score=one.score,
                date=day_text(one.date),
            )
        )
    for form in forms:
        same = (raw.session == form.session) & (raw.rater == form.rater) & (raw.instrument == form.instrument)
        conn.execute(t.raw_ratings.delete().where(raw.case == case, same))
        conn.execute(
            t.raw_ratings.insert().values(
                case=case,
                session=form.session,
                rater=form.rater,
                instrument=form.instrument,
                items=dict(form.items),
                date=day_text(form.date),
            )
        )
    put_meetings(conn, case, {one.session: one.date for one in ratings})


def drop_ratings(conn: Connection, case: str, session: int, rater: str, instrument: str) -> None:
    """Take one filled-in form out, with its scores."""
    for table in (t.ratings, t.raw_ratings):
        c = table.c
        same = (c.session == session) & (c.rater == rater) & (c.instrument == instrument)
        conn.execute(table.delete().where(c.case == case, same))


def put_frame(conn: Connection, case: str, event: FrameEvent) -> str:
    """A frame event; gives its id."""
    made = new_id()
    conn.execute(
        t.frame.insert().values(
            id=made,
            case=case,
            session=event.session,
            date=day_text(event.date),
            what=event.what,
            area=event.area,
        )
    )
    return made


def put_note(conn: Connection, case: str, note: Note, by: str | None) -> str:
    """A note; gives its id."""
    made = new_id()
    conn.execute(t.notes.insert().values(id=made, case=case, by=by, **note_values(note)))
    return made


def note_values(note: Note) -> dict[str, Any]:
    """A note's columns."""
    return {
        "session": note.session,
        "author": str(note.author),
        "kind": note.kind,
        "rupture": note.rupture,
        "status": note.status,
        "text": note.text,
        "date": day_text(note.date),
        "shelf": note.shelf,
        "changed_at": stamp(),
    }


def put_checkin(conn: Connection, case: str, said: CheckIn, link: str | None = None) -> str:
    """A check-in; gives its id."""
    made = new_id()
    conn.execute(t.checkins.insert().values(id=made, case=case, link=link, **checkin_values(said)))
    return made


def checkin_values(said: CheckIn) -> dict[str, Any]:
    """A check-in's columns."""
    return {
        "session": said.session,
        "date": day_text(said.date),
        "body": codec.dumps(said),
        "sharing": str(said.sharing),
        "changed_at": stamp(),
    }
