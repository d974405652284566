"""Scored ratings, and the series that the rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reattune.alliance.instruments import Instrument, load_instrument, shipped
from reattune.alliance.instruments.answers import MISSING, check
from reattune.alliance.instruments.naming import resolve
from reattune.alliance.instruments.scoring import number_units, score, without_duplicates
from reattune.alliance.panel import Panel
from reattune.errors import InputError, MissingExtraError, SettingError
from reattune.formats.ratings import Log, Problem, read_cells
from reattune.formats.ratings.cells import check_fields
from reattune.record import Notice, Rating

if TYPE_CHECKING:
    import pandas as pd

SCORES = {
    "case": pl.String,
    "session": pl.Int32,
    "date": pl.Date,
    "rater": pl.String,
    "instrument": pl.String,
    "scale": pl.String,
    "score": pl.Float64,
    "answered": pl.Int16,
    "of": pl.Int16,
    "prorated": pl.Boolean,
}
"""Columns of ``Ratings.scores``."""
ANSWERS = {
    "case": pl.String,
    "session": pl.Int32,
    "date": pl.Date,
    "rater": pl.String,
    "instrument": pl.String,
    "item": pl.String,
    "value": pl.Float64,
    "line": pl.UInt32,
    "column": pl.UInt16,
}
"""Columns of ``Ratings.answers``."""
_MOST_CELLS = 500_000_000


@dataclass(frozen=True, eq=False)
class Ratings:
    """What ``read_ratings`` gives.

    Attributes:
        scores: a row for each score: ``case``, ``session`` (number), ``date`` (or null), ``rater``, ``instrument`` (key),
            ``scale`` (``total`` or a subscale), ``score`` in the form's own units and direction, ``answered`` of ``of``
            items, and whether it was ``prorated`` because some were missing. A score that the file gave itself has
            ``answered`` 0. A session without a rating has no row.
        answers: a row for each answer that could be used: ``value`` as ticked, with the ``line`` and ``column`` it stood at.
        instruments: those that occur, by key.
        problems: what was kept out, with its place and how to mend it.
        notices: what was assumed, and what else one should know.
    """

    scores: pl.DataFrame
    answers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ANSWERS))
    instruments: dict[str, Instrument] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return self.scores.height

    @property
    def series(self) -> list[tuple[str, str]]:
        """Pairs of instrument and scale that occur, in the instruments' order, totals first."""
        return [
            (one.key, scale.key)
            for one in self.instruments.values()
            for scale in one.scales
            if ((self.scores["instrument"] == one.key) & (self.scores["scale"] == scale.key)).any()
        ]

    def panels(self) -> Iterator[tuple[str, str, Panel]]:
        """Every instrument and scale that occurs, with its panel."""
        for instrument, scale in self.series:
            yield instrument, scale, self.panel(instrument, scale)

    def panel(
        self, instrument: str | None = None, scale: str | None = None, rater: str | None = None
    ) -> Panel:
        """The series of one scale, side by side.

        Args:
            instrument: its key; None where the ratings hold one alone.
            scale: its key; None for the total (or the first scale of a form without one).
            rater: one rater's series; None for everybody's, each a row of its own.

        Returns:
            A panel with a row for each case and rater, in the order in which they first appear, and a column for each session
            number from the first to the last. Sessions without a rating are NaN.

        Raises:
            SettingError: no such instrument, scale or rater in these ratings.
        """
        form = self._instrument(instrument)
        wanted = form.scale(scale)
        chosen = self.scores.filter((pl.col("instrument") == form.key) & (pl.col("scale") == wanted.key))
        if rater is not None:
            raters = chosen["rater"].unique().sort().to_list()
            if rater not in raters:
                what = f"nobody rated {form.key} as {rater!r}"
                raise SettingError(what, mend=f"Raters found: {', '.join(raters) or 'none'}")
            chosen = chosen.filter(pl.col("rater") == rater)
        measure = form.measure(wanted.key)
        if chosen.is_empty():
            return Panel(np.empty((0, 0)), measure)
        rows, keys = _rows(chosen.select("case", "rater"))
        sessions = chosen["session"].to_numpy()
        first = int(sessions.min())
        shape = len(keys), int(sessions.max()) - first + 1
        if shape[0] * shape[1] > _MOST_CELLS:
            what = f"{shape[0]:,} series over session numbers {first} to {shape[1] + first - 1} are too many at once"
            raise SettingError(what, mend="Check the session numbers, or monitor the cases in several parts")
        values = np.full(shape, np.nan)
        values[rows, sessions - first] = measure.oriented(chosen["score"].to_numpy())
        return Panel(values, measure, first, keys)

    def at_once(self) -> pl.DataFrame:
        """Answers that a person should see at once, whatever the total (PHQ-9, item 9): ``answers``, with their ``meaning``."""
        risks = [
            (one.key, item.key, item.risk)
            for one in self.instruments.values()
            for item in one.items
            if item.risk
        ]
        found = [self.answers.clear().with_columns(pl.lit(None, pl.String).alias("meaning"))]
        for instrument, item, risk in risks:
            some = self.answers.filter((pl.col("instrument") == instrument) & (pl.col("item") == item))
            held = pl.Series([risk.holds(value) for value in some["value"]], dtype=pl.Boolean)
            found.append(some.filter(held).with_columns(pl.lit(risk.meaning).alias("meaning")))
        return pl.concat(found)

    def to_ratings(self) -> list[Rating]:
        """One ``Rating`` a score, in the order of ``scores``."""
        columns = ("case", "session", "rater", "instrument", "scale", "score", "date")
        return [Rating(*row) for row in self.scores.select(columns).iter_rows()]

    def to_pandas(self) -> pd.DataFrame:
        """``scores`` as a pandas table. Needs pandas and pyarrow.

        Raises:
            MissingExtraError: pandas or pyarrow is not installed.
        """
        return to_pandas(self.scores)

    def _instrument(self, key: str | None) -> Instrument:
        known = ", ".join(self.instruments) or "none"
        if key is None:
            if len(self.instruments) == 1:
                return next(iter(self.instruments.values()))
            raise SettingError("it does not say which instrument is meant", mend=f"Name one of: {known}")
        if key not in self.instruments:
            raise SettingError(f"these ratings hold no {key!r}", mend=f"They hold: {known}")
        return self.instruments[key]


