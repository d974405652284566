"""A case, and what is noted of it beside the sessions' own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - fields below are called date
from enum import StrEnum

from reattune.record.rating import Rating
from reattune.record.session import Session


class NoteAuthor(StrEnum):
    """Who wrote a note or said a word."""

    THERAPIST = "therapist"
    CLIENT = "client"
    SUPERVISOR = "supervisor"


class Sharing(StrEnum):
    """What may happen with a client's own words: read now, only talked about first, or kept until the client decides."""

    READ_NOW = "read_now"
    TALK_FIRST = "talk_first"
    KEEP = "keep"


class Attendance(StrEnum):
    """What became of an appointment."""

    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """How a case ended: by agreement, because the client stayed away, or by going on with somebody else."""

    AGREED = "agreed"
    LEFT = "left"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One appointment of a case.

    Attributes:
        number: from 1, in the case's order.
        date: the day, if known.
        session: the transcript, or None where there is none.
        attendance: held, missed or cancelled.
    """

    number: int
    date: Date | None = None
    session: Session | None = None
    attendance: Attendance = Attendance.HELD


@dataclass(frozen=True, slots=True)
class FrameEvent:
    """A change of a boundary, recorded neutrally.

    Attributes:
        session: number of the session in or after which it happened.
        what: in a few words ("moved to Thursdays").
        area: a key of ``repair.frame.AREAS`` ("time", "fee", "contact"), or None where it was not sorted.
        date: the day, if known.
    """

    session: int
    what: str
    area: str | None = None
    date: Date | None = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The client's own words after a session.

    Attributes:
        session: number of the session.
        answers: item key and value, 0-10, as filled in; items left empty are absent.
        hard_to_say: whether something was hard to say (None: not answered).
        kinds: keys of what it was about ("stung", "not_said", "judged", "too_fast", "agreed_not_meant", "setting").
        strength: 1 slight to 5 strong, or None.
        words: the client's own words, or "".
        sharing: what may happen with the words.
        date: the day, if known.
        made_hard: keys of what made it hard to say in the session ("hurt", "small", "no_words"), under the same ``sharing``.
    """

    session: int
    answers: tuple[tuple[str, float], ...] = ()
    hard_to_say: bool | None = None
    kinds: tuple[str, ...] = ()
    strength: int | None = None
    words: str = ""
    sharing: Sharing = Sharing.READ_NOW
    date: Date | None = None
    made_hard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A note by hand.

    Attributes:
        session: number of the session it is about.
        author: who wrote it.
        text: the note.
        rupture: id of the ledger's entry it is about, or None.
        kind: ``note``; ``rupture``: a strain noted by hand; ``status``: the author's word on what became of it;
            ``no_rupture``: the author's word that the entry is none.
        status: with ``kind="status"``, a ``RuptureStatus`` value.
        date: the day, if known.
        shelf: ``process``: the therapist's own notes on what was said; ``record``: the client's record. Kept and exported apart.
    """

    session: int
    author: NoteAuthor
    text: str
    rupture: str | None = None
    kind: str = "note"
    status: str | None = None
    date: Date | None = None
    shelf: str = "process"


@dataclass(frozen=True, slots=True)
class Case:
    """One client with one therapist, or any two people whose relationship is followed.

    Attributes:
        id: the case's name.
        meetings: in order of ``number``, no number twice; sessions without a transcript have their place too.
        ratings: scored forms, in order of session.
        frame, checkins, notes: in order of session.
        ending: how it ended, or None while it goes on or where it is not known.
    """

    id: str
    meetings: tuple[Meeting, ...] = ()
    ratings: tuple[Rating, ...] = ()
    frame: tuple[FrameEvent, ...] = ()
    checkins: tuple[CheckIn, ...] = ()
    notes: tuple[Note, ...] = ()
    ending: Ending | None = None
