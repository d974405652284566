"""Finding the speaker at the head of a line: ``Dr Lee: ...``, ``[00:01:02] T: ...``, ``Sam  0:03``.

Everything here looks at a line's first 240 characters only and uses bounded patterns, so that a line of any
length costs the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reattune.formats.clean import clean_label, word_set
from reattune.formats.rolewords import is_role_label, role_of_label
from reattune.formats.times import CLOCK, parse_clock

_HEAD = 240
_RANGE = rf"({CLOCK})(?:\s{{0,3}}(?:-->|->|[-–—]|to)\s{{0,3}}({CLOCK}))?"
_LEAD_TIME = re.compile(rf"(?:[\[(]\s?{_RANGE}\s?[\])]|{_RANGE}(?=\s|$))[ \t]{{0,8}}[-–—:]?[ \t]{{0,8}}")
_NUMBER = re.compile(r"[\[(#]?([0-9]{1,7})[\])]?[.)]?[ \t]{1,8}(?=[^0-9\s])")
_BULLET = re.compile(r"(?:>>+|[-–—•])[ \t]{1,4}")
_LABEL = r"(?:\*\*|__)?([^:\n\t]{1,60}?)(?:\*\*|__)?"
_COLON = re.compile(_LABEL + r"[ \t]{0,2}[::](?:\*\*|__)?(?=\s|$)")
_TIGHT = re.compile(r"([^\W\d_]{1,20})[::](?=\S)")
_LABEL_TIME = re.compile(
    _LABEL + rf"[ \t]{{0,8}}[\[(]{_RANGE}[\])](?:\*\*|__)?[ \t]{{0,2}}(?:[::](?=\s|$)|(?=\s|$))"
)
_HEADER = re.compile(_LABEL + rf"(?:[ \t]{{1,12}}){_RANGE}[ \t]{{0,8}}$")
_NUMBERED = re.compile(r"(T|C|P|K|I|Th|Cl|Pt|Therapist|Client|Patient)[ .]?([0-9]{1,5})", re.IGNORECASE)
_HEADINGS = word_set(
    """session date time note notes topic title location duration transcript transcribed transcription
    recording attendees participants present subject agenda summary http https file length key legend page
    language re ps nb sitzung datum zeit notiz dauer thema transkript kind"""
)
_PARTICLES = word_set("von van de der den di da du la le the of und and y zu al bin")


@dataclass(frozen=True, slots=True)
class Head:
    """What may be a speaker's label at the head of a line.

    ``kind`` is ``colon`` ("Sam: words") or ``header`` ("Sam  0:03", words on the lines below). ``end`` is
    where the words begin. ``timed``: a time stands beside the label.
    """

    label: str
    kind: str
    end: int
    start_ms: int | None = None
    end_ms: int | None = None
    number: str | None = None

    @property
    def timed(self) -> bool:
        return self.start_ms is not None


def lead_time(line: str) -> tuple[int | None, int | None, int]:
    """The time or span of times at the very front of a line, and where the rest begins: ``(start, end,
    position)``."""
    found = _LEAD_TIME.match(line[:_HEAD])
    if found is None:
        return None, None, 0
    start, end, other_start, other_end = found.groups()
    first, last = start or other_start, end or other_end
    start_ms = parse_clock(first)
    if start_ms is None:
        return None, None, 0
    return start_ms, parse_clock(last) if last else None, found.end()


def find_head(line: str) -> Head | None:
    """The candidate for a label at the head of ``line``, or None. Whether it is one, ``choose`` decides for
    the whole file."""
    text = line[:_HEAD]
    at = len(text) - len(text.lstrip())
    number: str | None = None
    if (found := _NUMBER.match(text, at)) is not None:
        number, at = found.group(1), found.end()
    start_ms, end_ms, moved = lead_time(text[at:])
    at += moved
    if (found := _BULLET.match(text, at)) is not None:
        at = found.end()
    if start_ms is None and (found := _LABEL_TIME.match(text, at)) is not None:
        times = parse_clock(found.group(2)), parse_clock(found.group(3) or "")
        if times[0] is not None:
            kind = "header" if not line[found.end() :].strip() else "colon"
            return _head(found.group(1), kind, found.end(), *times, number)
    if start_ms is None and (found := _HEADER.match(text, at)) is not None and len(line) < _HEAD:
        times = parse_clock(found.group(2)), parse_clock(found.group(3) or "")
        if times[0] is not None:
            return _head(found.group(1), "header", found.end(), *times, number)
    if (found := _COLON.match(text, at)) is not None:
        return _head(found.group(1), "colon", found.end(), start_ms, end_ms, number)
    if (found := _TIGHT.match(text, at)) is not None and is_role_label(found.group(1)):
        return _head(found.group(1), "colon", found.end(), start_ms, end_ms, number)
    return None


def _head(
    raw: str, kind: str, end: int, start_ms: int | None, end_ms: int | None, number: str | None
) -> Head | None:
    label = clean_label(raw).strip("-–—•>*_ ")  # dashes and marks around a label are no part of it
    return Head(label, kind, end, start_ms, end_ms, number) if _possible(label) else None


def _possible(label: str) -> bool:
    """Whether these words can be somebody's label at all: a few words, no sentence."""
    words = label.split()
    if not 1 <= len(words) <= 6 or not any(c.isalpha() for c in label):
        return False
    if words[0].casefold().strip(".") in _HEADINGS:
        return False
    # "Dr. Lee" and "J. Smith", but not "I left. Then she said"
    return not any(w[-1] in ".!?" and len(w) > 5 for w in words[:-1]) and label[-1] not in "!?,;"


