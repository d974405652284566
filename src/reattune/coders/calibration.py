"""From a network's scores to probabilities that can be taken at their word, and to decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Platt:
    """Logistic recalibration (Platt, 1999): probability = 1 / (1 + exp(-(slope * logit + shift)))."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, logits: Floats) -> Floats:
        """Probabilities, 0-1, of the network's logits."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.slope * logits + self.shift, -30, 30)))


@dataclass(frozen=True, slots=True)
class Decision:
    """When a label counts as present.

    Attributes:
        threshold: probability from which it is.
        unsure_from: probability from which the coder says "unsure" rather than "no"; equal to ``threshold`` where it never does.
    """

    threshold: float
    unsure_from: float
