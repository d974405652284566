"""The ledger's entry: one strain of a case from its first sign to its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reattune.record.episode import RuptureType
from reattune.record.rating import RatingEpisode


class RuptureStatus(StrEnum):
    """Where it stands. ``lost``: the client left before it was mended; ``referred``: the client goes on with someone else."""

    OPEN = "open"
    IN_REPAIR = "in_repair"
    REPAIRED = "repaired"
    LOST = "lost"
    REFERRED = "referred"


class Source(StrEnum):
    """What a step in the ledger rests on."""

    TRANSCRIPT = "transcript"
    RATING = "rating"
    CHECK_IN = "check_in"
    THERAPIST = "therapist"
    CLIENT = "client"
    ATTENDANCE = "attendance"
    ENDING = "ending"


@dataclass(frozen=True, slots=True, order=True)
class TurnRef:
    """A turn of a case: session number (from 1) and turn index (from 0); ``turn`` None for the session as a whole."""

    session: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ThreadLink:
    """An earlier therapist turn that a later client turn may go back to, with a score of 0-1; links are ranked by it."""

    to: TurnRef
    score: float


@dataclass(frozen=True, slots=True)
class RepairMove:
    """A therapist turn that tried to mend it: where, and the strategy's code."""

    at: TurnRef
    strategy: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step of a rupture's life.

    Attributes:
        session: number of the session with which it was known.
        status: the status from then on.
        why: the reason in one sentence, with its evidence.
        source: what it rests on.
        overruled: True where the machine said this and a person's word stands against it: kept beside, without effect.
    """

    session: int
    status: RuptureStatus
    why: str
    source: Source
    overruled: bool = False


@dataclass(frozen=True, slots=True)
class FrameWarning:
    """A change of the frame that falls while the rupture is open: the session, what it was, and why it is worth a thought."""

    session: int
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Rupture:
    """One strain of a case.

    Attributes:
        id: "R1", "R2", ... in the order in which they were opened, so that what comes later never renumbers them.
        type: which way the client moved; None where only a rating or a form tells of it.
        status: where it stands now; the last entry of ``history`` that is not overruled says why.
        probability: 0-1, that it is a strain at all.
        omission: nothing was said where something was due.
        trigger: the therapist turn (or, for an omission, the client turn that went unanswered) that set it off.
        first_marker: the first client turn that shows it.
        disclosed: the later client turn that speaks of it.
        thread: earlier turns that ``disclosed`` may go back to, best first.
        repairs: what the therapist tried, in order.
        ratings: drops in ratings that belong to it.
        frame_warnings: changes of the frame while it was open.
        history: its life, in order; never empty.
        reasons: why these signs were taken for one strain, and what speaks against it, in sentences.
    """

    id: str
    type: RuptureType | None
    status: RuptureStatus
    probability: float
    omission: bool = False
    trigger: TurnRef | None = None
    first_marker: TurnRef | None = None
    disclosed: TurnRef | None = None
    thread: tuple[ThreadLink, ...] = ()
    repairs: tuple[RepairMove, ...] = ()
    ratings: tuple[RatingEpisode, ...] = ()
    frame_warnings: tuple[FrameWarning, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    reasons: tuple[str, ...] = ()
