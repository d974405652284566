"""A repair watched: what the client's next words, sessions and ratings say for it and against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reattune.record import Attendance, Coding, Meeting, Rating, RepairMove, Rupture
from reattune.repair.answer import (
    ANSWER_TURNS,
    INVITED_COMPLAINTS,
    MetWith,
    answer_to,
    client_turns,
    markers_on,
)
from reattune.repair.notes import Notes
from reattune.repair.recovery import ratings_after

RECOVERY_SESSIONS = 3
"""A rating that is back at its old level within so many sessions counts as recovered."""
CALMER = 0.5
"""The strain has eased when the share of marked client turns has fallen below this part of what it was."""
STRAINED = 0.25
"""Where nothing is known of the time before, this share of marked client turns still counts as strained."""


class Reading(StrEnum):
    """What the evidence points to, taken together; never more than that."""

    MENDING = "mending"
    STILL_OPEN = "still_open"
    TOO_EARLY = "too_early"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Watched:
    """What followed an attempt at repair.

    Attributes:
        rupture: its id.
        move: the attempt; None where none is known.
        came_back: whether the client came back to the work; None where it cannot be told, or only partly.
        recovered: whether the rating came back within the sessions allowed; None while it may still, or without ratings.
        met_with: how the attempt was answered in the client's next turns; None without a coded transcript.
        reading: what all this points to.
        evidence_for, evidence_against: sentences, each resting on a turn, a session or a score.
        not_known: what could not be looked at.
    """

    rupture: str
    move: RepairMove | None
    came_back: bool | None
    recovered: bool | None
    met_with: MetWith | None
    reading: Reading
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    not_known: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        at = self.move and {
            "session": self.move.at.session,
            "turn": self.move.at.turn,
            "strategy": self.move.strategy,
        }
        return {
            "rupture": self.rupture,
            "move": at,
            "came_back": self.came_back,
            "recovered": self.recovered,
            "met_with": self.met_with and self.met_with.value,
            "reading": self.reading.value,
            "evidence_for": list(self.evidence_for),
            "evidence_against": list(self.evidence_against),
            "not_known": list(self.not_known),
        }


def watch(
    rupture: Rupture,
    *,
    meetings: Sequence[Meeting] = (),
    codings: Mapping[int, Coding] | None = None,
    ratings: Sequence[Rating] = (),
    move: RepairMove | None = None,
    within: int = RECOVERY_SESSIONS,
) -> Watched:
    """What followed an attempt at repair: the client's answer, the sessions after it, the ratings.

    Args:
        rupture: the ledger's entry.
        meetings: the case's appointments, in order of ``number``.
        codings: codings of transcripts by session number.
        ratings: the case's ratings.
        move: the attempt to watch; the last one of ``rupture.repairs`` where it is not given.
        within: sessions within which a rating has to be back.
    """
    move = move or (rupture.repairs[-1] if rupture.repairs else None)
    if move is None:
        none = "No attempt at repair is known, so there is nothing to watch yet."
        return Watched(rupture.id, None, None, None, None, Reading.TOO_EARLY, not_known=(none,))
    notes = Notes()
    by_number = {m.number: m for m in meetings}
    coded = codings or {}
    met_with = answer_to(move, coded.get(move.at.session), by_number.get(move.at.session), notes)
    stayed_away = _attendance(move, meetings, notes)
    came_back = _return(rupture, move, coded, notes)
    recovered = ratings_after(rupture, move.at.session, ratings, within, notes)
    if came_back is None and stayed_away:
        came_back = False
    reading = _reading(met_with, came_back, recovered)
    return Watched(
        rupture.id,
        move,
        came_back,
        recovered,
        met_with,
        reading,
        tuple(notes.good),
        tuple(notes.bad),
        tuple(notes.unknown),
    )


def _attendance(move: RepairMove, meetings: Sequence[Meeting], notes: Notes) -> bool:
    """Whether the client stayed away from the meeting after the attempt."""
    later = [m for m in meetings if m.number > move.at.session]
    if not later:
        notes.unknown.append("There has been no meeting since.")
        return False
    following = later[0]
    if following.attendance is Attendance.MISSED:
        notes.bad.append(f"The client did not come to session {following.number}, the next one.")
        return True
    if following.attendance is Attendance.CANCELLED:
        notes.bad.append(
            f"Session {following.number}, the next one, was cancelled; that may have other reasons."
        )
        return False
    notes.good.append(f"The client came to session {following.number}, the next one.")
    return False


def _return(rupture: Rupture, move: RepairMove, coded: Mapping[int, Coding], notes: Notes) -> bool | None:
    """Whether the client came back to the work: told from the next transcript, else from the rest of this one."""
    following = min((n for n in coded if n > move.at.session and client_turns(coded[n])), default=None)
    if following is not None:
        return _in_later_session(following, coded[following], _strain_before(rupture, move, coded), notes)
    rest = _rest_of(move, coded.get(move.at.session))
    if rest is None:
        notes.unknown.append("No later transcript shows whether the client came back to the work.")
        return None
    marked, total = rest
    told = f"In the rest of session {move.at.session}, {_marks(marked, total)}."
    if not marked:
        notes.good.append(told)
        return True
    notes.bad.append(told)
    return False if marked >= CALMER * total else None


def _in_later_session(number: int, coding: Coding, before: float | None, notes: Notes) -> bool | None:
    turns = client_turns(coding)
    marked = sum(bool(markers_on(coding, i)) for i in turns)
    share = marked / len(turns)
    told = f"In session {number}, {_marks(marked, len(turns))}"
    was = f"; before the attempt it was {_percent(before)}." if before else "."
    if not marked or (before and share < CALMER * before):
        notes.good.append(f"{told}{was}")
        return True
    if before and share < before:
        notes.bad.append(f"{told}{was} It is less, and not gone.")
        return None
    notes.bad.append(f"{told}{was} They may belong to this strain or to another.")
    return False if before or share >= STRAINED else None


def _strain_before(rupture: Rupture, move: RepairMove, coded: Mapping[int, Coding]) -> float | None:
    """Share of the client's turns with a mark in the session of the first sign, up to the attempt; None if not known."""
    first = rupture.first_marker or move.at
    coding = coded.get(first.session)
    if coding is None:
        return None
    turns = client_turns(coding)
    if first.session == move.at.session and move.at.turn is not None:
        turns = [i for i in turns if i < move.at.turn]
    return sum(bool(markers_on(coding, i)) for i in turns) / len(turns) if turns else None


