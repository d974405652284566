"""Talk about the frame, found by rules over sentences: a suggestion to record a change, never a judgement on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reattune.errors import InputError
from reattune.record import FrameEvent, Role, Session, Turn
from reattune.repair.areas import AREA_KEYS
from reattune.repair.frame import AREAS
from reattune.repair.loading import data_text
from reattune.repair.reading import parse

_FILE = "frame_talk.toml"
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})
LONGEST_QUOTE = 120
"""Characters of a sentence that a suggested event carries along."""


@dataclass(frozen=True, slots=True)
class FrameSuggestion:
    """A sentence that seems to speak of the frame.

    Attributes:
        turn: index of the turn.
        area: key of the area.
        quote: the sentence, as said.
        start, end: where it stands in the turn's text, in characters.
        by: who said it.
    """

    turn: int
    area: str
    quote: str
    start: int
    end: int
    by: Role

    @property
    def why(self) -> str:
        """The suggestion in a sentence, to the therapist."""
        return f"This sounds like talk about the frame ({AREAS[self.area].title.lower()}). Would you like to record it?"

    def as_event(self, session: int) -> FrameEvent:
        """The event that would be recorded; ``session`` is the session's number."""
        words = (
            self.quote
            if len(self.quote) <= LONGEST_QUOTE
            else f"{self.quote[: LONGEST_QUOTE - 3].rstrip()}..."
        )
        return FrameEvent(session, words, self.area)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One pattern; every sentence that it matches has one of the ``cues`` in it, where there are any."""

    match: re.Pattern[str]
    by: str
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _AreaRules:
    """The patterns of an area; every sentence that one of them matches has one of the ``cues`` in it."""

    key: str
    cues: tuple[str, ...]
    rules: tuple[_Rule, ...]
    unless: tuple[re.Pattern[str], ...]

    def match(self, sentence: str, lower: str, side: str) -> bool:
        """Whether the sentence speaks of the area; ``lower`` is the sentence in small letters."""
        if not _has(lower, self.cues):
            return False
        if not any(
            rule.by in ("", side) and _has(lower, rule.cues) and rule.match.search(sentence)
            for rule in self.rules
        ):
            return False
        return not any(no.search(sentence) for no in self.unless)


def _has(lower: str, cues: tuple[str, ...]) -> bool:
    return not cues or any(map(lower.__contains__, cues))


def find_frame_talk(session: Session) -> list[FrameSuggestion]:
    """Sentences that ask for, offer, announce or report a change of the frame between the two, at most one an area and turn.

    Talk of other people's hours, fees and calls is passed over; so is anything about danger or violation, which no rule
    here looks for.
    """
    return [found for turn in session for found in _in_turn(turn)]


def _in_turn(turn: Turn) -> Iterator[FrameSuggestion]:
    if not (turn.role.helps or turn.role.strains):
        return
    side = "therapist" if turn.role.helps else "client"
    seen: set[str] = set()
    for sentence in _SENTENCE.finditer(turn.text):
        words = sentence[0].translate(_APOSTROPHES)
        for area in _areas_of(words, side):
            if area not in seen:
                seen.add(area)
                start = sentence.start() + len(sentence[0]) - len(sentence[0].lstrip())
                yield FrameSuggestion(turn.index, area, sentence[0].strip(), start, sentence.end(), turn.role)


def _areas_of(sentence: str, side: str) -> list[str]:
    lower = sentence.lower()
    return [area.key for area in _rules() if area.match(sentence, lower, side)]


@cache
def _rules() -> tuple[_AreaRules, ...]:
    return build_rules(data_text(_FILE))


def build_rules(text: str) -> tuple[_AreaRules, ...]:
    """Rules from the text of their file.

    Raises:
        InputError: a pattern is no regular expression, names an unknown part or an unknown area.
    """
    tables = parse(text, _FILE)
    parts: dict[str, str] = {}
    for name, pattern in tables.get("parts", {}).items():
        parts[name] = _filled(pattern, parts)
    everywhere = [_compiled(p, parts) for p in tables.get("everywhere", {}).get("unless", [])]
    rules = []
    for area in tables.get("area", []):
        if area.get("key") not in AREA_KEYS:
            raise InputError(f"{area.get('key')!r} is no area of the frame", path=_FILE)
        unless = (*everywhere, *(_compiled(p, parts) for p in area.get("unless", [])))
        patterns = tuple(_rule(area["key"], fields, parts) for fields in area.get("patterns", []))
        rules.append(_AreaRules(area["key"], tuple(area.get("cue", [])), patterns, unless))
    return tuple(rules)


def _rule(area: str, fields: Mapping[str, Any], parts: Mapping[str, str]) -> _Rule:
    by = fields.get("by", "")
    if by not in ("", "therapist", "client"):
        raise InputError(f"{area}: {by!r} is neither therapist nor client", path=_FILE)
    return _Rule(_compiled(str(fields.get("match", "")), parts), by, tuple(fields.get("cue", [])))


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """The pattern with its ``{name}`` parts put in; a repeat count such as ``{0,3}`` is left alone."""

    def part(found: re.Match[str]) -> str:
        if found[1] not in parts:
            raise InputError(f"{found[1]!r} is no part that was given before", path=_FILE)
        return f"(?:{parts[found[1]]})" if found[1] not in ("gap", "wide") else parts[found[1]]

    return re.sub(r"\{([a-z_]+)\}", part, pattern)


def _compiled(pattern: str, parts: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(_filled(pattern, parts), re.IGNORECASE)
    except re.error as error:
        raise InputError(f"{pattern!r} is no regular expression ({error})", path=_FILE) from error
