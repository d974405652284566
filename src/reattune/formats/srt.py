"""SubRip (.srt): numbered cues, speakers as ``Name:``; also caption files that lost their WebVTT header."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.formats.captions import Cue, is_timing, timed_turns, timing, to_draft
from reattune.formats.draft import Draft, Format, Remark, Source
from reattune.formats.prefixes import find_head
from reattune.formats.times import format_clock
from reattune.record import Session


def parse(source: Source) -> list[Draft]:
    """One session. The cue numbers are counters, not identifiers: turns get no id from them."""
    remarks: list[Remark] = []
    lines = source.text.split("\n")
    cues: list[Cue] = []
    before: list[str] = []
    for number, line in enumerate(lines, 1):
        if is_timing(line) or ("-->" in line[:80] and _is_counter(lines[number - 2] if number > 1 else "")):
            if cues and cues[-1].payload and _is_counter(cues[-1].payload[-1]):
                cues[-1].payload.pop()
            cues.append(timing(line, number, remarks))
        elif not line.strip():
            continue
        elif cues:
            cues[-1].payload.append(line)
        else:
            before.append(line)
    if [line for line in before if not _is_counter(line)]:
        remarks.append(Remark("outside", "lines before the first cue were left out", 1))
    return [to_draft(cues, remarks, entities=False)]


def _is_counter(line: str) -> bool:
    text = line.strip()
    return 0 < len(text) <= 7 and text.isascii() and text.isdigit()


def dump(sessions: Sequence[Session]) -> bytes:
    """One cue a turn, ``Name: words``."""
    lines: list[str] = []
    for number, (turn, start, end) in enumerate(timed_turns(sessions[0], "SubRip"), 1):
        times = f"{format_clock(start, point=',')} --> {format_clock(end, point=',')}"
        lines += [str(number), times, f"{turn.speaker}: {turn.text}", ""]
    return "\n".join(lines).encode()


def holds_label(label: str) -> bool:
    """Whether ``Name: words`` gives the label back when it is read again."""
    head = find_head(f"{label}: x")
    return head is not None and head.label == label and head.kind == "colon" and head.number is None


FORMAT = Format(
    "srt",
    "SubRip",
    (".srt",),
    "numbered captions with Name: before the words; cues of one speaker are joined into turns",
    parse,
    dump,
)
