"""From a file's cells to answers that the instruments allow; the others are kept out, each with its place."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reattune.alliance.instruments.model import Aggregation, Instrument
from reattune.alliance.instruments.naming import Target, instrument_of, resolve
from reattune.formats.ratings import Log, Raw
from reattune.formats.ratings.problems import PER_KIND, counted

MISSING = ("NA", "N/A", "NaN", "null", "none", ".", "-", "-99", "-999")
"""Cells that say "not answered", beside empty ones; in any case of letters. A number is one only outside the item's range."""

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?$"
_NEAR = 1e-6


def check(
    raw: Raw,
    instruments: Sequence[Instrument],
    others: Sequence[Instrument],
    log: Log,
    *,
    bare: bool,
    missing: Sequence[str],
    rater: str | None,
) -> pl.DataFrame:
    """Names resolved, values read, and what no instrument allows kept out.

    Args:
        raw: what the file holds.
        instruments: those that are read.
        others: known ones that were not asked for: their rows are left out with a notice.
        log: takes problems and notices.
        bare: whether item names without a prefix count where the row does not say its instrument.
        missing: codes for "not answered".
        rater: who filled in the rows that do not say; None for the instrument's usual rater.

    Returns:
        Columns of the cells with ``instrument`` (key), ``key`` (of an item or a scale), ``scored`` (whether the file gives the
        score itself) and ``number``.
    """
    named = _named(raw, instruments, others, log, bare)
    numbers = _numbers(named, instruments, log, raw.comma, missing)
    usual = {one.key: rater or one.rater for one in instruments}
    said = pl.col("rater").fill_null(pl.col("instrument").replace_strict(usual, return_dtype=pl.String))
    return numbers.with_columns(said.alias("rater"))


def _named(
    raw: Raw, instruments: Sequence[Instrument], others: Sequence[Instrument], log: Log, bare: bool
) -> pl.DataFrame:
    """Each cell with the item or scale that it is of; cells of nothing known are left out."""
    cells = raw.cells
    names = cells.group_by("instrument", "item", maintain_order=True).agg(
        pl.len().alias("count"), pl.col("line").first(), pl.col("column").first()
    )
    found: dict[tuple[str | None, str | None], Target | None] = {}
    for said in names["instrument"].unique(maintain_order=True).to_list():
        of_form = names.filter(pl.col("instrument").eq_missing(pl.lit(said, pl.String)))
        items = [item or "total" for item in of_form["item"].to_list()]
        one = None if said is None else instrument_of(said, instruments)
        count, line = int(of_form["count"].sum()), int(of_form["line"].min())  # type: ignore[arg-type]
        at = raw.columns.get("instrument")
        if said is not None and one is None:
            if instrument_of(said, others) is not None:
                log.notice(f"{counted(count, 'value')} of {said!r} left out: it was not asked for", line, at)
                targets: dict[str, Target] = {}
            else:
                known = ", ".join(i.key for i in instruments)
                what = f"{said!r} is no known instrument ({counted(count, 'value')} kept out)"
                log.problem(what, f"Known here: {known}; a file of your own can be named too", line, at)
                targets = {}
            found |= {(said, item): None for item in of_form["item"].to_list()}
            continue
        targets = resolve(items, [one] if one else instruments, bare=bare or one is not None)
        for row, item in zip(of_form.iter_rows(named=True), items, strict=True):
            target = targets.get(item)
            found[said, row["item"]] = target
            if target is None:
                _unknown(row, raw.columns.get("item", row["column"]), item, one, instruments, log)
    lookup = pl.DataFrame(
        [(i, n, t.instrument, t.key, t.scored) for (i, n), t in found.items() if t is not None],
        schema={
            "said": pl.String,
            "item": pl.String,
            "form": pl.String,
            "key": pl.String,
            "scored": pl.Boolean,
        },
        orient="row",
    )
    joined = cells.rename({"instrument": "said"}).join(
        lookup, on=["said", "item"], how="inner", nulls_equal=True, maintain_order="left"
    )
    return joined.drop("said", "item").rename({"form": "instrument"})


def _unknown(
    row: dict[str, int],
    at: int,
    item: str,
    one: Instrument | None,
    instruments: Sequence[Instrument],
    log: Log,
) -> None:
    count = row["count"]
    kept_out = f"({counted(count, 'value')} kept out)"
    if one is None and len(instruments) > 1:
        what = f"it is not known of which instrument {item!r} is {kept_out}"
        mend = "Name the instrument, in a column or as an option, or before the item: wai_1"
    else:
        form = one or instruments[0]
        what = f"{form.key} has no item {item!r} {kept_out}"
        mend = f"Its items: {', '.join(i.key for i in form.items)}; its scales: {', '.join(s.key for s in form.scales)}"
    log.problem(what, mend, row["line"], at)


