"""Dates in any common form, and an error where day and month cannot be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from reattune.errors import InputError, SettingError

ORDERS = ("dmy", "mdy", "ymd")
"""What ``date_order`` can be."""

_THREE = re.compile(r"([0-9]{1,4})\s*([-/.\s])\s*([0-9]{1,2})\s*[-/.\s]\s*([0-9]{1,4})\.?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WORDS = re.compile(
    r"(?:[a-zäöü]+\.?,\s+)?([0-9]{1,2})(?:st|nd|rd|th|\.)?[\s.\-/]*([a-zäéûç]{3,})[\s.,\-/]*([0-9]{4}|[0-9]{2})"
)
_WORDS_US = re.compile(r"(?:[a-z]+\.?,\s+)?([a-zäé]{3,})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_TIME = r"[T\s,]+[0-9]{1,2}:[0-9]{2}.*$"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan jän", "feb", "mar mär mrz mae", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


def parse_dates(
    texts: pl.Series, order: str | None, *, lines: pl.Series, column: int
) -> tuple[pl.Series, str | None]:
    """A column of texts as dates; null where a text is no date.

    Year first, months by name, and days of the month above 12 tell their order; one such value settles it for the whole column.
    Points part day, month and year, in this order.

    Args:
        texts: the cells; null where empty.
        order: ``dmy``, ``mdy`` or ``ymd``, for dates that do not tell; None to have the column tell.
        lines: the cells' lines, for the error.
        column: the column's number, for the error.

    Returns:
        The dates, and the order that the column settled, or None where nothing had to be settled.

    Raises:
        InputError: day and month cannot be told apart, or the column holds both orders.
        SettingError: ``order`` is none of ``ORDERS``.
    """
    if order is not None and order not in ORDERS:
        raise SettingError(f"{order!r} is no order of dates", mend=f"Allowed values are {', '.join(ORDERS)}")
    days = texts.str.replace(_TIME, "").str.to_lowercase().str.strip_chars()
    unique = days.drop_nulls().unique(maintain_order=True).to_list()
    settled = order if order is not None else _settle(unique, days, lines, column)
    made = {text: _date(text, settled) for text in unique}
    table = pl.DataFrame(
        {"text": list(made), "date": list(made.values())}, schema={"text": pl.String, "date": pl.Date}
    )
    found = days.to_frame("text").join(table, on="text", how="left", maintain_order="left")["date"]
    return found, settled if order is None else None


def _settle(unique: Sequence[str], days: pl.Series, lines: pl.Series, column: int) -> str | None:
    """The order that a column's own values tell; None where no value leaves it open."""
    says: dict[str, str] = {}
    open_to: str | None = None
    for text in unique:
        found = _THREE.fullmatch(text)
        if found is None or len(found[1]) > 2 or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second > 0:
            says.setdefault("dmy", text)
        elif second > 12 >= first > 0:
            says.setdefault("mdy", text)
        elif first != second:
            open_to = open_to or text
    if len(says) == 2 and open_to:
        a, b = says["dmy"], says["mdy"]
        raise InputError(
            f"dates in both orders: {a} has the day first, {b} the month, and {open_to} could be either",
            mend="Write the dates as 2026-03-04, or say --date-order dmy or mdy",
            line=_line(open_to, days, lines),
            column=column,
        )
    if open_to and not says:
        raise InputError(
            f"the date {open_to} can be read in two ways, and no other date in the column settles it",
            mend="Say which comes first: --date-order dmy or --date-order mdy",
            line=_line(open_to, days, lines),
            column=column,
        )
    return next(iter(says)) if open_to else None


def _line(text: str, days: pl.Series, lines: pl.Series) -> int:
    return int(lines.filter(days == text)[0])


def _date(text: str, order: str | None) -> date | None:
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        return _made(compact[1], compact[2], compact[3])
    three = _THREE.fullmatch(text)
    if three is not None:
        a, sign, b, c = three.groups()
        if len(a) == 4 or (order == "ymd" and sign != "."):
            return _made(a, b, c)
        day_first = sign == "." or order == "dmy" or (order is None and int(b) <= 12)
        return _made(c, b, a) if day_first else _made(c, a, b)
    words = _WORDS.fullmatch(text)
    if words is not None:
        return _made(words[3], str(_MONTHS.get(words[2][:3], 0)), words[1])
    american = _WORDS_US.fullmatch(text)
    if american is not None:
        return _made(american[3], str(_MONTHS.get(american[1][:3], 0)), american[2])
    return None


def _made(year: str, month: str, day: str) -> date | None:
    """The date; two-digit years are of 1969 to 2068. None where there is no such day."""
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number <= 68 else 1900
    try:
        made = date(number, int(month), int(day))
    except ValueError:
        return None
    return made if 1900 <= made.year <= 2200 else None
