"""What a rule is: it looks at series and says, session by session, whether the score is lower than chance explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel

Bools = NDArray[np.bool_]
Columns = NDArray[np.intp]


@dataclass(frozen=True)
class Signals:
    """What a rule says of a panel. All arrays are (series, sessions), in the panel's oriented units.

    Attributes:
        low: True where the rule flags the session: the relationship scores lower than chance explains.
        reference: the level before, to which a drop has to come back; NaN where there is none yet.
        limit: the score below which the rule flags (a chart draws it); NaN where there is none.
        statistic: what the rule weighs, the higher the more suspicious, comparable over series: raising the threshold on it makes
            the rule stricter. NaN where the rule cannot say.
        probability: for rules that give one, the probability (0-1) that the level has dropped beyond measurement error.
        onset: for rules that speak up late, the column in which the drop that they flag began, -1 where they flag none. None:
            a flag is about its own session.
    """

    low: Bools
    reference: Floats
    limit: Floats
    statistic: Floats
    probability: Floats | None = None
    onset: Columns | None = None


class Rule(Protocol):
    """A published criterion, or ours: a frozen dataclass. ``dataclasses.replace(rule, threshold=...)`` makes it stricter.

    Attributes:
        name: key of the rule ("xmr-baseline").
        source: author and year; "-style" in the name where the exact rule is not sourced.
        threshold: the value of ``Signals.statistic`` from which on it flags.
    """

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:
        """Flag each session of each series.

        Args:
            panel: the series.
            prospective: what is said of session t rests on sessions up to t alone. False: on the whole series (for rules that
                then differ).
        """
        ...
