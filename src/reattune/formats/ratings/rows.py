"""What each row says of itself: whose it is, of which session and day, who filled it in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reattune.errors import InputError
from reattune.formats.ratings.dates import parse_dates
from reattune.formats.ratings.problems import PER_KIND, Log, listed
from reattune.formats.ratings.sheet import Sheet
from reattune.formats.rolewords import role_of_value
from reattune.record import Role

MOST_SESSIONS = 9_999
"""Session numbers go from 0 to this."""

_SESSION = r"^(?:[a-zäöüß#._ ]+-?)?([0-9]{1,5})(?:[.,]0+)?(?:_arm_[0-9]+)?$"


@dataclass(frozen=True)
class Rows:
    """The rows that can be used.

    Attributes:
        table: ``row`` (place in the sheet, from 0), ``line``, ``case``, ``session``, ``date``, ``rater``, ``instrument``.
        alone: whether the file has no column for the case, so that all rows are taken as of one.
    """

    table: pl.DataFrame
    alone: bool


def read_rows(
    sheet: Sheet, fields: dict[str, int], used: pl.Series, stem: str, date_order: str | None, log: Log
) -> Rows:
    """The rows' own columns, checked. Rows that cannot be placed are noted and left out.

    Args:
        sheet: the table.
        fields: which column (from 0) holds which field.
        used: for each row, whether there is a value in it at all; others are left out without a word.
        stem: name of the file without its ending, the case's name where no column tells it.
        date_order: for dates that do not tell day and month apart.
        log: takes problems and notices.

    Raises:
        InputError: neither sessions nor dates, or dates that do not tell day and month apart.
    """
    if "session" not in fields and "date" not in fields:
        raise InputError(
            f"the table has no column for the session, and none for the date (columns found: {listed(sheet.names)})",
            mend="Say which is which: --columns session=visit_no,case=client",
            line=1,
        )
    empty = pl.Series([None] * len(sheet.lines), dtype=pl.String)
    alone = "case" not in fields
    case = pl.Series([stem] * len(sheet.lines), dtype=pl.String) if alone else sheet.cell(fields["case"])
    case = case.str.replace_all(r"\s+", " ")
    table = pl.DataFrame(
        {
            "row": pl.int_range(len(sheet.lines), dtype=pl.UInt32, eager=True),
            "line": sheet.lines,
            "case": case,
            "rater": _raters(sheet.cell(fields["rater"])) if "rater" in fields else empty,
            "instrument": sheet.cell(fields["instrument"]) if "instrument" in fields else empty,
        }
    )
    table = table.with_columns(_dates(sheet, fields, used, date_order, log))
    bad = _Bad(table, used, log)
    if not alone:
        bad.mark(
            case.is_null(), "the row does not say whose it is", "Give the case", sheet, fields["case"], case
        )
    if "session" in fields:
        text = sheet.cell(fields["session"])
        number = text.str.to_lowercase().str.extract(_SESSION).cast(pl.Int32)
        number = number.set(number > MOST_SESSIONS, None)
        table = table.with_columns(number.alias("session"))
        mend = f"Give a whole number from 0 to {MOST_SESSIONS:,}"
        bad.mark(text.is_null(), "the row does not say its session", mend, sheet, fields["session"], text)
        wrong = text.is_not_null() & number.is_null()
        bad.mark(wrong, "{} is no session number", mend, sheet, fields["session"], text)
    else:
        day = sheet.cell(fields["date"])
        mend = "Give the day as 2026-03-04, or a column with session numbers"
        bad.mark(
            day.is_null(), "the row has neither a session number nor a date", mend, sheet, fields["date"], day
        )
        unread = day.is_not_null() & table["date"].is_null()
        bad.mark(unread, "{} is no date, and the row has no session number", mend, sheet, fields["date"], day)
    table = table.filter(used & ~bad.rows)
    if "session" not in fields:
        table = table.with_columns(pl.col("date").rank("dense").over("case").cast(pl.Int32).alias("session"))
        if table.height:
            log.notice(
                "there is no column for the session: sessions were counted from the dates, case by case; one that nobody"
                " rated is not counted"
            )
    if alone and table.height:
        log.notice(f"there is no column for the case: all rows are taken as one case, {stem!r}")
    columns = ("row", "line", "case", "session", "date", "rater", "instrument")
    return Rows(table.select(columns), alone)


def _dates(sheet: Sheet, fields: dict[str, int], used: pl.Series, order: str | None, log: Log) -> pl.Series:
    if "date" not in fields:
        return pl.Series("date", [None] * len(sheet.lines), dtype=pl.Date)
    at = fields["date"]
    texts = sheet.cell(at).set(~used, None)
    dates, settled = parse_dates(texts, order, lines=sheet.lines, column=sheet.columns[at])
    if settled is not None:
        first = "the day" if settled == "dmy" else "the month"
        log.notice(
            f"dates in {sheet.names[at]!r} were read with {first} first, as some of them can only be read"
        )
    if "session" in fields:
        wrong = (texts.is_not_null() & dates.is_null()).arg_true()
        for row in wrong[:PER_KIND]:
            what = f"{texts[row]!r} is no date: the rating is kept without it"
            log.problem(what, "Give the day as 2026-03-04", int(sheet.lines[row]), sheet.columns[at])
        log.more(len(wrong), "dates")
    return dates.alias("date")


def _raters(cells: pl.Series) -> pl.Series:
    """``client`` and ``therapist`` by any word for them; other names as they stand."""
    known = {}
    for name in cells.drop_nulls().unique().to_list():
        role = role_of_value(name)
        known[name] = role.value if role in (Role.CLIENT, Role.THERAPIST) else name
    return cells.replace_strict(known, default=None, return_dtype=pl.String) if known else cells


class _Bad:
    """Rows to leave out, with what is said of each once."""

    def __init__(self, table: pl.DataFrame, used: pl.Series, log: Log) -> None:
        self.lines = table["line"]
        self.used = used
        self.log = log
        self.rows = pl.Series([False] * table.height, dtype=pl.Boolean)

    def mark(self, which: pl.Series, what: str, mend: str, sheet: Sheet, at: int, texts: pl.Series) -> None:
        found = (which & self.used & ~self.rows).arg_true()
        for row in found[:PER_KIND]:
            said = what.format(repr(texts[row]))
            self.log.problem(f"row kept out: {said}", mend, int(self.lines[row]), sheet.columns[at])
        self.log.more(len(found), "rows")
        self.rows = self.rows | which
