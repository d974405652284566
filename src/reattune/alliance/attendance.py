"""Whether someone stayed away, or stopped filling in the form, after a drop: a signal of its own.

Ratings do not say why a form is missing. Where anyone rated the session, on any form, it took place; where dates are known, a
long pause shows. More cannot be told, and nothing is guessed.
"""

from __future__ import annotations

import polars as pl

LONG = 2.0
"""A pause is long from so many times the usual interval on ..."""

LONG_DAYS = 7
"""... and so many days beyond it."""


def attendance(scores: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """What is known of the sessions after each episode's onset.

    Args:
        scores: all ratings of the cases, of every form and rater (``Ratings.scores``), cut short where the episodes were.
        episodes: with ``case``, ``onset``, ``last`` and ``recovery``, as ``episode_table`` gives them.

    Returns:
        A row for each episode, in the same order: ``days_to_next`` (from the onset to the next session with a date),
        ``days_usual`` (median interval of the sessions up to the onset, at least two of them), ``long_pause`` (at least twice the
        usual and a week more; null where dates do not tell), and ``sessions_since`` (sessions that someone rated after the last
        rating of this series, while the drop was not back; 0 where it was).
    """
    sessions = scores.group_by("case", "session").agg(pl.col("date").min()).sort("case", "session")
    dated = sessions.filter(pl.col("date").is_not_null()).with_columns(
        (pl.col("date").diff().over("case")).dt.total_days().alias("days"),
        pl.col("date").shift(-1).over("case").alias("next"),
    )
    wanted = episodes.with_row_index("row").select("row", "case", "onset", "last", "recovery")
    usual = (
        wanted.join(dated, on="case", how="inner")
        .filter((pl.col("session") <= pl.col("onset")) & pl.col("days").is_not_null())
        .group_by("row")
        .agg(pl.col("days").median().alias("days_usual"), pl.len().alias("intervals"))
        .filter(pl.col("intervals") >= 2)
        .select("row", "days_usual")
    )
    following = wanted.join(
        dated.select("case", pl.col("session").alias("onset"), "date", "next"),
        on=["case", "onset"],
        how="inner",
    ).select("row", (pl.col("next") - pl.col("date")).dt.total_days().alias("days_to_next"))
    since = (
        wanted.filter(pl.col("recovery").is_null())
        .join(sessions, on="case", how="inner")
        .filter(pl.col("session") > pl.col("last"))
        .group_by("row")
        .agg(pl.len().alias("sessions_since"))
    )
    joined = wanted.select("row")
    for part in (following, usual, since):
        joined = joined.join(part, on="row", how="left")
    long = (pl.col("days_to_next") >= LONG * pl.col("days_usual")) & (
        pl.col("days_to_next") >= pl.col("days_usual") + LONG_DAYS
    )
    return joined.sort("row").select(
        pl.col("days_to_next").cast(pl.Int32),
        pl.col("days_usual").cast(pl.Float64),
        long.alias("long_pause"),
        pl.col("sessions_since").fill_null(0).cast(pl.Int32),
    )
