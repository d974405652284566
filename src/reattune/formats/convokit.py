"""ConvoKit's ``utterances.jsonl``: one JSON object a line; several conversations in one file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from reattune.errors import InputError
from reattune.formats.clean import clean, clean_label
from reattune.formats.draft import Draft, Format, Remark, Row, Source, fill_speakers
from reattune.formats.jsontext import load, name_of, text_of
from reattune.formats.rolewords import role_of_value
from reattune.formats.times import LIMIT_MS, from_seconds, parse_clock
from reattune.record import Session

_EPOCH_FROM = LIMIT_MS / 1000  # seconds beyond any session are clock time since 1970


def parse(source: Source) -> list[Draft]:
    """Conversations in the order in which they first appear, utterances in the file's order.

    ``timestamp`` is seconds from the start, or since 1970 (then made relative to the conversation's
    earliest, which gives the session's date). A line that is no JSON becomes a remark and is left out.

    Raises:
        InputError: not one line can be read.
    """
    remarks: list[Remark] = []
    drafts: dict[str | None, Draft] = {}
    stamps: dict[str | None, list[float | None]] = {}
    for line, value in _objects(source.text, remarks):
        row = _row(value, line, remarks)
        if row is None:
            continue
        conversation = (
            clean(name_of(value.get("conversation_id")) or name_of(value.get("root")) or "") or None
        )
        draft = drafts.setdefault(conversation, Draft(id=conversation))
        draft.date = draft.date or _date(value.get("meta"))
        draft.rows.append(row)
        stamps.setdefault(conversation, []).append(_stamp(value.get("timestamp")))
    if not drafts:
        first = remarks[0] if remarks else Remark("", "no line is an utterance", 1)
        raise InputError("no utterance can be read", mend=f"First: {first.what}", line=first.line)
    for conversation, draft in drafts.items():
        _set_times(draft, stamps[conversation])
        fill_speakers(draft.rows, draft.remarks)
    found = list(drafts.values())
    found[0].remarks[:0] = remarks
    return found


def _objects(text: str, remarks: list[Remark]) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """The objects of the file with their lines: one a line, or all in one JSON list."""
    if text.lstrip().startswith("["):
        for value in load(text):
            if isinstance(value, dict):
                yield None, value
        return
    only = text.count("\n", 0, len(text.rstrip())) == 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = load(line, line=number)
        except InputError as error:
            if only:
                raise
            where = f" (column {error.place.column})" if error.place.column else ""
            remarks.append(Remark("line left out", f"line left out: {error.what}{where}", number))
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            remarks.append(Remark("line left out", "line left out: it is no JSON object", number))


def _row(value: dict[str, Any], line: int | None, remarks: list[Remark]) -> Row | None:
    text = clean(text_of(value.get("text")))
    if not text:
        remarks.append(Remark("line left out", "line left out: it has no text", line))
        return None
    who = value.get("speaker", value.get("user"))
    if isinstance(who, dict):
        who = who.get("id", who.get("name"))
    meta = value.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    role = role_of_value(text_of(meta.get("role")))
    if role is None:
        role = role_of_value(text_of(meta.get("interlocutor")))
    end = meta.get("end_ms")
    end_ms = end if isinstance(end, int) and not isinstance(end, bool) and 0 <= end <= LIMIT_MS else None
    speaker = clean_label(name_of(who) or "") or None
    if speaker is None:
        remarks.append(Remark("no speaker", "no speaker in this line: taken as the one above going on", line))
    return Row(speaker, text, None, end_ms, clean(name_of(value.get("id")) or "") or None, role, line)


def _stamp(value: object) -> float | None:
    """Seconds of a ``timestamp``: a number, a number as text, or a clock time."""
    if isinstance(value, str):
        ms = parse_clock(value)
        if ms is not None:
            return ms / 1000
        try:
            value = float(value[:30])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e13 else None


def _set_times(draft: Draft, stamps: Sequence[float | None]) -> None:
    known = [s for s in stamps if s is not None]
    base = min(known, default=0.0)
    if base <= _EPOCH_FROM:
        base = 0.0
    elif draft.date is None:
        seconds = base / 1000 if base > 1e11 else base
        draft.date = datetime.fromtimestamp(seconds, UTC).date()
    scale = 1000.0 if base > 1e11 else 1.0  # since 1970 in milliseconds
    for row, stamp in zip(draft.rows, stamps, strict=True):
        row.start_ms = None if stamp is None else from_seconds((stamp - base) / scale)
        if row.start_ms is not None and row.end_ms is not None and row.end_ms < row.start_ms:
            row.end_ms = None


def _date(meta: object) -> date | None:
    try:
        return date.fromisoformat(text_of(meta.get("date"))) if isinstance(meta, dict) else None
    except ValueError:
        return None


def dump(sessions: Sequence[Session]) -> bytes:
    """ConvoKit's keys; role, end and date in ``meta``; each utterance replies to the one before."""
    lines: list[str] = []
    for session in sessions:
        before: str | None = None
        for turn in session.turns:
            meta: dict[str, Any] = {"role": turn.role.value}
            if turn.end_ms is not None:
                meta["end_ms"] = turn.end_ms
            if session.date is not None:
                meta["date"] = session.date.isoformat()
            value = {
                "id": turn.id,
                "conversation_id": session.id,
                "text": turn.text,
                "speaker": turn.speaker,
                "meta": meta,
                "reply-to": before,
                "timestamp": None if turn.start_ms is None else turn.start_ms / 1000,
            }
            lines.append(json.dumps(value, ensure_ascii=False))
            before = turn.id
    return ("\n".join(lines) + "\n").encode()


FORMAT = Format(
    "convokit",
    "ConvoKit utterances",
    (".jsonl", ".ndjson"),
    "one JSON object a line with id, conversation_id, speaker, text and timestamp",
    parse,
    dump,
    many=True,
)
