"""Ratings, a rule, and what it found: the table of sessions, the table of episodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from reattune.alliance.attendance import attendance
from reattune.alliance.episodes import EPISODES, episode_table
from reattune.alliance.instruments import Instrument, Scale
from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.power import false_alarm_rate
from reattune.alliance.ratings import Ratings
from reattune.alliance.rules import RULES, load_rule
from reattune.alliance.rules.rule import Rule, Signals
from reattune.alliance.sides import CLIENT, beside, sides_of_episodes
from reattune.errors import SettingError

WATCHED = {
    "case": pl.String,
    "rater": pl.String,
    "instrument": pl.String,
    "scale": pl.String,
    "session": pl.Int32,
    "date": pl.Date,
    "score": pl.Float64,
    "reference": pl.Float64,
    "limit": pl.Float64,
    "flagged": pl.Boolean,
    "statistic": pl.Float64,
    "probability": pl.Float64,
    "episode": pl.Int32,
}
"""Columns of the table of sessions."""

_SIDES = {
    "other_rater": pl.String,
    "other_change": pl.Float64,
    "discrepancy_before": pl.Float64,
    "discrepancy_during": pl.Float64,
    "discrepancy_change": pl.Float64,
    "days_to_next": pl.Int32,
    "days_usual": pl.Float64,
    "long_pause": pl.Boolean,
    "sessions_since": pl.Int32,
}
_NAMES = {
    "case": pl.String,
    "rater": pl.String,
    "instrument": pl.String,
    "scale": pl.String,
    "rule": pl.String,
}
_EPISODES = {k: v for k, v in EPISODES.items() if k not in ("series", "case", "rater")}
EPISODES_FOUND: dict[str, pl.DataType | type[pl.DataType]] = {
    **_NAMES,
    "episode": pl.Int32,
    **_EPISODES,
    **_SIDES,
}
"""Columns of the table of episodes: those of ``episode_table`` with their names, and what else is known of each."""


@dataclass(frozen=True)
class Watched:
    """One scale of one form that was looked at.

    Attributes:
        instrument, scale: the form and its scale.
        measure: the scale as the rules see it.
        series: how many clients and raters.
        ratings: how many scores.
        side_of: key of the form and scale that it is the other side of (a therapist's form beside the client's), else its own.
        false_alarms: of 100 sessions of clients in whom nothing has changed, how many this rule flags, in simulation; None where
            that has not been worked out.
    """

    instrument: Instrument
    scale: Scale
    measure: Measure
    series: int
    ratings: int
    side_of: tuple[str, str]
    false_alarms: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Keys of form and scale."""
        return self.instrument.key, self.scale.key


@dataclass(frozen=True)
class RatingFindings:
    """What a rule found in ratings.

    Attributes:
        ratings: what was read.
        rule: the rule, with its settings.
        prospective: whether what is said of a session rests on it and earlier ones alone.
        recover_within: sessions from the onset within which a drop that is back counts as repaired.
        rater: the one rater whose series were looked at; None for everybody's.
        watched: the scales looked at.
        table: a row for each rating: ``case``, ``rater``, ``instrument``, ``scale``, ``session``, ``date``, ``score``, and what
            the rule says of it: ``reference`` (the level before), ``limit`` (the score at or below which it flags), ``flagged``,
            ``statistic``, ``probability`` (null for rules without one), ``episode`` (number within the series from 1, where the
            session lies in one). Scores, references and limits are in the form's own units and direction.
        episodes: a row for each episode: names, ``episode`` (its number in the series), the columns of
            ``alliance.episodes.episode_table``, what the other rater's scores did (``alliance.sides``), who came afterwards
            (``alliance.attendance``).
    """

    ratings: Ratings
    rule: Rule
    prospective: bool
    recover_within: int
    rater: str | None
    watched: tuple[Watched, ...]
    table: pl.DataFrame
    episodes: pl.DataFrame

    def of(self, instrument: str, scale: str) -> Watched:
        """The scale of these keys, if it was looked at.

        Raises:
            KeyError: it was not.
        """
        for one in self.watched:
            if one.key == (instrument, scale):
                return one
        raise KeyError((instrument, scale))

    @property
    def cases(self) -> int:
        """How many cases were looked at."""
        return self.table["case"].n_unique()


