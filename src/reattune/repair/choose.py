"""Which statements fit a situation, and which of them come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reattune.repair.knowledge import LATER, Kind, Knowledge, Phase, Statement

LIMITS = {
    Kind.NOTICE: 3,
    Kind.BEAR: 1,
    Kind.AVOID: 3,
    Kind.ASK: 1,
    Kind.SUPERVISION: 2,
    Kind.REFERRAL: 1,
    Kind.KNOW: 1,
    Kind.OUTCOME: 1,
}
"""How many statements of a kind a plan has at most: it is to fit on a page and into a head."""
SAID_NOW = 4
"""How many things to say now."""
SAID_LATER = 1
"""How many things to say at a later meeting."""

_MARKER, _SIGN, _SITUATION, _STATUS, _STAGE, _FAMILY = 16, 8, 6, 3, 2, 1
_ALREADY_TRIED = 2
_APOLOGY = "acknowledges_contribution"
_FEW_STATUSES = 2


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a rupture, in the words of ``Scope``; ``tried`` are the strategies' codes, one for each attempt."""

    profile: str
    families: frozenset[str]
    markers: tuple[str, ...]
    stage: int
    status: str
    signs: frozenset[str]
    tried: tuple[str, ...] = ()
    sessions_since: int | None = None


def fits(statement: Statement, situation: Situation) -> bool:
    """Whether a statement applies."""
    scope = statement.scope
    return (
        situation.profile in (scope.profiles or ("therapy",))
        and (not scope.families or bool(situation.families & set(scope.families)))
        and (not scope.markers or bool(set(situation.markers) & set(scope.markers)))
        and (not scope.stages or situation.stage in scope.stages)
        and (not scope.statuses or situation.status in scope.statuses)
        and (not scope.signs or bool(situation.signs & set(scope.signs)))
        and len(situation.tried) >= scope.min_tried
        and (situation.sessions_since or 0) >= scope.min_sessions_since
    )


def fitting(knowledge: Knowledge, kind: Kind, situation: Situation) -> list[Statement]:
    """The most particular statements of a kind that apply, in the order of the files, as many as a plan has room for.

    Among what to notice there is first what each marker looks like; among what to leave always one that holds the
    frame, where the knowledge base has one.
    """
    found = [s for s in knowledge.of(kind) if fits(s, situation)]
    wanted: list[_Test] = []
    if kind is Kind.NOTICE:
        wanted = [partial(_is_the_look_of, code) for code in situation.markers]
    elif kind is Kind.AVOID:
        wanted = [lambda s: bool(s.frame)]
    chosen = _best(found, situation, LIMITS[kind], wanted)
    return [s for s in found if s in chosen]


def to_say(knowledge: Knowledge, situation: Situation, *, later: bool) -> list[Statement]:
    """What to say now, or (``later``) once the strain has been met, in the order in which it may be said.

    Among what is said now there is something for the marker, for the sign and for the stage, something that meets the
    strain or owns a part, and something that explores, where the knowledge base has them. Where a part has been owned
    before, the plan goes on from there, as long as there is something else that meets the strain.
    """
    found = [s for s in knowledge.of(Kind.SAY) if (s.phase in LATER) is later and fits(s, situation)]
    wanted: list[_Test] = [
        lambda s: bool(s.scope.markers),
        _is_of_the_stage,
        lambda s: bool(s.scope.signs),
        lambda s: s.phase in (Phase.VALIDATE, Phase.OWN_PART),
        lambda s: s.phase is Phase.EXPLORE,
    ]
    if _APOLOGY in situation.tried and any(s.phase is Phase.VALIDATE for s in found):
        found = [s for s in found if s.phase is not Phase.OWN_PART or s.scope.markers]
    chosen = _best(found, situation, SAID_LATER if later else SAID_NOW, [] if later else wanted)
    return sorted(chosen, key=lambda s: s.order)


_Test = Callable[[Statement], bool]


def _is_the_look_of(marker: str, statement: Statement) -> bool:
    return statement.scope.markers == (marker,) and not statement.scope.stages


def _is_of_the_stage(statement: Statement) -> bool:
    scope = statement.scope
    return bool(scope.stages) and not scope.markers and not scope.signs


def _best(
    statements: Sequence[Statement], situation: Situation, count: int, wanted: Sequence[_Test] = ()
) -> list[Statement]:
    """First the best one for each wish that nothing chosen so far fulfils, then the most particular of the rest."""
    ranked = sorted(statements, key=lambda s: -_particular(s, situation))
    chosen: list[Statement] = []
    for wish in wanted:
        if not any(wish(s) for s in chosen):
            chosen += [s for s in ranked if wish(s)][:1]
    rest = [s for s in ranked if s not in chosen]
    return (chosen + rest)[:count]


def _particular(statement: Statement, situation: Situation) -> int:
    """How closely it fits; what was tried already gives way."""
    scope = statement.scope
    score = _STAGE * bool(scope.stages) + _FAMILY * bool(scope.families)
    score += _MARKER * bool(scope.markers)
    score += _SIGN * bool(scope.signs)
    score += _SITUATION * bool(scope.min_tried or scope.min_sessions_since)
    score += _STATUS * (0 < len(scope.statuses) < _FEW_STATUSES)
    if statement.strategy in situation.tried:
        score -= _ALREADY_TRIED
    return score
