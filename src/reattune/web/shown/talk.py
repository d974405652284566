"""A session for the pages: who is who, the marks on each turn with a person's corrections, pages of the transcript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reattune.formats.roles import SURE
from reattune.record import Code, Role, RoleAssignment, Session, TurnCoding
from reattune.report import words
from reattune.report.clean import shorten
from reattune.report.view import Line, Mark, View, marks
from reattune.scheme import load_scheme

PER_PAGE = 120
"""Turns on one page of a transcript: with marks it stays below 100 KB."""
SAMPLE = 160
SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker of a transcript: who it was taken for, how sure that is, and the words to tell by."""

    speaker: str
    role: Role
    how: str
    turns: int
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One code that a person may set on a turn. ``said`` is the machine's probability in words, or ""."""

    code: str
    phrase: str
    definition: str
    set: bool
    said: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A turn of the transcript with both versions: what stands, and what the coder said where a person changed it."""

    line: Line
    changed: bool
    before: tuple[Mark, ...]
    thread: tuple[Mapping[str, Any], ...] = ()


def voices(session: Session) -> tuple[Voice, ...]:
    """The speakers in order of how much they say."""
    found = []
    for one in session.roles:
        said = [turn.text for turn in session.turns if turn.speaker == one.speaker]
        telling = sorted(said, key=len, reverse=True)[: SAMPLES * 3]
        sample = tuple(shorten(text, SAMPLE) for text in said if text in telling)[:SAMPLES]
        found.append(Voice(one.speaker, one.role, one.how, len(said), sample))
    return tuple(sorted(found, key=lambda v: -v.turns))


def uncertain(session: Session) -> bool:
    """Whether a person should say who is who: a role was guessed, and the guess is not a safe one."""
    return any(one.how == "guess" and one.confidence < max(SURE, 0.95) for one in session.roles)


def with_roles(session: Session, given: Mapping[str, Role]) -> Session:
    """The session with a person's word on who is who."""
    roles = tuple(
        RoleAssignment(one.speaker, given[one.speaker], "given", 1.0) if one.speaker in given else one
        for one in session.roles
    )
    by_label = {one.speaker: one.role for one in roles}
    turns = tuple(replace(turn, role=by_label.get(turn.speaker, turn.role)) for turn in session.turns)
    return replace(session, turns=turns, roles=roles)


def pages(turns: int) -> int:
    """How many pages a transcript has; at least one."""
    return max(1, -(-turns // PER_PAGE))


def page_of(turn: int) -> int:
    """The page, from 1, on which a turn (from 0) stands."""
    return turn // PER_PAGE + 1


def marked(
    view: View, machine: Sequence[TurnCoding], standing: Sequence[TurnCoding], page: int,
    threads: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> tuple[Marked, ...]:  # fmt: skip
    """One page of the transcript.

    Args:
        view: of the session as it stands.
        machine: what the coder said of each turn.
        standing: the same with corrections.
        page: from 1.
        threads: by turn index, earlier places that it may go back to: ``session``, ``number`` of the turn, ``there``.
    """
    first = (page - 1) * PER_PAGE
    made = []
    for line in view.lines[first : first + PER_PAGE]:
        i = line.number - 1
        changed = _names(machine[i].codes) != _names(standing[i].codes)
        before = marks(machine[i]) if changed else ()
        made.append(Marked(line, changed, before, tuple((threads or {}).get(i, ()))))
    return tuple(made)


def _names(codes: Sequence[Code]) -> frozenset[str]:
    return frozenset(code.code for code in codes)


def choices(
    role: Role, machine: TurnCoding, standing: TurnCoding
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The codes that a turn of this role may carry, by family, with what stands and what the coder said."""
    families = (
        ("withdrawal", "confrontation")
        if role.strains
        else ("strategy", "contribution")
        if role.helps
        else ()
    )
    set_now = _names(standing.codes)
    said = {code.code: words.chance(code.probability) for code in machine.codes}
    return tuple(
        (
            family,
            tuple(
                Choice(one.code, one.phrase, one.definition, one.code in set_now, said.get(one.code, ""))
                for one in load_scheme().codes
                if one.family == family
            ),
        )
        for family in families
    )
