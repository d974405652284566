"""A plan and what it is made of: steps, and advice with its sources written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reattune.repair.knowledge import Evidence
from reattune.repair.printing import printable
from reattune.repair.stage import PlanStage


@dataclass(frozen=True, slots=True)
class Advice:
    """A statement in a plan, with its sources written out."""

    key: str
    text: str
    wordings: tuple[str, ...]
    strategy: str | None
    sources: tuple[Evidence, ...]
    strength: str
    frame: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "key": self.key,
            "text": self.text,
            "wordings": list(self.wordings),
            "strategy": self.strategy,
            "sources": [{"key": s.key, "title": s.title} for s in self.sources],
            "strength": self.strength,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``phase`` is "notice", "bear" or a ``Phase``; ``when`` says when it may be taken."""

    phase: str
    title: str
    when: str
    items: tuple[Advice, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "phase": self.phase,
            "title": self.title,
            "when": self.when,
            "items": [item.to_dict() for item in self.items],
        }


@dataclass(frozen=True)
class Plan:
    """What to do next about one rupture.

    Attributes:
        rupture: its id.
        profile: the relationship.
        status: where the rupture stands.
        markers: the markers that it speaks to.
        signs: how the strain showed itself.
        stage: where the two stand, and why; None where the clinic's route comes first.
        steps: in order; empty where the clinic's route comes first.
        avoid: what not to do now.
        ask_at_end: what to ask at the end of the meeting.
        supervision: when to take it there.
        referral: when to speak of another therapist.
        know: something worth knowing at this stage.
        outcome_note: how it stands among the three ways that it can go.
        held_back: why nothing change-oriented is offered, or "".
        route: danger or a suspected violation: what comes first, and then this plan says nothing else.
    """

    rupture: str
    profile: str
    status: str
    markers: tuple[str, ...]
    signs: tuple[str, ...]
    stage: PlanStage | None
    steps: tuple[Step, ...] = ()
    avoid: tuple[Advice, ...] = ()
    ask_at_end: tuple[Advice, ...] = ()
    supervision: tuple[Advice, ...] = ()
    referral: tuple[Advice, ...] = ()
    know: tuple[Advice, ...] = ()
    outcome_note: Advice | None = None
    held_back: str = ""
    route: tuple[Advice, ...] = ()

    @property
    def notice(self) -> tuple[Advice, ...]:
        """What to notice."""
        return tuple(item for step in self.steps if step.phase == "notice" for item in step.items)

    @property
    def say(self) -> tuple[Advice, ...]:
        """What to say, each with two or three wordings, in order."""
        return tuple(item for step in self.steps for item in step.items if item.wordings)

    def everything(self) -> tuple[Advice, ...]:
        """All advice in the plan."""
        note = (self.outcome_note,) if self.outcome_note else ()
        stepped = tuple(item for step in self.steps for item in step.items)
        return (
            *self.route, *stepped, *self.avoid, *self.ask_at_end, *self.supervision, *self.referral, *self.know, *note
        )  # fmt: skip

    @property
    def printable(self) -> str:
        """The plan as plain text that fits on one page."""
        return printable(self)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        stage = self.stage
        return {
            "rupture": self.rupture,
            "profile": self.profile,
            "status": self.status,
            "markers": list(self.markers),
            "signs": list(self.signs),
            "stage": stage
            and {
                "number": stage.number,
                "family": stage.family,
                "title": stage.title,
                "why": stage.why,
                "given": stage.given,
            },
            "route": [a.to_dict() for a in self.route],
            "steps": [step.to_dict() for step in self.steps],
            "avoid": [a.to_dict() for a in self.avoid],
            "ask_at_end": [a.to_dict() for a in self.ask_at_end],
            "supervision": [a.to_dict() for a in self.supervision],
            "referral": [a.to_dict() for a in self.referral],
            "know": [a.to_dict() for a in self.know],
            "outcome_note": self.outcome_note and self.outcome_note.to_dict(),
            "held_back": self.held_back,
        }
