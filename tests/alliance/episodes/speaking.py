"""Series in a few words, for the tests of episodes."""

from __future__ import annotations

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.rule import Signals

GAP = float("nan")
FORM = Measure(1, 5, 1 / 12, sd=0.7, reliability=0.92)
"""SEM .198, reliable change .5488."""
UNKNOWN = Measure(1, 5, 1 / 12)
VECTOR = [4.0, 4.1, 4.2, 4.1, 4.3, 4.2, 2.9, 3.4, 4.2, 4.3, 4.4, 4.3]
"""Test vector 2 of the field reference."""


def panel(*series: list[float], measure: Measure = FORM, first: int = 1, names: bool = True) -> Panel:
    """Series of one client each ("c1", "c2"), or without names."""
    width = max(len(one) for one in series)
    values = np.array([[*one, *[GAP] * (width - len(one))] for one in series])
    keys = tuple((f"c{n + 1}", "client") for n in range(len(series))) if names else ()
    return Panel(values, measure, first, keys)


def flags(
    made: Panel, *flagged: set[int], reference: Floats | float, onset: dict[int, int] | None = None
) -> Signals:
    """Signals with a flag in these columns of each series.

    Args:
        made: the series.
        flagged: columns, one set a series.
        reference: the level before, the same throughout or an array.
        onset: for the first series, flagged column to the column in which the drop began.
    """
    low = np.zeros(made.values.shape, dtype=bool)
    for row, columns in enumerate(flagged):
        low[row, sorted(columns)] = True
    level = np.broadcast_to(reference, low.shape).astype(float)
    began = None
    if onset is not None:
        began = np.full(low.shape, -1, dtype=np.intp)
        for at, start in onset.items():
            began[0, at] = start
    return Signals(low, level, level - 1, low.astype(float), onset=began)
