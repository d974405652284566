"""Trying passphrases, passwords and links one after another gets slower and slower, by account and by address."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

FREE_TRIES = 5
"""Tries that cost no waiting: people mistype."""
FREE_TRIES_ADDRESS = 20
"""The same for an address, which a whole practice may share."""
LONGEST_WAIT = 15 * 60
"""Seconds; the wait doubles from one second up to this."""
_FORGET = 3600
_MOST = 20_000


class TooManyTriesError(Exception):
    """No further try is taken for now.

    Args:
        wait: seconds until one is.
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"wait {wait} s")


@dataclass(slots=True)
class _Tries:
    count: int = 0
    last: float = 0.0


class Limits:
    """Counts tries. Each counts as missed until ``passed`` says otherwise, so that trying many at once gains nothing.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = Lock()

    def attempt(self, *keys: str) -> None:
        """Count a try for each key (what is tried, by whom).

        Raises:
            TooManyTriesError: one of the keys must wait. Nothing is counted then.
        """
        now = self._clock()
        with self._lock:
            wait = max((self._wait(key, now) for key in keys), default=0.0)
            if wait > 0:
                raise TooManyTriesError(max(1, round(wait)))
            for key in keys:
                tries = self._tries.setdefault(key, _Tries())
                tries.count, tries.last = tries.count + 1, now
                self._tries.move_to_end(key)
            while len(self._tries) > _MOST:
                self._tries.popitem(last=False)

    def passed(self, *keys: str) -> None:
        """The last try for each key was right: forget the misses before it."""
        with self._lock:
            for key in keys:
                self._tries.pop(key, None)

    def take_back(self, *keys: str) -> None:
        """The last try for each key was right, but says nothing about the misses before it: uncount it alone."""
        with self._lock:
            for key in keys:
                if key in self._tries:
                    self._tries[key].count -= 1

    def _wait(self, key: str, now: float) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        if now - tries.last > _FORGET:
            del self._tries[key]
            return 0.0
        over = tries.count - (FREE_TRIES_ADDRESS if "@" in key else FREE_TRIES)
        if over < 0:
            return 0.0
        return tries.last + min(LONGEST_WAIT, 2.0 ** min(over, 20)) - now


def address_key(what: str, address: str | None) -> str:
    """The key of an address, to be told by its ``@``. An IPv6 network of 2^64 addresses is one household, and counts as one."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return f"{what}@{address or 'unknown'}"
    if parsed.version == 6:
        return f"{what}@{ipaddress.ip_network((int(parsed) >> 64 << 64, 64))}"
    return f"{what}@{parsed}"
