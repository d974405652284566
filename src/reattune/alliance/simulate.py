"""Invented caseloads: stable clients as real ones score, and clients with a drop of known size and length planted in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules.rule import Bools, Columns
from reattune.errors import SettingError

EASING = (2 / 3, 1 / 3)
"""A gradual recovery: what is left of a drop in the two sessions after it."""
EARLIEST = 2
"""Column of the first session in which a drop can begin: there have to be two before it."""


@dataclass(frozen=True, slots=True)
class Population:
    """How clients score when nothing is wrong: a law for the latent score, which the form rounds and cuts off at its ends.

    Latent score of client i in session t: ``level_i + slope_i * ln(t) + noise_it``, the noise with SD ``sd_i`` and
    correlated from session to session.

    Attributes:
        low, high, step: the form's range and steps.
        level_mean, level_sd: the latent level in the first session, over clients.
        slope_mean, slope_sd: the rise per unit of log session number, over clients.
        level_slope: correlation of the two.
        noise_mean, noise_sd: mean and SD over clients of the log of their own SD.
        level_noise: correlation of level and log own SD.
        autocorrelation: of the noise, from session to session.
        tails: degrees of freedom of t-distributed noise (scaled to ``sd_i``, without autocorrelation); 0: normal.
        missed_first: chance that the first session has no rating.
        missed_mean, missed_sd: over clients, the chance that any other session has none.
        leaving: chance at each session from the third on that it was the last.
    """

    low: float
    high: float
    step: float
    level_mean: float
    level_sd: float
    slope_mean: float
    slope_sd: float
    level_slope: float
    noise_mean: float
    noise_sd: float
    level_noise: float
    autocorrelation: float
    tails: float
    missed_first: float
    missed_mean: float
    missed_sd: float
    leaving: float

    @property
    def measure(self) -> Measure:
        """The form, as the rules see it. SD and reliability are the population's own, as a manual would print them: the SD
        between clients' scores in one session, and the share of its variance that is not noise."""
        noise = float(np.exp(2 * self.noise_mean + 2 * self.noise_sd**2))
        variance = self.level_sd**2 + noise
        return Measure(self.low, self.high, self.step, True, variance**0.5, self.level_sd**2 / variance)


@dataclass(frozen=True, slots=True)
class Drop:
    """A drop to plant.

    Attributes:
        size: in the client's own SD.
        length: sessions at full depth; 0: it lasts.
        gradual: two more sessions on the way back, with two thirds and one third of the depth. False: back at once.
    """

    size: float
    length: int
    gradual: bool = False


@dataclass(frozen=True)
class Caseload:
    """Simulated clients, with what nobody knows of real ones. Arrays are (clients, sessions) unless said otherwise.

    Attributes:
        panel: the ratings.
        expected: the latent score without noise and without drop.
        own_sd: (clients, 1), SD of the noise.
        dropped: True in the sessions of a planted drop, the way back included.
        onset: (clients,), column in which the drop begins, -1 for stable clients.
    """

    panel: Panel
    expected: Floats
    own_sd: Floats
    dropped: Bools
    onset: Columns


@cache
def populations() -> dict[str, Population]:
    """Those that ship: fitted to real ratings by ``benchmarks/fit_population.py``, and other laws to try the rules on."""
    text = (files("reattune.alliance") / "populations.json").read_text(encoding="utf-8")
    return {name: Population(**values) for name, values in json.loads(text)["populations"].items()}


def simulate(
    population: Population,
    clients: int,
    sessions: int,
    *,
    seed: int,
    drop: Drop | None = None,
    share: float = 1.0,
    gaps: bool = True,
) -> Caseload:
    """Invent a caseload.

    Args:
        population: how its clients score.
        clients, sessions: how many.
        seed: the same seed gives the same clients, with or without a drop.
        drop: planted, its first session anywhere from the third on such that it fits in; None for stable clients alone.
        share: of the clients who have the drop (0-1); they are the first rows.
        gaps: leave out ratings as real clients do. False: every session rated.

    Raises:
        SettingError: the drop does not fit into so many sessions.
    """
    random = np.random.default_rng(seed)
    shape = clients, sessions
    level, slope, own_sd = clients_of(population, clients, random)
    expected = level + slope * np.log(np.arange(1, sessions + 1))
    latent = expected + own_sd * _noise(population, shape, random)
    missed = _missed(population, shape, random) if gaps else np.zeros(shape, bool)
    depth, onset = _planted(drop, share, shape, random)
    latent = latent - own_sd * depth
    steps = np.rint((np.clip(latent, population.low, population.high) - population.low) / population.step)
    values = population.low + steps * population.step
    values[missed] = np.nan
    return Caseload(Panel(values, population.measure), expected, own_sd, depth > 0, onset)


def clients_of(
    population: Population, clients: int, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Level in the first session, slope and own SD of so many clients, (clients, 1) each."""
    one = random.standard_normal((clients, 3))
    shared = one[:, :1]
    slope = _tied(shared, one[:, 1:2], population.level_slope)
    noise = _tied(shared, one[:, 2:], population.level_noise)
    return (
        population.level_mean + population.level_sd * shared,
        population.slope_mean + population.slope_sd * slope,
        np.exp(population.noise_mean + population.noise_sd * noise),
    )


def _tied(one: Floats, other: Floats, correlation: float) -> Floats:
    tied: Floats = correlation * one + (1 - correlation**2) ** 0.5 * other
    return tied


def _noise(population: Population, shape: tuple[int, int], random: np.random.Generator) -> Floats:
    if population.tails > 2:
        heavy: Floats = random.standard_t(population.tails, shape)
        heavy *= ((population.tails - 2) / population.tails) ** 0.5
        return heavy
    fresh = random.standard_normal(shape)
    noise = fresh.copy()
    for t in range(1, shape[1]):
        noise[:, t] = _tied(noise[:, t - 1], fresh[:, t], population.autocorrelation)
    return noise


def _missed(population: Population, shape: tuple[int, int], random: np.random.Generator) -> Bools:
    """A client's own rate of missed sessions, the first session's own, and nothing after the client has left."""
    mean, spread = population.missed_mean, population.missed_sd
    rate = np.full((shape[0], 1), mean)
    if spread > 0:
        weight = mean * (1 - mean) / spread**2 - 1
        rate = random.beta(mean * weight, (1 - mean) * weight, (shape[0], 1))
    missed: Bools = np.less(random.random(shape), rate)
    missed[:, 0] = random.random(shape[0]) < population.missed_first
    left = random.random(shape) < population.leaving
    left[:, :EARLIEST] = False
    after: Bools = np.greater(np.cumsum(left, axis=1) - left, 0)
    return missed | after


def _planted(
    drop: Drop | None, share: float, shape: tuple[int, int], random: np.random.Generator
) -> tuple[Floats, Columns]:
    clients, sessions = shape
    if drop is None:
        return np.zeros(shape), np.full(clients, -1, np.intp)
    last = sessions - max(drop.length, 1)
    if last < EARLIEST:
        raise SettingError(
            f"A drop of {drop.length} sessions does not fit into {sessions}",
            mend=f"Take at least {EARLIEST + drop.length} sessions",
        )
    onset = random.integers(EARLIEST, last + 1, clients).astype(np.intp)
    onset[round(share * clients) :] = -1
    since = np.where(onset[:, None] < 0, -1, np.arange(sessions) - onset[:, None])
    depth = np.where((since >= 0) & ((drop.length == 0) | (since < drop.length)), 1.0, 0.0)
    if drop.gradual and drop.length:
        for after, left in enumerate(EASING):
            depth[since == drop.length + after] = left
    return depth * drop.size, onset
