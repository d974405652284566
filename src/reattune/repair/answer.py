"""How an attempt at repair was answered in the client's next turns."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from reattune.record import Coding, Meeting, RepairMove, Session
from reattune.repair.notes import Notes
from reattune.scheme import load_scheme

ANSWER_TURNS = 3
"""So many client turns after an attempt are read as its answer."""
SHORT_SHARE = 0.4
"""An answer below this share of the client's usual length is short for this client; from ``OPEN_SHARE`` on it is not."""
OPEN_SHARE = 0.8

INVITED_COMPLAINTS = frozenset(
    {"complaint_therapist", "complaint_activities", "complaint_parameters", "complaint_progress"}
)
"""Complaints that are a sign of trust where they follow an invitation (codebook)."""
_INVITING = frozenset(
    {"invites_feelings_about_therapy", "acknowledges_contribution", "validates_defensive_posture"}
)


class MetWith(StrEnum):
    """How an attempt at repair was answered."""

    OPENNESS = "openness"
    WITHDRAWAL = "withdrawal"
    CONFRONTATION = "confrontation"
    UNCLEAR = "unclear"


def answer_to(
    move: RepairMove, coding: Coding | None, meeting: Meeting | None, notes: Notes
) -> MetWith | None:
    """How the client's next turns took the attempt."""
    number, turn = move.at.session, move.at.turn
    if coding is None or turn is None:
        notes.unknown.append(
            f"Session {number} has no coded transcript of the attempt, so the answer to it is not known."
        )
        return None
    answers = [i for i in client_turns(coding) if i > turn][:ANSWER_TURNS]
    if not answers:
        notes.unknown.append(
            f"The attempt in session {number}, turn {turn + 1}, is the last word of the transcript."
        )
        return MetWith.UNCLEAR
    where = f"session {number}, {_turns(answers)}"
    marked = {i: markers_on(coding, i) for i in answers if markers_on(coding, i)}
    voiced = [i for i, codes in marked.items() if move.strategy in _INVITING and codes <= INVITED_COMPLAINTS]
    strained = [i for i in marked if i not in voiced]
    for i in strained:
        names = " and ".join(load_scheme()[c].phrase for c in sorted(marked[i])[:2])
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


def client_turns(coding: Coding) -> list[int]:
    """Indices of the turns that were coded for markers."""
    return [t.turn for t in coding.turns if t.p_rupture is not None]


def markers_on(coding: Coding, turn: int) -> frozenset[str]:
    """The rupture markers on a turn."""
    return frozenset(c.code for c in coding.turns[turn].codes if c.family in ("withdrawal", "confrontation"))


def _usual_words(session: Session, coding: Coding) -> float:
    counts = sorted(
        len(session.turns[i].text.split()) for i in client_turns(coding) if i < len(session.turns)
    )
    return counts[len(counts) // 2] if counts else 0.0


def _turns(turns: Iterable[int]) -> str:
    """Turns as readers count them, from 1."""
    numbers = [str(i + 1) for i in turns]
    return f"turn {numbers[0]}" if len(numbers) == 1 else f"turns {', '.join(numbers[:-1])} and {numbers[-1]}"
