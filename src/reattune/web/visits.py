"""Who is signed in: kept in memory on this side; the browser holds nothing but a random token.

A restart forgets everyone, which is wanted: the practice is locked then, too.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

_MOST = 2_000
"""People signed in at once; beyond it the longest idle are asked again. Bounds the memory."""


@dataclass(slots=True)
class Visit:
    """Someone signed in.

    Args:
        user: the account's id; None: the owner of a practice without accounts.
        started, seen: when it began and when it last asked for a page, in seconds of the clock.
        recovered: came in with the recovery code, and may set a new passphrase without the old one.
        notes: sentences to show once, on the next page.
    """

    user: str | None
    started: float
    seen: float
    recovered: bool = False
    notes: list[str] = field(default_factory=list)


class Visits:
    """All visits, by the digest of their token.

    Args:
        clock: seconds, never going back.
        idle: seconds without a page after which a visit ends.
        longest: seconds after which it ends in any case.
    """

    def __init__(self, clock: Callable[[], float], idle: float, longest: float) -> None:
        self._clock, self._idle, self._longest = clock, idle, longest
        self._known: dict[bytes, Visit] = {}
        self._lock = Lock()
        self._secret = secrets.token_bytes(32)

    def begin(self, user: str | None, former: str | None = None, *, recovered: bool = False) -> str:
        """Sign someone in. A new token always: one that was known before signing in is worth nothing after it.

        Args:
            user: the account's id, or None for the owner.
            former: the token that the browser had so far; it is forgotten.
            recovered: see ``Visit``.
        """
        now, token = self._clock(), new_token()
        with self._lock:
            self._known.pop(_digest(former or ""), None)
            self._known[_digest(token)] = Visit(user, now, now, recovered)
            while len(self._known) > _MOST:
                self._known.pop(min(self._known, key=lambda k: self._known[k].seen))
        return token

    def find(self, token: str | None) -> Visit | None:
        """The visit that a token stands for, marked as seen now; None where there is none or it has ended."""
        if not token:
            return None
        now, key = self._clock(), _digest(token)
        with self._lock:
            visit = self._known.get(key)
            if visit is None:
                return None
            if now - visit.seen > self._idle or now - visit.started > self._longest:
                del self._known[key]
                return None
            visit.seen = now
            return visit

    def end(self, token: str | None) -> None:
        """Sign out."""
        with self._lock:
            self._known.pop(_digest(token or ""), None)

    def end_all(self, user: str | None = None, *, everyone: bool = False) -> None:
        """Sign out one account wherever it is signed in, or everyone."""
        with self._lock:
            for key in [k for k, v in self._known.items() if everyone or v.user == user]:
                del self._known[key]

    def csrf(self, token: str) -> str:
        """What a form must carry to be taken, bound to the browser's token."""
        return hmac.new(self._secret, b"form:" + token.encode(), "sha256").hexdigest()

    def csrf_holds(self, token: str | None, given: str) -> bool:
        """Whether a form carries what it must."""
        return bool(token) and hmac.compare_digest(self.csrf(token or "").encode(), given.encode())


def new_token() -> str:
    """A token that nobody guesses (256 bits)."""
    return secrets.token_urlsafe(32)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
