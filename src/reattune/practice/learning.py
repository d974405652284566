"""What the answers "yes" and "not so" to alerts change: from which probability on an entry is shown as an alert.

For each kind of alert (from a transcript, from ratings) the practice has a starting threshold ``t0``. With ``n`` answers, ``c``
is the cut with the fewest answers on the wrong side ("yes" below it, "not so" at or above it); of several such cuts the one
nearest to ``t0`` counts. Then, on the scale of log odds (``L(p) = log(p / (1 - p))``)::

    L(threshold) = L(t0) + n / (n + PATIENCE) * (L(c) - L(t0))        from LEAST answers on, else t0

``c`` lies within ``LOW`` and ``HIGH``, and so the threshold never goes further. Five answers move it a fifth of the way, twenty
half of it. Alerts that are not shown are seldom answered, so it rises more easily than it falls; answers can be given in the
case, too, to entries below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

LEAST = 5
"""So many answers of a kind before anything moves."""
PATIENCE = 20
"""So many answers move the threshold half of the way."""
LOW, HIGH = 0.2, 0.99
"""Answers move a threshold no further than this: a practice must not learn to see nothing, nor everything."""
_EDGE = 0.01
"""Nearer to 0 and 1 log odds run away."""


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
    begin, aim = _log_odds(start), _log_odds(best_cut(start, answers))
    if aim == begin:
        return start
    return 1 / (1 + exp(-(begin + n / (n + PATIENCE) * (aim - begin))))


def _log_odds(p: float) -> float:
    clipped = min(max(p, _EDGE), 1 - _EDGE)
    return log(clipped / (1 - clipped))


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
