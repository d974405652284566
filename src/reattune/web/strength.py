"""How hard a passphrase is to guess, in words; advice, never a hurdle beyond the shortest length."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

SHORTEST = 12
"""Characters; held by the store, too."""
_COMMON = (
    "password",
    "passwort",
    "passphrase",
    "123456",
    "qwert",
    "asdf",
    "letmein",
    "iloveyou",
    "therapy",
    "abc",
)


@dataclass(frozen=True, slots=True)
class Strength:
    """An estimate.

    Args:
        level: 0 (too short), 1 (easy to guess), 2 (good), 3 (strong).
        words: what to say about it.
    """

    level: int
    words: str


def strength(passphrase: str) -> Strength:
    """Judge a passphrase by its length, its variety, and by what everyone tries first."""
    if len(passphrase) < SHORTEST:
        return Strength(0, f"At least {SHORTEST} characters are needed.")
    bits = _bits(passphrase.casefold())
    if bits < 50:
        return Strength(
            1,
            "Easy to guess. Four or five words that do not belong together are easier to remember and much harder to guess.",
        )
    if bits < 70:
        return Strength(2, "Good. One more word would make it strong.")
    return Strength(3, "Strong.")


def _bits(text: str) -> float:
    """A cautious guess at the information in it: repeated signs and common words count for little."""
    for word in _COMMON:
        text = text.replace(word, "*")
    runs = sum(a != b for a, b in pairwise(text)) + 1
    variety = len(set(text))
    return min(runs, variety * 2.5) * math.log2(max(2, min(variety, 26)))
