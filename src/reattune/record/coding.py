"""What a coder said of a session: a code on a turn, a turn's probabilities, a whole coding."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CoderId:
    """Who coded: ``kind`` is ``embedded``, ``llm`` or ``human``; ``name`` and ``version`` tell which one."""

    kind: str
    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the scheme on one turn.

    Attributes:
        turn: index of the turn.
        code: name in the scheme ("defends_self").
        family: "withdrawal", "confrontation", "strategy" or "contribution".
        probability: 0-1; 1 where a person coded it.
        intensity: 1 slight, 2 clear, 3 strong; markers only, None where the coder gave none.
    """

    turn: int
    code: str
    family: str
    probability: float = 1.0
    intensity: int | None = None


@dataclass(frozen=True, slots=True)
class TurnCoding:
    """All that a coder said of one turn. Probabilities are 0-1, None where the turn's role is not coded for it.

    Attributes:
        p_rupture: some rupture marker (withdrawal or confrontation); client turns.
        p_withdrawal, p_confrontation: a marker of that family; client turns.
        p_strategy, p_contribution: some resolution strategy, some contribution to a rupture; therapist turns.
        unsure: the coder abstains: strain is too likely here to pass over, and not likely enough to mark.
        codes: the codes above their thresholds, most probable first.
    """

    turn: int
    p_rupture: float | None = None
    p_withdrawal: float | None = None
    p_confrontation: float | None = None
    p_strategy: float | None = None
    p_contribution: float | None = None
    unsure: bool = False
    codes: tuple[Code, ...] = ()

    def has(self, family: str) -> bool:
        """Whether a code of this family stands on the turn."""
        return any(c.family == family for c in self.codes)


@dataclass(frozen=True, slots=True)
class Scales:
    """The four ratings of a whole session, each 1-5 (3RS; Eubanks, Muran & Safran, 2015, anchors in our own words).

    1 none or a trace, 2 slight, 3 at least one clear marker, 4 strong or repeated, 5 it governs the session.
    ``resolution`` is None without a rupture; 1 no return to the work, 3 partly, 5 fully.
    """

    withdrawal: int = 1
    confrontation: int = 1
    resolution: int | None = None
    contribution: int = 1


@dataclass(frozen=True)
class Coding:
    """A session's turns as one coder coded them; ``turns[i].turn == i``.

    Attributes:
        coder: who coded.
        turns: one entry for each turn of the session, uncoded roles included (all None there).
        scales: the session ratings where the coder gave them (people do; the embedded coder leaves them to ``ruptures``).
    """

    coder: CoderId
    turns: tuple[TurnCoding, ...]
    scales: Scales | None = None
    settings: dict[str, float] = field(default_factory=dict)
