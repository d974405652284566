"""What desk and door give back: frozen, with nothing in them that the one who asked may not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - fields below are called date
from datetime import datetime
from enum import StrEnum
from typing import Any

from reattune.formats.casefolder.writing import FilledForm
from reattune.practice.users import User, UserRole
from reattune.record import (
    Attendance,
    CheckIn,
    Coding,
    Ending,
    Episode,
    FrameEvent,
    Note,
    Rating,
    Session,
    Sharing,
)
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread

__all__ = [
    "Alert",
    "CaseCard",
    "CaseFile",
    "CaseKind",
    "CheckInCard",
    "Consent",
    "Correction",
    "CorrectionCard",
    "EpisodeCard",
    "FilledForm",
    "FrameCard",
    "Invitation",
    "Job",
    "JobState",
    "LinkCard",
    "MeetingCard",
    "News",
    "NoteCard",
    "OpenRupture",
    "SessionFile",
    "ShareCard",
    "Today",
    "User",
    "UserRole",
]


class CaseKind(StrEnum):
    """Whose relationship is followed: a client with a therapist, a couple, people at work."""

    THERAPY = "therapy"
    COUPLE = "couple"
    WORK = "work"


class Consent(StrEnum):
    """What the client said to recording and analysis of one session."""

    GIVEN = "given"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


class JobState(StrEnum):
    """Where a piece of work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OpenRupture:
    """An entry that is not settled, as the overview has it.

    Attributes:
        id: "R1".
        type: "withdrawal", "confrontation", "mixed", or None.
        status: "open" or "in_repair".
        probability: 0-1.
        since: number of the session with which it was first known; ``since_date`` its day.
        kind: what it rests on above all: "transcript", "rating", "check_in" or "note".
        why: the last step of its history, one sentence.
        tried: codes of the strategies tried so far, in order, each once.
        stale: sessions held since its last step.
        waits: the client wants to talk about something first.
        answer: "yes" or "not_so", if someone has answered its alert.
        false_alarms: see ``Alert.false_alarms``.
    """

    id: str
    type: str | None
    status: str
    probability: float
    since: int
    since_date: Date | None = None
    kind: str = "transcript"
    why: str = ""
    tried: tuple[str, ...] = ()
    stale: int = 0
    waits: bool = False
    answer: str | None = None
    false_alarms: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Something that came to a case: ``kind`` is "transcript", "rating", "check_in", "strain", "ending"; ``what`` a sentence."""

    at: datetime
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case in a list.

    Attributes:
        id: hex UUID.
        label: what the therapist calls it; for someone who sees names replaced, with the names replaced.
        kind: whose relationship it is.
        therapist: id of the account that it belongs to; ``therapist_name`` how that is called.
        ending: how it ended, None while it goes on.
        created: when it was opened.
        next_date: day of the next appointment, if known.
        sessions: number of the last session; ``last_date`` its day.
        open: entries that are not settled, the one to look at first in front.
        first_open_session: session of the earliest of them.
        changed_at: when anything last changed; ``seen_at`` when the one who asks last looked; ``news`` what came since.
        mine: whether it is the asking person's own, who may write in it. Else it was shared.
        names_replaced: whether names are replaced for the one who asks.
        why: why it stands where it stands in ``Today``, in a sentence; "" where there is nothing to look at.
    """

    id: str
    label: str
    kind: CaseKind
    therapist: str
    therapist_name: str
    ending: Ending | None
    created: datetime
    next_date: Date | None
    sessions: int
    last_date: Date | None
    open: tuple[OpenRupture, ...]
    first_open_session: int | None
    changed_at: datetime
    seen_at: datetime | None
    news: tuple[News, ...] = ()
    mine: bool = True
    names_replaced: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A possible strain, worth checking.

    Attributes:
        case, label: the case.
        rupture: id of its entry.
        kind: "transcript", "rating", "check_in" or "note".
        what: the sentence to show.
        probability: 0-1.
        since, since_date: session with which it was first known.
        false_alarms: how often this kind of alert comes up where there is nothing, in a sentence with its source.
    """

    case: str
    label: str
    rupture: str
    kind: str
    what: str
    probability: float
    since: int
    since_date: Date | None
    false_alarms: str


@dataclass(frozen=True, slots=True)
class Today:
    """The start page.

    Attributes:
        cards: cases that go on, the one to look at first in front, each with why.
        alerts: at most ``budget``.
        held_back: alerts beyond the budget; their cases are among the cards all the same.
        budget: how many alerts the practice wants to see.
        work: pieces of work that are under way or did not come off.
    """

    cards: tuple[CaseCard, ...]
    alerts: tuple[Alert, ...]
    held_back: int
    budget: int
    work: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: ``kind`` ("analyse"), where it stands, ``progress`` 0-1, and a sentence to show."""

    id: str
    kind: str
    case: str | None
    session: int | None
    state: JobState
    progress: float
    message: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class MeetingCard:
    """One appointment.

    Attributes:
        number: from 1.
        date, attendance: as in ``record.Meeting``.
        consent: to the recording of this session; ``consent_date`` when it was noted.
        format: name of the transcript's format, None where there is none.
        turns, strains: how many turns it has and how many strains were found; None where there is no transcript.
        words_kept: whether the words of the transcript are (still) there.
        analysed_at: when the analysis was done, None while it is not.
        job: the latest piece of work about it that is not done.
    """

    number: int
    date: Date | None
    attendance: Attendance
    consent: Consent
    consent_date: Date | None
    format: str | None
    turns: int | None
    strains: int | None
    words_kept: bool
    analysed_at: datetime | None
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class FrameCard:
    """A frame event with its id."""

    id: str
    event: FrameEvent


