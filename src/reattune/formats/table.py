"""CSV and TSV: one utterance a row; columns known by name or mapped by the user; several transcripts in one
file."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reattune.errors import InputError, SettingError
from reattune.formats.clean import clean, clean_label
from reattune.formats.draft import Draft, Format, Remark, Row, Source, fill_speakers
from reattune.formats.rolewords import role_of_value
from reattune.formats.times import parse_time
from reattune.record import Role, Session

DELIMITERS = (",", "\t", ";", "|")
#: Each field and the column names known for it, in lower case with ``_`` for spaces and hyphens.
KNOWN: dict[str, tuple[str, ...]] = {
    "text": ("utterance_text", "text", "utterance", "transcript", "content", "words", "message", "sentence",
             "äußerung", "inhalt"),
    "speaker": ("speaker", "speaker_name", "speaker_id", "speaker_label", "sender", "name", "participant",
                "who", "user", "sprecher", "sprecherin"),
    "role": ("interlocutor", "role", "speaker_role", "rolle"),
    "session": ("transcript_id", "session_id", "session", "conversation_id", "dialogue_id", "dialog_id"),
    "id": ("utterance_id", "turn_id", "utt_id", "id", "turn", "nr", "no"),
    "start": ("timestamp", "start", "start_time", "begin", "time", "zeit", "von"),
    "end": ("end", "end_time", "stop", "bis"),
    "start_ms": ("start_ms", "begin_ms"),
    "end_ms": ("end_ms", "stop_ms"),
    "date": ("date", "session_date", "datum"),
}  # fmt: skip
_COLUMNS = ("session", "date", "id", "speaker", "role", "start_ms", "end_ms", "text")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of cells; ``bad`` says why it cannot be used."""

    line: int
    cells: list[str]
    bad: str | None = None


def parse(source: Source) -> list[Draft]:
    """Sessions in the order in which they first appear; rows stay rows.

    A row that cannot be used becomes a remark with its line and is left out; the rest goes on.

    Raises:
        InputError: the needed columns are missing (the message lists those found), or no row can be used.
        SettingError: the mapping names a field or a column that does not exist.
    """
    records = records_of(source.text, delimiter_of(source.text, source.columns))
    header = next(records, None)
    if header is None or header.bad:
        raise InputError("the table has no header line", mend="Add one, such as: speaker,text", line=1)
    names = [clean(cell) for cell in header.cells]
    places = _places(names, source.columns, header.line)
    remarks: list[Remark] = []
    drafts: dict[str | None, Draft] = {}
    seen: dict[tuple[str | None, str], tuple[str | None, str]] = {}
    for record in records:
        why = record.bad or _unusable(record.cells, names, places)
        if why:
            remarks.append(Remark("row left out", f"row left out: {why}", record.line))
            continue
        cells = {name: record.cells[at] for name, at in places.items() if at < len(record.cells)}
        row = _row(cells, record.line, remarks)
        session = clean(cells.get("session", "")) or None
        if row.id is not None:
            said = (row.speaker, row.text)
            if seen.get((session, row.id)) == said:
                remarks.append(Remark("row twice", f"row left out: utterance {row.id!r} again", record.line))
                continue
            seen[session, row.id] = said
        draft = drafts.setdefault(session, Draft(id=session, date=_date(cells.get("date", ""))))
        draft.rows.append(row)
    for draft in drafts.values():
        fill_speakers(draft.rows, draft.remarks)
    found = list(drafts.values())
    if found:
        found[0].remarks[:0] = remarks
    elif remarks:
        raise InputError(
            "no row of the table can be used", mend=f"First {remarks[0].what}", line=remarks[0].line
        )
    return found


def _unusable(cells: Sequence[str], names: Sequence[str], places: Mapping[str, int]) -> str | None:
    """Why a row cannot be used, or None."""
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return f"it has {len(cells)} cells, the header {len(names)} (put the words in double quotes)"
    if places["text"] >= len(cells):
        return f"it has {len(cells)} of {len(names)} cells"
    return None if clean(cells[places["text"]]) else "it has no words"


def _row(cells: Mapping[str, str], line: int, remarks: list[Remark]) -> Row:
    speaker = clean_label(cells.get("speaker", ""))
    role: Role | None = None
    if "role" in cells:
        role = role_of_value(cells["role"])
        speaker = speaker or ("" if "speaker" in cells else clean_label(cells["role"]))
    if not speaker:
        remarks.append(Remark("no speaker", "no speaker in this row: taken as the one above going on", line))
        role = None
    times: dict[str, int | None] = {}
    for name in ("start", "end"):
        unit = "ms" if f"{name}_ms" in cells else "s"
        cell = cells.get(f"{name}_ms", cells.get(name, "")).strip()
        times[name] = parse_time(cell[:60], unit=unit) if cell else None
        if cell and times[name] is None:
            remarks.append(
                Remark("time", f"cannot read the time {clean(cell[:40])!r}: row kept without it", line)
            )
    end = times["end"]
    if end is not None and times["start"] is not None and end < times["start"]:
        remarks.append(Remark("ends early", "the row ends before it starts: kept without its end", line))
        end = None
    text, name_of = clean(cells["text"]), clean(cells.get("id", ""))
    return Row(speaker or None, text, times["start"], end, name_of or None, role, line)


def _date(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.strip()[:10])
    except ValueError:
        return None


