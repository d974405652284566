"""Which words carried a mark, for readers: words set apart in a quote, and a sentence or two beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reattune.record import Explanation, WeighedWords
from reattune.report import words
from reattune.report.clean import shorten

_PHRASE = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a quote; ``pull`` is "for", "against", or "" for words that did not stand out."""

    text: str
    pull: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What carried one mark, in words.

    Attributes:
        spoke_for, spoke_against: phrases of the turn, the weightiest first.
        instead: what the coder would say without the former, one sentence or "".
        before: which earlier turns mattered, one sentence or "".
    """

    spoke_for: tuple[str, ...]
    spoke_against: tuple[str, ...]
    instead: str
    before: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it."""
        most = f"These words weighed most: {_quoted(self.spoke_for)}." if self.spoke_for else ""
        against = f"These spoke against: {_quoted(self.spoke_against)}." if self.spoke_against else ""
        if not self.spoke_for:
            most = "No single word or phrase of it weighed much."
        return tuple(part for part in (most, self.instead, against, self.before) if part)

    @property
    def brief(self) -> str:
        """The phrases alone, for a narrow place; "" where none stood out."""
        most = f"weighed most: {_quoted(self.spoke_for[:2])}" if self.spoke_for else ""
        against = f"against: {_quoted(self.spoke_against[:1])}" if self.spoke_against else ""
        return "; ".join(part for part in (most, against) if part)


def weighed(text: str, explanation: Explanation) -> Weighed:
    """An explanation of a turn with these words, for readers."""

    def said(spans: Sequence[WeighedWords]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_bare(text[w.start : w.end]) for w in spans))

    instead = ""
    if explanation.without is not None and explanation.without < explanation.probability:
        instead = (
            f"With those left out the coder would say {words.chance(explanation.without)} "
            f"instead of {words.chance(explanation.probability)}."
        )
    return Weighed(
        said(explanation.spoke_for), said(explanation.spoke_against), instead, _before(explanation)
    )


def _bare(phrase: str) -> str:
    """A phrase without the marks at its edges, which would stand oddly beside ours."""
    return shorten(phrase, _PHRASE).strip(' "“”.,;:') or phrase


def _before(explanation: Explanation) -> str:
    raised = [words.number(e.turn) for e in explanation.earlier if e.weight > 0]
    lowered = [words.number(e.turn) for e in explanation.earlier if e.weight < 0]
    parts = [
        f"{_turns(turns)} {'speaks' if len(turns) == 1 else 'speak'} {way}"
        for turns, way in ((raised, "for it"), (lowered, "against it"))
        if turns
    ]
    return f"Of what was said before, {' and '.join(parts)}." if parts else ""


def _turns(numbers: Sequence[int]) -> str:
    return f"{'turn' if len(numbers) == 1 else 'turns'} {words.listed([str(n) for n in sorted(numbers)])}"


def _quoted(phrases: Sequence[str]) -> str:
    return words.listed([f"“{phrase}”" for phrase in phrases])


def pieces(text: str, explanation: Explanation, limit: int) -> tuple[Piece, ...]:
    """The quote ``shorten(text, limit)`` in parts, those that stood out set apart."""
    shown = shorten(text, limit)
    flat = " ".join(text.split())
    kept = len(shown) if shown == flat else len(shown) - len(" …")
    edges: list[tuple[int, int, str]] = []
    for one in explanation.words:
        start = len(" ".join(text[: one.start].split()))
        start += bool(start and text[one.start - 1].isspace())
        end = min(start + len(" ".join(text[one.start : one.end].split())), kept)
        if start < end:
            edges.append((start, end, "for" if one.weight > 0 else "against"))
    found, at = [], 0
    for start, end, pull in sorted(edges):
        found += [Piece(shown[at:start]), Piece(shown[start:end], pull)]
        at = end
    return tuple(piece for piece in (*found, Piece(shown[at:])) if piece.text)
