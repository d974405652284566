"""Settles what the rule ``level`` takes for granted, on simulated clients that follow the law of one half of the patients ("wai-a").

    python benchmarks/fit_level.py [--tries N]

A random search: each try is judged by its mean sensitivity to planted drops at 5 false alarms in 100 stable client-sessions, half of it
under the law fitted to the patients (12 sessions, and 6) and a quarter each under two plainer laws with the same noise (no ceiling and
no rise; the same with autocorrelation .4, 20 sessions), so that the rule does not learn one form by heart. Then the threshold, for 5
false alarms in 100. Writes src/reattune/alliance/statespace/settings.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from reattune.alliance.power import DROPS, Flags, fitting, found_in, matched
from reattune.alliance.rules.level import Level
from reattune.alliance.simulate import Caseload, Drop, Population, populations, simulate
from reattune.alliance.statespace.settings import Settings

OUT = Path(__file__).parents[1] / "src/reattune/alliance/statespace/settings.json"
CLIENTS, SEED, SHARE, EQUAL = 500, 7001, 0.3, 5.0
FIXED = {
    "level_mean": 0.65, "level_sd": 0.25, "level_growth": -0.4, "onset": 0.025, "slip": 0.0005, "caseload_weight": 20.0,
    "threshold": 0.0,
}  # fmt: skip
"""Wide, so that they do not matter much on any form; one drop begins in 40 sessions, as where precision is told."""
NOISE = {
    3: ((0.045, 0.07, 0.11), (0.3, 0.45, 0.25)),
    4: ((0.04, 0.06, 0.085, 0.13), (0.2, 0.35, 0.3, 0.15)),
}
LAX, STRICT, HALVINGS = -4.5, -0.5, 9


def draw(random: np.random.Generator) -> Settings:
    """Settings for one try."""

    def one(*of: float) -> float:
        return of[random.integers(len(of))]

    noise, weights = NOISE[int(one(*NOISE))]
    brief = one(0.5, 0.6, 0.7, 0.8)
    return Settings.of(
        {
            **FIXED, "noise": noise, "noise_weights": weights, "drift": one(0.1, 0.2, 0.3),
            "growth_mean": one(0.03, 0.045), "growth_sd": one(0.04, 0.06),
            "sizes": (one(1.25, 1.5, 2.0), one(1.25, 1.5)), "onset_weights": (brief, round(1 - brief, 2)),
            "stay": (one(0.1, 0.25, 0.4), one(0.8, 0.9, 0.95)), "early": one(0.1, 0.2, 0.4), "plunge": one(0.1, 0.2, 0.3),
        }
    )  # fmt: skip


def laws() -> list[tuple[float, int, Population]]:
    """The laws, with their weights and lengths of series."""
    a = populations()["wai-a"]
    plain = replace(
        a, step=0.01, level_mean=3.0, level_sd=0.45, slope_mean=0.0, slope_sd=0.0, level_slope=0.0, level_noise=0.0,
        autocorrelation=0.0,
    )  # fmt: skip
    return [(0.35, 12, a), (0.15, 6, a), (0.25, 12, plain), (0.25, 20, replace(plain, autocorrelation=0.4))]


def at_equal(settings: Settings, stable: Caseload) -> Level:
    """The rule at so many false alarms."""
    low, high = LAX, STRICT
    allowed = EQUAL / 100 * stable.panel.rated.sum()
    for _ in range(HALVINGS):
        rule = Level(threshold=(low + high) / 2, settings=settings, limits=0)
        if rule.signals(stable.panel).low.sum() > allowed:
            low = rule.threshold
        else:
            high = rule.threshold
    return Level(threshold=high, settings=settings, limits=0)


def finds(rule: Level, planted: list[tuple[Drop, Caseload]]) -> float:
    """Mean sensitivity."""
    hits = []
    for drop, caseload in planted:
        low = rule.signals(caseload.panel).low
        hits.append(found_in(caseload, Flags(low, low, 1.0), drop).sensitivity.value)
    return float(np.mean(hits))


def main() -> None:
    """Search, settle the threshold, write."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--tries", type=int, default=10)
    tries = ask.parse_args().tries
    caseloads = []
    for k, (weight, sessions, law) in enumerate(laws()):
        planted = [
            (d, simulate(law, CLIENTS, sessions, seed=SEED + 100 * k + i, drop=d, share=SHARE))
            for i, d in enumerate(fitting(DROPS, sessions), 1)
        ]
        caseloads.append((weight, simulate(law, CLIENTS, sessions, seed=SEED + k), planted))
    random = np.random.default_rng(SEED)
    found: list[tuple[float, Settings]] = []
    for i in range(tries):
        settings = draw(random)
        worth = sum(w * finds(at_equal(settings, stable), planted) for w, stable, planted in caseloads)
        found.append((worth, settings))
        print(f"{i + 1:4} {worth:.4f} {settings}", flush=True)
    worth, best = max(found, key=lambda f: f[0])
    stable = simulate(populations()["wai-a"], 6000, 12, seed=SEED + 999)
    rule, _ = matched(at_equal(best, caseloads[0][1]), stable.panel, EQUAL)
    best = replace(best, threshold=round(rule.threshold, 3))
    spread = np.quantile([w for w, _ in found], [0, 0.5, 1]).round(4).tolist()
    about = "Made by benchmarks/fit_level.py. worth: mean sensitivity at equal false alarms of the worst, middle and best try."
    made = {"about": about, "made": date.today().isoformat(), "tries": tries, "worth": spread}
    OUT.write_text(json.dumps({**made, "settings": asdict(best)}, indent=1) + "\n")
    print(spread, best)


if __name__ == "__main__":
    main()
