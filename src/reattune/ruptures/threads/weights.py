"""The few weights that decide, as data: fitted by ``benchmarks/threads.py --fit`` on the example cases."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Weights:
    """Weights by name of feature.

    Attributes:
        going_back, unanswered, ranking: weights of the three linear models, "intercept" among them where there is one.
        threshold: score (0-1) from which a turn counts as going back.
    """

    going_back: dict[str, float]
    unanswered: dict[str, float]
    ranking: dict[str, float]
    threshold: float

    def disclosure(self, values: Sequence[float]) -> float:
        """0-1, that a client turn goes back with strain; values in the order of ``disclosure.FEATURES``."""
        return _logistic(self.going_back, values)

    def omission(self, values: Sequence[float]) -> float:
        """0-1, that such a turn is about something not said; values in order of ``disclosure.NO_ANSWER_FEATURES``."""
        return _logistic(self.unanswered, values)


def _logistic(weights: dict[str, float], values: Sequence[float]) -> float:
    named = [w for name, w in weights.items() if name != "intercept"]
    total = weights["intercept"] + sum(w * v for w, v in zip(named, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def load_weights() -> Weights:
    """The shipped weights."""
    stored = json.loads((files("reattune.ruptures.threads") / "weights.json").read_text("utf-8"))
    return Weights(**stored)
