"""How hard a passphrase is to guess, in words; advice, never a hurdle beyond the shortest length."""

from __future__ import annotations

import json
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


SAID = (
    f"At least {SHORTEST} characters are needed.",
    "Easy to guess. Four or five words that do not belong together are easier to remember and much harder to guess.",
    "Good. One more word would make it strong.",
    "Strong.",
)
"""What to say, by level."""


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
        level = 0
    else:
        bits = _bits(passphrase.casefold())
        level = 1 if bits < 50 else 2 if bits < 70 else 3
    return Strength(level, SAID[level])


def for_script() -> str:
    """What the page's script needs to judge in the same way, as JSON."""
    return json.dumps({"shortest": SHORTEST, "common": _COMMON, "said": SAID}, ensure_ascii=False)


def _bits(text: str) -> float:
    """A cautious guess at the information in it: repeated signs and common words count for little."""
    for word in _COMMON:
        text = text.replace(word, "*")
    runs = sum(a != b for a, b in pairwise(text)) + 1
    variety = len(set(text))
    return min(runs, variety * 2.5) * math.log2(max(2, min(variety, 26)))