@dataclass(frozen=True, slots=True)
class CheckInCard:
    """A check-in, as far as the client lets it be read.

    Attributes:
        id: hex UUID.
        session, date: of which session, when.
        sharing: ``READ_NOW``, or ``TALK_FIRST``: then nothing else is known but that the client would like to talk about it.
        said: what the client said; None with ``TALK_FIRST``.
        changed_at: when the client last changed it.
    """

    id: str
    session: int
    date: Date | None
    sharing: Sharing
    said: CheckIn | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NoteCard:
    """A note with its id, who typed it (None: it came with a folder), and whether the one who asks may change it."""

    id: str
    note: Note
    by: str | None
    changed_at: datetime
    mine: bool

    @property
    def shelf(self) -> str:
        """``process`` or ``record``."""
        return self.note.shelf


@dataclass(frozen=True, slots=True)
class ShareCard:
    """With whom a case is shared."""

    user: str
    name: str
    role: UserRole
    replaced_names: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A client's link: for one session, ``state`` "open", "answered", "expired" or "revoked". The token itself is not kept."""

    id: str
    case: str
    session: int
    created: datetime
    expires: datetime
    revoked_at: datetime | None
    last_used: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All of a case but its transcripts.

    Attributes:
        card: as in the list.
        meetings: in order.
        ratings: scored, in order of session.
        frame, checkins, notes: in order of session.
        ledger: as ``report.ledgerdata.ledger_to_dict`` gives it, with the plans in its entries.
        plans: the same plans by the ids of their entries.
        frame_talk: talk that may have changed the frame: ``session``, ``turn``, ``area``, ``quote``.
        shares, links: empty for those with whom it is shared.
        names: names to replace, by what stands for them; empty likewise.
        jobs: work under way or failed.
    """

    card: CaseCard
    meetings: tuple[MeetingCard, ...]
    ratings: tuple[Rating, ...]
    frame: tuple[FrameCard, ...]
    checkins: tuple[CheckInCard, ...]
    notes: tuple[NoteCard, ...]
    ledger: dict[str, Any]
    plans: dict[str, Any]
    frame_talk: list[dict[str, Any]]
    shares: tuple[ShareCard, ...] = ()
    links: tuple[LinkCard, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word on a code or an episode. The machine's version stays beside it.

    Attributes:
        turn: index of the turn whose codes are said anew; then ``codes`` holds all that apply, () for none.
        episode: index of the first turn of the machine's episode that is corrected; then ``real`` False says that it is none,
            and what else is given stands instead of the machine's.
        codes: names in the scheme.
        real: whether the episode is a strain at all.
        type, outcome, significance, trigger: as in ``record.Episode``; None leaves the machine's.
        note: why, in the person's own words.
    """

    turn: int | None = None
    episode: int | None = None
    codes: tuple[str, ...] = ()
    real: bool = True
    type: str | None = None
    outcome: str | None = None
    significance: int | None = None
    trigger: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionCard:
    """A correction with its id, who made it (None: not known) and when; ``in_force`` unless a later one stands over it."""

    id: str
    correction: Correction
    by: str | None
    at: datetime
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class EpisodeCard:
    """An episode as it stands, with the machine's own version beside it.

    Attributes:
        episode: as it stands after corrections; None where a person says that it is none.
        machine: as the coder alone has it; None where it rests on a person's codes alone.
        correction: the one in force on the episode itself, if any.
    """

    episode: Episode | None
    machine: Episode | None
    correction: CorrectionCard | None = None


@dataclass(frozen=True, slots=True)
class SessionFile:
    """One session.

    Attributes:
        card: its case.
        meeting: the appointment.
        session: the transcript, names replaced where the share says so; its turns have no words where these were deleted. None
            where there is no transcript.
        coding: as the coder alone has it; None before the analysis.
        corrected: with what people corrected.
        findings: from the corrected coding, episodes corrected too.
        episodes: in order of place, those set aside included.
        threads: client turns of this session that go back to earlier ones.
        corrections: all, oldest first.
    """

    card: CaseCard
    meeting: MeetingCard
    session: Session | None
    coding: Coding | None
    corrected: Coding | None
    findings: Findings | None
    episodes: tuple[EpisodeCard, ...] = ()
    threads: tuple[Thread, ...] = ()
    corrections: tuple[CorrectionCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a client sees on opening a link.

    Attributes:
        session: number of the session; ``date`` its day.
        expires: until when the link is good.
        readers: who may read what the client lets be read, by name and part: ("Dr Lee", "therapist").
        danger_text: the practice's own words on where to turn in danger, by language ("en", "de"); may be empty.
        languages: in which the practice offers the check-in.
        said: what the client said before by this link; None the first time.
        last_changed: when.
    """

    session: int
    date: Date | None
    expires: datetime
    readers: tuple[tuple[str, str], ...]
    danger_text: Mapping[str, str]
    languages: tuple[str, ...]
    said: CheckIn | None = None
    last_changed: datetime | None = None