def to_pandas(table: pl.DataFrame) -> Any:
    """A Polars table as a pandas one.

    Raises:
        MissingExtraError: pandas or pyarrow is not installed.
    """
    try:
        return table.to_pandas()
    except ImportError as error:
        raise MissingExtraError(
            "pandas and pyarrow are not installed", mend="Install them: pip install pandas pyarrow"
        ) from error


def _rows(
    names: pl.DataFrame,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], tuple[tuple[str, str], ...]]:
    """The row of the panel that each score belongs to, and the name of each row, in order of appearance."""
    case, rater = names.get_columns()
    new = ((case != case.shift(1)) | (rater != rater.shift(1))).fill_null(True)
    heads = names.filter(new)
    rows = new.cast(pl.Int64).cum_sum().to_numpy() - 1
    if heads.n_unique() == heads.height:
        return rows, tuple(heads.iter_rows())
    # The rows of one series do not stand together.
    unique = heads.unique(maintain_order=True).with_row_index("row")
    found = heads.join(unique, on=["case", "rater"], how="left", maintain_order="left")["row"]
    return found.cast(pl.Int64).to_numpy()[rows], tuple(unique.select("case", "rater").iter_rows())


def read_ratings(  # noqa: PLR0913 - every way in which a table of ratings may be odd
    path: str | Path,
    *,
    instrument: str | Path | Instrument | Sequence[str | Path | Instrument] | None = None,
    columns: Mapping[str, str] | None = None,
    mapping: str | Path | None = None,
    date_order: str | None = None,
    rater: str | None = None,
    missing: Sequence[str] | None = None,
    sheet: str | None = None,
    data: bytes | None = None,
) -> Ratings:
    """Read a file of ratings and score it.

    CSV (with commas, semicolons, tabs or bars; a decimal comma will do where commas do not part the cells), Excel and
    Parquet. *Long*, a row a value: ``case, session, date, rater, instrument, item, value``. Or *wide*, a row a session and
    a column an item or a score: ``case, session, wai_1, wai_2, ...``. Which of the two is found by the content. A value
    that an item cannot have, a form that is there twice, a name that nobody knows is kept out and reported in
    ``Ratings.problems`` with its line and column; the rest goes on. A session without a rating is a gap and stays one.

    Args:
        path: the file.
        instrument: the form, or several: a key or name ("wai-sr", "PHQ-9"), a TOML file of one's own, or an
            ``Instrument``. Others in the file are left out. Needed where neither a column nor the item names say it.
        columns: which column holds which field, ``{"case": "client_code", "session": "visit"}``. Fields: ``case``,
            ``session``, ``date``, ``rater``, ``instrument``, ``item``, ``value``. Any other key is another name for a
            column: ``{"wai 1": "frage1"}``.
        mapping: a mapping file (TOML) for exports with names of their own, such as REDCap's.
        date_order: ``dmy``, ``mdy`` or ``ymd``, where the dates do not tell.
        rater: who filled in the forms, where the file does not say; else each form's usual rater.
        missing: codes for "not answered" in place of the usual ones (NA, N/A, NaN, null, none, ., -, -99, -999). Empty
            cells always count as not answered, and a number counts as a code only where the item cannot have it.
        sheet: name of the sheet, for Excel; else the first.
        data: the file's bytes where they are at hand (an upload); ``path`` is then only its name.

    Returns:
        The scores, the answers, and what was kept out or assumed.

    Raises:
        InputError: the file cannot be read as ratings, or nothing in it can be used; the message says what, where, and
            how to mend it.
        SettingError: an option that does not fit the file; no such instrument.
        MissingExtraError: an Excel file without the extra ``excel``.
    """
    asked = _asked(instrument)
    known = list(shipped().values())
    forms = asked or known
    check_fields(columns or {})
    log = Log(str(path))
    bare = len(asked) == 1
    raw = read_cells(
        path,
        lambda names: resolve(names, forms, bare=bare).keys(),
        log,
        columns=columns,
        mapping=mapping,
        date_order=date_order,
        sheet=sheet,
        data=data,
    )
    codes = missing if missing is not None else raw.missing if raw.missing is not None else MISSING
    cells = check(
        raw,
        forms,
        known,
        log,
        bare=bare,
        missing=[str(code) for code in codes],
        rater=rater,
    )
    del raw  # a large file's cells are no longer needed
    if cells.is_empty():
        raise _nothing(log, str(path), asked)
    cells = without_duplicates(number_units(cells, forms), log)
    scores = score(cells, forms, log)
    answers = cells.filter(~pl.col("scored")).rename({"key": "item", "number": "value"}).select(*ANSWERS)
    found = set(cells["instrument"].unique())
    return Ratings(
        scores=scores.cast(SCORES),  # type: ignore[arg-type]
        answers=answers,
        instruments={one.key: one for one in forms if one.key in found},
        problems=log.problems,
        notices=log.notices,
    )


def _asked(wanted: str | Path | Instrument | Sequence[str | Path | Instrument] | None) -> list[Instrument]:
    """The instruments that are asked for, each once."""
    if wanted is None:
        return []
    several = [wanted] if isinstance(wanted, str | Path | Instrument) else list(wanted)
    return list({one.key: one for one in map(load_instrument, several)}.values())


def _nothing(log: Log, path: str, asked: Sequence[Instrument]) -> InputError:
    """The error for a file in which nothing can be used: its first problem, or that there is none."""
    if log.problems:
        first = log.problems[0]
        more = f", and {len(log.problems) - 1:,} more" if len(log.problems) > 1 else ""
        what = f"nothing in the file can be used: {first.what}{more}"
        return InputError(what, mend=first.mend, path=path, line=first.place.line, column=first.place.column)
    of = f" of {', '.join(one.key for one in asked)}" if asked else ""
    said = "; ".join(one.what for one in log.notices)
    mend = f"Check the instrument, and that the export holds its values{f' ({said})' if said else ''}"
    return InputError(f"the file holds no answer and no score{of}", mend=mend, path=path)
