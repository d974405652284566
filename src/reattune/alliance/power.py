"""How often a rule is wrong: false alarms among stable clients, and how many planted drops it finds, and when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from reattune.alliance.measure import Floats
from reattune.alliance.panel import Panel
from reattune.alliance.rules.catalog import with_settings
from reattune.alliance.rules.rule import Bools, Rule
from reattune.alliance.simulate import Caseload, Drop, Population, populations, simulate
from reattune.errors import SettingError

DROPS = (
    Drop(1, 1), Drop(1.5, 1), Drop(2, 1), Drop(3, 1),
    Drop(1.5, 2), Drop(1.5, 4), Drop(1.5, 4, gradual=True), Drop(1.5, 0),
)  # fmt: skip
"""Drops that are planted unless others are asked for."""
SESSIONS_A_DROP = 40
"""One drop begins in so many client-sessions where precision is told: nearly one client in three has one in twelve sessions."""
FURTHEST, HALVINGS = 4.0, 11
"""How far from the first guess a threshold is searched for, as a factor, and how closely."""
LENGTHS = (4, 8, 12, 20)
"""Lengths of series for which the false alarms that ship were counted."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval from the simulated clients' number; all NaN where there is nothing to count."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule does with one kind of drop.

    Attributes:
        drop: the kind.
        sensitivity: share (0-1) of the drops flagged in any of their sessions, of those with a rated session.
        delay: sessions from onset to the first flag, of those flagged.
        precision: share (0-1) of flagged sessions that lie in a drop, if one begins in ``SESSIONS_A_DROP`` client-sessions.
    """

    drop: Drop
    sensitivity: Estimate
    delay: Estimate
    precision: float


@dataclass(frozen=True, slots=True)
class Operating:
    """Operating characteristics of a rule.

    Attributes:
        rule: its name.
        threshold: of ``Signals.statistic``, from which on it flags.
        sessions, clients: of the simulation.
        false_alarms: flagged sessions in 100 rated sessions of stable clients.
        clients_alarmed: share (0-1) of stable clients with at least one false alarm.
        found: for each kind of drop.
    """

    rule: str
    threshold: float
    sessions: int
    clients: int
    false_alarms: Estimate
    clients_alarmed: Estimate
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Flags:
    """Flags at one threshold, or between two neighbouring ones: where a statistic takes few values, no threshold gives just
    so many false alarms, and a client is then judged by the laxer one with chance ``lax_share``.

    Attributes:
        lax, strict: (clients, sessions).
        lax_share: 0-1.
    """

    lax: Bools
    strict: Bools
    lax_share: float

    def mix(self, lax: Floats, strict: Floats) -> Floats:
        """A figure by the laxer threshold and the same by the stricter, averaged."""
        return self.lax_share * lax + (1 - self.lax_share) * strict


@dataclass(frozen=True, slots=True)
class Cut:
    """A threshold on a statistic: from ``at`` on with chance ``lax_share``, above it otherwise."""

    at: float
    lax_share: float = 1.0

    def flags(self, statistic: Floats) -> Flags:
        """The sessions flagged."""
        with np.errstate(invalid="ignore"):
            return Flags(statistic >= self.at, statistic > self.at, self.lax_share)


def operating_characteristics(
    rule: Rule,
    population: Population | None = None,
    *,
    sessions: int = 12,
    clients: int = 4000,
    seed: int = 1,
    drops: Sequence[Drop] = DROPS,
    false_alarms: float | None = None,
) -> Operating:
    """Try a rule on simulated clients, prospectively.

    Args:
        rule: the rule.
        population: how clients score; None: as the second half of the patients that the shipped law was fitted to.
        sessions, clients: length of the series and how many, stable ones and again for each kind of drop.
        seed: of the simulation.
        drops: kinds of drop; those that do not fit into so many sessions are left out.
        false_alarms: move the threshold until so many of 100 stable client-sessions are flagged; None: the rule's own threshold.
    """
    population = population or populations()["wai-b"]
    stable = simulate(population, clients, sessions, seed=seed)
    if false_alarms is None:
        cut = Cut(rule.threshold)
    else:
        rule, cut = matched(rule, stable.panel, false_alarms)
    quiet = cut.flags(rule.signals(stable.panel).statistic)
    found = []
    for i, drop in enumerate(fitting(drops, sessions)):
        caseload = simulate(
            population, clients, sessions, seed=seed + 1000 * (i + 1), drop=drop, share=troubled(sessions)
        )
        found.append(found_in(caseload, cut.flags(rule.signals(caseload.panel).statistic), drop))
    return Operating(
        rule.name, cut.at, sessions, clients, *stable_figures(quiet, stable.panel.rated), tuple(found)
    )


def matched(rule: Rule, stable: Panel, false_alarms: float) -> tuple[Rule, Cut]:
    """The rule made so strict or lax that it flags so many of 100 sessions of stable clients, and the cut on its statistic.

    Most rules weigh a session alike whatever their threshold, and the cut can be read off. Where what was flagged before counts
    (a chart that starts afresh after a signal, a drop that is flagged once), the threshold is searched for.
    """
    statistic = rule.signals(stable).statistic
    cut = cut_for(statistic, stable.rated, false_alarms)
    try:
        moved = with_settings(rule, {"threshold": cut.at})
    except SettingError:
        return rule, cut
    if np.array_equal(moved.signals(stable).statistic, statistic, equal_nan=True):
        return rule, cut
    allowed = false_alarms / 100 * stable.rated.sum()
    low, high = sorted((cut.at / FURTHEST, cut.at * FURTHEST)) if cut.at else (-1.0, 1.0)
    for _ in range(HALVINGS):
        moved = with_settings(rule, {"threshold": (low + high) / 2})
        if moved.signals(stable).low.sum() > allowed:
            low = moved.threshold
        else:
            high = moved.threshold
    return moved, Cut(moved.threshold)


def troubled(sessions: int) -> float:
    """Share of clients with a drop, if one begins in ``SESSIONS_A_DROP`` client-sessions."""
    return min(1.0, sessions / SESSIONS_A_DROP)


def fitting(drops: Iterable[Drop], sessions: int) -> list[Drop]:
    """Those drops that fit into so many sessions."""
    return [d for d in drops if d.length + 2 <= sessions and sessions >= 3]


def cut_for(statistic: Floats, rated: Bools, false_alarms: float) -> Cut:
    """The threshold by which so many of 100 rated sessions are flagged.

    Args:
        statistic, rated: (clients, sessions) of stable clients.
        false_alarms: how many.
    """
    values = np.sort(np.where(np.isnan(statistic), -np.inf, statistic)[rated])[::-1]
    allowed = false_alarms / 100 * len(values)
    at = values[min(int(allowed), len(values) - 1)]
    above, reached = float((values > at).sum()), float((values >= at).sum())
    return Cut(float(at), (allowed - above) / (reached - above) if np.isfinite(at) else 0.0)


def stable_figures(flags: Flags, rated: Bools) -> tuple[Estimate, Estimate]:
    """False alarms in 100 rated sessions, and the share of clients with any."""
    each = flags.mix(flags.lax.sum(1).astype(float), flags.strict.sum(1).astype(float))
    count = rated.sum(1).astype(float)
    any_flag = flags.mix(flags.lax.any(1).astype(float), flags.strict.any(1).astype(float))
    return ratio(100 * each, count), share(float(any_flag[count > 0].sum()), int((count > 0).sum()))


def found_in(caseload: Caseload, flags: Flags, drop: Drop) -> Found:
    """What flags make of the drops in a caseload."""
    there = (caseload.dropped & caseload.panel.rated).any(1)
    onset = caseload.onset[there]
    hit: list[Floats] = []
    late: list[Floats] = []
    right: list[float] = []
    every: list[float] = []
    for low in (flags.lax, flags.strict):
        inside = (low & caseload.dropped)[there]
        hit.append(inside.any(1).astype(float))
        late.append(np.where(inside.any(1), inside.argmax(1) - onset, 0).astype(float))
        right.append(float(inside.sum()))
        every.append(float(low.sum()))
    hits = flags.mix(hit[0], hit[1])
    lax = flags.lax_share
    flagged = lax * every[0] + (1 - lax) * every[1]
    return Found(
        drop,
        share(float(hits.sum()), len(hits)),
        ratio(flags.mix(late[0], late[1]), hits),
        (lax * right[0] + (1 - lax) * right[1]) / flagged if flagged else float("nan"),
    )


def share(count: float, of: int) -> Estimate:
    """A share (0-1) with Wilson's interval."""
    if of == 0:
        return Estimate(*[float("nan")] * 3)
    z, p = 1.96, count / of
    centre = (p + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * (p * (1 - p) / of + z**2 / (4 * of**2)) ** 0.5
    return Estimate(p, max(0.0, centre - half), min(1.0, centre + half))


def ratio(above: Floats, below: Floats) -> Estimate:
    """Sum by sum over clients, with the interval of a ratio estimator (linearised; clients are independent, their sessions not).

    Args:
        above, below: (clients,).
    """
    total = below.sum()
    if total <= 0:
        return Estimate(*[float("nan")] * 3)
    found = float(above.sum() / total)
    half = 1.96 * float(np.sqrt(((above - found * below) ** 2).sum()) / total)
    return Estimate(found, max(0.0, found - half), found + half)


@cache
def _shipped() -> dict[str, dict[str, float]]:
    text = (files("reattune.alliance") / "false_alarms.json").read_text(encoding="utf-8")
    rates: dict[str, dict[str, float]] = json.loads(text)["rates"]
    return rates


def false_alarm_rate(rule: str, length: int) -> float | None:
    """False alarms of a rule at its own threshold, in 100 client-sessions of simulated stable clients.

    Args:
        rule: its name.
        length: sessions of the series; the nearest length that was simulated is taken.

    Returns:
        The rate; None for a rule that was not simulated, or one with other settings than its own.
    """
    rates = _shipped().get(rule)
    if rates is None:
        return None
    return rates[min(rates, key=lambda n: abs(int(n) - length))]
