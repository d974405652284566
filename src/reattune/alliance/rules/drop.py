"""Rules that compare a rating with an earlier one by a fixed yardstick: so many points, or measurement error."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.blocks import Weighed, judge
from reattune.alliance.rules.rule import Signals
from reattune.alliance.rules.running import SINCE, Since, check, check_threshold, in_units, level_before
from reattune.errors import SettingError

POINT = 1 / 40
"""One point on a form that runs from 0 to 40, as a share of its range."""


@dataclass(frozen=True)
class FixedDrop:
    """A drop of so many points, whatever the client's ups and downs.

    Statistic: the drop in units of ``points``.

    Attributes:
        points: the drop, in the form's own units. None: a fortieth of the form's range (1 point on 0-40, 0.1 on 1-5).
        since: "previous" (as in practice: today's form beside the last one) or "best" (counts a slow decline as well).
        threshold: so many times the drop.
    """

    points: float | None = None
    since: Since = "previous"
    threshold: float = 1.0
    name: str = "fixed-drop"
    source: str = "common practice with four-item 0-40 forms"

    def __post_init__(self) -> None:
        points = self.points
        check(self.name, "points", points, points is None or 0 < points < float("inf"), "a number above 0")
        check(self.name, "since", self.since, self.since in SINCE, f"one of {', '.join(SINCE)}")
        check_threshold(self.name, self.threshold)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:  # noqa: ARG002 - it never looks ahead
        """Flag each session; the same in both modes.

        Raises:
            SettingError: ``points`` is left open and the form's range is not known.
        """
        unit = self.points
        if unit is None:
            unit = (panel.measure.high - panel.measure.low) * POINT
            if not 0 < unit < float("inf"):
                raise SettingError(
                    f"The rule {self.name!r} needs to know how many points are a drop on a form without a range",
                    mend="Give points in the form's own units",
                )
        return judge(panel, self.threshold, lambda scores: _drop(scores, self.since, unit, self.threshold))


@dataclass(frozen=True)
class ReliableChange:
    """A drop beyond what measurement error alone explains (Jacobson & Truax, 1991).

    Statistic: the drop in reliable-change units, ``1.96 * sqrt(2) * SEM``.

    Attributes:
        cutoff: the reliable change, in the form's own units; None: from the form's published SD and reliability.
        since: "previous" (the published reading: two ratings, one pair) or "best" (the best of many, which chance alone lifts).
        threshold: so many reliable changes.
    """

    cutoff: float | None = None
    since: Since = "previous"
    threshold: float = 1.0
    name: str = "reliable-change"
    source: str = "Jacobson & Truax (1991)"

    def __post_init__(self) -> None:
        cutoff = self.cutoff
        check(self.name, "cutoff", cutoff, cutoff is None or 0 < cutoff < float("inf"), "a number above 0")
        check(self.name, "since", self.since, self.since in SINCE, f"one of {', '.join(SINCE)}")
        check_threshold(self.name, self.threshold)

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:  # noqa: ARG002 - it never looks ahead
        """Flag each session; the same in both modes.

        Raises:
            SettingError: ``cutoff`` is left open and the form's SD or reliability is not known.
        """
        unit = reliable_change(self.name, self.cutoff, panel.measure)
        return judge(panel, self.threshold, lambda scores: _drop(scores, self.since, unit, self.threshold))


def reliable_change(rule: str, cutoff: float | None, measure: Measure) -> float:
    """The cutoff given, else the form's own.

    Raises:
        SettingError: neither is known.
    """
    found = measure.reliable_change if cutoff is None else cutoff
    if not found:
        raise SettingError(
            f"The rule {rule!r} needs the form's standard deviation and a reliability below 1",
            mend="Add them to the instrument, or give cutoff in the form's own units, or take another rule",
        )
    return found


def _drop(scores: Floats, since: Since, unit: float, threshold: float) -> Weighed:
    reference = level_before(scores, since)
    return Weighed(in_units(reference - scores, unit), reference, reference - threshold * unit)
