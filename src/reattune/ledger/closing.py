"""How the client sounds after the therapist's last step: words that keep something back, words of relief, or hardly any words;
and whether an answer to a strain only defends itself.

The coder marks strain; what is only held back a little ("I'll have to see") carries no mark, and yet says that it is not over.
The phrases stand in ``closing.toml``; ``docs/method.md`` says what follows from each.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from statistics import median

from reattune.record import Session

LISTENED = 4
"""So many of the client's last turns after the step are listened to."""
SHORT = 0.4
"""Answers all below this share of the client's usual length, up to the step, are short for this client."""
ANSWERS = 3
"""So many client turns have to follow before their shortness tells anything."""


class Tone(StrEnum):
    """How the client sounds at the end."""

    RESERVED = "reserved"
    RELIEVED = "relieved"
    SHORT = "short"
    PLAIN = "plain"


def tone_after(session: Session, turn: int) -> Tone:
    """How the client sounds after a turn, to the end of the session.

    Words that keep something back weigh more than words of relief: people say both, and the first is the harder to say.
    """
    said = [t.text for t in session.turns[turn + 1 :] if t.role.strains]
    if any(_heard("reserve", words) for words in said[-LISTENED:]):
        return Tone.RESERVED
    if any(_heard("relief", words) for words in said):
        return Tone.RELIEVED
    usual = median([len(t.text.split()) for t in session.turns[:turn] if t.role.strains] or [0])
    if len(said) >= ANSWERS and all(len(words.split()) < SHORT * usual for words in said):
        return Tone.SHORT
    return Tone.PLAIN


def defends(text: str) -> bool:
    """Whether a therapist's answer explains or defends itself and owns nothing ("I'm sorry you felt that way")."""
    return _heard("defence", text) and not _heard("owning", text)


def _heard(kind: str, text: str) -> bool:
    return _patterns()[kind].search(text.lower().replace("’", "'")) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    stored = tomllib.loads((files("reattune.ledger") / "closing.toml").read_text("utf-8"))
    return {kind: re.compile(rf"\b(?:{'|'.join(phrases)})(?!\w)") for kind, phrases in stored.items()}
