"""Whether the ratings came back after an attempt at repair."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reattune.record import Rating, RatingEpisode, Rupture
from reattune.repair.notes import Notes

_RCI_IN_SEM = 1.96 * math.sqrt(2)
"""One reliable-change unit in standard errors of measurement (Jacobson & Truax, 1991)."""


def ratings_after(
    rupture: Rupture,
    since: int,
    ratings: Sequence[Rating],
    within: int,
    notes: Notes,
) -> bool | None:
    """Whether the drops that belong to the rupture were made up within so many sessions of ``since``, with sentences.

    True when every drop that can be judged is made up; False when one is not, though its time is over; None otherwise.
    """
    if not rupture.ratings:
        notes.unknown.append(
            "No drop in a rating belongs to it, so the ratings cannot tell whether it is mended."
        )
        return None
    told = [_episode(e, since, ratings, within, notes) for e in rupture.ratings]
    if False in told:
        return False
    return True if True in told and None not in told else None


def _episode(
    episode: RatingEpisode,
    since: int,
    ratings: Sequence[Rating],
    within: int,
    notes: Notes,
) -> bool | None:
    name = f"The {episode.rater}'s {episode.instrument} ({episode.scale})"
    series = sorted(
        (r.session, r.score)
        for r in ratings
        if (r.rater, r.instrument, r.scale) == (episode.rater, episode.instrument, episode.scale)
        and since <= r.session <= since + within
    )
    level = target_of(episode)
    back = next((s for s, score in series if _is_back(score, level, episode)), None)
    if back is None and episode.recovery is not None and since <= episode.recovery <= since + within:
        back = episode.recovery
    before = (
        f"{episode.reference:g} before the drop, {episode.worst:g} at its lowest (session {episode.nadir})"
    )
    if back is not None:
        notes.good.append(f"{name} was back at its old level with session {back} ({before}).")
        return True
    if not series:
        notes.unknown.append(f"{name} has not been filled in since the attempt.")
        return None
    last, score = series[-1]
    if last < since + within:
        notes.unknown.append(f"{name} was {score:g} after session {last} ({before}); it may still come back.")
        return None
    notes.bad.append(
        f"{name} was {score:g} after session {last}, not yet back after {within} sessions ({before})."
    )
    return False


def target_of(episode: RatingEpisode) -> float:
    """The score that counts as back: the level before the drop, less one standard error of measurement where it is known.

    The error is told from the drop in reliable-change units; without it the whole way back is asked for.
    """
    drop = episode.reference - episode.worst
    if not episode.drop_rci:
        return episode.reference
    error = abs(drop) / (episode.drop_rci * _RCI_IN_SEM)
    return episode.reference - math.copysign(error, drop)


def _is_back(score: float, level: float, episode: RatingEpisode) -> bool:
    lower_is_worse = episode.worst <= episode.reference
    return score >= level if lower_is_worse else score <= level
