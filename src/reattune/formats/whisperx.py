"""WhisperX (and Whisper) JSON: ``{"segments": [{"start": 0.0, "end": 1.2, "text": "...", "speaker":
"SPEAKER_00"}]}``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reattune.errors import InputError
from reattune.formats.clean import clean, clean_label
from reattune.formats.draft import Draft, Format, Remark, Row, Source, fill_speakers, merge_runs
from reattune.formats.jsontext import load, name_of, text_of
from reattune.formats.rolewords import role_of_value
from reattune.formats.times import from_seconds
from reattune.record import Session


def parse(source: Source) -> list[Draft]:
    """One session. Segments of one speaker in a row make one turn.

    A segment without a speaker goes to the one who spoke before, with a remark.

    Raises:
        InputError: no JSON, or JSON without a list of segments.
    """
    value = load(source.text)
    segments = value.get("segments") if isinstance(value, dict) else value
    if not isinstance(segments, list):
        raise InputError(
            "this JSON has no list of segments",
            mend="Give WhisperX's JSON output, or ConvoKit's utterances.jsonl",
            line=1,
        )
    remarks: list[Remark] = []
    rows: list[Row] = []
    for number, segment in enumerate(segments):
        row = _row(segment, number, remarks)
        if row is not None:
            rows.append(row)
    unnamed = [row for row in rows if row.speaker is None]
    if unnamed and len(unnamed) < len(rows):
        what = f"{len(unnamed)} segment(s) without a speaker were given to the one who spoke before"
        remarks.append(Remark("no speaker", what))
    fill_speakers(rows, remarks)
    return [Draft(merge_runs(rows), remarks=remarks)]


def _row(segment: Any, number: int, remarks: list[Remark]) -> Row | None:
    if not isinstance(segment, dict):
        remarks.append(Remark("segment", f"segment {number} is no object and was left out"))
        return None
    text = clean(text_of(segment.get("text")))
    if not text:
        if not isinstance(segment.get("text"), str):
            remarks.append(Remark("segment", f"segment {number} has no text and was left out"))
        return None
    start, end = from_seconds(segment.get("start")), from_seconds(segment.get("end"))
    for name, value in (("start", start), ("end", end)):
        if value is None and segment.get(name) is not None:
            remarks.append(Remark("time", f"segment {number} has an unusable {name}: kept without it"))
    if start is not None and end is not None and end < start:
        remarks.append(Remark("ends early", f"segment {number} ends before it starts: kept without its end"))
        end = None
    speaker = clean_label(name_of(segment.get("speaker")) or "") or None
    role = role_of_value(text_of(segment.get("role")))
    return Row(speaker, text, start, end, clean(name_of(segment.get("id")) or "") or None, role)


def dump(sessions: Sequence[Session]) -> bytes:
    """One segment a turn, with WhisperX's keys and ``role``, and ``id`` where there is one; times in
    seconds."""
    segments: list[dict[str, Any]] = []
    for turn in sessions[0].turns:
        segment: dict[str, Any] = {}
        if turn.id is not None:
            segment["id"] = turn.id
        if turn.start_ms is not None:
            segment["start"] = turn.start_ms / 1000
        if turn.end_ms is not None:
            segment["end"] = turn.end_ms / 1000
        segment |= {"text": turn.text, "speaker": turn.speaker, "role": turn.role.value}
        segments.append(segment)
    return (json.dumps({"segments": segments}, ensure_ascii=False, indent=1) + "\n").encode()


FORMAT = Format(
    "whisperx",
    "WhisperX JSON",
    (".json",),
    "segments with start, end, text and speaker; segments of one speaker are joined into turns",
    parse,
    dump,
)
