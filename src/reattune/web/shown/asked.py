"""What came with a form or an address, as the value it should be; errors say what to mend."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a local name is called date elsewhere
from math import isfinite

from starlette.requests import Request

from reattune.errors import InputError
from reattune.web.context import text

MOST = 9999
"""Sessions of a case; a larger number is a slip."""


def number(value: str | None, default: int = 1) -> int:
    """A whole number of an address, or the default."""
    return int(value) if value and value.isdecimal() and len(value) <= 6 else default


def session_number(request: Request, name: str = "session") -> int:
    """The session that a form is about.

    Raises:
        InputError: it is no number from 1 on.
    """
    given = text(request, name)
    if not given.isdecimal() or not 1 <= int(given[:6]) <= MOST:
        raise InputError("The session needs a number", mend=f"Give one from 1 to {MOST}")
    return int(given)


def day_of(request: Request, name: str = "date") -> Date | None:
    """The day of a form, None where it was left empty.

    Raises:
        InputError: it is no day.
    """
    given = text(request, name)
    if not given:
        return None
    try:
        return Date.fromisoformat(given)
    except ValueError as error:
        raise InputError("This is no day", mend="Write it as year-month-day, such as 2026-03-02") from error


def decimal(given: str, what: str) -> float | None:
    """A number as typed, with a point or a comma; None where it was left empty.

    Raises:
        InputError: it is no number.
    """
    if not given:
        return None
    try:
        value = float(given.replace(",", "."))
    except ValueError as error:
        raise InputError(f"{what} is no number", mend="Write digits alone") from error
    if not isfinite(value):
        raise InputError(f"{what} is no number", mend="Write digits alone")
    return value
