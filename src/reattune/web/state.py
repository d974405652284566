"""What the running server holds: the practice once it is open, who is signed in, and how often was tried."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING

from reattune.web.config import WebConfig
from reattune.web.limits import Limits
from reattune.web.visits import Visits

if TYPE_CHECKING:
    from reattune.practice.opening import Practice


@dataclass(slots=True)
class State:
    """One per application, at ``app.state.reattune``.

    Args:
        config: how the pages are served.
        practice: the open practice; None while it is locked or not made yet.
        clock: seconds, never going back; tests bring their own.
        lock: held while the practice is opened, closed or exchanged.
    """

    config: WebConfig
    practice: Practice | None
    clock: Callable[[], float] = time.monotonic
    lock: RLock = field(default_factory=RLock)
    visits: Visits = field(init=False)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.visits = Visits(self.clock, self.config.idle_minutes * 60, self.config.longest_hours * 3600)
        self.limits = Limits(self.clock)

    def adopt(self, practice: Practice) -> Practice:
        """Serve this practice from now on, and take up the work that waits in it."""
        practice.worker.start()
        self.practice = practice
        return practice
