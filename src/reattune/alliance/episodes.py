"""From a rule's flags to episodes: when a drop began, how deep it went, whether and when the score came back.

What an episode is, in words; the page *Method: ratings* has it in full.

- It **opens** with a flag at a score below the level before (the rule's reference in that session), which stays its
  ``reference``. Further flags until the score is back belong to the same episode.
- Its **onset** is the first rating after the last one that was still at that level, so that a slow decline counts from where it
  began; or the session that the rule itself names.
- It is **back** at the first rating that reaches the reference less one standard error of measurement, and in any case comes
  at least half of the way. Where that error is not known, half a standard deviation of the ratings before stands in.
- A slow chart that goes on flagging after the score is back opens nothing new, unless the score falls below that bar again.

Nothing here looks ahead: cut the series short, and what was known then is what comes out. ``until`` does that.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.patterns import patterns
from reattune.alliance.rules.blocks import SCORE_DECIMALS
from reattune.alliance.rules.rule import Columns, Signals
from reattune.alliance.rules.running import Running
from reattune.alliance.walk import LEAST_FOR_SD, Found, Walk
from reattune.errors import SettingError
from reattune.record import RatingEpisode, RatingStatus

RECOVER_WITHIN = 3
"""Sessions from the onset, by default, within which a drop that is back counts as repaired and not as repaired late."""

BLOCK = 1 << 14
"""Series at once."""

EPISODES: dict[str, pl.DataType | type[pl.DataType]] = {
    "series": pl.UInt32,
    "case": pl.String,
    "rater": pl.String,
    "onset": pl.Int32,
    "flagged": pl.Int32,
    "nadir": pl.Int32,
    "recovery": pl.Int32,
    "last": pl.Int32,
    "status": pl.Enum([str(status) for status in RatingStatus]),
    "pattern": pl.String,
    "length": pl.Int32,
    "reference": pl.Float64,
    "worst": pl.Float64,
    "drop": pl.Float64,
    "drop_sd": pl.Float64,
    "drop_rci": pl.Float64,
    "missed_after": pl.Int32,
    "low_ratings": pl.Int32,
    "flags": pl.Int32,
    "probability": pl.Float64,
}
"""Columns of ``episode_table``."""


def episode_table(
    panel: Panel, signals: Signals, *, recover_within: int = RECOVER_WITHIN, until: int | None = None
) -> pl.DataFrame:
    """The episodes of all series as a table.

    Args:
        panel: the series.
        signals: what a rule said of them.
        recover_within: sessions from the onset within which a drop that is back counts as repaired, not as repaired late.
        until: what was known after this session (its number): all later ones are left out. Only with prospective signals.

    Returns:
        A row for each episode, by series and onset, with the columns of ``EPISODES``: ``series`` (row of the panel), ``case``
        and ``rater`` (null for series without names), and the attributes of ``RatingEpisode``, null where it has None. ``drop``
        is the distance from reference to nadir, >= 0, in the form's units; ``last`` the last session with a rating in the
        episode, before the recovery; ``low_ratings`` the ratings from onset to there; ``flags`` how many of them the rule
        flagged.

    Raises:
        SettingError: ``recover_within`` is not a whole number above 0.
    """
    if not (float(recover_within).is_integer() and recover_within >= 1):
        raise SettingError(
            f"recover_within cannot be {recover_within!r}",
            mend="Give it as a whole number of sessions, 1 or more",
        )
    if until is not None:
        panel, signals = as_of(panel, signals, until)
    # Series without a flag have no episode: most are passed over here.
    chosen = np.flatnonzero(signals.low.any(axis=1))
    parts = [
        _block(panel, signals, chosen[start : start + BLOCK], recover_within)
        for start in range(0, len(chosen), BLOCK)
    ]
    if not parts:
        return pl.DataFrame(schema=EPISODES)
    return pl.concat(parts).sort("series", "onset")


def find_episodes(
    panel: Panel,
    signals: Signals,
    *,
    recover_within: int = RECOVER_WITHIN,
    until: int | None = None,
    rule: str = "",
    instrument: str = "",
    scale: str = "total",
) -> list[RatingEpisode]:
    """The episodes of all series, as ``episode_table`` has them, one ``RatingEpisode`` each.

    Args:
        panel, signals, recover_within, until: see ``episode_table``.
        rule, instrument, scale: names to go with the episodes.
    """
    table = episode_table(panel, signals, recover_within=recover_within, until=until)
    names = {"rule": pl.lit(rule), "instrument": pl.lit(instrument), "scale": pl.lit(scale)}
    return as_episodes(table.with_columns(**names))


def episode_history(panel: Panel, signals: Signals, *, recover_within: int = RECOVER_WITHIN) -> pl.DataFrame:
    """How each episode stood after every session, up to the last rating of its series.

    ``episode_table`` with a column ``as_of`` before its own. Only with prospective signals. Grows with the square of the
    sessions: made for caseloads, not for millions.
    """
    count, sessions = panel.values.shape
    last = np.where(panel.rated, np.arange(sessions), -1).max(axis=1, initial=-1)
    at_once = max(1, BLOCK // max(1, count))
    parts = []
    for start in range(0, sessions, at_once):
        ends = np.arange(start, min(start + at_once, sessions))
        table = episode_table(*_cut_after(panel, signals, ends), recover_within=recover_within)
        copy, series = np.divmod(table["series"].to_numpy(), max(1, count))
        told = {
            "as_of": pl.Series(ends[copy] + panel.first, dtype=pl.Int32),
            "series": pl.Series(series, dtype=pl.UInt32),
        }
        parts.append(table.with_columns(**told).filter(pl.Series(last[series] >= ends[copy])))
    named = ("as_of", *EPISODES)
    if not parts:
        return pl.DataFrame(schema={"as_of": pl.Int32, **EPISODES})
    return pl.concat(parts).select(named).sort("as_of", "series", "onset")


def as_episodes(table: pl.DataFrame) -> list[RatingEpisode]:
    """The rows of an episode table with ``rule``, ``instrument`` and ``scale`` as ``RatingEpisode``."""
    names = RatingEpisode.__slots__
    return [
        RatingEpisode(
            **{k: v for k, v in row.items() if k in names and k not in ("case", "rater", "status")},
            case=row["case"] or "",
            rater=row["rater"] or "",
            status=RatingStatus(row["status"]),
        )
        for row in table.iter_rows(named=True)
    ]


def as_of(panel: Panel, signals: Signals, session: int) -> tuple[Panel, Signals]:
    """Both cut short after a session."""
    keep = slice(0, max(0, session - panel.first + 1))
    cut = Signals(
        signals.low[:, keep],
        signals.reference[:, keep],
        signals.limit[:, keep],
        signals.statistic[:, keep],
        None if signals.probability is None else signals.probability[:, keep],
        None if signals.onset is None else signals.onset[:, keep],
    )
    return replace(panel, values=panel.values[:, keep]), cut


def _cut_after(panel: Panel, signals: Signals, ends: Columns) -> tuple[Panel, Signals]:
    """All series cut short after each of these columns, one copy after the other: what comes later is a gap."""
    count, sessions = panel.values.shape
    later = np.repeat(np.arange(sessions) > ends[:, None], count, axis=0)

    rows = np.tile(np.arange(count), len(ends))
    cut = Signals(
        signals.low[rows] & ~later,
        signals.reference[rows],
        signals.limit[rows],
        signals.statistic[rows],
        None if signals.probability is None else signals.probability[rows],
        None if signals.onset is None else signals.onset[rows],
    )
    values = np.where(later, np.nan, panel.values[rows])
    return replace(panel, values=values, keys=panel.keys * len(ends)), cut


def _block(panel: Panel, signals: Signals, rows: Columns, within: int) -> pl.DataFrame:
    measure = panel.measure
    scores = np.round(panel.values[rows].T, SCORE_DECIMALS)
    part = Signals(
        signals.low[rows],
        signals.reference[rows],
        signals.limit[rows],
        signals.statistic[rows],
        None if signals.probability is None else signals.probability[rows],
        None if signals.onset is None else signals.onset[rows],
    )
    found = Walk(scores, part, measure.sem, measure.step).run()
    series = found.series
    spread = _spread(scores)[series]
    drop = np.round(found.reference - found.worst, SCORE_DECIMALS)
    recovery = found.recovery
    back = recovery >= 0
    length = np.where(back, recovery, found.last + 1) - found.onset
    table = pl.DataFrame(
        {
            "series": rows[series],
            **_names(panel, rows[series]),
            **{name: getattr(found, name) + panel.first for name in ("onset", "flagged", "nadir", "last")},
            "recovery": pl.Series(recovery + panel.first).set(pl.Series(~back), None),
            "status": _status(found, length, within),
            "pattern": _pattern(scores, found, drop, length),
            "length": length,
            "reference": measure.oriented(found.reference),
            "worst": measure.oriented(found.worst),
            "drop": drop,
            "drop_sd": np.divide(drop, spread, out=np.full(len(drop), np.nan), where=spread > 0),
            "drop_rci": drop / measure.reliable_change
            if measure.reliable_change
            else np.full(len(drop), np.nan),
            "missed_after": _missed(scores, found),
            "low_ratings": found.ratings,
            "flags": found.flags,
            "probability": found.probability,
        }
    )
    reals = ("drop_sd", "drop_rci", "probability")
    return table.with_columns(pl.col(reals).fill_nan(None)).select(
        pl.col(name).cast(kind) for name, kind in EPISODES.items()
    )


def _names(panel: Panel, rows: Columns) -> dict[str, pl.Series]:
    if not panel.keys:
        return {name: pl.Series([None] * len(rows), dtype=pl.String) for name in ("case", "rater")}
    keys = [panel.keys[row] for row in rows.tolist()]
    return {"case": pl.Series([case for case, _ in keys]), "rater": pl.Series([rater for _, rater in keys])}


def _spread(
    scores: Floats,
) -> Floats:
    """The standard deviation of each series' ratings as far as they are known; NaN for fewer than three."""
    running = Running(scores.shape[1])
    for now in scores:
        running.add(now, ~np.isnan(now))
    return running.sd(LEAST_FOR_SD)


