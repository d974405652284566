"""Ways in which the same words reach us differently: speech recognition, hurried typing, another transcriber's habits."""

from __future__ import annotations

import random
import re

_MARKS = re.compile(r"[^\w\s'\[\]-]")
_FILLERS = re.compile(r"\b(um|uh|er|erm|hmm|mm)\b[,.]?\s*", re.IGNORECASE)
_STAGE = re.compile(r"\[[^\]]*\]\s*")


def without_punctuation(text: str) -> str:
    """As a speech recogniser without punctuation writes it."""
    return _MARKS.sub("", text)


def without_fillers(text: str) -> str:
    """As a transcriber writes who tidies up ("um", "uh" left out)."""
    return _FILLERS.sub("", text) or text


def without_stage_directions(text: str) -> str:
    """As a recording gives it: no "[sighs]"."""
    return _STAGE.sub("", text) or text


def with_fillers(text: str, rng: random.Random) -> str:
    """With hesitations put in, about one in ten words."""
    words = text.split()
    return " ".join(f"{rng.choice(('um', 'uh', 'er'))} {w}" if rng.random() < 0.1 else w for w in words)


def vary(texts: list[str], rng: random.Random, rate: float) -> list[str]:
    """One session's turns, each kind of change applied to the whole session with probability ``rate``."""
    if rng.random() < rate:
        texts = [without_punctuation(t) for t in texts]
    if rng.random() < rate:
        texts = [without_fillers(t) for t in texts]
    elif rng.random() < rate / 2:
        texts = [with_fillers(t, rng) for t in texts]
    if rng.random() < rate:
        texts = [without_stage_directions(t) for t in texts]
    return texts
