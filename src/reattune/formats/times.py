"""Times as integer milliseconds from the session's start, read and written."""

from __future__ import annotations

import math
import re
from datetime import date

#: One clock time as it stands in a transcript: ``0:03``, ``75:10``, ``1:02:03``, ``100:00:00.250``,
#: ``00:00:01,5``.
CLOCK = r"[0-9]{1,4}:[0-9]{1,2}(?::[0-9]{2})?(?:[.,][0-9]{1,9})?"
#: Times beyond this are no session times (9,999 hours).
LIMIT_MS = 9_999 * 3_600_000

_CLOCK = re.compile(r"([0-9]{1,4}):([0-9]{1,2})(?::([0-9]{2}))?(?:[.,]([0-9]{1,9}))?")
_DATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([-_.])([0-9]{2})\2([0-9]{2})(?![0-9])")
_ZOOM_DATE = re.compile(r"GMT((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})-[0-9]{6}")


def parse_clock(text: str) -> int | None:
    """Milliseconds of ``[hh:]mm:ss[.fff]`` (comma or point), or None where ``text`` is not a clock time.

    Without hours the minutes may run beyond 59 (``75:10``). Digits past the millisecond are cut off.
    """
    found = _CLOCK.fullmatch(text.strip()[:40])
    if found is None:
        return None
    first, second, third, fraction = found.groups()
    if third is None:
        hours, minutes, seconds = 0, int(first), int(second)
    else:
        hours, minutes, seconds = int(first), int(second), int(third)
        if minutes > 59:
            return None
    if seconds > 59:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((fraction or "").ljust(3, "0")[:3])


def from_seconds(value: object) -> int | None:
    """Milliseconds of a number of seconds, or None where ``value`` is no usable time (text, negative, NaN,
    huge)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return in_range(round(value * 1000)) if abs(value) <= LIMIT_MS else None


def in_range(ms: int) -> int | None:
    """``ms`` if a session can have that time, else None."""
    return ms if 0 <= ms <= LIMIT_MS else None


def parse_time(text: str, *, unit: str = "s") -> int | None:
    """Milliseconds of a cell: a clock time, or a plain number in ``unit`` (``s`` or ``ms``); None where it
    is neither."""
    text = text.strip()
    if ":" in text:
        return parse_clock(text)
    if not re.fullmatch(r"[0-9]{1,15}(?:[.,][0-9]{1,15})?", text):
        return None
    number = float(text.replace(",", "."))
    return from_seconds(number) if unit == "s" else in_range(round(number))


def format_clock(ms: int, *, point: str = ".") -> str:
    """``hh:mm:ss.fff``; the hours take as many digits as they need."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{rest:03d}"


def date_in_name(name: str) -> date | None:
    """The one calendar day plainly written in a file name (``02-2026-03-02``, Zoom's
    ``GMT20260302-140000``), or None."""
    days = {(y, m, d) for y, _, m, d in _DATE.findall(name)} | set(_ZOOM_DATE.findall(name))
    if len(days) != 1:
        return None
    year, month, day = next(iter(days))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
