"""From coded turns to episodes: which marked turns belong to one strain, what set it off, where it ends, how grave it is.

The rules are few, fixed and stated here; ``docs/method.md`` gives each with its source, and ``benchmarks/accuracy.py``
measures them against episodes that readers marked.
"""

from __future__ import annotations

from collections.abc import Sequence

from reattune.record import Coding, Episode, Role, RuptureType, Session, StrategyUse, TurnCoding
from reattune.ruptures.outcome import judge_outcome
from reattune.ruptures.reasons import counter_evidence, evidence

MERGE_GAP = 8
"""Two marked turns belong to one strain when at most this many turns lie from the one to the other (four exchanges)."""
ANSWER_GAP = 3
"""A strategy belongs to an episode when it comes at most this many turns after the last marker or the last strategy."""
TRIGGER_REACH = 3
"""How far back the therapist turn that set it off may lie, in turns."""


def find_episodes(session: Session, coding: Coding) -> tuple[Episode, ...]:
    """All strains of a session in order of their start; empty where no client turn carries a marker."""
    marked = [t.turn for t in coding.turns if t.has("withdrawal") or t.has("confrontation")]
    runs = _runs(marked)
    following = [*(run[0] for run in runs[1:]), len(session)][: len(runs)]
    return tuple(_episode(session, coding, run, limit) for run, limit in zip(runs, following, strict=True))


def _runs(marked: Sequence[int]) -> list[list[int]]:
    """Marked turns grouped by nearness."""
    runs: list[list[int]] = []
    for turn in marked:
        if runs and turn - runs[-1][-1] <= MERGE_GAP:
            runs[-1].append(turn)
        else:
            runs.append([turn])
    return runs


def _episode(session: Session, coding: Coding, markers: list[int], limit: int) -> Episode:
    strategies = _strategies(coding, markers, limit)
    end = _end(session, markers, strategies, limit)
    trigger = _trigger(session, coding, markers[0])
    outcome = judge_outcome(session, coding, markers, strategies, end)
    coded = [coding.turns[i] for i in markers]
    draft = Episode(
        start=markers[0],
        end=end,
        trigger=trigger,
        type=_type(coded),
        significance=_significance(coded),
        outcome=outcome,
        probability=max(t.p_rupture or 0.0 for t in coded),
        markers=tuple(markers),
        strategies=tuple(strategies),
    )
    return Episode(
        start=draft.start,
        end=draft.end,
        trigger=draft.trigger,
        type=draft.type,
        significance=draft.significance,
        outcome=draft.outcome,
        probability=draft.probability,
        markers=draft.markers,
        strategies=draft.strategies,
        evidence=evidence(session, coding, draft),
        counter_evidence=counter_evidence(session, coding, draft),
    )


def _strategies(coding: Coding, markers: list[int], limit: int) -> list[StrategyUse]:
    """Strategies after the first marker and near enough to the strain, up to where the next strain begins."""
    found: list[StrategyUse] = []
    for turn in coding.turns[markers[0] + 1 : limit]:
        last = max([markers[-1], *(s.turn for s in found)])
        if turn.turn - last > ANSWER_GAP:
            break
        found += [StrategyUse(c.turn, c.code, c.probability) for c in turn.codes if c.family == "strategy"]
    return found


def _end(session: Session, markers: list[int], strategies: list[StrategyUse], limit: int) -> int:
    """The last marker, or the client's answer to the last strategy."""
    last = max([markers[-1], *(s.turn for s in strategies)])
    if last > markers[-1]:
        answer = next((t.index for t in session.turns[last + 1 : limit] if t.role.strains), last)
        last = answer if answer - last <= ANSWER_GAP else last
    return last


def _trigger(session: Session, coding: Coding, start: int) -> int | None:
    """The nearest turn just before with a contribution code; else the helper's turn that was answered; else None."""
    before = [
        t.index
        for t in session.turns[max(0, start - TRIGGER_REACH) : start]
        if t.role.helps or t.role is Role.THIRD
    ]
    helper = [i for i in before if session.turns[i].role.helps]
    feeding = [i for i in helper if coding.turns[i].has("contribution")]
    if feeding:
        return feeding[-1]
    return helper[-1] if helper else None


def _type(coded: Sequence[TurnCoding]) -> RuptureType:
    """Mixed where the smaller family has at least a third of the marked turns."""
    away = sum(t.has("withdrawal") for t in coded)
    against = sum(t.has("confrontation") for t in coded)
    if min(away, against) * 3 >= away + against:
        return RuptureType.MIXED
    return RuptureType.WITHDRAWAL if away > against else RuptureType.CONFRONTATION


def _significance(coded: Sequence[TurnCoding]) -> int:
    """1-5 from the strongest marker and from how many there are."""
    intensities = [max((c.intensity or 1 for c in t.codes), default=1) for t in coded]
    strongest, count = max(intensities), len(intensities)
    level = {1: 1, 2: 2, 3: 4}[strongest]
    if count >= 3:
        level += 1
    if count >= 8 and strongest >= 2:
        level += 1
    return min(level, 5)
