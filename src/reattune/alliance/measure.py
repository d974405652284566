"""What the rules need to know of a form: its range, its steps, how far chance alone can move a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """One scale of one instrument, as the rules see it.

    Attributes:
        low, high: the least and the greatest score that can be had.
        step: distance of neighbouring scores (a mean of twelve whole numbers: 1/12); 0 for a continuous scale.
        higher_is_better: False where a high score is the strained end.
        sd: standard deviation between people, where published.
        reliability: 0-1, where published.
        change: a published reliable change, for forms of which ``sd`` and ``reliability`` are not known.
    """

    low: float
    high: float
    step: float = 0.0
    higher_is_better: bool = True
    sd: float | None = None
    reliability: float | None = None
    change: float | None = None

    @property
    def sem(self) -> float | None:
        """Standard error of measurement, ``sd * sqrt(1 - reliability)``, else from ``change``; None where not known."""
        if self.sd is None or self.reliability is None:
            return None if self.change is None else self.change / (1.96 * 2**0.5)
        return float(self.sd * (1 - self.reliability) ** 0.5)

    @property
    def reliable_change(self) -> float | None:
        """The least change that measurement error alone explains in fewer than 5 of 100 pairs: ``1.96 * sqrt(2) * sem``
        (Jacobson & Truax, 1991); else ``change`` as it was published."""
        if self.sd is None or self.reliability is None or self.sem is None:
            return self.change
        return 1.96 * 2**0.5 * self.sem

    def oriented(self, scores: Floats) -> Floats:
        """Scores turned so that higher is better, within the same range; applied twice, the scores themselves."""
        return scores if self.higher_is_better else self.low + self.high - scores
