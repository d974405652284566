"""Our own rule: the probability that the level itself has dropped, by a model that knows steps, ceiling and other clients."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from reattune.alliance.panel import Panel
from reattune.alliance.rules.rule import Signals
from reattune.alliance.rules.running import check
from reattune.alliance.statespace.posterior import posterior
from reattune.alliance.statespace.settings import Settings, default_settings
from reattune.errors import SettingError


@dataclass(frozen=True)
class Level:
    """A drop of the client's level by more than the client's own ups and downs, judged by a state-space model.

    Statistic: log odds of a drop that the rule has not flagged yet: a drop is flagged once, and again where another may have come
    on top. From the second rating on. Needs the form's range; what the model takes for granted is in ``statespace.settings``.
    Prospectively what is said of session t rests on sessions up to t, those of the other clients too. Looking back, every session
    in a drop is flagged.

    Attributes:
        threshold: log odds.
        limits: work out ``Signals.limit`` for up to so many series, for charts; it takes as long again as all the rest. For more
            series, and looking back, it is NaN.
        settings: the model's assumptions.
    """

    threshold: float = field(default_factory=lambda: default_settings().threshold)
    limits: int = 2000
    settings: Settings = field(default_factory=default_settings)
    name: str = "level"
    source: str = "reattune"

    def __post_init__(self) -> None:
        check(self.name, "threshold", self.threshold, bool(np.isfinite(self.threshold)), "a number")
        check(self.name, "limits", self.limits, self.limits >= 0, "0 or more")

    def signals(self, panel: Panel, *, prospective: bool = True) -> Signals:
        """Flag each session.

        Raises:
            SettingError: the form has no range.
        """
        measure = panel.measure
        if not np.isfinite([measure.low, measure.high]).all() or measure.low >= measure.high:
            raise SettingError(
                f"The rule {self.name!r} needs the least and the greatest score of the form",
                mend="Give the form's range, or choose another rule",
            )
        found = posterior(
            panel,
            self.settings,
            prospective=prospective,
            threshold=self.threshold,
            limit=len(panel.values) <= self.limits,
        )
        rated = panel.rated
        judged = rated & (np.cumsum(rated, axis=1) > 1)
        statistic = np.where(judged, found.statistic, np.nan)
        drop = np.where(judged, found.dropped, np.nan)
        return Signals(statistic >= self.threshold, found.level, found.limit, statistic, drop)
