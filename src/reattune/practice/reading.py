"""From rows to records: a case, its meetings, ratings, check-ins and notes, and what was found in its transcripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Connection, Select, select

from reattune.practice.access import Row
from reattune.practice.clock import read_day, read_moment
from reattune.practice.kept import Beside, Corrected, Found, findings_of
from reattune.practice.views import (
    CheckInCard,
    Consent,
    Correction,
    CorrectionCard,
    FrameCard,
    Job,
    JobState,
    LinkCard,
    MeetingCard,
    NoteCard,
    ShareCard,
    UserRole,
)
from reattune.record import (
    Attendance,
    Case,
    CheckIn,
    Coding,
    Ending,
    FrameEvent,
    Meeting,
    Note,
    NoteAuthor,
    Rating,
    Session,
    Sharing,
)
from reattune.repair.frame_talk import FrameSuggestion
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread
from reattune.store import codec
from reattune.store import tables as t

_MEETING = (
    t.meetings.c.number,
    t.meetings.c.date,
    t.meetings.c.attendance,
    t.meetings.c.consent,
    t.meetings.c.consent_date,
    t.meetings.c.format,
    t.meetings.c.turns,
    t.meetings.c.strains,
    t.meetings.c.words,
    t.meetings.c.analysed_at,
)
"""Columns of a meeting without its blobs."""


def meeting_rows(conn: Connection, case: str) -> list[Row]:
    """Rows of a case's meetings without blobs, in order."""
    query = select(*_MEETING).where(t.meetings.c.case == case).order_by(t.meetings.c.number)
    return list(conn.execute(query).mappings())


def meeting_card(row: Row, job: Job | None = None) -> MeetingCard:
    """A meeting without its words."""
    return MeetingCard(
        number=row["number"],
        date=read_day(row["date"]),
        attendance=Attendance(row["attendance"]),
        consent=Consent(row["consent"]),
        consent_date=read_day(row["consent_date"]),
        format=row["format"],
        turns=row["turns"],
        strains=row["strains"],
        words_kept=bool(row["words"]),
        analysed_at=None if row["analysed_at"] is None else read_moment(row["analysed_at"]),
        job=job,
    )


def ratings_of(conn: Connection, case: str) -> tuple[Rating, ...]:
    """Scored ratings in order of session."""
    query = (
        select(t.ratings)
        .where(t.ratings.c.case == case)
        .order_by(t.ratings.c.session, t.ratings.c.instrument, t.ratings.c.rater, t.ratings.c.scale)
    )
    return tuple(
        Rating(case, r.session, r.rater, r.instrument, r.scale, r.score, read_day(r.date))
        for r in conn.execute(query)
    )


def frame_of(conn: Connection, case: str) -> tuple[FrameCard, ...]:
    """Frame events with their ids."""
    query = select(t.frame).where(t.frame.c.case == case).order_by(t.frame.c.session, t.frame.c.date)
    return tuple(
        FrameCard(r.id, FrameEvent(r.session, r.what, r.area, read_day(r.date))) for r in conn.execute(query)
    )


def checkins_of(conn: Connection, case: str) -> tuple[CheckInCard, ...]:
    """Check-ins as far as the client lets them be read; those that are kept for the client are not even counted."""
    query = (
        select(t.checkins)
        .where(t.checkins.c.case == case, t.checkins.c.sharing != str(Sharing.KEEP))
        .order_by(t.checkins.c.session, t.checkins.c.changed_at)
    )
    return tuple(_checkin(row) for row in conn.execute(query).mappings())


def _checkin(row: Row) -> CheckInCard:
    sharing = Sharing(row["sharing"])
    said = codec.loads(CheckIn, row["body"]) if sharing is Sharing.READ_NOW else None
    return CheckInCard(
        row["id"], row["session"], read_day(row["date"]), sharing, said, read_moment(row["changed_at"])
    )


def told(card: CheckInCard) -> CheckIn:
    """The check-in as the ledger may know it: of one to be talked about first, only that it waits."""
    if card.said is not None:
        return card.said
    return CheckIn(card.session, hard_to_say=True, sharing=Sharing.TALK_FIRST, date=card.date)


def notes_of(
    conn: Connection, case: str, user: str | None = None, *, own: bool = True
) -> tuple[NoteCard, ...]:
    """Notes with their ids.

    Args:
        conn: within a transaction.
        case: its id.
        user: who asks.
        own: whether the case is theirs: then every note may be changed, else those that they typed.
    """
    query = select(t.notes).where(t.notes.c.case == case).order_by(t.notes.c.session, t.notes.c.changed_at)
    return tuple(
        NoteCard(
            r.id,
            Note(
                r.session,
                NoteAuthor(r.author),
                r.text,
                r.rupture,
                r.kind,
                r.status,
                read_day(r.date),
                shelf=r.shelf,
            ),
            r.by,
            read_moment(r.changed_at),
            own or (user is not None and r.by == user),
        )
        for r in conn.execute(query)
    )


def shares_of(conn: Connection, case: str) -> tuple[ShareCard, ...]:
    """With whom a case is shared."""
    query = (
        select(t.shares, t.users.c.name, t.users.c.role)
        .join(t.users, t.users.c.id == t.shares.c.user)
        .where(t.shares.c.case == case)
        .order_by(t.users.c.name)
    )
    return tuple(
        ShareCard(r.user, r.name, UserRole(r.role), bool(r.replaced_names), read_moment(r.created))
        for r in conn.execute(query)
    )


