"""JSON as transcripts come in it, with errors that say line and column."""

from __future__ import annotations

import json
from typing import Any

from reattune.errors import InputError


def load(text: str, *, line: int = 1) -> Any:
    """The value in ``text``.

    Args:
        line: number of the file's line that ``text`` begins on.

    Raises:
        InputError: not JSON, cut off, or nested beyond reason.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated string")
        what = "the JSON is cut off" if cut else f"this is not valid JSON ({error.msg})"
        mend = (
            "Export or copy the file again; its end is missing"
            if cut
            else "Mend the place or export the file again"
        )
        raise InputError(what, mend=mend, line=line + error.lineno - 1, column=error.colno) from None
    except (RecursionError, ValueError):
        raise InputError(
            "this JSON is nested too deeply or holds an absurd number", mend="Export it again"
        ) from None


def text_of(value: object) -> str:
    """``value`` if it is a string, else nothing."""
    return value if isinstance(value, str) else ""


def name_of(value: object) -> str | None:
    """A string or a number as a name, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else None
    return value if isinstance(value, str) and value.strip() else None
