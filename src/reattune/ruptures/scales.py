"""The four ratings of a session, from its codes and episodes."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.record import Coding, Episode, Outcome, Role, Scales, Session

_RESOLUTION = {Outcome.UNADDRESSED: 1.5, Outcome.ATTEMPTED: 1.5, Outcome.PARTIAL: 3.0, Outcome.RESOLVED: 4.5}


def rate_session(session: Session, coding: Coding, episodes: Sequence[Episode]) -> Scales:
    """Ratings 1-5 by the anchors of the scales: from none over slight, clear and repeated to what governs the session."""
    clients = sum(t.role.strains for t in session.turns)
    return Scales(
        withdrawal=_strain(coding, "withdrawal", clients),
        confrontation=_strain(coding, "confrontation", clients),
        resolution=_resolution(episodes),
        contribution=_contribution(session, coding),
    )


def _strain(coding: Coding, family: str, clients: int) -> int:
    strengths = [
        max(c.intensity or 1 for c in turn.codes if c.family == family)
        for turn in coding.turns
        if turn.has(family)
    ]
    if not strengths:
        return 1
    clear = sum(s >= 2 for s in strengths)
    share = len(strengths) / max(1, clients)
    if clear >= 3 and share >= 0.3:
        return 5
    if clear >= 3 or (max(strengths) == 3 and len(strengths) > 1) or len(strengths) >= 6:
        return 4
    return 3 if clear or len(strengths) >= 3 else 2


def _resolution(episodes: Sequence[Episode]) -> int | None:
    """The mean over episodes, the graver ones counting for more; None without an episode."""
    if not episodes:
        return None
    weight = sum(e.significance for e in episodes)
    mean = sum(_RESOLUTION[e.outcome] * e.significance for e in episodes) / weight
    return max(1, min(5, round(mean)))


def _contribution(session: Session, coding: Coding) -> int:
    helper = sum(t.role in (Role.THERAPIST, Role.SELF) for t in session.turns)
    count = sum(turn.has("contribution") for turn in coding.turns)
    share = count / max(1, helper)
    if not count:
        return 1
    if count >= 5 and share >= 0.4:
        return 5
    if count >= 3 and share >= 0.15:
        return 4
    return 3 if count >= 2 else 2