def _places(names: Sequence[str], columns: Mapping[str, str], line: int) -> dict[str, int]:
    """Which column (from 0) holds which field."""
    listed = ", ".join(repr(name) for name in names[:30]) or "none"
    keys = [_key(name) for name in names]
    places: dict[str, int] = {}
    for field, column in columns.items():
        if field not in KNOWN:
            raise SettingError(f"{field!r} is no field of a transcript", mend=f"Fields: {', '.join(KNOWN)}")
        if column in names:
            places[field] = names.index(column)
        elif _key(column) in keys:
            places[field] = keys.index(_key(column))
        else:
            raise SettingError(f"the table has no column {column!r}", mend=f"Its columns: {listed}")
    taken = set(places.values())
    for field, known in KNOWN.items():
        at = next((keys.index(k) for k in known if k in keys and keys.index(k) not in taken), None)
        if field not in places and at is not None:
            places[field] = at
    missing = [] if "text" in places else ["the words"]
    if "speaker" not in places and "role" not in places:
        missing.append("the speaker")
    if missing:
        raise InputError(
            f"the table has no column for {' or '.join(missing)} (columns found: {listed})",
            mend="Say which is which: --columns text=utterance,speaker=who",
            line=line,
        )
    return places


def _key(name: str) -> str:
    return clean(name[:100]).casefold().replace(" ", "_").replace("-", "_")


def delimiter_of(text: str, columns: Mapping[str, str] | None = None) -> str:
    """The delimiter that finds the most known columns in the header, then the most cells."""
    header = header_of(text)
    return max(DELIMITERS, key=lambda d: (known_columns(header, d, columns or {}), header.count(d)))


def header_of(text: str) -> str:
    """The first line with words, at most 20,000 characters of it."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    return text[start : min(end if end >= 0 else len(text), start + 20_000)]


def known_columns(header: str, delimiter: str, columns: Mapping[str, str]) -> int:
    """How many cells of a header line are columns that are known or mapped."""
    if delimiter not in header:
        return 0
    wanted = {_key(c) for c in columns.values()}
    wanted |= {name for names in KNOWN.values() for name in names}
    try:
        cells = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(_key(cell) in wanted for cell in cells)


def records_of(text: str, delimiter: str) -> Iterator[Record]:
    """Rows with the number of the line that each begins on.

    A quote that never closes costs its own line only: lines are grouped so that each group has its quotes in
    pairs, and where a group makes no rows of the header's width, its first line is given up and reading goes
    on with the next.
    """
    lines = text.split("\n")
    odd = [i for i, line in enumerate(lines) if line.count('"') % 2]
    width: int | None = None
    at = 0
    while at < len(lines):
        last = at
        if lines[at].count('"') % 2:
            after = bisect_left(odd, at + 1)
            last = odd[after] if after < len(odd) else len(lines)
        group = _cells(lines[at : last + 1], at, delimiter) if last < len(lines) else None
        if group is None or (last > at and width is not None and any(len(r.cells) != width for r in group)):
            alone = _cells(lines[at : at + 1], at, delimiter)
            if (
                alone is not None
                and len(alone) == 1
                and len(alone[0].cells) == width
                and _stray(lines[at], delimiter)
            ):
                yield alone[0]  # a quotation mark inside unquoted words, such as 5" tall
            else:
                yield Record(at + 1, [], "a quotation mark is not closed")
            at += 1
            continue
        for record in group:
            if width is None and record.cells:
                width = len(record.cells)
            if record.cells:
                yield record
        at = last + 1


def _stray(line: str, delimiter: str) -> bool:
    """Whether the line's odd quotation mark opens no cell."""
    return not any(cell.startswith('"') for cell in line.split(delimiter))


def _cells(lines: Sequence[str], offset: int, delimiter: str) -> list[Record] | None:
    """The rows in a group of lines, or None where the group cannot be read."""
    several = len(lines) > 1  # then a closing quotation mark must end its cell, or it closes nothing
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=several)
    records: list[Record] = []
    begins = offset + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append(Record(begins, cells))
            begins = offset + reader.line_num + 1
    except csv.Error:
        return None if several else [Record(offset + 1, [""], "a cell is too long or damaged")]
    return records


def _dump(sessions: Sequence[Session], delimiter: str) -> bytes:
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter=delimiter, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for session in sessions:
        day = session.date.isoformat() if session.date else ""
        for turn in session.turns:
            start = "" if turn.start_ms is None else turn.start_ms
            end = "" if turn.end_ms is None else turn.end_ms
            writer.writerow(
                (session.id, day, turn.id or "", turn.speaker, turn.role.value, start, end, turn.text)
            )
    return held.getvalue().encode()


def dump_csv(sessions: Sequence[Session]) -> bytes:
    """Columns ``session, date, id, speaker, role, start_ms, end_ms, text``."""
    return _dump(sessions, ",")


def dump_tsv(sessions: Sequence[Session]) -> bytes:
    """As ``dump_csv``, with tabs."""
    return _dump(sessions, "\t")


_WHAT = "a table with a header line, one utterance a row; columns known by name (AnnoMI's too) or mapped"
CSV = Format("csv", "CSV", (".csv",), _WHAT, parse, dump_csv, many=True)
TSV = Format(
    "tsv", "TSV", (".tsv", ".tab"), "as CSV, with tabs between the cells", parse, dump_tsv, many=True
)
