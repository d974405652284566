"""What a format's reader hands on: rows as they stand in the file, before anyone has a role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reattune.record import Notice, Role, Session

#: The label for words that stand before any speaker is named.
UNKNOWN = "unknown"
_PER_KIND = 20


@dataclass(slots=True)
class Row:
    """One utterance of the file. ``speaker`` is None where the file names nobody; ``line`` counts from 1."""

    speaker: str | None
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    id: str | None = None
    role: Role | None = None
    line: int | None = None


@dataclass(slots=True)
class Remark:
    """Something a reader noticed, with its line. ``kind`` groups remarks of which only the first few are
    kept."""

    kind: str
    what: str
    line: int | None = None


@dataclass(slots=True)
class Draft:
    """One session of a file, in the file's order. ``id`` is None where the file does not name the session."""

    rows: list[Row] = field(default_factory=list)
    id: str | None = None
    date: date | None = None
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's content as a reader gets it.

    Attributes:
        text: the decoded text with ``\\n`` line ends; empty for a Word file.
        data: the bytes as they are.
        columns: the user's column mapping, ``{"text": "utterance", "speaker": "who"}``.
    """

    text: str
    data: bytes = b""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """One format that transcripts come in.

    Attributes:
        name: what ``format=`` takes.
        title: its name for people.
        endings: usual file endings, with the dot.
        what: one line on what is read.
        parse: from content to drafts (None: see ``reading``).
        dump: from sessions to bytes; None where the format is not written.
        many: whether one file can hold several sessions.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    what: str
    parse: Callable[[Source], list[Draft]] = field(repr=False)
    dump: Callable[[Sequence[Session]], bytes] | None = field(default=None, repr=False)
    many: bool = False

    @property
    def writable(self) -> bool:
        """Whether ``write`` can produce it."""
        return self.dump is not None


def fill_speakers(rows: list[Row], remarks: list[Remark]) -> list[Row]:
    """Give rows without a speaker to the one who spoke before; those before the first speaker to "unknown".

    Rows are changed in place. Where nobody is named at all, nothing is done (the caller's check reports it).
    """
    if all(row.speaker is None for row in rows):
        return rows
    current: str | None = None
    for row in rows:
        if row.speaker is not None:
            current = row.speaker
            continue
        if current is None:
            remarks.append(
                Remark(
                    "no speaker yet", f"words before the first named speaker: kept as {UNKNOWN!r}", row.line
                )
            )
        row.speaker = current or UNKNOWN
    return rows


def merge_runs(rows: Iterable[Row]) -> list[Row]:
    """Join consecutive rows of one speaker into one: earliest start, latest end, the first row's id and
    line."""
    merged: list[Row] = []
    parts: list[str] = []
    for row in rows:
        last = merged[-1] if merged else None
        if last is None or last.speaker != row.speaker or last.speaker is None:
            if last is not None:
                last.text = " ".join(parts)
            merged.append(row)
            parts = [row.text]
            continue
        parts.append(row.text)
        last.start_ms = _pick(min, last.start_ms, row.start_ms)
        last.end_ms = _pick(max, last.end_ms, row.end_ms)
    if merged:
        merged[-1].text = " ".join(parts)
    return merged


def _pick(choose: Callable[[int, int], int], a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return choose(a, b)


def notices(remarks: Iterable[Remark], place: Callable[[int | None], Notice]) -> list[Notice]:
    """Remarks as notices, at most twenty of a kind and then how many more there are.

    ``place`` makes an empty notice at a line of the file.
    """
    seen: dict[str, int] = {}
    kept: list[Notice] = []
    for remark in remarks:
        seen[remark.kind] = seen.get(remark.kind, 0) + 1
        if seen[remark.kind] <= _PER_KIND:
            kept.append(Notice(remark.what, place(remark.line).place))
    for kind, count in seen.items():
        if count > _PER_KIND:
            kept.append(Notice(f"{count - _PER_KIND:,} more of the same kind ({kind})", place(None).place))
    return kept