def _status(found: Found, length: Columns, within: int) -> pl.Series:
    back = found.recovery >= 0
    # Not back in the last rating that could be called in time: from there on the drop is open, before that nobody can say.
    seen = length - 1 >= within
    names = np.select(
        [back & (length <= within), back, seen],
        [RatingStatus.REPAIRED, RatingStatus.REPAIRED_LATE, RatingStatus.OPEN],
        default=RatingStatus.CENSORED,
    )
    return pl.Series([str(name) for name in names.tolist()], dtype=EPISODES["status"])


def _pattern(
    scores: Floats,
    found: Found,
    drop: Floats,
    length: Columns,
) -> pl.Series:
    reference = found.reference
    first_rated = (~np.isnan(scores)).argmax(axis=0)[found.series]
    names = patterns(
        starts=found.onset == first_rated,
        back=found.recovery >= 0,
        length=length,
        ratings=found.ratings,
        at_onset=np.round((reference - found.first) / drop, 9),
        at_end=np.round((reference - found.latest) / drop, 9),
    )
    return pl.Series(names.tolist(), dtype=pl.String)


def _missed(scores: Floats, found: Found) -> Columns:
    """Sessions without a rating between the onset and the next rating; 0 where none has come yet."""
    series, onset = found.series, found.onset
    column = np.arange(len(scores))[:, None]
    later = ~np.isnan(scores[:, series]) & (column > onset)
    return np.where(later.any(axis=0), later.argmax(axis=0) - onset - 1, 0)
