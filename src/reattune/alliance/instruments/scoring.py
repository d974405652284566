"""From answers to scores: reverse items, missing items, sums and means; all forms of a file at once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reattune.alliance.instruments.model import Aggregation, Instrument, Scale
from reattune.formats.ratings import Log
from reattune.formats.ratings.problems import PER_KIND, counted

_SAME = 0.05


def number_units(cells: pl.DataFrame, instruments: Sequence[Instrument]) -> pl.DataFrame:
    """Cells with ``unit``, one number for each filled-in form: instrument, case, rater and session packed into an integer.

    Sorted by unit, so that the sessions of a series stand together and in order; cases and raters in the order in which they
    first appear.
    """
    forms = {one.key: n for n, one in enumerate(instruments)}
    cases, raters = _codes(cells["case"]), _codes(cells["rater"])
    sessions = int(cells["session"].max() or 0) + 1  # type: ignore[arg-type]
    many = int(raters.max() or 0) + 1  # type: ignore[arg-type]
    all_cases = int(cases.max() or 0) + 1  # type: ignore[arg-type]
    unit = (
        (pl.col("instrument").replace_strict(forms, return_dtype=pl.Int64) * all_cases + cases) * many
        + raters
    ) * sessions + pl.col("session").cast(pl.Int64)
    return cells.with_columns(unit.alias("unit")).sort("unit", maintain_order=True)


def _codes(names: pl.Series) -> pl.Series:
    """A number for each name, in the order in which they first appear."""
    unique = names.unique(maintain_order=True).to_frame("name").with_row_index("code")
    joined = names.to_frame("name").join(unique, on="name", how="left", maintain_order="left")
    return joined["code"].cast(pl.Int64)


def without_duplicates(cells: pl.DataFrame, log: Log) -> pl.DataFrame:
    """The first value of each item of each form; later ones are kept out, one problem a line."""
    again = cells.select("unit", "scored", "key").is_duplicated()
    if not again.any():
        return cells
    index = pl.int_range(cells.height, dtype=pl.UInt32, eager=True)
    some = (
        cells.with_columns(index.alias("index"))
        .filter(again)
        .sort("unit", "line", "column", maintain_order=True)
    )
    group = ["unit", "scored", "key"]
    some = some.with_columns(
        pl.col("line").first().over(group).alias("first"),
        pl.int_range(pl.len()).over(group).alias("place"),
        pl.col("number").first().over(group).alias("before"),
    ).filter(pl.col("place") > 0)
    lines = some.group_by("line", "first", "unit", maintain_order=True).agg(
        pl.col("column").first(), pl.len().alias("count"), (pl.col("number") == pl.col("before")).all().alias("same"),
        pl.col("case").first(), pl.col("session").first(), pl.col("instrument").first(), pl.col("key").first(),
    )  # fmt: skip
    for row in lines.sort("line").head(PER_KIND).iter_rows(named=True):
        what = repr(row["key"]) if row["count"] == 1 else f"{row['count']} values"
        how = "the same again" if row["same"] else "with other answers"
        log.problem(
            f"{row['instrument']} of case {row['case']!r}, session {row['session']}, is there twice: {what}, {how}; the"
            f" first, in line {row['first']}, counts",
            "Give a second session a number of its own, or delete the row that is wrong",
            row["line"],
            row["column"],
        )
    log.more(lines.height, "rows that are there twice")
    return cells.filter(~index.is_in(some["index"].implode()))


def score(cells: pl.DataFrame, instruments: Sequence[Instrument], log: Log) -> pl.DataFrame:
    """Scores of all forms, with the columns of ``Ratings.scores``.

    A sum or mean of the items, reverse items turned; with items missing, within what the scale allows, the mean of those
    that are there (times their number, for a sum). Where the file gives a score too, the items count; where there are no
    items, or too few, the file's score does.

    Args:
        cells: checked, numbered and without duplicates.
        instruments: those that can occur.
        log: takes what could not be scored, and where the file's score is another.
    """
    parts = []
    for one in instruments:
        of_form = cells.filter(pl.col("instrument") == one.key)
        if of_form.is_empty():
            continue
        given = of_form.filter(pl.col("scored"))
        answers = of_form.filter(~pl.col("scored"))
        for scale in one.scales:
            made = _scored(answers, one, scale, log)
            own = given.filter(pl.col("key") == scale.key)
            parts.append(_with_given(made, own, one, scale, log))
    columns = (
        "case",
        "session",
        "date",
        "rater",
        "instrument",
        "scale",
        "score",
        "answered",
        "of",
        "prorated",
    )
    return pl.concat([part.select(columns) for part in parts]) if parts else pl.DataFrame()


_KEEP = [pl.col(name).first() for name in ("case", "session", "rater", "line")]
_DATE = pl.col("date").drop_nulls().first()


def _scored(answers: pl.DataFrame, one: Instrument, scale: Scale, log: Log) -> pl.DataFrame:
    """Scores of one scale from its items."""
    items = [one.item(key) for key in scale.items]
    turned = {item.key: item.low + item.high for item in items if item.reverse}
    value = pl.col("number")
    if turned:
        both = pl.col("key").replace_strict(turned, default=None, return_dtype=pl.Float64)
        value = pl.when(both.is_not_null()).then(both - value).otherwise(value)
    chosen = answers.filter(pl.col("key").is_in(list(scale.items)))
    of = len(items)
    table = chosen.group_by("unit", maintain_order=True).agg(
        *_KEEP, _DATE, value.mean().alias("mean"), pl.len().cast(pl.Int16).alias("answered")
    )
    enough = pl.col("answered") >= of - scale.max_missing
    few = table.filter(~enough)
    if few.height:
        first = few.sort("line").row(0, named=True)
        log.notice(
            f"{counted(few.height, 'form')} with too few answers for a score of {one.key}, {scale.key}"
            f" (at most {scale.max_missing} of {of} may be missing)",
            first["line"],
        )
    table = table.filter(enough)
    low, high = one.bounds(scale.key)
    times = of if scale.aggregation is Aggregation.SUM else 1
    table = table.with_columns(
        # Rounded so that a mean of decimals is the number that one would write; never a hair outside the range.
        (pl.col("mean") * times).round(12).clip(low, high).alias("score"),
        pl.lit(one.key).alias("instrument"),
        pl.lit(scale.key).alias("scale"),
        pl.lit(of, pl.Int16).alias("of"),
        (pl.col("answered") < of).alias("prorated"),
    )
    short = int(table["prorated"].sum())
    if short:
        log.notice(f"{counted(short, 'score')} of {one.key}, {scale.key}, made with items missing")
    return table


def _with_given(
    made: pl.DataFrame, own: pl.DataFrame, one: Instrument, scale: Scale, log: Log
) -> pl.DataFrame:
    """Scores made from items, and the file's own where there are none."""
    columns = ["unit", *(name for name in made.columns if name not in ("unit", "mean", "line"))]
    if own.is_empty():
        return made.select(columns)
    file = own.with_columns(
        pl.col("number").alias("score"),
        pl.lit(0, pl.Int16).alias("answered"),
        pl.lit(len(scale.items), pl.Int16).alias("of"),
        pl.lit(False).alias("prorated"),
        pl.lit(scale.key).alias("scale"),
    )
    if made.is_empty():
        return file.select(columns)
    both = file.join(made.select("unit", pl.col("score").alias("made"), "prorated"), on="unit", how="inner")
    other = both.filter(((pl.col("score") - pl.col("made")).abs() > _SAME) & ~pl.col("prorated_right"))
    if other.height:
        row = other.sort("line").row(0, named=True)
        log.notice(
            f"{counted(other.height, 'score')} of {one.key}, {scale.key}, in the file unlike what the items give"
            f" (first: {row['number']:g}, items {row['made']:g}); the items count",
            row["line"],
            row["column"],
        )
    rest = file.join(made.select("unit"), on="unit", how="anti")
    return pl.concat([made.select(columns), rest.select(columns)]).sort("unit")