def watch(
    ratings: Ratings,
    rule: Rule,
    *,
    instrument: str | None = None,
    scale: str | None = None,
    rater: str | None = None,
    recover_within: int = 3,
    prospective: bool = True,
    until: int | None = None,
) -> RatingFindings:
    """Look at ratings with a rule.

    Args:
        ratings: scored ratings.
        rule: the rule.
        instrument: one form's key; None for every form there is.
        scale: key of the scale; None for the total (or the first scale of a form without one).
        rater: one rater's series; None for everybody's.
        recover_within: see ``alliance.episodes``.
        prospective: False to let the rule look at whole series.
        until: what could be known after this session (its number): all later ratings of everybody are left out.

    Raises:
        SettingError: no such form, scale or rater; a form of which the rule needs to know more than is known.
    """
    forms = _forms(ratings, instrument, scale)
    if until is not None:
        then = pl.col("session") <= until
        ratings = replace(ratings, scores=ratings.scores.filter(then), answers=ratings.answers.filter(then))
    watched, tables, found = [], [], []
    for form, part in forms:
        panel = ratings.panel(form.key, part.key, rater)
        if not panel.values.size:
            continue
        signals = rule.signals(panel, prospective=prospective)
        episodes = episode_table(panel, signals, recover_within=recover_within)
        number = pl.col("onset").rank("ordinal").over("series").cast(pl.Int32).alias("episode")
        episodes = episodes.with_columns(number)
        scores = ratings.scores.filter((pl.col("instrument") == form.key) & (pl.col("scale") == part.key))
        table = _table(panel, signals, episodes, scores)
        other = counterpart(form, part, ratings.instruments.values())
        side_of = (
            (other.key, part.key) if other is not None and form.rater != CLIENT else (form.key, part.key)
        )
        alarms = _false_alarms(rule, prospective, table)
        watched.append(Watched(form, part, panel.measure, len(panel.values), table.height, side_of, alarms))
        tables.append(table)
        # The other rater's series, even where they were not to be looked at themselves.
        everybody = panel if rater is None else ratings.panel(form.key, part.key)
        if other is not None:
            everybody = beside(everybody, ratings.panel(other.key, part.key))
        found.append(_found(ratings, everybody, episodes, (form.key, part.key, rule.name)))
    return RatingFindings(
        ratings,
        rule,
        prospective,
        recover_within,
        rater,
        tuple(watched),
        pl.concat(tables) if tables else pl.DataFrame(schema=WATCHED),
        pl.concat(found) if found else pl.DataFrame(schema=EPISODES_FOUND),
    )


def counterpart(form: Instrument, scale: Scale, forms: Iterable[Instrument]) -> Instrument | None:
    """The form that the other one fills in: for another usual rater, its key beginning with this one's or the other way round
    (``wai-sr`` and ``wai-srt``), with the same scale in the same range; None where there is none."""
    for one in forms:
        named = one.key != form.key and (one.key.startswith(form.key) or form.key.startswith(one.key))
        has = any(other.key == scale.key for other in one.scales)
        if named and has and one.rater != form.rater and one.bounds(scale.key) == form.bounds(scale.key):
            return one
    return None


def _false_alarms(rule: Rule, prospective: bool, table: pl.DataFrame) -> float | None:
    """Of 100 sessions of stable clients; known for rules as they ship, looking ahead never."""
    if not prospective or rule.name not in RULES or rule != load_rule(rule.name):
        return None
    lengths = table.group_by("case", "rater").len()["len"]
    return false_alarm_rate(rule.name, round(float(lengths.median() or 0)))  # type: ignore[arg-type]


def _forms(ratings: Ratings, instrument: str | None, scale: str | None) -> list[tuple[Instrument, Scale]]:
    if instrument is not None and instrument not in ratings.instruments:
        known = ", ".join(ratings.instruments) or "none"
        raise SettingError(f"these ratings hold no {instrument!r}", mend=f"They hold: {known}")
    forms = list(ratings.instruments.values()) if instrument is None else [ratings.instruments[instrument]]
    return [(form, form.scale(scale)) for form in forms]


def _table(panel: Panel, signals: Signals, episodes: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    rows, columns = np.nonzero(panel.rated)
    names = pl.DataFrame(panel.keys, schema={"case": pl.String, "rater": pl.String}, orient="row")[rows]
    turned = panel.measure.oriented

    def picked(values: Floats | None) -> pl.Series:
        chosen = np.full(len(rows), np.nan) if values is None else values[rows, columns]
        return pl.Series(chosen, dtype=pl.Float64, nan_to_null=True)

    table = names.with_columns(
        session=pl.Series(columns + panel.first, dtype=pl.Int32),
        reference=picked(turned(signals.reference)),
        limit=picked(turned(signals.limit)),
        flagged=pl.Series(signals.low[rows, columns]),
        statistic=picked(signals.statistic),
        probability=picked(signals.probability),
        episode=pl.Series(_numbers(panel, episodes)[rows, columns]).replace(0, None),
    )
    known = scores.select("case", "rater", "session", "instrument", "scale", "date", "score")
    joined = table.join(known, on=["case", "rater", "session"], how="left", maintain_order="left")
    return joined.select(pl.col(name).cast(kind) for name, kind in WATCHED.items())


def _numbers(panel: Panel, episodes: pl.DataFrame) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """The number of the episode that each session lies in, 0 for none."""
    numbers = np.zeros(panel.values.shape, dtype=np.int32)
    series, onset, last, number = (
        episodes[name].to_numpy().astype(np.intp) for name in ("series", "onset", "last", "episode")
    )
    for later in range(int((last - onset).max(initial=-1)) + 1):
        inside = onset + later <= last
        numbers[series[inside], onset[inside] + later - panel.first] = number[inside]
    return numbers


def _found(
    ratings: Ratings, everybody: Panel, episodes: pl.DataFrame, names: tuple[str, str, str]
) -> pl.DataFrame:
    rows = {key: row for row, key in enumerate(everybody.keys)}
    places = [rows[key] for key in episodes.select("case", "rater").iter_rows()]
    placed = episodes.with_columns(series=pl.Series(places, dtype=pl.UInt32))
    instrument, scale, rule = (pl.lit(name) for name in names)
    return pl.concat(
        [
            episodes.with_columns(instrument=instrument, scale=scale, rule=rule),
            sides_of_episodes(everybody, placed),
            attendance(ratings.scores, episodes),
        ],
        how="horizontal",
    ).select(pl.col(name).cast(kind) for name, kind in EPISODES_FOUND.items())
