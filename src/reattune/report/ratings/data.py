"""Findings in ratings for machines: the JSON contract, and two tables."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

import polars as pl

from reattune.alliance.watch import EPISODES_FOUND, WATCHED, RatingFindings
from reattune.report.clean import for_cell
from reattune.report.ratings.series import CaseRatings, Drop, Point, Series, cases

CSV_COLUMNS = tuple(WATCHED)
"""Columns of ``to_csv``: a row a rating."""

EPISODE_COLUMNS = tuple(EPISODES_FOUND)
"""Columns of ``episodes_csv``: a row an episode."""

AT_ONCE = 100_000
_PLACES = 4
_CSV_PLACES = 6


def to_dict(findings: RatingFindings) -> dict[str, Any]:
    """The findings in the shape of the JSON contract: plain dicts, lists, strings, numbers and None.

    Sessions are numbered as in the file; probabilities are rounded to 4 places.
    """
    return {"rule": rule(findings), "cases": [case_dict(one) for one in cases(findings)]}


def json_lines(findings: RatingFindings) -> Iterator[str]:
    """One JSON object a case, one a line, in ASCII; each with the rule. Without the line ends."""
    same = rule(findings)
    for one in cases(findings):
        yield json.dumps({**case_dict(one), "rule": same}, ensure_ascii=True, allow_nan=False)


def rule(findings: RatingFindings) -> dict[str, Any]:
    """The rule and how it looked."""
    return {
        "name": findings.rule.name,
        "source": findings.rule.source,
        "threshold": findings.rule.threshold,
        "prospective": findings.prospective,
        "recover_within": findings.recover_within,
    }


def case_dict(case: CaseRatings) -> dict[str, Any]:
    """One case: its series, each with its sessions and episodes."""
    return {"case": case.case, "series": [_series(one) for one in case.series]}


def to_csv(findings: RatingFindings) -> str:
    """A table with a header and a row for each rating. Names that a spreadsheet would run as a formula get an apostrophe."""
    return _as_text(findings.table)


def episodes_csv(findings: RatingFindings) -> str:
    """A table with a header and a row for each episode."""
    return _as_text(findings.episodes)


def write_csv(table: pl.DataFrame, stream: TextIO) -> None:
    """One of the two tables as CSV, part by part."""
    safe = _safe(table)
    for start in range(0, max(1, safe.height), AT_ONCE):
        stream.write(safe.slice(start, AT_ONCE).write_csv(include_header=start == 0, line_terminator="\r\n"))


def _as_text(table: pl.DataFrame) -> str:
    stream = io.StringIO(newline="")
    write_csv(table, stream)
    return stream.getvalue()


def _safe(table: pl.DataFrame) -> pl.DataFrame:
    """The table as it goes into a file: names that a spreadsheet would run have an apostrophe, numbers a sensible length."""
    shown = []
    for name in ("case", "rater"):
        changed = {text: cell for text in table[name].unique() if (cell := for_cell(text)) != text}
        shown.append(pl.col(name).replace(changed))
    return table.with_columns(*shown, pl.selectors.float().round(_CSV_PLACES))


def _series(series: Series) -> dict[str, Any]:
    return {
        "rater": series.rater,
        "instrument": series.watched.instrument.key,
        "scale": series.watched.scale.key,
        "false_alarms": series.watched.false_alarms,
        "sessions": [_point(point) for point in series.points],
        "episodes": [_drop(drop) for drop in series.drops],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "session": point.session,
        "date": point.date.isoformat() if point.date else None,
        "score": point.score,
        "reference": _rounded(point.reference),
        "limit": _rounded(point.limit),
        "flagged": point.flagged,
        "probability": _rounded(point.probability),
        "episode": point.episode,
    }


def _drop(drop: Drop) -> dict[str, Any]:
    episode = {
        name: str(value) if name == "status" else _rounded(value)
        for name, value in asdict(drop.episode).items()
        if name not in ("case", "rater", "instrument", "scale", "rule")
    }
    more = {
        name: _rounded(value)
        for name, value in asdict(drop).items()
        if name not in ("episode", "number", "size")
    }
    return {"episode": drop.number, **episode, "drop": _rounded(drop.size), **more}


def _rounded(value: Any) -> Any:
    return round(value, _PLACES) if isinstance(value, float) else value