def _like_a_name(label: str) -> bool:
    words = label.split("(", maxsplit=1)[0].split() or label.split()
    return all(not w[0].islower() or w.casefold() in _PARTICLES for w in words)


def choose(heads: Iterable[Head], lines: int) -> set[str]:
    """Which candidates are speakers' labels.

    Args:
        heads: every candidate of the file.
        lines: how many lines with words the file has.

    Where every line has a candidate, all are labels. Else a candidate counts if it names a role, or looks
    like a name and comes again, has a time beside it, or stands in a file where most lines have one.
    """
    counts: Counter[str] = Counter()
    timed: set[str] = set()
    for head in heads:
        counts[head.label] += 1
        if head.timed:
            timed.add(head.label)
    total = sum(counts.values())
    if total >= lines:
        return set(counts)
    mostly = total >= 0.8 * lines
    chosen = {label for label, n in counts.items() if _accepted(label, n, label in timed, mostly, lines)}
    if len(chosen) == 1:  # a short file: the second voice may have spoken once
        chosen |= {label for label in counts if _like_a_name(label)}
    return chosen


def _accepted(label: str, count: int, timed: bool, mostly: bool, lines: int) -> bool:
    named = _like_a_name(label)
    if is_role_label(label) and (named or " " not in label or role_of_label(label) is None):
        return True
    if named:
        return timed or count >= 2 or mostly
    return " " not in label and count >= 3 and count * 12 >= lines


def numbered(labels: list[str]) -> bool:
    """Whether the labels are letters with the turn's number on them: T1, C1, T2, C2, T3 ..., not two clients
    C1 and C2."""
    last: dict[str, int] = {}
    most = 0
    for label in labels:
        found = _NUMBERED.fullmatch(label)
        if found is None:
            return False
        stem, number = found.group(1), int(found.group(2))
        if number <= last.get(stem, -1):
            return False
        last[stem] = number
        most += 1
    return len(last) >= 2 and most >= 4


def stem(label: str) -> str:
    """``T`` of ``T12``."""
    found = _NUMBERED.fullmatch(label)
    return found.group(1) if found else label
