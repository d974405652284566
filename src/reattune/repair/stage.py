"""Where two people stand in the repair, told from what has been tried; said with its reason, and open to correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reattune.errors import SettingError
from reattune.record import RepairMove, Rupture, RuptureStatus
from reattune.repair.knowledge import STAGES, Knowledge
from reattune.scheme import Profile, load_scheme

QUIET_SESSIONS = 3
"""An open rupture that nobody has touched for so many sessions is taken up again from the second stage."""

_LINKED_FROM = 4


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A stage and why it is taken to be the one.

    Attributes:
        number: 1-5.
        family: the model it belongs to, ``withdrawal`` or ``confrontation``.
        title: what the therapist does there.
        why: the reason, in one or two sentences.
        given: a person said so, rather than it being told from what was tried.
    """

    number: int
    family: str
    title: str
    why: str
    given: bool = False


def find_stage(
    knowledge: Knowledge,
    family: str,
    rupture: Rupture,
    tried: Sequence[RepairMove],
    profile: Profile,
    *,
    given: int | None = None,
    sessions_since: int | None = None,
) -> PlanStage:
    """The stage to work on next: the first of the model's stages that nothing tried so far belongs to.

    A client who has spoken of it of their own accord has brought a withdrawal past its second stage.

    Raises:
        SettingError: ``given`` is no stage.
    """
    if given is not None:
        if given not in STAGES:
            raise SettingError(f"stage {given} does not exist", mend="Stages are the numbers 1 to 5")
        return PlanStage(given, family, knowledge.stage(family, given).title, "Chosen by hand.", given=True)
    if rupture.status is RuptureStatus.REPAIRED:
        return PlanStage(
            5, family, knowledge.stage(family, 5).title, "It is settled; what is left is the last stage."
        )
    number = _next_stage(knowledge, family, rupture, tried)
    why = _what_was_tried(rupture, tried, profile)
    if number < _LINKED_FROM and any(m.strategy.startswith("links_pattern") for m in tried):
        why += " A link was made before it had been met here; this comes first."
    quiet = rupture.status is RuptureStatus.OPEN and (sessions_since or 0) >= QUIET_SESSIONS
    if quiet and number > 2:
        number = 2
        why += (
            f" Nothing has been said of it for {sessions_since} sessions, so it wants to be taken up afresh."
        )
    return PlanStage(number, family, knowledge.stage(family, number).title, why)


def _next_stage(knowledge: Knowledge, family: str, rupture: Rupture, tried: Sequence[RepairMove]) -> int:
    moves = {move.strategy for move in tried}
    done = {n for n in STAGES if moves & set(knowledge.stage(family, n).strategies)}
    if moves or rupture.disclosed is not None:
        done.add(1)
    if rupture.disclosed is not None and family == "withdrawal":
        done.add(2)
    return next((n for n in STAGES if n not in done), STAGES[-1])


def _what_was_tried(rupture: Rupture, tried: Sequence[RepairMove], profile: Profile) -> str:
    scheme = load_scheme()
    parts = []
    if tried:
        seen = dict.fromkeys((m.at.session, m.strategy) for m in tried)
        moves = [f"{profile.phrase(scheme[code])} ({profile.meeting} {n})" for n, code in list(seen)[-3:]]
        parts.append(f"Tried so far: {'; '.join(moves)}.")
    else:
        parts.append("No attempt at repair is known yet.")
    if rupture.disclosed is not None:
        parts.append(
            f"The {profile.other_label} spoke of it in {profile.meeting} {rupture.disclosed.session}."
        )
    return " ".join(parts)