def _rest_of(move: RepairMove, coding: Coding | None) -> tuple[int, int] | None:
    """Marked and all client turns after the attempt; None where too few are left to tell."""
    if coding is None or move.at.turn is None:
        return None
    turns = [i for i in client_turns(coding) if i > (move.at.turn or 0)]
    if len(turns) < ANSWER_TURNS:
        return None
    return sum(bool(markers_on(coding, i) - INVITED_COMPLAINTS) for i in turns), len(turns)


def _reading(met_with: MetWith | None, came_back: bool | None, recovered: bool | None) -> Reading:
    strained = met_with in (MetWith.WITHDRAWAL, MetWith.CONFRONTATION)
    good = [came_back is True, recovered is True]
    bad = [came_back is False, recovered is False]
    if any(good) and any(bad):
        return Reading.MIXED
    if any(good):
        return Reading.MENDING
    if any(bad) or strained:
        return Reading.STILL_OPEN
    return Reading.TOO_EARLY


def _marks(marked: int, total: int) -> str:
    """How many of the client's turns carry a mark, in words."""
    if not marked:
        return f"none of the client's {total} turns carries a mark"
    return f"{marked} of the client's {total} turns {'carries' if marked == 1 else 'carry'} a mark"


def _percent(share: float) -> str:
    return f"{round(100 * share)}%"
