"""Which format: by what is in the file. The name decides only where the content leaves it open."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from reattune.formats.captions import is_timing
from reattune.formats.catalog import by_ending
from reattune.formats.decode import binary_error, decode, what_binary
from reattune.formats.prefixes import choose, find_head
from reattune.formats.table import DELIMITERS, delimiter_of, header_of, known_columns
from reattune.formats.word import is_word

_JSON = re.compile(r"\{\s{0,1000}[\"}]|\[\s{0,1000}[\]{\[]")
_LINES = 200


def sniff_bytes(data: bytes, name: str = "", columns: Mapping[str, str] | None = None) -> str:
    """The name of the format that ``data`` is in.

    Raises:
        InputError: an empty file, or one that is no transcript (the message says what it seems to be).
    """
    if data.startswith(b"PK"):
        if is_word(data):
            return "docx"
        raise binary_error(what_binary(data) or "a damaged archive")
    return sniff_text(decode(data)[0], name, columns)


def sniff_text(text: str, name: str = "", columns: Mapping[str, str] | None = None) -> str:
    """The name of the format that decoded ``text`` is in; "text" where nothing else fits."""
    start = len(text) - len(text.lstrip())
    if re.match(r"WEBVTT(?!\w)", text[start : start + 7]):
        return "webvtt"
    if _JSON.match(text, start):
        return _json_kind(text[start:])
    lines = _first_lines(text)
    if any(is_timing(line) for line in lines):
        return "srt"
    if _is_table(text, lines, name, columns or {}):
        return "tsv" if delimiter_of(text, columns) == "\t" else "csv"
    return "text"


def _is_table(text: str, lines: Sequence[str], name: str, columns: Mapping[str, str]) -> bool:
    """Known or mapped columns in the first line; else even cells or the file's ending, but no speakers'
    labels."""
    if columns or known_columns(header_of(text), delimiter_of(text), {}) >= 2:
        return True
    heads = [head for line in lines if (head := find_head(line)) is not None]
    if choose(heads, len(lines)):
        return False
    hint = by_ending(name)
    return (hint is not None and hint.name in ("csv", "tsv")) or _even(lines)


def _first_lines(text: str) -> list[str]:
    """The first lines that have words in them."""
    lines: list[str] = []
    at = 0
    while at < len(text) and len(lines) < _LINES:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at : min(end, at + 2_000)]
        if line and not line.isspace():
            lines.append(line)
        at = end + 1
    return lines


def _json_kind(text: str) -> str:
    end = text.find("\n")
    first = text if end < 0 else text[:end]
    if len(first) < 1_000_000 and first.startswith("{"):
        try:
            value = json.loads(first)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return "whisperx" if "segments" in value else "convokit"
    head = text[:100_000]
    if '"segments"' in head:
        return "whisperx"
    if '"conversation_id"' in head or '"reply-to"' in head or '"root"' in head:
        return "convokit"
    return "whisperx"


def _even(lines: Sequence[str]) -> bool:
    """Whether the lines look like a table: at least three, each with the same number of one delimiter."""
    some = lines[:8]
    return len(some) >= 3 and any(
        some[0].count(d) > 0 and len({line.count(d) for line in some}) == 1 for d in DELIMITERS
    )
