"""The walk that finds episodes: session by session, all series at once, never looking ahead."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.rules.rule import Bools, Columns, Signals
from reattune.alliance.rules.running import Running

SHARE_OF_SD = 0.5
"""Where a form's measurement error is not known: so much of the standard deviation of the ratings before takes its place."""

LEAST_FOR_SD = 3
"""Ratings before, at least, from which that standard deviation is taken; with fewer, one step of the form stands in."""


@dataclass(frozen=True)
class Found:
    """Episodes, one place each. Columns and scores are those of the walk: session columns from 0, higher is better.

    Attributes:
        series: column of ``Walk.scores``.
        onset, flagged, nadir, last, recovery: session columns; ``last``: the last low rating; ``recovery``: -1 for not back.
        flags, ratings: how many of its sessions were flagged, and how many rated.
        reference: the level before.
        first, worst, latest: the scores at onset, nadir and last.
        probability: the highest while it lasted; NaN where the rule gives none.
    """

    series: Columns
    onset: Columns
    flagged: Columns
    nadir: Columns
    last: Columns
    flags: Columns
    ratings: Columns
    recovery: Columns
    reference: Floats
    first: Floats
    worst: Floats
    latest: Floats
    probability: Floats

    @classmethod
    def joined(cls, parts: list[Found]) -> Found:
        """All of them, one after the other."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


@dataclass
class Open:
    """Episodes that are under way, one place a series; what stands in a place that is not ``active`` means nothing.

    Columns and scores are those of the walk: session columns from 0, higher is better.
    """

    active: Bools
    onset: Columns
    flagged: Columns
    nadir: Columns
    last: Columns
    flags: Columns
    ratings: Columns
    reference: Floats
    margin: Floats
    first: Floats
    worst: Floats
    latest: Floats
    probability: Floats

    @classmethod
    def none(cls, series: int) -> Open:
        """No episode in any series."""

        def whole() -> Columns:
            return np.full(series, -1, dtype=np.intp)

        def real() -> Floats:
            return np.full(series, np.nan)

        return cls(
            active=np.zeros(series, dtype=bool),
            onset=whole(),
            flagged=whole(),
            nadir=whole(),
            last=whole(),
            flags=whole(),
            ratings=whole(),
            reference=real(),
            margin=real(),
            first=real(),
            worst=real(),
            latest=real(),
            probability=real(),
        )

    def bar(self) -> Floats:
        """The score that counts as back: the level before, less the margin, but at least half of the way back."""
        return self.reference - np.minimum(self.margin, (self.reference - self.worst) / 2)


@dataclass
class Walk:
    """Series in step.

    Args:
        scores: (sessions, series), higher is better, NaN in the gaps.
        signals: what the rule said, (series, sessions) as it came.
        sem: the form's standard error of measurement, if known.
        step: the form's step.
    """

    scores: Floats
    signals: Signals
    sem: float | None
    step: float
    found: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = self.scores.shape[1]
        self.open = Open.none(count)
        self.before = Running(count)
        self.lagging = np.zeros(count, dtype=bool)
        self.last_bar = np.full(count, np.nan)
        self.last_end = np.full(count, -1, dtype=np.intp)

    def run(self) -> Found:
        """Walk to the last session; what is then still under way ends open."""
        for t, now in enumerate(self.scores):
            rated = ~np.isnan(now)
            low = self.signals.low[:, t] & rated
            self._go_on(t, now, rated, low)
            self._begin(t, now, low)
            self.before.add(now, rated)
        self._close(np.flatnonzero(self.open.active), None)
        return Found.joined(self.found)

    def _go_on(self, t: int, now: Floats, rated: Bools, low: Bools) -> None:
        o = self.open
        # A slow chart goes on flagging for a while after the score is back: that is no new drop.
        self.lagging &= low | ~rated
        inside = o.active & rated
        back = inside & (now >= o.bar())
        self._close(np.flatnonzero(back), t)
        self.lagging[back] = low[back]
        stay = np.flatnonzero(inside & ~back)
        score = now[stay]
        worse = stay[score < o.worst[stay]]
        o.worst[worse], o.nadir[worse] = now[worse], t
        o.latest[stay], o.last[stay] = score, t
        o.ratings[stay] += 1
        o.flags[stay] += low[stay]
        if self.signals.probability is not None:
            o.probability[stay] = np.fmax(o.probability[stay], self.signals.probability[stay, t])

    def _begin(self, t: int, now: Floats, low: Bools) -> None:
        o, given = self.open, self.signals.onset
        candidates = np.flatnonzero(low & ~o.active)
        if not len(candidates):
            return
        reference = self.signals.reference[candidates, t]
        at = (
            np.full(len(candidates), t)
            if given is None
            else np.where(given[candidates, t] >= 0, given[candidates, t], t)
        )
        score = self.scores[at, candidates]
        new = (score < reference) & (~self.lagging[candidates] | (score < self.last_bar[candidates]))
        new &= at > self.last_end[candidates]
        rows, reference, at = candidates[new], reference[new], at[new]
        if not len(rows):
            return
        o.active[rows], o.flagged[rows], o.flags[rows] = True, t, 1
        o.reference[rows], o.margin[rows] = reference, self._margin(rows)
        o.onset[rows] = (
            at if given is not None else self._onset(rows, t, now[rows], reference, o.margin[rows])
        )
        stretch = self.scores[: t + 1, rows].copy()
        stretch[np.arange(t + 1)[:, None] < o.onset[rows]] = np.nan
        o.ratings[rows] = (~np.isnan(stretch)).sum(axis=0)
        o.nadir[rows] = np.nanargmin(stretch, axis=0)
        o.worst[rows] = self.scores[o.nadir[rows], rows]
        o.first[rows] = self.scores[o.onset[rows], rows]
        o.latest[rows], o.last[rows] = now[rows], t
        if self.signals.probability is not None:
            o.probability[rows] = self.signals.probability[rows, t]
        if given is not None:
            self._back_already(rows, t, stretch)

    def _margin(self, rows: Columns) -> Floats:
        if self.sem is not None:
            return np.full(len(rows), self.sem)
        spread = self.before.sd(LEAST_FOR_SD)[rows] * SHARE_OF_SD
        return np.fmax(spread, self.step)

    def _onset(self, rows: Columns, t: int, now: Floats, reference: Floats, margin: Floats) -> Columns:
        """The first rating after the last one that was still at the level before, and after the episode before."""
        bar = reference - np.minimum(margin, (reference - now) / 2)
        earlier, column = self.scores[:t, rows], np.arange(t)[:, None]
        at_level = (earlier >= bar) | (column <= self.last_end[rows])
        below = ~np.isnan(earlier) & (column > np.where(at_level, column, -1).max(axis=0, initial=-1))
        return np.where(below.any(axis=0), below.argmax(axis=0) if t else 0, t)

    def _back_already(self, rows: Columns, t: int, stretch: Floats) -> None:
        """Rules that speak up late may flag a drop that is over by then."""
        column = np.arange(t + 1)[:, None]
        back = (stretch >= self.open.bar()[rows]) & (column > self.open.nadir[rows])
        over = back.any(axis=0)
        ends = back.argmax(axis=0)
        for end in np.unique(ends[over]):
            chosen = over & (ends == end)
            some = rows[chosen]
            inside = np.where(column < end, stretch[:, chosen], np.nan)
            self.open.ratings[some] = (~np.isnan(inside)).sum(axis=0)
            last = np.where(np.isnan(inside), -1, column).max(axis=0)
            self.open.last[some], self.open.latest[some] = last, self.scores[last, some]
            self._close(some, int(end))

    def _close(self, rows: Columns, recovery: int | None) -> None:
        o = self.open
        if len(rows) or recovery is None:
            self.found.append(
                Found(
                    series=rows,
                    recovery=np.full(len(rows), -1 if recovery is None else recovery, dtype=np.intp),
                    onset=o.onset[rows],
                    flagged=o.flagged[rows],
                    nadir=o.nadir[rows],
                    last=o.last[rows],
                    flags=o.flags[rows],
                    ratings=o.ratings[rows],
                    reference=o.reference[rows],
                    first=o.first[rows],
                    worst=o.worst[rows],
                    latest=o.latest[rows],
                    probability=o.probability[rows],
                )
            )
        if recovery is not None:
            self.last_bar[rows], self.last_end[rows] = o.bar()[rows], recovery
        o.active[rows] = False
