"""A repair watched: what the client's next words, sessions and ratings say for it and against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reattune.record import Attendance, Coding, Meeting, Rating, RepairMove, Rupture, Session
from reattune.repair.notes import Notes
from reattune.repair.recovery import ratings_after
from reattune.scheme import load_scheme

ANSWER_TURNS = 3
"""So many client turns after an attempt are read as its answer."""
RECOVERY_SESSIONS = 3
"""A rating that is back at its old level within so many sessions counts as recovered."""
CALMER = 0.5
"""The strain has eased when the share of marked client turns has fallen below this part of what it was."""
SHORT_SHARE = 0.4
"""An answer below this share of the client's usual length is short for this client; above ``OPEN_SHARE`` it is not."""
OPEN_SHARE = 0.8

_INVITED_COMPLAINTS = frozenset(
    {"complaint_therapist", "complaint_activities", "complaint_parameters", "complaint_progress"}
)
_INVITING = frozenset(
    {"invites_feelings_about_therapy", "acknowledges_contribution", "validates_defensive_posture"}
)


class MetWith(StrEnum):
    """How an attempt at repair was answered."""

    OPENNESS = "openness"
    WITHDRAWAL = "withdrawal"
    CONFRONTATION = "confrontation"
    UNCLEAR = "unclear"


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
    met_with = _answer(move, coded.get(move.at.session), by_number.get(move.at.session), notes)
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


def _answer(move: RepairMove, coding: Coding | None, meeting: Meeting | None, notes: Notes) -> MetWith | None:
    """How the client's next turns took the attempt."""
    number, turn = move.at.session, move.at.turn
    if coding is None or turn is None:
        notes.unknown.append(
            f"Session {number} has no coded transcript of the attempt, so the answer to it is not known."
        )
        return None
    answers = [i for i in _client_turns(coding) if i > turn][:ANSWER_TURNS]
    if not answers:
        notes.unknown.append(
            f"The attempt in session {number}, turn {turn + 1}, is the last word of the transcript."
        )
        return MetWith.UNCLEAR
    where = f"session {number}, {_turns(answers)}"
    marked = {i: _codes(coding, i) for i in answers if _codes(coding, i)}
    voiced = [i for i, codes in marked.items() if move.strategy in _INVITING and codes <= _INVITED_COMPLAINTS]
    strained = [i for i in marked if i not in voiced]
    for i in strained:
        names = " and ".join(load_scheme()[c].phrase for c in sorted(marked[i]))
        notes.bad.append(f"After the attempt, in session {number}, turn {i + 1}, the client perhaps {names}.")
    if voiced:
        notes.good.append(
            f"Asked for it, the client voiced a complaint (session {number}, {_turns(voiced)}), which is a sign of trust."
        )
    if strained:
        away = any(load_scheme()[c].family == "withdrawal" for i in strained for c in marked[i])
        return MetWith.WITHDRAWAL if away else MetWith.CONFRONTATION
    if voiced:
        return MetWith.OPENNESS
    return _by_length(answers, coding, meeting, where, notes)


def _by_length(
    answers: list[int], coding: Coding, meeting: Meeting | None, where: str, notes: Notes
) -> MetWith:
    """Unmarked answers, read against the client's own usual length."""
    session = meeting.session if meeting else None
    usual = _usual_words(session, coding) if session else None
    if session is None or not usual:
        notes.good.append(f"The client's next answers carry no mark ({where}).")
        return MetWith.UNCLEAR
    share = max(len(session.turns[i].text.split()) for i in answers) / usual
    if share >= OPEN_SHARE:
        notes.good.append(
            f"The client's next answers carry no mark and are as long as this client's usually are ({where})."
        )
        return MetWith.OPENNESS
    if share < SHORT_SHARE:
        notes.bad.append(f"The client's next answers carry no mark, and are short for this client ({where}).")
    return MetWith.UNCLEAR


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
    following = min((n for n in coded if n > move.at.session and _client_turns(coded[n])), default=None)
    if following is not None:
        return _in_later_session(following, coded[following], _strain_before(rupture, move, coded), notes)
    rest = _rest_of(move, coded.get(move.at.session))
    if rest is None:
        notes.unknown.append("No later transcript shows whether the client came back to the work.")
        return None
    marked, total = rest
    told = f"In the rest of session {move.at.session}, {marked} of the client's {total} turns carry a mark."
    if not marked:
        notes.good.append(told)
        return True
    notes.bad.append(told)
    return False if marked >= CALMER * total else None


def _in_later_session(number: int, coding: Coding, before: float | None, notes: Notes) -> bool | None:
    turns = _client_turns(coding)
    marked = sum(bool(_codes(coding, i)) for i in turns)
    share = marked / len(turns)
    told = f"In session {number}, {marked} of the client's {len(turns)} turns carry a mark"
    was = f"; before the attempt it was {_percent(before)}." if before is not None else "."
    if not marked or (before is not None and share < CALMER * before):
        notes.good.append(f"{told}{was}")
        return True
    if before is not None and share < before:
        notes.bad.append(f"{told}{was} It is less, and not gone.")
        return None
    notes.bad.append(f"{told}{was}")
    return False


def _strain_before(rupture: Rupture, move: RepairMove, coded: Mapping[int, Coding]) -> float | None:
    """Share of the client's turns with a mark, in the session of the first sign up to the attempt; None if not known."""
    first = rupture.first_marker or move.at
    coding = coded.get(first.session)
    if coding is None:
        return None
    turns = _client_turns(coding)
    if first.session == move.at.session and move.at.turn is not None:
        turns = [i for i in turns if i < move.at.turn]
    return sum(bool(_codes(coding, i)) for i in turns) / len(turns) if turns else None


def _rest_of(move: RepairMove, coding: Coding | None) -> tuple[int, int] | None:
    """Marked and all client turns after the attempt; None where too few are left to tell."""
    if coding is None or move.at.turn is None:
        return None
    turns = [i for i in _client_turns(coding) if i > (move.at.turn or 0)]
    if len(turns) < ANSWER_TURNS:
        return None
    return sum(bool(_codes(coding, i) - _INVITED_COMPLAINTS) for i in turns), len(turns)


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


def _client_turns(coding: Coding) -> list[int]:
    return [t.turn for t in coding.turns if t.p_rupture is not None]


def _codes(coding: Coding, turn: int) -> frozenset[str]:
    """The rupture markers on a turn."""
    return frozenset(c.code for c in coding.turns[turn].codes if c.family in ("withdrawal", "confrontation"))


def _usual_words(session: Session, coding: Coding) -> float:
    counts = sorted(
        len(session.turns[i].text.split()) for i in _client_turns(coding) if i < len(session.turns)
    )
    return counts[len(counts) // 2] if counts else 0.0


def _percent(share: float) -> str:
    return f"{round(100 * share)}%"


def _turns(turns: Iterable[int]) -> str:
    """Turns as readers count them, from 1."""
    numbers = [str(i + 1) for i in turns]
    return f"turn {numbers[0]}" if len(numbers) == 1 else f"turns {', '.join(numbers[:-1])} and {numbers[-1]}"
