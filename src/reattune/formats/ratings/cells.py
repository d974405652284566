"""From a table to its cells: one row a value, whatever shape the table had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import polars as pl

from reattune.errors import InputError, ReattuneError, SettingError
from reattune.formats.ratings.columns import KNOWN, find, places
from reattune.formats.ratings.mapping import ExportMap, read_mapping
from reattune.formats.ratings.problems import Log, listed
from reattune.formats.ratings.rows import read_rows
from reattune.formats.ratings.sheet import Sheet, read_sheet
from reattune.formats.reading import load

LIMIT_BYTES = 2**32
"""Larger files are refused."""

CELLS = {
    "line": pl.UInt32,
    "column": pl.UInt16,
    "case": pl.String,
    "session": pl.Int32,
    "date": pl.Date,
    "rater": pl.String,
    "instrument": pl.String,
    "item": pl.String,
    "value": pl.String,
}
"""Columns of ``Raw.cells``. ``rater``, ``instrument`` and ``item`` are as the file has them, null where it does not say."""

Wanted = Callable[[Sequence[str]], Collection[str]]


@dataclass(frozen=True)
class Raw:
    """A file's cells, before anyone knows what the instruments allow.

    Attributes:
        cells: a row for each filled cell, with its line and column.
        comma: whether a comma can be a decimal sign in them.
        shape: "long" (a row a value) or "wide" (a column an item or a score).
        missing: codes for answers not given that a mapping file names, or None.
        columns: the number (from 1) of the column that holds each field ("instrument", "item", ...).
    """

    cells: pl.DataFrame
    comma: bool
    shape: str
    missing: tuple[str, ...] | None = None
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Group:
    """Columns (from 0) whose cells belong together, and the item in each (None: the row says it)."""

    items: Mapping[int, str | None]
    instrument: str | None = None
    rater: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)


def read_cells(
    path: str | Path,
    wanted: Wanted,
    log: Log,
    *,
    columns: Mapping[str, str] | None = None,
    mapping: str | Path | None = None,
    date_order: str | None = None,
    sheet: str | None = None,
    data: bytes | None = None,
) -> Raw:
    """The cells of a file of ratings: CSV (with commas, semicolons, tabs or bars), Excel, or Parquet; long or wide.

    Args:
        path: the file.
        wanted: of the names of columns, those that are an item or a score.
        log: takes what was kept out and what was assumed.
        columns: field -> column (``case, session, date, rater, instrument, item, value``); any other key is another name for a
            column.
        mapping: a mapping file, for exports with names of their own.
        date_order: ``dmy``, ``mdy`` or ``ymd``, for dates that do not tell.
        sheet: name of the sheet, for Excel.
        data: the file's bytes where they are at hand (an upload); ``path`` is then only its name.

    Raises:
        InputError: the file cannot be read as a table of ratings.
        SettingError: an option that does not fit the file.
        MissingExtraError: Excel without the extra ``excel``.
    """
    given = read_mapping(mapping) if mapping is not None else None
    try:
        content = load(path, what="table of ratings", limit=LIMIT_BYTES) if data is None else data
        table = read_sheet(content, log, sheet)
        named = {**(dict(given.fields) if given else {}), **(columns or {})}
        fields, called = places(table.names, named)
        names = [called.get(at, name) for at, name in enumerate(table.names)]
        groups = _mapped(given, table) if given else _groups(names, fields, wanted, log)
        order = date_order or (given.date_order if given else None)
        cells = _cells(table, fields, groups, PurePath(path).stem, order, log)
    except ReattuneError as error:
        raise error.at(path) from error.__cause__
    shape = "wide" if all(None not in group.items.values() for group in groups) else "long"
    numbers = {name: table.columns[at] for name, at in fields.items()}
    return Raw(cells, table.comma, shape, given.missing if given else None, numbers)


def _groups(names: Sequence[str], fields: dict[str, int], wanted: Wanted, log: Log) -> list[_Group]:
    """Whether a column is an item (wide), or a row is a value (long)."""
    value = fields.get("value")
    own = {at for name, at in fields.items() if name != "value"}
    others = [name for at, name in enumerate(names) if at not in own and at != value and name]
    found = set(wanted(others))
    if value is not None and ("item" in fields or not found):
        unread = others
        groups = [_Group({value: None})]
    else:
        # Here no row says an item, so a column of that name is a column like any other.
        if value is not None and names[value] in wanted([names[value]]):
            found.add(names[value])
        groups = [_Group({at: name for at, name in enumerate(names) if name in found and at not in own})]
        unread = [name for at, name in enumerate(names) if name and at not in own and name not in found]
    if not groups[0].items:
        raise InputError(
            f"no column of the table is an item or a score of a known instrument (columns found: {listed(names)})",
            mend="Name the instrument (--instrument wai-sr), or say which column is which: --columns value=alliance",
            line=1,
        )
    if unread:
        log.notice(f"columns that were not read: {listed(unread)}")
    return groups


def _mapped(mapping: ExportMap, table: Sheet) -> list[_Group]:
    groups = []
    for form in mapping.forms:
        columns: dict[int, str | None] = dict(form.columns(table.names).items())
        groups.append(_Group(columns, form.instrument, form.rater or None, form.where))
    return groups


def _cells(
    table: Sheet, fields: dict[str, int], groups: Sequence[_Group], stem: str, order: str | None, log: Log
) -> pl.DataFrame:
    masks = [_where(table, group) for group in groups]
    used = pl.Series([False] * len(table.lines), dtype=pl.Boolean)
    for group, mask in zip(groups, masks, strict=True):
        used = used | (_filled(table, group.items) & mask)
    rows = read_rows(table, fields, used, stem, order, log)
    item = table.cell(fields["item"]) if "item" in fields else None
    parts = [
        _unpivot(table, rows.table, group, mask, item) for group, mask in zip(groups, masks, strict=True)
    ]
    cells = pl.concat(parts)
    if rows.alone:
        key = pl.struct("session", "rater", "instrument", "item")
        again = cells.select(~key.is_first_distinct()).to_series()
        if again.any():
            line = int(cells["line"].filter(again)[0])
            raise InputError(
                f"the table has no column for the case, and a session is there twice (columns found: {listed(table.names)})",
                mend="Say which column holds the case: --columns case=client_code",
                line=line,
            )
    return cells


def _filled(table: Sheet, at: Iterable[int]) -> pl.Series:
    return table.cells.select(pl.any_horizontal(pl.col([str(n) for n in at]).is_not_null())).to_series()


def _where(table: Sheet, group: _Group) -> pl.Series:
    mask = pl.Series([True] * len(table.lines), dtype=pl.Boolean)
    for column, value in group.where.items():
        at = find(column, table.names)
        mask = mask & (table.cell(at) == value).fill_null(False)
    return mask


def _unpivot(
    table: Sheet, rows: pl.DataFrame, group: _Group, mask: pl.Series, item: pl.Series | None
) -> pl.DataFrame:
    kept = rows.filter(mask.gather(rows["row"]))
    at = list(group.items)
    wide = table.cells.select(str(n) for n in at)[kept["row"]]
    if len(at) == 1:
        only = wide.to_series()
        long = kept.with_columns(only.alias("value"), pl.lit(at[0], pl.UInt32).alias("at"))
        long = long.filter(only.is_not_null())
    else:
        index = pl.int_range(kept.height, dtype=pl.UInt32, eager=True)
        tall = wide.with_columns(index.alias("index")).unpivot(
            index="index", variable_name="at", value_name="value"
        )
        tall = tall.filter(pl.col("value").is_not_null())
        long = kept[tall["index"]].with_columns(tall["value"], tall["at"].cast(pl.UInt32))
    numbers = {n: table.columns[n] for n in at}
    called = {n: group.items[n] for n in at}
    named = pl.col("at").replace_strict(called, return_dtype=pl.String)
    if item is not None and None in called.values():
        long = long.with_columns(item.gather(long["row"]).alias("item"))
    else:
        long = long.with_columns(named.alias("item"))
    if group.instrument is not None:
        long = long.with_columns(pl.lit(group.instrument).alias("instrument"))
    if group.rater is not None:
        long = long.with_columns(pl.lit(group.rater).alias("rater"))
    long = long.with_columns(pl.col("at").replace_strict(numbers, return_dtype=pl.UInt16).alias("column"))
    return long.select(pl.col(name).cast(kind) for name, kind in CELLS.items())


def check_fields(columns: Mapping[str, str]) -> None:
    """See that a mapping of columns is one of texts to texts.

    Raises:
        SettingError: it is not.
    """
    for field_name, column in columns.items():
        if not isinstance(column, str) or not column.strip():
            what = f"{field_name!r} has no column"
            raise SettingError(what, mend=f"Such as {{'case': 'client_code'}}; fields: {', '.join(KNOWN)}")
