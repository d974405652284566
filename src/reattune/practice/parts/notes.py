"""What is typed in: ratings, notes, changes of the frame, the therapist's word on an entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl
from sqlalchemy import Connection, RowMapping, select, update

from reattune.alliance.instruments import shipped
from reattune.alliance.ratings import ANSWERS, SCORES, Ratings
from reattune.errors import SettingError
from reattune.formats.casefolder.rows import NOTE_KINDS, SHELVES
from reattune.monitoring import Monitoring, monitor
from reattune.practice.access import may_write, not_yours, nothing_there
from reattune.practice.ledgerkeeping import ledger_of
from reattune.practice.reading import ratings_of
from reattune.practice.scoring import score_forms
from reattune.practice.seat import Seat
from reattune.practice.users import UserRole
from reattune.practice.views import FilledForm
from reattune.practice.writing import (
    drop_ratings,
    note_values,
    put_frame,
    put_meetings,
    put_note,
    put_ratings,
)
from reattune.record import FrameEvent, Note, NoteAuthor, Rating, RuptureStatus
from reattune.repair.areas import AREA_KEYS
from reattune.store import tables as t

NO_RUPTURE = "no_rupture"
"""The word that an entry is none."""
_KINDS = tuple(k for k in NOTE_KINDS if k != "ending")
_LONGEST = 20_000


class NotesPart(Seat):
    """What one can type in."""

    def add_ratings(self, case: str, rows: Ratings | Iterable[Rating | FilledForm]) -> int:
        """Keep ratings; an earlier one of the same session, rater and form is replaced.

        Args:
            case: its id.
            rows: what ``read_ratings`` gives, of one case; or scores, or filled-in forms, which are scored here.

        Returns:
            How many scores were kept.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: an answer that there is not, or ratings of several cases.
        """
        scores, forms = _of_file(rows) if isinstance(rows, Ratings) else _typed(case, rows)
        if any(one.session < 1 for one in scores):
            raise SettingError("a session has no number", mend="Sessions count from 1")
        with self._db.begin() as conn:
            self._may_write(conn, case)
            put_ratings(conn, case, scores, forms)
            self._refresh(conn, case)
            self._log(conn, "ratings.added", case, f"{len(scores)} scores")
        return len(scores)

    def delete_rating(self, case: str, session: int, rater: str, instrument: str) -> None:
        """Take one filled-in form out.

        Raises:
            NotAllowedError: the case is not theirs.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            drop_ratings(conn, case, session, rater, instrument)
            self._refresh(conn, case)
            self._log(conn, "rating.deleted", case, f"session {session}")

    def monitor(self, case: str, rule: str = "level") -> Monitoring:
        """The case's ratings as ``reattune.monitor`` sees them.

        Raises:
            NotAllowedError: no such case for who asks.
            SettingError: no such rule.
        """
        with self._db.reading() as conn:
            self._may_see(conn, case)
            ratings = ratings_of(conn, case)
            raw = conn.execute(select(t.raw_ratings).where(t.raw_ratings.c.case == case)).mappings().all()
        self._note_look("ratings.read", case)
        known = shipped()
        rows = [
            (r.case, r.session, r.date, r.rater, r.instrument, r.scale, r.score, 0, 0, False)
            for r in ratings
            if r.instrument in known
        ]
        scores = pl.DataFrame(rows, schema=SCORES, orient="row")
        forms = {key: known[key] for key in scores["instrument"].unique().sort()}
        return monitor(Ratings(scores, _answers(case, raw), forms), rule=rule)

    def add_note(  # noqa: PLR0913 - a note's fields
        self,
        case: str,
        session: int,
        text: str,
        *,
        kind: str = "note",
        rupture: str | None = None,
        status: str | None = None,
        author: NoteAuthor | str | None = None,
        shelf: str = "process",
        day: date | None = None,
    ) -> str:
        """Write a note; gives its id. Whoever sees a shared case may write plain notes of their own in it.

        Args:
            case, session: what it is about.
            text: the note.
            kind: note, rupture (a strain noted by hand), status (with ``status``), no_rupture.
            rupture: id of the entry it is about.
            status: with ``kind="status"``.
            author: therapist, client or supervisor; None for the part of who writes.
            shelf: ``process`` (psychotherapy notes) or ``record``; they are exported apart.
            day: when.

        Raises:
            NotAllowedError: no such case, or more than a plain note in a case that is shared with one.
            SettingError: what is said does not fit together.
        """
        supervises = self._role is UserRole.SUPERVISOR
        own = NoteAuthor.SUPERVISOR if supervises else NoteAuthor.THERAPIST
        said = own if author is None or supervises else NoteAuthor(author)
        note = checked_note(Note(session, said, text.strip(), rupture, kind, status, day, shelf=shelf))
        with self._db.begin() as conn:
            row = self._may_see(conn, case)
            if not may_write(self._role, self._me, row) and kind != "note":
                raise not_yours()
            put_meetings(conn, case, {session: None})
            made = put_note(conn, case, note, self._me)
            self._refresh(conn, case)
            self._log(conn, "note.added", case, f"session {session}")
        return made

    def edit_note(self, note: str, text: str, *, shelf: str | None = None) -> None:
        """Change a note's text, or its shelf.

        Raises:
            NotAllowedError: no such note that may be changed.
            SettingError: no such shelf.
        """
        with self._db.begin() as conn:
            row = self._note(conn, note)
            made = Note(
                row["session"],
                NoteAuthor(row["author"]),
                text.strip(),
                row["rupture"],
                row["kind"],
                row["status"],
                shelf=shelf or row["shelf"],
            )
            values = note_values(checked_note(made))
            values["date"] = row["date"]
            conn.execute(update(t.notes).where(t.notes.c.id == note).values(**values))
            self._refresh(conn, row["case"])
            self._log(conn, "note.changed", row["case"], f"session {row['session']}")

    def delete_note(self, note: str) -> None:
        """Delete a note.

        Raises:
            NotAllowedError: no such note that may be changed.
        """
        with self._db.begin() as conn:
            row = self._note(conn, note)
            conn.execute(t.notes.delete().where(t.notes.c.id == note))
            self._refresh(conn, row["case"])
            self._log(conn, "note.deleted", row["case"], f"session {row['session']}")

    def add_frame(
        self, case: str, session: int, what: str, area: str | None = None, day: date | None = None
    ) -> str:
        """Record a change of the frame, neutrally; gives its id.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: nothing is said, or no such area.
        """
        words = " ".join(what.split())
        if not words:
            raise SettingError("nothing is written here", mend="Say in a few words what changed")
        if area is not None and area not in AREA_KEYS:
            raise SettingError(
                f"{area!r} is no area of the frame", mend=f"Choose one of: {', '.join(AREA_KEYS)}"
            )
        with self._db.begin() as conn:
            self._may_write(conn, case)
            put_meetings(conn, case, {session: None})
            made = put_frame(conn, case, FrameEvent(session, words, area, day))
            self._refresh(conn, case)
            self._log(conn, "frame.added", case, f"session {session}")
        return made

    def delete_frame(self, event: str) -> None:
        """Take a frame event out.

        Raises:
            NotAllowedError: no such event in a case of theirs.
        """
        with self._db.begin() as conn:
            row = conn.execute(select(t.frame).where(t.frame.c.id == event)).mappings().first()
            if row is None:
                raise nothing_there()
            self._may_write(conn, row["case"])
            conn.execute(t.frame.delete().where(t.frame.c.id == event))
            self._refresh(conn, row["case"])
            self._log(conn, "frame.deleted", row["case"], f"session {row['session']}")

    def settle(self, case: str, rupture: str, status: RuptureStatus | str, why: str = "") -> str:
        """The therapist's word on an entry: it overrules the machine's, which is kept beside it. Gives the note's id.

        Args:
            case, rupture: which entry.
            status: open, in_repair, repaired, lost, referred; or ``no_rupture``: it is none, and is set aside.
            why: in the therapist's words.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: no such status, or no such entry.
        """
        with self._db.reading() as conn:
            row = self._may_write(conn, case)
            ids = {one["id"] for one in ledger_of(conn, case)["ruptures"]}
        if rupture not in ids:
            raise SettingError(
                f"there is no entry {rupture!r}", mend=f"There is: {', '.join(sorted(ids)) or 'none'}"
            )
        session = max(int(row["sessions"]), 1)
        if status == NO_RUPTURE:
            return self.add_note(case, session, why, kind=NO_RUPTURE, rupture=rupture)
        return self.add_note(case, session, why, kind="status", rupture=rupture, status=str(status))

    def _note(self, conn: Connection, note: str) -> RowMapping:
        """A note that who asks may change: any in a case of theirs, else those they typed."""
        row = conn.execute(select(t.notes).where(t.notes.c.id == note)).mappings().first()
        if row is None:
            raise nothing_there()
        seen = self._may_see(conn, row["case"])
        if not may_write(self._role, self._me, seen) and row["by"] != self._me:
            raise not_yours()
        return row


