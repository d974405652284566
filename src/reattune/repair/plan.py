"""The next steps for one rupture: from where it stands and what has been tried to what to notice, say and leave."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.errors import SettingError
from reattune.record import RepairMove, Rupture, RuptureType, Source
from reattune.repair.choose import Situation, fits, fitting, to_say
from reattune.repair.knowledge import Kind, Knowledge, Phase, Statement
from reattune.repair.loading import load_knowledge
from reattune.repair.planned import Advice, Plan, Step
from reattune.repair.stage import PlanStage, find_stage
from reattune.scheme import load_profiles, load_scheme

USED_MARKERS = 2
"""A plan speaks to so many markers, the first ones given."""
MEETING_STRATEGIES = frozenset(
    {
        "acknowledges_contribution",
        "validates_defensive_posture",
        "invites_feelings_about_therapy",
        "discloses_internal_experience",
    }
)
"""Strategies that meet or explore a strain; what changes something waits until one of them has been used."""

_TITLES = {
    "notice": "Notice",
    "bear": "How to be with it",
    Phase.VALIDATE: "Meet it",
    Phase.OWN_PART: "Own your part",
    Phase.EXPLORE: "Explore",
    Phase.EXPLAIN: "Then explain, briefly",
    Phase.LINK: "Later: make the link",
    Phase.CHANGE: "Later: change something about the work",
}
_HELD_BACK = (
    "Linking it to a pattern, or changing the task or the goal, is left for later: first it wants to be met and "
    "explored (expert consensus)."
)
_SIGNS_BY_SOURCE = {
    Source.RATING: "rating_drop",
    Source.CHECK_IN: "check_in",
    Source.ATTENDANCE: "attendance",
    Source.TRANSCRIPT: "transcript",
    Source.THERAPIST: "note",
    Source.CLIENT: "note",
}


def plan(  # noqa: PLR0913 - each is something that only the caller knows
    rupture: Rupture,
    *,
    stage: int | None = None,
    markers: Sequence[str] = (),
    profile: str = "therapy",
    danger: bool = False,
    violation: bool = False,
    clinic_route: str | None = None,
    tried: Sequence[RepairMove] | None = None,
    sessions_since: int | None = None,
) -> Plan:
    """The next steps for a rupture.

    Args:
        rupture: the ledger's entry.
        stage: 1-5, where a person knows better than what was tried tells.
        markers: codes of the markers seen, the most telling first; the first two are spoken to.
        profile: name of a relationship (``scheme.load_profiles``).
        danger: someone may be in danger; the clinic's route comes first and nothing here coaches.
        violation: a boundary may have been violated; the same.
        clinic_route: the clinic's own words for where to turn.
        tried: attempts at repair; ``rupture.repairs`` where it is not given.
        sessions_since: sessions since the last sign or attempt, 0 for the same session, None where it is not known.

    Raises:
        SettingError: an unknown profile, marker, strategy or stage.
    """
    profiles, scheme, knowledge = load_profiles(), load_scheme(), load_knowledge()
    if profile not in profiles:
        raise SettingError(f"{profile!r} is no profile", mend=f"Known are {', '.join(profiles)}")
    for code in markers:
        if not scheme[code].is_marker:
            raise SettingError(
                f"{code!r} is no marker", mend="Markers are the codes of withdrawal and confrontation"
            )
    used = tuple(dict.fromkeys(markers))[:USED_MARKERS]
    signs = _signs(rupture)
    if danger or violation:
        route = _route(knowledge, profile, clinic_route, danger=danger, violation=violation)
        return Plan(rupture.id, profile, str(rupture.status), used, signs, None, route=route)
    moves = tuple(rupture.repairs if tried is None else tried)
    for move in moves:
        if scheme[move.strategy].family != "strategy":
            raise SettingError(
                f"{move.strategy!r} is no strategy", mend="Moves carry a code of the family 'strategy'"
            )
    families = _families(rupture, used)
    led_by = "confrontation" if "confrontation" in families else "withdrawal"
    at = find_stage(
        knowledge, led_by, rupture, moves, profiles[profile], given=stage, sessions_since=sessions_since
    )
    situation = Situation(
        profile=profile,
        families=families,
        markers=used,
        stage=at.number,
        status=str(rupture.status),
        signs=frozenset(signs),
        tried=tuple(m.strategy for m in moves),
        sessions_since=sessions_since,
    )
    return _planned(rupture, used, signs, at, situation, knowledge)


def _planned(
    rupture: Rupture,
    markers: tuple[str, ...],
    signs: tuple[str, ...],
    stage: PlanStage,
    situation: Situation,
    knowledge: Knowledge,
) -> Plan:
    def advice(kind: Kind) -> tuple[Advice, ...]:
        return tuple(_advice(s, knowledge) for s in fitting(knowledge, kind, situation))

    when_later = _when_later(situation)
    later = to_say(knowledge, situation, later=True) if when_later else []
    steps = [_step("notice", "now", advice(Kind.NOTICE)), _step("bear", "now", advice(Kind.BEAR))]
    now = to_say(knowledge, situation, later=False)
    for phase in Phase:
        for when, said in (("now", now), (when_later, later)):
            items = tuple(_advice(s, knowledge) for s in said if s.phase is phase)
            steps.append(_step(phase, when, items))
    outcome = advice(Kind.OUTCOME)
    return Plan(
        rupture=rupture.id,
        profile=situation.profile,
        status=situation.status,
        markers=markers,
        signs=signs,
        stage=stage,
        steps=tuple(s for s in steps if s.items),
        avoid=advice(Kind.AVOID),
        ask_at_end=advice(Kind.ASK),
        supervision=advice(Kind.SUPERVISION),
        referral=advice(Kind.REFERRAL),
        know=advice(Kind.KNOW),
        outcome_note=outcome[0] if outcome else None,
        held_back="" if when_later or situation.status not in ("open", "in_repair") else _HELD_BACK,
    )


def _when_later(situation: Situation) -> str:
    """When a change-oriented step may be taken, or "" where none is offered yet."""
    if situation.status == "repaired":
        return "when the moment is right"
    met = bool(MEETING_STRATEGIES & set(situation.tried))
    later = (situation.sessions_since or 0) >= 1
    if met and later:
        return "now, once the steps before it are done"
    if met:
        return "at a later meeting"
    if later:
        return "at a later meeting, once it has been met and explored"
    return ""


def _families(rupture: Rupture, markers: tuple[str, ...]) -> frozenset[str]:
    """Which way the client moved: by the markers given, else by the rupture's type; "unknown" where only a form tells."""
    if markers:
        return frozenset(load_scheme()[code].family for code in markers)
    if rupture.type is RuptureType.MIXED:
        return frozenset({"withdrawal", "confrontation"})
    return frozenset({rupture.type.value if rupture.type else "unknown"})


