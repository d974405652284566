"""Tokens of the client's links: 256 random bits, of which the practice keeps a hash alone."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
LENGTH = 43
"""Characters of a token."""


def new_token() -> str:
    """A token that goes into an address as it is; nobody guesses it."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """What is kept of it. A plain hash will do: there is nothing to guess in so many random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
