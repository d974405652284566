"""A run of turns of one strain, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RuptureType(StrEnum):
    """Which way the client moved: away, against, or both."""

    WITHDRAWAL = "withdrawal"
    CONFRONTATION = "confrontation"
    MIXED = "mixed"


class Outcome(StrEnum):
    """How a strain ended within the session.

    ``unaddressed``: the therapist carried on; ``attempted``: an attempt at repair did not bring the client back;
    ``partial``: some return of collaboration; ``resolved``: the client is plainly back in the work.
    """

    UNADDRESSED = "unaddressed"
    ATTEMPTED = "attempted"
    PARTIAL = "partial"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class StrategyUse:
    """A resolution strategy that the therapist used: turn index, code, and the coder's probability (0-1)."""

    turn: int
    code: str
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of turns that belong to one strain.

    Attributes:
        start: index of the first client turn with a marker.
        end: index of the last turn of the episode, ``end >= start``.
        trigger: index of the therapist turn that set it off (``trigger < start``), or None.
        type: withdrawal, confrontation or mixed.
        significance: 1 barely noticeable, 3 clear strain, 5 the work or the relationship is at stake.
        outcome: how it ended.
        probability: 0-1, how sure the coder is that this is a strain at all.
        markers: indices of the client turns with a marker.
        strategies: what the therapist tried within the episode.
        evidence, counter_evidence: what speaks for and against it, in sentences for the reader.
    """

    start: int
    end: int
    trigger: int | None
    type: RuptureType
    significance: int
    outcome: Outcome
    probability: float = 1.0
    markers: tuple[int, ...] = ()
    strategies: tuple[StrategyUse, ...] = ()
    evidence: tuple[str, ...] = ()
    counter_evidence: tuple[str, ...] = ()
