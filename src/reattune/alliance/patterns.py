"""The shapes that a drop and its way back can have, after Gumz et al. (2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.measure import Floats

Names = NDArray[np.str_]
Flags = NDArray[np.bool_]
Counts = NDArray[np.intp]

HALF = 0.5
"""A fall is sudden if at least half of the drop was there in its first low session; a return is sudden if at least half of the
drop was still there in the last session before it."""

SHORT = 2
"""Sessions, at most, that a V spends low."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One shape.

    Attributes:
        title: in a few words, to go on from "a drop: ".
        rule: how it is told from the others.
    """

    title: str
    rule: str


PATTERNS = {
    "v": Pattern(
        "a V, down and soon up again",
        "sudden fall, sudden return, low for one or two sessions",
    ),
    "trough": Pattern(
        "a sudden drop that lasted some sessions, and a sudden return",
        "sudden fall, sudden return, low for three sessions or more",
    ),
    "slow_decline_sudden_repair": Pattern(
        "a decline over several sessions, and a sudden return", "slow fall, sudden return"
    ),
    "sudden_drop_slow_return": Pattern("a sudden drop, and a slow return", "sudden fall, slow return"),
    "slow_decline_slow_return": Pattern("a slow decline, and a slow return", "slow fall, slow return"),
    "new": Pattern("one low rating so far", "not back, and no rating yet after the first low one"),
    "returning": Pattern(
        "a drop that is on its way back",
        "not back, but less than half of the drop is left in the last rating",
    ),
    "lasting": Pattern(
        "a sudden drop that has lasted", "not back, sudden fall, at least half of it still there"
    ),
    "decline_to_end": Pattern(
        "a decline that goes on to the last rating", "not back, slow fall, at least half of it still there"
    ),
    "low_start": Pattern(
        "low from the first rating on",
        "no rating before it: it is low beside the later ones, and what came before is not known",
    ),
}
"""Every shape by its key; the first that fits, ``low_start`` before all others."""


def patterns(
    *,
    starts: Flags,
    back: Flags,
    length: Counts,
    ratings: Counts,
    at_onset: Floats,
    at_end: Floats,
) -> Names:
    """The shape of each episode.

    Args:
        starts: whether the episode begins with the first rating of its series.
        back: whether the score came back.
        length: sessions spent low.
        ratings: ratings among them.
        at_onset: share of the drop (0-1) that was there in the first low rating.
        at_end: share of the drop that was still there in the last low rating, the one before the return if there was one.
    """
    sudden_fall, still = at_onset >= HALF, at_end >= HALF
    conditions = [
        (starts, "low_start"),
        (back & sudden_fall & still & (length <= SHORT), "v"),
        (back & sudden_fall & still, "trough"),
        (back & still, "slow_decline_sudden_repair"),
        (back & sudden_fall, "sudden_drop_slow_return"),
        (back, "slow_decline_slow_return"),
        (ratings == 1, "new"),
        (~still, "returning"),
        (sudden_fall, "lasting"),
    ]
    return np.select([c for c, _ in conditions], [n for _, n in conditions], default="decline_to_end")
