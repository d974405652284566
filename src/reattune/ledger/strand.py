"""Signs that belong to one strain: a hint while they weigh little, an entry once they weigh enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reattune.ledger.sheet import SETTLED, Hint
from reattune.ledger.signs import Kind, Sign, either
from reattune.record import HistoryEntry, RepairMove, RuptureStatus, RuptureType, Source, TurnRef
from reattune.ruptures.findings import Findings

FIRM = 0.6
"""An episode of at least this weight says by itself that a strain goes on; weaker ones do not add up over sessions."""
NEAR = 6
"""A turn at most so many turns from a strain's own belongs to it."""
UNSPOKEN = 0.3
"""A strain that the client speaks of only in a later session counts for so much as a mark of withdrawal."""
PEOPLE = (Source.THERAPIST, Source.CLIENT)
"""Whose word stands against what the machine found."""


@dataclass
class Strand:
    """One strain while the ledger is kept. ``id`` is None while it is a hint."""

    signs: list[Sign] = field(default_factory=list)
    id: str | None = None
    history: list[HistoryEntry] = field(default_factory=list)
    repairs: list[RepairMove] = field(default_factory=list)
    ties: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    set_aside: bool = False

    @property
    def probability(self) -> float:
        """0-1: what the sources make likely together. Within one source the strongest sign counts, not their number;
        only firm episodes of several sessions add up: a client who is brief is brief each week."""
        by_kind: dict[Kind, float] = {}
        firm: dict[int, float] = {}
        for sign in self.signs:
            by_kind[sign.kind] = max(by_kind.get(sign.kind, 0.0), sign.weight)
            if sign.kind is Kind.EPISODE and sign.weight >= FIRM:
                firm[sign.session] = max(firm.get(sign.session, 0.0), sign.weight)
        if len(firm) > 1:
            by_kind[Kind.EPISODE] = either(firm.values())
        return either(by_kind.values())

    @property
    def status(self) -> RuptureStatus:
        """The status of the last step that is not overruled."""
        return RuptureStatus.OPEN if self.standing is None else self.standing.status

    @property
    def unsettled(self) -> bool:
        """An opened entry that has to resurface."""
        return self.id is not None and not self.set_aside and self.status not in SETTLED

    @property
    def last(self) -> int:
        """The last session with a sign."""
        return max(sign.session for sign in self.signs)

    @property
    def sessions(self) -> set[int]:
        """Sessions that its signs were known with or lie in."""
        return {n for sign in self.signs for n in (sign.session, sign.at.session)}

    @property
    def thread(self) -> Sign | None:
        """The first sign in which the client goes back to it."""
        return next((s for s in self.signs if s.kind is Kind.THREAD), None)

    def near(self, at: TurnRef) -> bool:
        """Whether a turn lies in or close to the strain's own turns."""
        if at.turn is None:
            return False
        spans = []
        for sign in self.signs:
            if sign.episode is not None:
                first = sign.episode.start if sign.episode.trigger is None else sign.episode.trigger
                spans.append((sign.session, first, sign.episode.end))
            elif sign.at.turn is not None:
                spans.append((sign.at.session, sign.at.turn, sign.at.turn))
            if sign.thread is not None and sign.thread.disclosed.turn is not None:
                spans.append((sign.session, sign.thread.disclosed.turn, sign.thread.disclosed.turn))
        return any(n == at.session and a - NEAR <= at.turn <= b + NEAR for n, a, b in spans)

    def hint(self) -> Hint:
        """As a hint."""
        first = min(self.signs, key=lambda s: (s.at.session, -1 if s.at.turn is None else s.at.turn))
        return Hint(first.at, self.probability, tuple(dict.fromkeys(s.what for s in self.signs)))

    @property
    def standing(self) -> HistoryEntry | None:
        """The last step that is not overruled, or None while it is a hint."""
        return next((h for h in reversed(self.history) if not h.overruled), None)

    @property
    def settled(self) -> bool:
        """An opened entry that no longer has to resurface."""
        return self.id is not None and self.status in SETTLED

    @property
    def by_word(self) -> bool:
        """Whether the status that stands is a person's word."""
        return self.standing is not None and self.standing.source in PEOPLE


def kind_of(strand: Strand, findings: Mapping[int, Findings]) -> RuptureType | None:
    """Which way the client moved, over all its marked turns; None where only ratings or forms tell of it."""
    # What comes out only later was kept back when it arose.
    away, against = (UNSPOKEN if strand.thread is not None else 0.0), 0.0
    for sign in strand.signs:
        found = findings.get(sign.session)
        if sign.episode is not None and found is not None:
            for turn in (found.coding.turns[i] for i in sign.episode.markers):
                away += turn.p_withdrawal or 0.0
                against += turn.p_confrontation or 0.0
    if away + against == 0.0:
        return None
    if min(away, against) * 2 >= max(away, against):
        return RuptureType.MIXED
    return RuptureType.WITHDRAWAL if away > against else RuptureType.CONFRONTATION


def disclosed(strand: Strand) -> TurnRef | None:
    """The client turn that first goes back to it."""
    return strand.thread.thread.disclosed if strand.thread and strand.thread.thread else None


def trigger(strand: Strand) -> TurnRef | None:
    """Where the best thread leads; else what came just before its first episode."""
    if strand.thread is not None and strand.thread.at.turn is not None:
        return strand.thread.at
    first = _first_episode(strand)
    if first is None or first.episode is None or first.episode.trigger is None:
        return None
    return TurnRef(first.session, first.episode.trigger)


def first_marker(strand: Strand, findings: Mapping[int, Findings]) -> TurnRef | None:
    """The client's first turn after the trigger that the thread leads to; else the first marked turn."""
    if strand.thread is not None and strand.thread.at.turn is not None:
        at = strand.thread.at
        found = findings.get(at.session)
        turns = found.session.turns[at.turn + 1 :] if found is not None and at.turn is not None else ()
        after = next((t.index for t in turns if t.role.strains), None)
        return None if after is None else TurnRef(at.session, after)
    first = _first_episode(strand)
    return None if first is None else first.at


def _first_episode(strand: Strand) -> Sign | None:
    episodes = [s for s in strand.signs if s.kind is Kind.EPISODE]
    return min(episodes, key=lambda s: (s.session, s.at.turn or 0), default=None)
