"""A filled-in form, and a stretch of a series of them in which the relationship scored lower."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - the field below is called date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rating:
    """One rater's score after one session.

    Attributes:
        case: the case's name.
        session: the session's number, from 1.
        rater: ``client``, ``therapist``, or a name of one's own.
        instrument: the instrument's key ("wai-sr").
        scale: ``total`` or the key of a subscale.
        score: in the instrument's own units and direction.
        date: the day, if known.
    """

    case: str
    session: int
    rater: str
    instrument: str
    scale: str
    score: float
    date: Date | None = None


class RatingStatus(StrEnum):
    """What became of a drop: back within the sessions allowed, back later, not yet back, or the series ended too soon to tell."""

    REPAIRED = "repaired"
    REPAIRED_LATE = "repaired_late"
    OPEN = "open"
    CENSORED = "censored"


@dataclass(frozen=True, slots=True)
class RatingEpisode:
    """A drop in a series of ratings and its way back.

    Sessions are numbers, as in ``Rating``. Scores and ``reference`` are in the instrument's own units and direction.

    Attributes:
        case, rater, instrument, scale: the series.
        rule: name of the rule that flagged it.
        onset: first session of the drop.
        flagged: session after which the rule first said so, ``flagged >= onset``.
        nadir: session with the worst score of the episode.
        recovery: session with which the score was back, or None.
        reference: the level before the drop, to which it has to come back.
        worst: the score at the nadir.
        drop_sd: from the reference to the nadir, in the series' own standard deviations, >= 0; None where they cannot be told.
        drop_rci: the same in reliable-change units (1 = just beyond measurement error); None where reliability is not known.
        length: sessions from onset to recovery (or to the last rating), the onset counted.
        pattern: shape of the episode, a key of ``alliance.episodes.PATTERNS``.
        missed_after: sessions missed directly after the onset, before the next rating.
        status: what became of it.
        probability: 0-1, where the rule gives one: that the level has dropped beyond measurement error.
    """

    case: str
    rater: str
    instrument: str
    scale: str
    rule: str
    onset: int
    flagged: int
    nadir: int
    recovery: int | None
    reference: float
    worst: float
    drop_sd: float | None
    drop_rci: float | None
    length: int
    pattern: str
    missed_after: int
    status: RatingStatus
    probability: float | None = None
