"""Small promises that a browser hands back, which only this practice could have made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reattune.practice.opening import Practice

_SETTING = "door_seal"


class Seal:
    """Seals texts with a secret that lies in the practice's encrypted store, so that seals outlast a restart.

    Args:
        practice: the open practice. It gets its secret with the first seal that is made; looking at a page makes none.
    """

    def __init__(self, practice: Practice) -> None:
        self._settings = practice.settings

    def make(self, text: str) -> str:
        """The seal of a text."""
        secret = self._secret()
        if secret is None:
            self._settings.put(_SETTING, secrets.token_hex(32))
            secret = self._secret() or b""
        return _sealed(secret, text)

    def holds(self, text: str, seal: str) -> bool:
        """Whether the seal is this text's."""
        if not seal:
            return False
        secret = self._secret()
        return secret is not None and hmac.compare_digest(
            _sealed(secret, text).encode(), seal.encode(errors="replace")
        )

    def _secret(self) -> bytes | None:
        kept = self._settings.rows().get(_SETTING)
        return bytes.fromhex(kept) if isinstance(kept, str) else None

    @staticmethod
    def cookie_name(token: str) -> str:
        """A cookie of its own for each link; its name says nothing of the link."""
        return f"own-{hashlib.sha256(token.encode(errors='replace')).hexdigest()[:16]}"


def _sealed(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(errors="replace"), "sha256").hexdigest()
