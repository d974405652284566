"""Series side by side: what every rule reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.errors import InputError


@dataclass(frozen=True)
class Panel:
    """Series of one scale, one row each.

    Attributes:
        values: (series, sessions) float64, **oriented**: higher is better, whatever the form's own direction. NaN where there is
            no rating. Columns are consecutive session numbers: two scores are of neighbouring sessions if, and only if, their
            columns are neighbours. Gaps are never filled.
        measure: the scale; its ``low`` and ``high`` bound the values in either direction.
        first: session number of column 0.
        keys: one tuple a row, ``(case, rater)``, or empty for series without names (simulated ones).

    Raises:
        InputError: a score is infinite.
    """

    values: Floats
    measure: Measure
    first: int = 1
    keys: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or (self.keys and len(self.keys) != len(self.values)):
            raise ValueError("values must be (series, sessions), with one key a row or none")
        if np.isinf(self.values).any():
            row, column = (int(i) for i in np.argwhere(np.isinf(self.values))[0])
            whose = "/".join(self.keys[row]) if self.keys else f"series {row + 1}"
            raise InputError(
                f"The score of {whose} in session {self.first + column} is infinite",
                mend="Give a number within the form's range, or leave the score empty where there is no rating",
            )

    @property
    def rated(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """(series, sessions), True where there is a rating."""
        return ~np.isnan(self.values)
