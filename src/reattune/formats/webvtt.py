"""WebVTT: ``<v Name>`` voices or ``Name:`` prefixes; Zoom, Teams and hand-made files; written with voices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reattune.formats.captions import Cue, is_timing, timed_turns, timing, to_draft
from reattune.formats.clean import clean
from reattune.formats.draft import Draft, Format, Remark, Source
from reattune.formats.times import format_clock
from reattune.record import Session

_ASIDE = ("NOTE", "STYLE", "REGION")


def parse(source: Source) -> list[Draft]:
    """One session. Cues of one speaker in a row make one turn, whose id is the first cue's identifier."""
    remarks: list[Remark] = []
    cues: list[Cue] = []
    header_seen = False
    for number, block in _blocks(source.text):
        if not header_seen and block[0].lstrip().startswith("WEBVTT"):
            header_seen = True
            cues.extend(_cues(*_after_header(number, block), remarks))
        elif not _is_aside(block[0]):
            cues.extend(_cues(number, block, remarks))
    return [to_draft(cues, remarks, entities=True)]


def _is_aside(line: str) -> bool:
    """Whether a block that begins with this line is a comment, a style or a region."""
    return line.split(maxsplit=1)[0] in _ASIDE


def _after_header(number: int, block: list[str]) -> tuple[int, list[str]]:
    """What follows the header in its own block, where the blank line after it is missing: nothing, or
    cues."""
    first = next((i for i, line in enumerate(block) if is_timing(line)), len(block))
    if first > 1 and first < len(block):
        first -= 1  # the line before a timing is the cue's identifier
    return number + first, block[first:]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines between blank ones, each with the number of its first line."""
    block: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            if not block:
                start = number
            block.append(line)
        elif block:
            yield start, block
            block = []
    if block:
        yield start, block


def _cues(number: int, block: list[str], remarks: list[Remark]) -> Iterator[Cue]:
    """The cues of one block: usually one, more where blank lines between them are missing."""
    heads = [i for i, line in enumerate(block) if is_timing(line)]
    if not heads:  # times that cannot be read, with or without an identifier above them
        heads = [i for i, line in enumerate(block[:2]) if "-->" in line[:200]][:1]
    if not heads:
        if block:
            remarks.append(Remark("outside", "lines that belong to no cue were left out", number))
        return
    for at, following in zip(heads, (*heads[1:], None), strict=True):
        cue = timing(block[at], number + at, remarks)
        if at == 1 and "-->" not in block[0] and not _is_aside(block[0]):
            cue.id = clean(block[0][:200]) or None
        cue.payload = block[at + 1 : following]
        yield cue


def dump(sessions: Sequence[Session]) -> bytes:
    """One cue a turn with its voice; identifiers where turns have them."""
    lines = ["WEBVTT", ""]
    for turn, start, end in timed_turns(sessions[0], "WebVTT"):
        if turn.id is not None and "-->" not in turn.id and not _is_aside(turn.id):
            lines.append(turn.id)
        lines.append(f"{format_clock(start)} --> {format_clock(end)}")
        lines.append(f"<v {_escape(turn.speaker)}>{_escape(turn.text)}</v>")
        lines.append("")
    return "\n".join(lines).encode()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


FORMAT = Format(
    "webvtt",
    "WebVTT",
    (".vtt",),
    "captions with <v Name> or Name: (Zoom, Teams, and others); cues of one speaker are joined into turns",
    parse,
    dump,
)
