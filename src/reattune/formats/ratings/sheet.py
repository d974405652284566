"""From a file to a table of texts: CSV in its kinds, Excel, Parquet. Every row knows its line, every column its number."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reattune.errors import InputError, MissingExtraError, SettingError
from reattune.formats.decode import decode, what_binary
from reattune.formats.ratings.problems import PER_KIND, Log, listed
from reattune.formats.table import DELIMITERS, header_of, records_of

_KINDS = "a table of ratings (.csv, .tsv, .xlsx or .parquet)"
_SEP = re.compile(r"sep=(.)[ \t]*\n", re.IGNORECASE)
_MOST_COLUMNS = 10_000


@dataclass(frozen=True)
class Sheet:
    """A table of texts.

    Attributes:
        names: the header's cells, trimmed.
        cells: a String column each, named "0", "1", ...; empty cells are null, rows without a filled cell are left out.
        lines: the line (or row of the sheet) that each row begins on, from 1.
        columns: the number of each column, from 1.
        comma: whether a comma can be a decimal sign, because it does not part the cells.
        kind: "csv", "excel" or "parquet".
    """

    names: tuple[str, ...]
    cells: pl.DataFrame
    lines: pl.Series
    columns: tuple[int, ...]
    comma: bool
    kind: str

    def cell(self, at: int) -> pl.Series:
        """The column at this place, from 0."""
        return self.cells[str(at)]


def read_sheet(data: bytes, log: Log, sheet: str | None = None) -> Sheet:
    """The table in a file's bytes; its kind is found by the content.

    Args:
        data: the file.
        log: takes what was kept out and what was assumed.
        sheet: name of the sheet, for Excel.

    Raises:
        InputError: empty, or no table.
        SettingError: there is no such sheet.
        MissingExtraError: Excel without the extra ``excel``.
    """
    if data.startswith(b"PAR1"):
        made = _parquet(data)
    elif data.startswith(b"PK\x03\x04") and b"xl/" in data:
        made = _excel(data, sheet, log)
    else:
        made = _text(data, log)
    if not any(made.names):
        raise InputError("the table has no header line", mend="Add one: case,session,item,value", line=1)
    twice = sorted({n for n in made.names if n and made.names.count(n) > 1})
    if twice:
        raise InputError(
            f"more than one column is called {listed(twice)}",
            mend="Give each column a name of its own",
            line=1,
        )
    if made.cells.is_empty():
        raise InputError("the table has a header and no rows", mend="Export it again, with its rows")
    return made


def _text(data: bytes, log: Log) -> Sheet:
    binary = what_binary(data)
    if binary is not None:
        raise InputError(f"this is not a table of ratings but {binary}", mend=f"Give {_KINDS}")
    try:
        text, remarks = decode(data)
    except InputError as error:
        what = error.what.replace("a transcript", "a table of ratings")
        raise InputError(what, mend=f"Give {_KINDS}", line=error.place.line) from None
    for remark in remarks:
        log.notice(remark.what, remark.line)
    lead = len(text) - len(text.lstrip())
    lead = text.rfind("\n", 0, lead) + 1
    said = _SEP.match(text, lead)
    start = said.end() if said is not None else lead
    before = text.count("\n", 0, start)
    text = text[start:]
    header = header_of(text)
    delimiter = said[1] if said is not None else max(DELIMITERS, key=header.count)
    if delimiter not in header:
        raise InputError(
            "the first line has one cell only: this is no table of ratings",
            mend="Begin with a header line such as case,session,item,value",
            line=before + 1,
        )
    if header.count(delimiter) >= _MOST_COLUMNS:
        raise InputError(f"the table has more than {_MOST_COLUMNS:,} columns", mend=f"Give {_KINDS}")
    table = _quick(text, delimiter)
    if table is None:
        names, table, lines = _careful(text, delimiter, before, log)
    else:
        names = [name or "" for name in table.row(0)]
        table = table.slice(1)
        lines = pl.int_range(before + 2, before + 2 + table.height, dtype=pl.UInt32, eager=True)
    return _sheet(names, table, lines, range(1, len(names) + 1), comma=delimiter != ",", kind="csv")


def _quick(text: str, delimiter: str) -> pl.DataFrame | None:
    """Every line as a row, header too; None where a line is not a row with as many cells as the header."""
    body = text.rstrip("\n")
    try:
        table = pl.read_csv(
            body.encode(),
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            truncate_ragged_lines=False,
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None
    whole = table.height == body.count("\n") + 1
    return table if whole and body.count(delimiter) == table.height * (table.width - 1) else None


def _careful(text: str, delimiter: str, before: int, log: Log) -> tuple[list[str], pl.DataFrame, pl.Series]:
    """Row by row, for tables with line breaks in cells, rows too long or too short, or damaged quotation marks."""
    records = records_of(text, delimiter)
    first = next(records, None)
    if first is None or first.bad:
        raise InputError("the header line cannot be read", mend="Mend its quotation marks", line=before + 1)
    width = len(first.cells)
    rows: list[list[str]] = []
    lines: list[int] = []
    left_out = short = 0
    for record in records:
        line = record.line + before
        why = record.bad
        if why is None and any(cell.strip() for cell in record.cells[width:]):
            why = f"it has {len(record.cells)} cells, the header {width}"
        if why is not None:
            left_out += 1
            if left_out <= PER_KIND:
                mend = "Put a cell that has the separator in it into double quotes"
                log.problem(f"row kept out: {why}", mend, line)
            continue
        if len(record.cells) < width:
            short += 1
            if short <= PER_KIND:
                log.notice(f"the row has {len(record.cells)} of {width} cells: the rest taken as empty", line)
        rows.append([*record.cells[:width], *[""] * (width - len(record.cells))])
        lines.append(line)
    log.more(left_out, "rows")
    table = pl.DataFrame(rows, schema=[str(n) for n in range(width)], orient="row", schema_overrides=None)
    table = table.with_columns(pl.all().cast(pl.String))
    return first.cells, table, pl.Series(lines, dtype=pl.UInt32)


def _excel(data: bytes, sheet: str | None, log: Log) -> Sheet:
    try:
        import fastexcel
    except ImportError as error:
        raise MissingExtraError(
            "Excel files need the extra 'excel'", mend="Install it: pip install 'reattune[excel]'"
        ) from error
    try:
        book = fastexcel.read_excel(data)
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise SettingError(f"there is no sheet {sheet!r}", mend=f"Sheets: {listed(names)}")
        if sheet is None and len(names) > 1:
            log.notice(f"read the first sheet, {names[0]!r}, of {len(names)}")
        page = book.load_sheet(sheet or 0, header_row=None, dtypes="string", skip_rows=0)
        numbers = [column.absolute_index + 1 for column in page.selected_columns]
        table = page.to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError("the Excel file is damaged", mend="Save it again in Excel as .xlsx") from error
    table = table.rename(dict(zip(table.columns, map(str, range(table.width)), strict=True)))
    empty = InputError("the sheet is empty", mend="Name the sheet that holds the ratings")
    if not table.width:
        raise empty
    filled = table.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    table = table.with_row_index("line", 1).filter(filled)
    if table.is_empty():
        raise empty
    header = ["" if name is None else str(name) for name in table.drop("line").row(0)]
    table = table.slice(1)
    lines = table["line"].cast(pl.UInt32)
    return _sheet(header, table.drop("line"), lines, numbers, comma=True, kind="excel")


def _parquet(data: bytes) -> Sheet:
    try:
        table = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("the Parquet file is damaged", mend="Write it again") from error
    made = [_as_text(column) for column in table.get_columns()]
    texts = pl.DataFrame(made) if made else pl.DataFrame()
    lines = pl.int_range(1, texts.height + 1, dtype=pl.UInt32, eager=True)
    return _sheet(table.columns, texts, lines, range(1, texts.width + 1), comma=True, kind="parquet")


def _as_text(column: pl.Series) -> pl.Series:
    """A column as text, whole numbers without a decimal point."""
    if column.dtype.is_float():
        value = pl.col(column.name).fill_nan(None)
        whole = (value == value.round()) & (value.abs() < 1e15)
        table = column.to_frame().select(
            pl.when(whole)
            .then(value.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(value.cast(pl.String))
        )
        return table.to_series().alias(column.name)
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)


def _sheet(
    names: Sequence[Any],
    table: pl.DataFrame,
    lines: pl.Series,
    columns: Sequence[int],
    *,
    comma: bool,
    kind: str,
) -> Sheet:
    """Cells trimmed, empty ones null, rows without a filled cell left out."""
    table = table.rename(dict(zip(table.columns, (f"{n}" for n in range(table.width)), strict=True)))
    text = pl.all().str.strip_chars()
    table = table.with_columns(pl.when(text != "").then(text).name.keep())
    filled = table.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if not filled.all():
        table, lines = table.filter(filled), lines.filter(filled)
    trimmed = tuple(" ".join(str(name).split()) for name in names)
    return Sheet(trimmed, table, lines.alias("line"), tuple(columns), comma, kind)
