"""What the answers "yes" and "not so" to alerts change: from which probability on an entry is shown as an alert.

For each kind of alert (from a transcript, from ratings) the practice has a starting threshold ``t0``. With ``n`` answers, ``c``
is the cut with the fewest answers on the wrong side ("yes" below it, "not so" at or above it); of several such cuts the one
nearest to ``t0`` counts. Then::

    threshold = t0 + n / (n + PATIENCE) * (c - t0)        from LEAST answers on, else t0

kept within ``LOW`` and ``HIGH``. Five answers move it a fifth of the way, twenty half of it. Alerts that are not shown are seldom
answered, so it rises more easily than it falls; answers can be given in the case, too, to entries below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST = 5
"""So many answers of a kind before anything moves."""
PATIENCE = 20
"""So many answers move the threshold half of the way."""
LOW, HIGH = 0.2, 0.9
"""A threshold never leaves this range: practice must not learn to see nothing, nor everything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the entry's probability when it was given, and whether there was something ("yes")."""

    probability: float
    yes: bool


def learnt(start: float, answers: Sequence[Answer]) -> float:
    """The threshold after these answers.

    Args:
        start: where it begins, 0-1.
        answers: one for each entry, in any order.
    """
    n = len(answers)
    if n < LEAST:
        return start
    moved = start + n / (n + PATIENCE) * (best_cut(start, answers) - start)
    return min(max(moved, min(LOW, start)), max(HIGH, start))


def best_cut(start: float, answers: Sequence[Answer]) -> float:
    """The cut with the fewest answers on the wrong side, nearest to ``start``.

    Candidates lie halfway between neighbouring probabilities, at the ends of ``LOW`` to ``HIGH``, and at ``start``.
    """
    points = sorted({a.probability for a in answers})
    between = [(a + b) / 2 for a, b in pairwise(points)]
    candidates = [start, LOW, HIGH, *(c for c in between if LOW <= c <= HIGH)]
    return min(candidates, key=lambda c: (_wrong(c, answers), abs(c - start), c))


def _wrong(cut: float, answers: Sequence[Answer]) -> int:
    return sum(a.yes != (a.probability >= cut) for a in answers)
