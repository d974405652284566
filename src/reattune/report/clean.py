"""Words from a transcript, made harmless for the place where they are shown."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES = re.compile("[\u202d\u202e]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def for_page(text: str) -> str:
    """Text for an HTML page: no control characters, direction overrides or unpaired surrogates.

    Escaping is the template's work.
    """
    return _SURROGATES.sub("\ufffd", _OVERRIDES.sub("", _CONTROLS.sub("", text)))


def for_terminal(text: str) -> str:
    """Text for a terminal on one line: no control characters, escape sequences or direction overrides."""
    flat = " ".join(_CONTROLS.sub(" ", text).split())
    return _SURROGATES.sub("\ufffd", _DIRECTIONS.sub("", flat))


def for_cell(text: str) -> str:
    """Text for a spreadsheet cell: an apostrophe stands before what would be run as a formula."""
    shown = _SURROGATES.sub("\ufffd", text.replace("\x00", ""))
    return f"'{shown}" if shown.lstrip(" ").startswith(_FORMULA) else shown


def shorten(text: str, limit: int) -> str:
    """The first ``limit`` characters at most, cut between words where there are any, with an ellipsis."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[:limit].rsplit(" ", 1)[0]
    if len(cut) < limit // 2:
        cut = flat[:limit]
    return f"{cut.rstrip(' ,;:.-–')} …"
