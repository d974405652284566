"""Guessing from the talk which of two voices is the therapist: a handful of plain features and a logistic
score.

The weights were fitted by ``benchmarks/roles.py``, which also measures how far the confidence can be trusted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reattune.formats.clean import word_set

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_YOU = word_set("""you your yours yourself you're you've you'd you'll u ya
    du dir dich dein deine deinen deiner ihnen ihre ihren""")
_I = word_set("i i'm i've i'd i'll me my mine myself im ive ich mir mich mein meine meinen meiner")
_REFLECT = re.compile(
    r"(?:(?:okay|ok|right|and|but|yeah|mm-?hmm)[,. ]{1,2})?(?:so\b|it sounds|sounds like|it seems|seems like|"
    r"what i'?m hearing|"
    r"i hear|i wonder|i'm wondering|you(?:'re| are|'ve| feel| said| want)\b|let'?s|"
    r"tell me|can you|could you|would you|"
    r"und sie\b|sie (?:haben|sind|sagen)\b|das klingt|klingt)",
    re.IGNORECASE,
)
_MOST_TURNS = 1_500
_PRIOR_TURNS = 2.0
_PRIOR_WORDS = 30.0

# Four fifths of the fitted weights, rounded: other rooms differ more than the folds did. Opening counts for
# less still.
#: Weight of each feature's difference between the two voices.
WEIGHTS: Mapping[str, float] = {
    "asks": 5.0,
    "you": 33.0,
    "i": -35.0,
    "reflects": 5.5,
    "length": -1.0,
    "opens": 1.0,
}
_SUREST = 0.99
_FEW_TURNS = 6  # with fewer, the score counts for less


@dataclass(slots=True)
class _Counts:
    turns: int = 0
    words: int = 0
    asks: int = 0
    you: int = 0
    i: int = 0
    reflects: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker's features: shares of turns (``asks``, ``reflects``), shares of words
    (``you``, ``i``), the logarithm of words per turn (``length``), and whether the speaker opens (1 or 0).
    ``turns`` is how many were counted."""

    features: Mapping[str, float] = field(default_factory=dict)
    turns: int = 0


def voices(talk: Iterable[tuple[str, str]]) -> dict[str, Voice]:
    """Features of each speaker from ``(speaker, words)`` in order; reads the first 1,500 turns at most."""
    counts: dict[str, _Counts] = {}
    opener: str | None = None
    for number, (speaker, text) in enumerate(talk):
        if number >= _MOST_TURNS:
            break
        opener = opener or speaker
        _count(counts.setdefault(speaker, _Counts()), text[:4_000])
    mean = _pooled(counts.values())
    return {speaker: Voice(_features(c, mean, speaker == opener), c.turns) for speaker, c in counts.items()}


def _count(counts: _Counts, text: str) -> None:
    words = [w.replace("’", "'") for w in _WORD.findall(text.casefold())]
    counts.turns += 1
    counts.words += len(words)
    counts.you += sum(w in _YOU for w in words)
    counts.i += sum(w in _I for w in words)
    counts.asks += "?" in text
    counts.reflects += _REFLECT.match(text.lstrip("- ")) is not None


def _pooled(all_counts: Iterable[_Counts]) -> _Counts:
    total = _Counts()
    for counts in all_counts:
        for name in _Counts.__slots__:
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    return total


def _features(counts: _Counts, pooled: _Counts, opens: bool) -> dict[str, float]:
    """Shares drawn towards the whole session's, so that a few turns do not shout."""

    def share(name: str, of: str, prior: float) -> float:
        mean = getattr(pooled, name) / max(1, getattr(pooled, of))
        return float((getattr(counts, name) + prior * mean) / (getattr(counts, of) + prior))

    per_turn = {name: share(name, "turns", _PRIOR_TURNS) for name in ("asks", "reflects")}
    per_word = {name: share(name, "words", _PRIOR_WORDS) for name in ("you", "i")}
    length = math.log1p(share("words", "turns", _PRIOR_TURNS))
    return {**per_turn, **per_word, "length": length, "opens": float(opens)}


def difference(one: Voice, other: Voice) -> dict[str, float]:
    """Feature by feature, the first voice less the second."""
    return {name: one.features[name] - other.features[name] for name in WEIGHTS}


def probability(one: Voice, other: Voice) -> float:
    """The probability that of these two the first is the therapist, from 0.01 to 0.99."""
    score = sum(WEIGHTS[name] * value for name, value in difference(one, other).items())
    score *= min(1.0, (one.turns + other.turns) / _FEW_TURNS)
    chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
    return min(_SUREST, max(1 - _SUREST, chance))


def likeliest(candidates: Sequence[str], talk: Iterable[tuple[str, str]]) -> tuple[str, float]:
    """Of the candidates the likeliest therapist, and the probability against the runner-up.

    Args:
        candidates: at least two labels that occur in ``talk``.
    """
    found = voices(pair for pair in talk if pair[0] in set(candidates))
    missing = Voice(dict.fromkeys(WEIGHTS, 0.0))
    known = {label: found.get(label, missing) for label in candidates}
    chances = {a: min(probability(known[a], known[b]) for b in candidates if b != a) for a in candidates}
    best = max(candidates, key=lambda label: chances[label])
    return best, chances[best]
