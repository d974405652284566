"""What WebVTT and SubRip have in common: cues with times, speakers in them, and turns made of cues."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reattune.errors import SettingError
from reattune.formats.clean import clean, clean_label
from reattune.formats.draft import Draft, Remark, Row, fill_speakers, merge_runs
from reattune.formats.prefixes import Head, choose, find_head
from reattune.formats.times import CLOCK, parse_clock
from reattune.record import Session, Turn

_TIMING = re.compile(rf"[ \t]{{0,8}}({CLOCK})[ \t]{{0,8}}-->[ \t]{{0,8}}({CLOCK})(?:[ \t].{{0,400}})?$")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?[ \t]{1,8}([^<>]{1,300})>")
_TAG = re.compile(
    r"</?(?:(?:c|i|b|u|s|v|font|lang|ruby|rt)(?:[.\s/][^<>]{0,300})?|[0-9][0-9:.,]{0,20})?>", re.IGNORECASE
)
_OVERRIDE = re.compile(r"\{\\[a-zA-Z][^{}]{0,60}\}")  # {\an8}, in SubRip files
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass(slots=True)
class Cue:
    """One cue: its lines of payload, times in ms (None where the timing line cannot be read)."""

    line: int
    start_ms: int | None
    end_ms: int | None
    id: str | None = None
    payload: list[str] = field(default_factory=list)


def is_timing(line: str) -> bool:
    """Whether ``line`` is a readable timing line."""
    return "-->" in line[:80] and _TIMING.match(line[:600]) is not None


def timing(line: str, number: int, remarks: list[Remark]) -> Cue:
    """The cue that a line with ``-->`` opens; what is wrong with its times goes to ``remarks``."""
    found = _TIMING.match(line[:600])
    start = parse_clock(found.group(1)) if found else None
    end = parse_clock(found.group(2)) if found else None
    if start is None or end is None:
        remarks.append(
            Remark("bad cue times", f"cannot read the times {clean(line[:60])!r}: words kept", number)
        )
        return Cue(number, None, None)
    if end < start:
        remarks.append(
            Remark("cue ends early", "the cue ends before it starts: its end was set to its start", number)
        )
        end = start
    return Cue(number, start, end)


def to_draft(cues: Sequence[Cue], remarks: list[Remark], *, entities: bool) -> Draft:
    """Turns from cues: speakers found, cues of one speaker joined.

    Args:
        cues: in the file's order.
        entities: whether ``&amp;`` and the like stand for characters.
    """
    rows = list(_rows(cues, entities=entities))
    fill_speakers(rows, remarks)
    rows = merge_runs(rows)
    if not entities:
        for row in rows:
            row.text = _settled(row.text)
    return Draft([row for row in rows if row.text], remarks=remarks)


def _rows(cues: Sequence[Cue], *, entities: bool) -> Iterator[Row]:
    voiced = any(_VOICE.search(line) for cue in cues for line in cue.payload if "<v" in line)
    accepted: set[str] = set()
    if not voiced:
        heads = [[find_head(_plain(line, entities)) for line in cue.payload] for cue in cues]
        accepted = _labels(heads, cues)
    for cue in cues:
        parts = _by_voice(cue, entities) if voiced else _by_prefix(cue, accepted, entities)
        first = True
        for speaker, words in parts:
            text = clean(words)
            if not text:
                continue
            label = None if speaker is None else clean_label(speaker) or None
            yield Row(label, text, cue.start_ms, cue.end_ms, cue.id if first else None, line=cue.line)
            first = False


def _labels(heads: Sequence[Sequence[Head | None]], cues: Sequence[Cue]) -> set[str]:
    """Labels are weighed on the first line of each cue; a label that holds there holds on later lines,
    too."""
    firsts = [line_heads[0] for line_heads in heads if line_heads]
    spoken = sum(1 for cue in cues if cue.payload)
    accepted = choose([head for head in firsts if head is not None], spoken)
    later = [h for line_heads in heads for h in line_heads[1:] if h is not None]
    return accepted | choose(later, 10**9) if accepted else accepted


def _by_voice(cue: Cue, entities: bool) -> Iterator[tuple[str | None, str]]:
    """The stretches of one cue by ``<v Name>``; what stands before the first has no name."""
    text = "\n".join(cue.payload)
    speaker: str | None = None
    at = 0
    for found in _VOICE.finditer(text):
        yield speaker, _plain(text[at : found.start()], entities)
        speaker, at = _plain(found.group(1), entities), found.end()
    yield speaker, _plain(text[at:], entities)


def _by_prefix(cue: Cue, accepted: set[str], entities: bool) -> Iterator[tuple[str | None, str]]:
    speaker: str | None = None
    held: list[str] = []
    for raw in cue.payload:
        line = _plain(raw, entities)
        head = find_head(line)
        if head is not None and head.label in accepted and head.kind == "colon":
            yield speaker, " ".join(held)
            speaker, held = head.label, [line[head.end :]]
        else:
            held.append(line)
    yield speaker, " ".join(held)


def _plain(text: str, entities: bool) -> str:
    """Without tags, and with entities as the characters they stand for (else without SubRip's overrides)."""
    if "<" in text:
        text = _TAG.sub("", text)
    if not entities:
        return _OVERRIDE.sub("", text) if "{" in text else text
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text) if "&" in text else text


def _settled(text: str) -> str:
    """Without the tags that appear when lines are joined; SubRip could not keep them apart from words."""
    for _ in range(10):
        bare = clean(_plain(text, False))
        if bare == text:
            return text
        text = bare
    return clean(text.replace("<", " ").replace("{", " "))


def timed_turns(session: Session, title: str) -> Iterable[tuple[Turn, int, int]]:
    """The turns with start and end; a missing end is the next turn's start.

    Raises:
        SettingError: a turn without a start, which a caption file cannot hold.
    """
    turns = session.turns
    for turn, following in zip(turns, (*turns[1:], None), strict=True):
        if turn.start_ms is None:
            raise SettingError(
                f"turn {turn.index} of session {session.id} has no time, and {title} needs one for each",
                mend="Write it as text (.txt) or a table (.csv)",
            )
        end = turn.end_ms
        if end is None:
            end = (
                following.start_ms
                if following is not None and following.start_ms is not None
                else turn.start_ms
            )
        yield turn, turn.start_ms, max(end, turn.start_ms)