def checked_note(note: Note) -> Note:
    """The note, if what it says fits together.

    Raises:
        SettingError: it does not.
    """
    for name, value, options in (("kind", note.kind, _KINDS), ("shelf", note.shelf, SHELVES)):
        if value not in options:
            raise SettingError(f"{value!r} is no {name} of note", mend=f"Choose one of: {', '.join(options)}")
    statuses = [str(s) for s in RuptureStatus]
    if note.kind == "status" and note.status not in statuses:
        raise SettingError(f"{note.status!r} is no status", mend=f"Choose one of: {', '.join(statuses)}")
    if note.status is not None and note.kind != "status":
        raise SettingError("a status stands beside another kind of note", mend="Choose status as the kind")
    if note.kind == NO_RUPTURE and note.rupture is None:
        raise SettingError("it is not said which entry is meant", mend="Name it, R1 or R2")
    if note.kind == "note" and not note.text:
        raise SettingError("the note is empty", mend="Write something, or leave it")
    if len(note.text) > _LONGEST:
        raise SettingError("the note is too long", mend=f"Keep it below {_LONGEST} characters")
    if note.session < 1:
        raise SettingError("sessions count from 1", mend="Name the session that it is about")
    return note


def _of_file(ratings: Ratings) -> tuple[list[Rating], list[FilledForm]]:
    scores = ratings.to_ratings()
    if len({r.case for r in scores}) > 1:
        raise SettingError("these are ratings of several cases", mend="Give one case at a time")
    forms: dict[tuple[int, str, str], FilledForm] = {}
    for row in ratings.answers.iter_rows(named=True):
        key = (row["session"], row["rater"], row["instrument"])
        before = forms.get(key)
        items = {**(before.items if before else {}), row["item"]: row["value"]}
        forms[key] = FilledForm(key[0], row["date"], key[1], key[2], items)
    return scores, list(forms.values())


def _typed(case: str, rows: Iterable[Rating | FilledForm]) -> tuple[list[Rating], list[FilledForm]]:
    given = list(rows)
    forms = [one for one in given if isinstance(one, FilledForm)]
    scores = [replace(one, case=case) for one in given if isinstance(one, Rating)]
    return [*scores, *(score_forms(case, forms) if forms else [])], forms


def _answers(case: str, raw: Iterable[RowMapping]) -> pl.DataFrame:
    rows = [
        (case, r["session"], None if r["date"] is None else date.fromisoformat(r["date"]), r["rater"],
         r["instrument"], item, value, 0, 0)
        for r in raw
        for item, value in r["items"].items()
        if value is not None
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=ANSWERS, orient="row")
