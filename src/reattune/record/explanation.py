"""Why a coder said what it said of a turn: which of its words, and which earlier turns, carried the decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """A word or short phrase of the turn.

    Attributes:
        start, end: its characters in the turn's text, ``text[start:end]``.
        weight: log odds that the label loses when these words are left out; above 0 they spoke for it, below 0 against it.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class WeighedTurn:
    """An earlier turn; ``weight`` as for words, with the whole turn left unsaid."""

    turn: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What carried the decision on one turn.

    Attributes:
        turn: index of the turn.
        label: which decision: "rupture", "withdrawal", "confrontation", "strategy" or "contribution".
        probability: 0-1, as the coder states it for the turn as it was said.
        without: 0-1, the same with all words that spoke for it left out at once; None where none stood out.
        words: those that stood out, the weightiest first; they do not overlap.
        earlier: earlier turns that mattered, the weightiest first.
    """

    turn: int
    label: str
    probability: float
    without: float | None = None
    words: tuple[WeighedWords, ...] = ()
    earlier: tuple[WeighedTurn, ...] = ()

    @property
    def spoke_for(self) -> tuple[WeighedWords, ...]:
        """Words without which the label is less likely."""
        return tuple(w for w in self.words if w.weight > 0)

    @property
    def spoke_against(self) -> tuple[WeighedWords, ...]:
        """Words without which the label is more likely."""
        return tuple(w for w in self.words if w.weight < 0)
