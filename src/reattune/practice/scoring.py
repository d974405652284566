"""Forms that were typed in, checked and scored by the same rules as those of a file."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reattune.alliance.instruments import Instrument, load_instrument
from reattune.alliance.instruments.scoring import number_units, score
from reattune.errors import SettingError
from reattune.formats.ratings import Log
from reattune.practice.views import FilledForm
from reattune.record import Rating

_CELLS = {
    "case": pl.String,
    "session": pl.Int32,
    "date": pl.Date,
    "rater": pl.String,
    "instrument": pl.String,
    "key": pl.String,
    "number": pl.Float64,
    "scored": pl.Boolean,
    "prorated_right": pl.Boolean,
    "line": pl.UInt32,
    "column": pl.UInt16,
}


def score_forms(case: str, forms: Sequence[FilledForm]) -> list[Rating]:
    """Scores of filled-in forms. A form whose total is known and its items are not has the scale's key among its items.

    Raises:
        SettingError: no such form or item, an answer that the item cannot have, or too few answers for any score.
    """
    known: dict[str, Instrument] = {}
    rows = []
    for line, form in enumerate(forms, 1):
        one = known.setdefault(form.instrument, load_instrument(form.instrument))
        for key, value in form.items.items():
            if value is None:
                continue
            scored = _checked(one, key, float(value))
            rows.append(
                (
                    case,
                    form.session,
                    form.date,
                    form.rater,
                    one.key,
                    key,
                    float(value),
                    scored,
                    False,
                    line,
                    1,
                )
            )
    if not rows:
        raise SettingError("the form is empty", mend="Fill in at least the items of one scale")
    cells = number_units(pl.DataFrame(rows, schema=_CELLS, orient="row"), list(known.values()))
    log = Log("ratings")
    scores = score(cells, list(known.values()), log)
    if scores.is_empty():
        said = "; ".join(str(notice) for notice in log.notices)
        raise SettingError("there are too few answers for a score", mend=said or "Fill in more items")
    columns = ("case", "session", "rater", "instrument", "scale", "score", "date")
    return [Rating(*row) for row in scores.select(columns).iter_rows()]


def _checked(one: Instrument, key: str, value: float) -> bool:
    """Whether the key is a scale's; the value is one that it can have."""
    items = {item.key: item for item in one.items}
    if key in items:
        item = items[key]
        fits = item.low <= value <= item.high
        if fits and item.step:
            steps = (value - item.low) / item.step
            fits = abs(steps - round(steps)) < 1e-6
        if not fits:
            raise SettingError(
                f"{one.name}, item {key}: {value:g} is no answer", mend=f"Write {item.allowed}"
            )
        return False
    low, high = one.bounds(one.scale(key).key)
    if not low <= value <= high:
        raise SettingError(f"{one.name}, {key}: {value:g} is out of range", mend=f"Write {low:g} to {high:g}")
    return True
