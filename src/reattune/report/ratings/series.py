"""Findings in ratings case by case: what a reader looks at, out of the two tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - the field below is called date
from datetime import timedelta

import polars as pl

from reattune.alliance.episodes import as_episodes
from reattune.alliance.sides import CLIENT
from reattune.alliance.watch import RatingFindings, Watched
from reattune.record import RatingEpisode

RECENT = timedelta(days=42)
"""Drops whose last rating lies further back than this, counted from the newest date in the file, come after the others."""

WEAK = 1 / 3
"""Drops that the rule itself holds less likely than this come after the others."""

AT_ONCE = 2_000
"""Cases read out of the tables at a time."""


@dataclass(frozen=True, slots=True)
class Point:
    """One rating and what the rule says of it; units and direction are the form's own."""

    session: int
    date: Date | None
    score: float
    reference: float | None
    limit: float | None
    flagged: bool
    probability: float | None
    episode: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """An episode with what else is known of it; see ``RatingFindings.episodes``."""

    number: int
    episode: RatingEpisode
    last: int
    size: float
    low_ratings: int
    flags: int
    other_rater: str | None
    other_change: float | None
    discrepancy_change: float | None
    days_to_next: int | None
    days_usual: float | None
    long_pause: bool | None
    sessions_since: int

    @property
    def back(self) -> bool:
        """Whether the score is back."""
        return self.episode.recovery is not None


@dataclass(frozen=True, slots=True)
class Series:
    """One rater's ratings of one case on one scale."""

    case: str
    rater: str
    watched: Watched
    points: tuple[Point, ...]
    drops: tuple[Drop, ...]

    @property
    def missed(self) -> tuple[int, ...]:
        """Sessions between the first and the last rating that have none."""
        rated = {point.session for point in self.points}
        first, last = self.points[0].session, self.points[-1].session
        return tuple(n for n in range(first, last + 1) if n not in rated)

    def at(self, session: int) -> Point | None:
        """The rating of a session."""
        return next((point for point in self.points if point.session == session), None)


@dataclass(frozen=True, slots=True)
class CaseRatings:
    """All series of one case, the client's first."""

    case: str
    series: tuple[Series, ...]

    @property
    def drops(self) -> tuple[tuple[Series, Drop], ...]:
        """Every drop with its series."""
        return tuple((series, drop) for series in self.series for drop in series.drops)


def cases(findings: RatingFindings, names: Sequence[str] | None = None) -> Iterator[CaseRatings]:
    """Case after case, in the order in which they first stand in the table.

    Args:
        findings: what was found.
        names: only these cases, in this order.
    """
    order = pl.DataFrame({"case": list(names)}, schema={"case": pl.String}) if names is not None else (
        findings.table.select(pl.col("case").unique(maintain_order=True))
    )  # fmt: skip
    order = order.with_row_index("place")
    table = findings.table.join(order, on="case").sort("place", maintain_order=True)
    episodes = findings.episodes.join(order, on="case").sort("place", maintain_order=True)
    for start in range(0, order.height, AT_ONCE):
        chunk = pl.col("place").is_between(start, start + AT_ONCE - 1)
        yield from _chunk(findings, table.filter(chunk), episodes.filter(chunk))


def in_order_of_attention(findings: RatingFindings) -> list[str]:
    """Cases with a drop: not back before back, likely before unlikely, lately rated before long ago,
    then the larger. No ranking of anyone."""
    episodes = findings.episodes
    if episodes.is_empty():
        return []
    newest = findings.ratings.scores["date"].max()
    dates = findings.ratings.scores.group_by("case").agg(pl.col("date").max())
    lately = pl.lit(True) if newest is None else (pl.col("date") >= newest - RECENT).fill_null(True)  # type: ignore[operator]
    ranked = (
        episodes.join(dates, on="case", how="left")
        .with_columns(
            away=pl.col("recovery").is_not_null(),
            weak=pl.col("probability").fill_null(1) < WEAK,
            old=~lately,
            other=pl.col("rater") != CLIENT,
            size=pl.coalesce("probability", "drop_rci", "drop_sd", pl.lit(0.0)),
        )
        .with_row_index("row")
        .sort(
            "away",
            "weak",
            "old",
            "other",
            "size",
            "row",
            descending=[False, False, False, False, True, False],
        )
    )
    return ranked["case"].unique(maintain_order=True).to_list()


def drops_in_order(case: CaseRatings) -> list[tuple[Series, Drop]]:
    """A case's drops: those that are not back first, the client's first, the latest first."""
    return sorted(
        case.drops, key=lambda pair: (pair[1].back, pair[0].rater != CLIENT, -pair[1].episode.onset)
    )


def _chunk(findings: RatingFindings, table: pl.DataFrame, episodes: pl.DataFrame) -> Iterator[CaseRatings]:
    """Row by row in plain Python: many small tables would cost more."""
    keys = ("case", "instrument", "scale", "rater")
    drops: dict[tuple[str, ...], list[Drop]] = {}
    for row, episode in zip(episodes.iter_rows(named=True), as_episodes(episodes), strict=True):
        drops.setdefault(tuple(row[key] for key in keys), []).append(_drop(row, episode))
    found: dict[str, dict[tuple[str, str, str], list[Point]]] = {}
    for case, instrument, scale, rater, *point in table.select(*keys, *_POINT).iter_rows():
        found.setdefault(case, {}).setdefault((instrument, scale, rater), []).append(Point(*point))
    places = {one.key: n for n, one in enumerate(findings.watched)}
    for case, lines in found.items():
        ordered = sorted(lines, key=lambda key: (places[key[0], key[1]], key[2] != CLIENT))
        series = [
            Series(
                case,
                key[2],
                findings.of(key[0], key[1]),
                tuple(lines[key]),
                tuple(drops.get((case, *key), ())),
            )
            for key in ordered
        ]
        yield CaseRatings(case, tuple(series))


_POINT = ("session", "date", "score", "reference", "limit", "flagged", "probability", "episode")


def _drop(row: dict[str, object], episode: RatingEpisode) -> Drop:
    taken = {name: row[name] for name in Drop.__slots__ if name not in ("number", "episode", "size")}
    return Drop(number=row["episode"], episode=episode, size=row["drop"], **taken)  # type: ignore[arg-type]
