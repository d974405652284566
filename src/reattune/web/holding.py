"""Transcripts that wait for a person to say who is who: in memory, for a while, for the one who brought them.

A restart forgets them, and the file is brought again: nothing of a session lies on the disk unencrypted meanwhile.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - the field below is called date
from threading import Lock

from starlette.requests import Request

from reattune.record import Session
from reattune.web.visits import new_token

KEPT_SECONDS = 30 * 60
MOST = 40
"""Files at once; beyond it the oldest is forgotten. Bounds the memory."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that was read, and where it belongs. ``owner`` is the account's id, "" for a practice without accounts."""

    owner: str
    case: str
    number: int
    date: Date | None
    sessions: tuple[Session, ...]
    since: float


class Holding:
    """What waits, by random tokens.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = Lock()

    def put(
        self, owner: str, case: str, number: int, date: Date | None, sessions: tuple[Session, ...]
    ) -> str:
        """Keep a file; the token to ask for it with."""
        token = new_token()
        with self._lock:
            self._forget()
            self._held[token] = Held(owner, case, number, date, sessions, self._clock())
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return token

    def find(self, token: str, owner: str, case: str) -> Held | None:
        """What was kept under a token, for its owner and case only; None where there is nothing any more."""
        with self._lock:
            self._forget()
            held = self._held.get(token)
        return held if held is not None and (held.owner, held.case) == (owner, case) else None

    def done(self, token: str) -> None:
        """Forget it."""
        with self._lock:
            self._held.pop(token, None)

    def _forget(self) -> None:
        now = self._clock()
        for token in [t for t, held in self._held.items() if now - held.since > KEPT_SECONDS]:
            del self._held[token]


_MAKING = Lock()


def holding_of(request: Request) -> Holding:
    """The application's holding, made with the first file."""
    with _MAKING:
        if not hasattr(request.app.state, "holding"):
            request.app.state.holding = Holding()
        found: Holding = request.app.state.holding
        return found