def _numbers(
    cells: pl.DataFrame, instruments: Sequence[Instrument], log: Log, comma: bool, missing: Sequence[str]
) -> pl.DataFrame:
    """Each cell with its number; those that are none, or that the item cannot have, are left out."""
    text = pl.col("value").str.strip_chars()
    if comma:
        text = (
            pl.when(text.str.contains(r"^[+-]?[0-9]*,[0-9]+$"))
            .then(text.str.replace(",", ".", literal=True))
            .otherwise(text)
        )
    number = pl.when(text.str.to_lowercase().str.contains(_NUMBER)).then(text.cast(pl.Float64, strict=False))
    limits = _limits(instruments)
    table = cells.with_columns(number.alias("number")).join(
        limits, on=["instrument", "key", "scored"], how="left", maintain_order="left"
    )
    value, low, high, step = pl.col("number"), pl.col("low"), pl.col("high"), pl.col("step")
    within = value.is_between(low - _NEAR, high + _NEAR).fill_null(False)
    codes = [code.casefold() for code in missing]
    absent = pl.col("value").str.to_lowercase().is_in(codes) & ~within
    table = table.filter(~absent)
    sums = (
        value.is_between(pl.col("sum_low") - _NEAR, pl.col("sum_high") + _NEAR)
        & ~within
        & pl.col("sum_low").is_not_null()
    )
    read_as_sum = table.filter(sums)
    if read_as_sum.height:
        for form, count, line in (
            read_as_sum.group_by("instrument", maintain_order=True)
            .agg(pl.len(), pl.col("line").min())
            .iter_rows()
        ):
            log.notice(
                f"{counted(count, 'score')} of {form} in the range of a sum: divided by the number of items",
                line,
            )
        table = table.with_columns(pl.when(sums).then(value / pl.col("of")).otherwise(value).alias("number"))
    steps = (value - low) / step
    off = (step > 0) & ((steps - steps.round()).abs() * step > 1e-4)
    table = table.with_columns(
        pl.when(value.is_null()).then(1).when(~within).then(2).when(off).then(3).otherwise(0).alias("bad")
    )
    _report(table.filter(pl.col("bad") > 0), instruments, log)
    kept = table.filter(pl.col("bad") == 0)
    return kept.with_columns(value.clip(low, high)).drop(
        "low", "high", "step", "sum_low", "sum_high", "of", "bad", "value"
    )


def _limits(instruments: Sequence[Instrument]) -> pl.DataFrame:
    """The range of every item and scale; for means that cannot be mistaken for sums, the range of the sum too."""
    rows: list[tuple[str, str, bool, float, float, float, float | None, float | None, int]] = []
    for one in instruments:
        rows += [(one.key, i.key, False, i.low, i.high, i.step, None, None, 1) for i in one.items]
        for scale in one.scales:
            low, high = one.bounds(scale.key)
            of = len(scale.items)
            mean = scale.aggregation is Aggregation.MEAN and of > 1
            apart = mean and (low * of > high or high * of < low)
            sums = (low * of, high * of) if apart else (None, None)
            rows.append((one.key, scale.key, True, low, high, 0.0, *sums, of))
    names = ("instrument", "key", "scored", "low", "high", "step", "sum_low", "sum_high", "of")
    kinds = (pl.String, pl.String, pl.Boolean, *(pl.Float64,) * 5, pl.Int16)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def _report(bad: pl.DataFrame, instruments: Sequence[Instrument], log: Log) -> None:
    forms = {one.key: one for one in instruments}
    for why in (1, 2, 3):
        some = bad.filter(pl.col("bad") == why)
        for row in some.head(PER_KIND).iter_rows(named=True):
            form = forms[row["instrument"]]
            low, high = f"{row['low']:g}", f"{row['high']:g}"
            name = f"{row['key']} of {form.key}" if row["scored"] else f"item {row['key']} of {form.key}"
            allowed = f"{low} to {high}" if row["scored"] else form.item(row["key"]).allowed
            shown = row["value"] if len(row["value"]) <= 40 else f"{row['value'][:37]}..."
            what = {
                1: f"{shown!r} is no number ({name})",
                2: f"{shown} is out of range for {name}",
                3: f"{shown} is between the answers of {name}",
            }[why]
            mend = f"It takes {allowed}; leave it empty where it was not answered"
            if row["scored"] and form.scale(row["key"]).aggregation is Aggregation.MEAN and row["of"] > 1:
                mend = f"It is the mean of {row['of']} items, {allowed}: divide a sum by {row['of']}"
            log.problem(what, mend, row["line"], row["column"])
        log.more(
            some.height,
            {1: "values that are no number", 2: "values out of range", 3: "values between answers"}[why],
        )
