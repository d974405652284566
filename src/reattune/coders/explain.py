"""Which words carried a decision: they are left out, the turn is read again, and the difference is their weight.

Occlusion (Zeiler & Fergus, 2014, on pictures; Li, Monroe & Jurafsky, 2016, on words): it asks of the coder what it really does
with other words, and needs to know nothing of its inside. It says what moved *this coder*, not what moved the client. Weights
are taken one by one and do not add up: of two words that say the same, leaving out either changes little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from reattune.coders.labels import LABELS
from reattune.errors import SettingError
from reattune.record import Explanation, Session, WeighedTurn, WeighedWords

Floats = NDArray[np.float64]

PHRASE = 6
"""Words in a phrase, at most: a turn is taken apart at its commas and stops, and what is longer is cut evenly."""
PHRASES = 16
"""Phrases that a turn is taken apart into, at most; in a longer turn neighbours go together."""
EARLIER = 6
"""So many turns before are tried."""
LEAST = 0.1
"""A weight, in log odds, below which nothing stands out."""
SHARE = 0.25
"""What stands out has at least this share of the weight of the weightiest."""
NAMED = 3
"""So many phrases for, so many against, and so many earlier turns are named at most."""
REFINED = 2
"""So many phrases are looked into word by word."""
NEARLY_ALL = 0.8
"""Part of a phrase stands for the whole when it carries this share of its weight."""

_WORD = re.compile(r"\S+")
_OPENS, _CLOSES = re.compile(r"^[\[(]"), re.compile(r"[.,;:?!…\])–—][\"'”’)]*$")
_EITHER = ("rupture", "withdrawal", "confrontation")

Span = tuple[int, int]


@runtime_checkable
class Rereads(Protocol):
    """A coder that can be asked what it would have said to other words."""

    def reread(self, session: Session, turn: int, changes: Sequence[Mapping[int, str]]) -> Floats:
        """Probabilities, (changes, labels), of one turn with some turns' words changed; see ``EmbeddedCoder.reread``."""


def explain(coder: object, session: Session, turn: int, label: str = "rupture") -> Explanation:
    """What carried the decision on one turn.

    Args:
        coder: one that can read a turn again (the embedded coder can; a person cannot).
        session: the whole session.
        turn: index of the turn.
        label: "rupture" for what marks a client turn, or a single family.

    Raises:
        SettingError: this coder cannot, or there is no such label.
    """
    if not isinstance(coder, Rereads):
        raise SettingError(
            "this coder cannot say which words weighed", mend="Use the embedded coder, or ask without."
        )
    if label not in LABELS:
        raise SettingError(f"there is no label {label!r}", mend=f"Known: {', '.join(LABELS[:5])}.")
    return _Weighing(coder, session, turn, label).explanation()


def phrases(text: str) -> list[list[Span]]:
    """The places of a turn's words, phrase by phrase."""
    found: list[list[Span]] = [[]]
    for word in _WORD.finditer(text):
        if found[-1] and _OPENS.search(word[0]):
            found.append([])
        found[-1].append(word.span())
        if _CLOSES.search(word[0]):
            found.append([])
    cut = [part for words in found if words for part in _cut(words)]
    together = max(1, -(-len(cut) // PHRASES))
    return [list(chain(*cut[i : i + together])) for i in range(0, len(cut), together)]


def _cut(words: list[Span]) -> list[list[Span]]:
    """A long phrase as parts of like length."""
    parts = -(-len(words) // PHRASE)
    size = -(-len(words) // parts)
    return [words[i : i + size] for i in range(0, len(words), size)]


class _Weighing:
    """One turn on the scales: every question to the coder is the turn with something left out."""

    def __init__(self, coder: Rereads, session: Session, turn: int, label: str) -> None:
        self.coder, self.session, self.turn, self.label = coder, session, turn, label
        self.text = session.turns[turn].text
        self.odds = self._ask([{}])[0]

    def explanation(self) -> Explanation:
        parts = phrases(self.text)
        spans = [(words[0][0], words[-1][1]) for words in parts]
        before = [
            i for i in range(max(0, self.turn - EARLIER), self.turn) if self.session.turns[i].text.strip()
        ]
        weights = self._weights([*([span] for span in spans)], before)
        earlier = [WeighedTurn(i, float(w)) for i, w in zip(before, weights[len(spans) :], strict=True)]
        words: list[WeighedWords] = []
        for sign in (1, -1):
            for rank, at in enumerate(_standing_out(sign * weights[: len(spans)])):
                whole = WeighedWords(*spans[at], float(weights[at]))
                words.append(self._core(parts[at], whole) if sign > 0 and rank < REFINED else whole)
        words.sort(key=lambda w: -abs(w.weight))
        forth = [(w.start, w.end) for w in words if w.weight > 0]
        without = _chance(self._ask([{self.turn: _without(self.text, forth)}])[0]) if forth else None
        named = [earlier[i] for i in _standing_out(np.abs([e.weight for e in earlier]))]
        return Explanation(self.turn, self.label, _chance(self.odds), without, tuple(words), tuple(named))

    def _core(self, words: Sequence[Span], whole: WeighedWords) -> WeighedWords:
        """The part of a phrase that does nearly all, where there is one."""
        if len(words) < 2:
            return whole
        each = self._weights([[word] for word in words])
        pull = np.flatnonzero(each >= max(LEAST, SHARE * each.max()))
        if not len(pull) or pull[-1] - pull[0] + 1 == len(words):
            return whole
        part = (words[pull[0]][0], words[pull[-1]][1])
        (weight,) = self._weights([[part]])
        return WeighedWords(*part, float(weight)) if weight >= NEARLY_ALL * whole.weight else whole

    def _weights(self, left_out: Sequence[Sequence[Span]], unsaid: Sequence[int] = ()) -> Floats:
        """Log odds lost with these words of the turn left out, and with these earlier turns unsaid."""
        changes = [{self.turn: _without(self.text, spans)} for spans in left_out]
        lost: Floats = self.odds - self._ask([*changes, *({i: ""} for i in unsaid)])
        return lost

    def _ask(self, changes: Sequence[Mapping[int, str]]) -> Floats:
        """Log odds of the label; a rupture is whichever of its three readings is the likeliest, as in the verdict."""
        names = _EITHER if self.label == "rupture" else (self.label,)
        found = self.coder.reread(self.session, self.turn, changes)
        p = np.clip(found[:, [LABELS.index(n) for n in names]].max(axis=1), 1e-9, 1 - 1e-9)
        odds: Floats = np.log(p / (1 - p))
        return odds


def _standing_out(pull: Floats) -> list[int]:
    """Places of what stands out, the weightiest first."""
    least = max(LEAST, SHARE * float(pull.max(initial=0.0)))
    return [int(i) for i in np.argsort(-pull, kind="stable")[:NAMED] if pull[i] >= least]


def _without(text: str, spans: Sequence[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return " ".join(text.split())


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))
