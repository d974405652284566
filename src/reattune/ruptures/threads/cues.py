"""What a turn sounds like in which a client goes back to an earlier moment between the two, and what only sounds like it.

The ways of speaking stand in ``cues.toml``; ``disclosure`` weighs them together. Nothing here knows a language but English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

CUES = (
    "you_did", "i_told", "back_then", "afterwards", "unsaid", "small", "as_if", "feeling", "no_answer", "you", "past",
    "thanks", "others",
)  # fmt: skip
"""Something the other did, something told to them, a time, what came after it, what was not said then, made small, compared, a
hurt, an answer that did not come, the other spoken to, the past; and against it thanks, and talk of third parties."""
LONG = 70
"""Words from which a turn is so long that cues are in it by chance."""

_UNIT = r"(weeks?|sessions?|times|visits?|months?|meetings?|mondays|tuesdays|wednesdays|thursdays|fridays)"
_NUMBERS = {
    "one": 1,
    "a": 1,
    "two": 2,
    "couple": 2,
    "few": 3,
    "three": 3,
    "several": 4,
    "four": 4,
    "five": 5,
    "six": 6,
}
_FIRST = re.compile(
    r"\b(at the (very )?(beginning|start)|right at the (beginning|start)|first (time|session|week|day|meeting|appointment|visit)"
    r"|when we (first|started|met)|when i (first )?started)\b"
)
_AGO = re.compile(
    rf"\b(?:(\d{{1,2}})|(?:a )?({'|'.join(_NUMBERS)})(?: of)?) (?:or so |good )?{_UNIT} (?:or so )?(?:ago|back|before)\b"
)
_LAST = re.compile(
    r"\b(last (time|week|session|visit|appointment|mon\w+|tues\w+|wednes\w+|thurs\w+|fri\w+)"
    r"|the other (week|day|time|session)|the week before|yesterday)\b"
)
_LONG = re.compile(r"\b(ages ago|a while (ago|back)|way back|back in|long time ago|months ago)\b")
_TODAY = re.compile(
    r"\b(earlier|just now|before,? (when|you)|a minute ago|at the start of (today|this)|today)\b"
)
MONTH_SESSIONS = 4
"""Sessions in what somebody calls a month."""
UNKNOWN = 0.5
"""Fit of every session where the turn says nothing of when."""


_QUOTED = re.compile(
    r"\b(?!you\b|u\b)([\w']+ (?:said|says|goes|went|asked|told (?:me|us|him|her|them)))[,:] [^.?!]*"
)
"""What somebody else is quoted as saying, or what was said to somebody else: "Kelly said, you never told me"."""


def plain(text: str) -> str:
    """In small letters, with apostrophes as machines and people type them made one."""
    return text.lower().replace("’", "'").replace("´", "'")


def heard(text: str) -> dict[str, float]:
    """How much of each cue is heard in a turn, 0-1: one place gives 0.5, two 0.75; in a long turn, for each ``LONG`` words."""
    said = _QUOTED.sub(r"\1", plain(text))
    spread = min(1.0, LONG / max(1, len(said.split())))
    return {name: 1 - 0.5 ** (spread * sum(1 for _ in _patterns()[name].finditer(said))) for name in CUES}


def when(text: str) -> Callable[[int, int], float]:
    """What the turn says of *when*: a function of (sessions back, sessions before this one) that gives a fit of 0-1.

    People misremember, so the fit falls off softly with distance.
    """
    said = plain(text)
    if _FIRST.search(said):
        return lambda back, before: 0.5 ** max(0, before - back)
    if match := _AGO.search(said):
        count = int(match[1]) if match[1] else _NUMBERS[match[2]]
        if match[3].startswith("month"):
            count *= MONTH_SESSIONS
        return lambda back, _: 0.7 ** abs(back - count)
    if _LAST.search(said):
        return lambda back, _: 0.7 ** abs(back - 1)
    if _LONG.search(said):
        return lambda back, _: 0.7 ** max(0, 3 - back)
    if _TODAY.search(said):
        return lambda back, _: 0.6**back
    return lambda _back, _before: UNKNOWN


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    stored = tomllib.loads((files("reattune.ruptures.threads") / "cues.toml").read_text("utf-8"))
    lists = {name: f"(?:{'|'.join(words)})" for name, words in stored.pop("lists").items()}
    fill = re.compile(r"\{([a-z_]+)\}")
    found = {}
    for name in CUES:
        phrases = (fill.sub(lambda m: lists[m[1]], phrase) for phrase in stored[name]["heard"])
        found[name] = re.compile(rf"\b(?:{'|'.join(phrases)})\b")
    return found
