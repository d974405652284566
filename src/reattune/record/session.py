"""What was said: turns, the sessions they belong to, and who spoke in which role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reattune.errors import Place


class Role(StrEnum):
    """The part that a speaker has in the relationship.

    ``therapist`` and ``client`` in therapy; ``self`` and ``other`` in any other relationship; ``third`` for a voice that is
    neither (an interpreter, a receptionist, a nurse who looks in). In couple or family work every member is ``client``.
    """

    THERAPIST = "therapist"
    CLIENT = "client"
    SELF = "self"
    OTHER = "other"
    THIRD = "third"

    @property
    def helps(self) -> bool:
        """Whether strategies and contributions are coded for this role."""
        return self in (Role.THERAPIST, Role.SELF)

    @property
    def strains(self) -> bool:
        """Whether rupture markers are coded for this role."""
        return self in (Role.CLIENT, Role.OTHER)


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's utterance.

    Attributes:
        index: place in the session, from 0, in the file's order.
        speaker: the label in the file, as written there ("Dr Lee", "SPEAKER_01", "C").
        role: the speaker's part.
        text: the words, without the label; inner line breaks are single spaces.
        start_ms, end_ms: integer milliseconds from the session's start, or None.
        id: the file's own identifier of the utterance, or None.
    """

    index: int
    speaker: str
    role: Role
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """Why a speaker has a role.

    Attributes:
        how: ``given`` (by the user or the file's own role column), ``label`` (the label says it: "Therapist") or
            ``guess`` (from the talk).
        confidence: 0-1; 1 for ``given``.
    """

    speaker: str
    role: Role
    how: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader of a file should know: a row kept out, a guess made. ``what`` is one sentence."""

    what: str
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.what}" if where else self.what


@dataclass(frozen=True)
class Session:
    """One meeting, as turns in order.

    Attributes:
        id: name of the session, unique among the sessions of one file.
        turns: the turns, ``turns[i].index == i``.
        source: path of the file it was read from, or None.
        format: name of the format it was read from ("webvtt", "csv", ...), or None.
        date: day of the session where the file tells it.
        roles: one entry for each speaker label.
        notices: what the reader had to say.
    """

    id: str
    turns: tuple[Turn, ...]
    source: str | None = None
    format: str | None = None
    date: date | None = None
    roles: tuple[RoleAssignment, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self.turns)

    @property
    def duration_ms(self) -> int | None:
        """From the session's start to the last time known, or None where no turn has a time."""
        ends = [t for turn in self.turns for t in (turn.start_ms, turn.end_ms) if t is not None]
        return max(ends) if ends else None