def links_of(conn: Connection, case: str, at: str) -> tuple[LinkCard, ...]:
    """A case's client links, newest first; ``at``: this moment. Whether one was answered is told only where the client shares."""
    said = select(t.checkins.c.link).where(
        t.checkins.c.case == case, t.checkins.c.link.is_not(None), t.checkins.c.sharing != str(Sharing.KEEP)
    )
    answered = {r.link for r in conn.execute(said)}
    query = select(t.links).where(t.links.c.case == case).order_by(t.links.c.created.desc())
    return tuple(_link(row, at, row["id"] in answered) for row in conn.execute(query).mappings())


def _link(row: Row, at: str, answered: bool) -> LinkCard:
    if row["revoked_at"] is not None:
        state = "revoked"
    elif row["expires"] <= at:
        state = "expired"
    else:
        state = "answered" if answered else "open"
    return LinkCard(
        row["id"],
        row["case"],
        row["session"],
        read_moment(row["created"]),
        read_moment(row["expires"]),
        None if row["revoked_at"] is None else read_moment(row["revoked_at"]),
        # When a link was opened would tell of a check-in that the client keeps.
        None if row["last_used"] is None or not answered else read_moment(row["last_used"]),
        state,
    )


def jobs_of(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[Job, ...]:
    """Pieces of work from a query over ``jobs``."""
    return tuple(job_of(row) for row in conn.execute(query).mappings())


def job_of(row: Row) -> Job:
    """A piece of work."""
    return Job(
        row["id"],
        row["kind"],
        row["case"],
        row["session"],
        JobState(row["state"]),
        row["progress"],
        row["message"],
        read_moment(row["created"]),
        read_moment(row["updated"]),
    )


def corrections_of(conn: Connection, case: str, session: int) -> tuple[CorrectionCard, ...]:
    """A session's corrections, oldest first; of several on one turn or episode the last is in force."""
    query = (
        select(t.corrections)
        .where(t.corrections.c.case == case, t.corrections.c.session == session)
        .order_by(t.corrections.c.at, t.corrections.c.id)
    )
    cards = [
        CorrectionCard(r.id, _correction(r.turn, r.episode, r.what), r.by, read_moment(r.at))
        for r in conn.execute(query)
    ]
    last = {(c.correction.turn, c.correction.episode): c.id for c in cards}
    return tuple(replace(c, in_force=last[c.correction.turn, c.correction.episode] == c.id) for c in cards)


def _correction(turn: int | None, episode: int | None, what: dict[str, object]) -> Correction:
    values = {**what, "codes": tuple(what.get("codes", ()))}  # type: ignore[arg-type]
    return Correction(turn=turn, episode=episode, **values)  # type: ignore[arg-type]


def record_of(conn: Connection, row: Row) -> Case:
    """The case as the ledger is kept from it: no transcripts, check-ins as far as they may be read."""
    case = row["id"]
    return Case(
        case,
        tuple(
            Meeting(m["number"], read_day(m["date"]), None, Attendance(m["attendance"]))
            for m in meeting_rows(conn, case)
        ),
        ratings_of(conn, case),
        tuple(f.event for f in frame_of(conn, case)),
        tuple(told(c) for c in checkins_of(conn, case)),
        tuple(n.note for n in notes_of(conn, case)),
        None if row["ending"] is None else Ending(row["ending"]),
    )


@lru_cache(maxsize=160)
def _unpacked(packed: tuple[bytes, ...]) -> tuple[Session, Coding, Found, tuple[Thread, ...], Beside]:
    """The parts of an analysed session. Frozen, and so shared by all who ask for the same bytes again."""
    transcript, coding, findings, threads, evidence = packed
    return (
        codec.loads(Session, transcript),
        codec.loads(Coding, coding),
        codec.loads(Found, findings),
        codec.loads(tuple[Thread, ...], threads),
        codec.loads(Beside, evidence),
    )


def forget_unpacked() -> None:
    """Let go of all words that are still in memory from earlier looks."""
    _unpacked.cache_clear()


class Heard:
    """What is kept of one analysed session."""

    def __init__(self, row: Row) -> None:
        self.number: int = row["number"]
        packed = (row["transcript"], row["coding"], row["findings"], row["threads"], row["evidence"])
        self.session, self.coding, self.machine, self.threads, self.beside = _unpacked(
            tuple(bytes(part) for part in packed)
        )
        self.worded = bool(row["words"])

    @property
    def findings(self) -> Findings:
        """As they stand, corrections and all."""
        corrected = self.beside.corrected or Corrected(self.coding, self.machine)
        return findings_of(self.session, corrected.coding, corrected.found)

    @property
    def talk(self) -> tuple[FrameSuggestion, ...]:
        """Suggestions to record a change of the frame; none that has lost its words."""
        return tuple(one for one in self.beside.frame_talk if one.quote)


_HEARD = (
    t.meetings.c.number,
    t.meetings.c.transcript,
    t.meetings.c.coding,
    t.meetings.c.findings,
    t.meetings.c.threads,
    t.meetings.c.evidence,
    t.meetings.c.words,
)


def heard(conn: Connection, case: str, numbers: Iterable[int] | None = None) -> dict[int, Heard]:
    """Analysed sessions of a case by number; ``numbers``: those only."""
    query = select(*_HEARD).where(t.meetings.c.case == case, t.meetings.c.analysed_at.is_not(None))
    if numbers is not None:
        query = query.where(t.meetings.c.number.in_(list(numbers)))
    rows = conn.execute(query.order_by(t.meetings.c.number)).mappings()
    return {row["number"]: Heard(row) for row in rows}
