"""Drops in a case's ratings, each as it stood at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reattune.ledger import same_drop
from reattune.record import Case, RatingEpisode

if TYPE_CHECKING:
    from reattune.alliance.instruments import Instrument
    from reattune.alliance.panel import Panel
    from reattune.alliance.rules import Rule

FALL = 0.15
"""A fall by so much of the form's range is looked at: six points of forty, or .6 of one to five."""


def drops_in(
    case: Case, forms: Mapping[str, Instrument] | None = None
) -> tuple[dict[int, tuple[RatingEpisode, ...]], dict[str, float]]:
    """Drops in ratings, and the range of each form.

    Two rules look for them: a fall by ``FALL`` of the form's range below the best so far, and a level that has probably fallen.
    What both see is one drop. Each form counts by its total (or its first scale), each rater apart. A form that is not known
    has no drops.

    Returns:
        By session number, all drops as they stood when that session's ratings were in; and for each form the distance from
        its least to its greatest score.
    """
    import polars as pl

    from reattune.alliance.instruments import shipped
    from reattune.alliance.ratings import SCORES, Ratings
    from reattune.alliance.rules import load_rule

    known = {**shipped(), **(forms or {})}
    rows = [
        (r.case, r.session, r.date, r.rater, r.instrument, r.scale, r.score, 0, 0, False)
        for r in case.ratings
        if r.instrument in known
    ]
    scores = pl.DataFrame(rows, schema=SCORES, orient="row")
    used = {key: known[key] for key in scores["instrument"].unique().sort()}
    ratings = Ratings(scores, instruments=used)
    found: dict[int, list[RatingEpisode]] = {r.session: [] for r in case.ratings}
    spans: dict[str, float] = {}
    for key, form in used.items():
        scale = form.scale(None).key
        panel = ratings.panel(key, scale)
        if panel.values.size == 0:
            continue
        spans[key] = panel.measure.high - panel.measure.low
        fall = load_rule("fixed-drop", points=FALL * spans[key], since="best")
        for rule in (fall, load_rule("level")):
            for session, drops in _history(panel, rule, key, scale).items():
                known_by_then = found.setdefault(session, [])
                known_by_then[:] = _together(known_by_then, drops)
    return {n: tuple(found[n]) for n in sorted(found)}, spans


def _history(panel: Panel, rule: Rule, form: str, scale: str) -> dict[int, list[RatingEpisode]]:
    """By session number, all drops of one scale as they stood then."""
    import polars as pl

    from reattune.alliance.episodes import as_episodes, episode_history

    names = {"rule": pl.lit(rule.name), "instrument": pl.lit(form), "scale": pl.lit(scale)}
    history = episode_history(panel, rule.signals(panel)).with_columns(**names)
    return {
        int(str(session)): as_episodes(table)
        for (session,), table in history.group_by("as_of", maintain_order=True)
    }


def _together(drops: Sequence[RatingEpisode], more: Sequence[RatingEpisode]) -> list[RatingEpisode]:
    """Both lists, each drop once: one that another rule sees as well takes that rule's probability."""
    joined = list(drops)
    for drop in more:
        at = next((i for i, one in enumerate(joined) if same_drop(one, drop)), None)
        if at is None:
            joined.append(drop)
        else:
            joined[at] = replace(joined[at], probability=drop.probability)
    return joined
