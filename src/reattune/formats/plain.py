"""Plain text: ``T: ...`` / ``C: ...``, ``Dr Lee: ...``, ``[00:01:02] Sam: ...``, and header lines ``Dr Lee
0:03``."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.formats.clean import clean
from reattune.formats.draft import Draft, Format, Remark, Row, Source
from reattune.formats.prefixes import Head, choose, find_head, lead_time, numbered, stem
from reattune.formats.times import format_clock
from reattune.record import Session, Turn


def parse(source: Source) -> list[Draft]:
    """One session; a line without a label continues the turn above it."""
    return [parse_lines(source.text.split("\n"))]


def parse_lines(lines: Sequence[str]) -> Draft:
    """The session in these lines (numbered from 1)."""
    heads = [find_head(line) for line in lines]
    spoken = sum(1 for line in lines if line and not line.isspace() and not _time_alone(line))
    accepted = choose((head for head in heads if head is not None), spoken)
    labels = [head.label for head in heads if head is not None and head.label in accepted]
    by_number = numbered(labels)
    draft = Draft()
    parts: list[str] = []
    waiting: tuple[int | None, int | None] = (None, None)
    skipped: list[int] = []

    def close() -> None:
        if draft.rows:
            draft.rows[-1].text = clean(" ".join(parts))
        parts.clear()

    for number, (line, head) in enumerate(zip(lines, heads, strict=True), 1):
        if head is not None and head.label in accepted:
            close()
            draft.rows.append(_row(head, number, waiting, by_number))
            parts.append(line[head.end :])
            waiting = (None, None)
        elif line and not line.isspace():
            if (span := _time_alone(line)) is not None:
                waiting = span  # it belongs to the next speaker
            elif draft.rows:
                parts.append(line)
            else:
                skipped.append(number)
    close()
    if skipped and not draft.rows:  # words, but nobody's: the caller says so
        draft.rows.append(Row(None, clean(" ".join(lines[n - 1] for n in skipped)), line=skipped[0]))
    elif skipped:
        what = f"{len(skipped)} line(s) before the first speaker label were left out"
        draft.remarks.append(Remark("preamble", what, skipped[0]))
    for row in draft.rows:
        if not row.text:
            draft.remarks.append(
                Remark("no words", f"a label without words ({row.speaker}) was left out", row.line)
            )
    draft.rows = [row for row in draft.rows if row.text]
    return draft


def _time_alone(line: str) -> tuple[int, int | None] | None:
    """The time (or span) on a line that holds nothing else, or None."""
    if len(line) > 80:
        return None
    start, end, at = lead_time(line.strip())
    return (start, end) if start is not None and at == len(line.strip()) else None


def _row(head: Head, number: int, waiting: tuple[int | None, int | None], by_number: bool) -> Row:
    start, end = (head.start_ms, head.end_ms) if head.timed else waiting
    if end is not None and start is not None and end < start:
        end = None
    speaker = stem(head.label) if by_number else head.label
    return Row(speaker, "", start, end, head.label if by_number else head.number, line=number)


def dump(sessions: Sequence[Session]) -> bytes:
    """One line a turn: ``12. [00:01:02.000 - 00:01:05.500] Sam: words``, number and times where there are
    any."""
    return ("\n".join(lines_of(sessions[0])) + "\n").encode()


def lines_of(session: Session) -> list[str]:
    """The lines that ``dump`` writes."""
    numbers = numbered([turn.id or "" for turn in session.turns])
    return [
        _line(turn, numbers and turn.id is not None and stem(turn.id) == turn.speaker)
        for turn in session.turns
    ]


def _line(turn: Turn, numbers: bool) -> str:
    number = ""
    label = turn.speaker
    if numbers and turn.id is not None:
        label = turn.id
    elif turn.id is not None and turn.id.isascii() and turn.id.isdigit() and len(turn.id) <= 7:
        number = f"{turn.id}. "
    time = ""
    if turn.start_ms is not None:
        until = f" - {format_clock(turn.end_ms)}" if turn.end_ms is not None else ""
        time = f"[{format_clock(turn.start_ms)}{until}] "
    return f"{number}{time}{label}: {turn.text}"


FORMAT = Format(
    "text",
    "plain text",
    (".txt", ".text", ".md"),
    "lines that begin with a speaker (T:, Dr Lee:, [00:01:02] Sam:), or header lines (Dr Lee  0:03)",
    parse,
    dump,
)