def _signs(rupture: Rupture) -> tuple[str, ...]:
    found = [_SIGNS_BY_SOURCE[h.source] for h in rupture.history if h.source in _SIGNS_BY_SOURCE]
    if rupture.omission:
        found.append("omission")
    if rupture.ratings:
        found.append("rating_drop")
    if rupture.first_marker is not None:
        found.append("transcript")
    return tuple(dict.fromkeys(found)) or ("transcript",)


def _route(
    knowledge: Knowledge, profile: str, clinic_route: str | None, *, danger: bool, violation: bool
) -> tuple[Advice, ...]:
    anywhere = Situation(profile, frozenset(), (), 1, "open", frozenset())
    found = [
        s
        for s in knowledge.of(Kind.ROUTE)
        if fits(s, anywhere) and ((danger and s.danger) or (violation and s.violation))
    ]
    if clinic_route is None:
        return tuple(_advice(s, knowledge) for s in found)
    words = Advice("route.clinic", clinic_route, (), None, (), "clinic", ())
    known = tuple(_advice(s, knowledge) for s in found if not s.key.endswith(".unknown"))
    return (*known[:1], words, *known[1:])


def _step(phase: str, when: str, items: tuple[Advice, ...]) -> Step:
    return Step(str(phase), _TITLES[phase], when, items)


def _advice(statement: Statement, knowledge: Knowledge) -> Advice:
    return Advice(
        statement.key,
        statement.text,
        statement.wordings,
        statement.strategy,
        tuple(knowledge.source(key) for key in statement.sources),
        str(statement.strength),
        statement.frame,
    )
