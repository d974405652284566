"""Settles what the rule ``level`` takes for granted, on simulated clients that follow the law of one half of the patients ("wai-a").

    python benchmarks/fit_level.py [--tries N]

A random search: each try is judged by its mean sensitivity to planted drops at 5 false alarms in 100 stable client-sessions, half of it
under the law fitted to the patients and a quarter each under two plainer laws with the same noise (no ceiling and no rise; the same
with autocorrelation .4), so that the rule does not learn one form by heart. Then the threshold, for 5 false alarms in 100. Writes
src/reattune/alliance/statespace/settings.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from reattune.alliance.power import DROPS, cut_for, found_in
from reattune.alliance.rules.level import Level
from reattune.alliance.simulate import Population, populations, simulate
from reattune.alliance.statespace.settings import Settings

OUT = Path(__file__).parents[1] / "src/reattune/alliance/statespace/settings.json"
CLIENTS, SESSIONS, SEED, SHARE, EQUAL = 1200, 12, 7001, 0.3, 5.0
FIXED = {
    "level_mean": 0.65, "level_sd": 0.25, "points": 32, "grid_low": -0.1, "grid_high": 1.25, "onset": 0.04,
    "plunge": 0.1, "slip": 0.0005, "caseload_weight": 20.0, "threshold": 0.0,
}  # fmt: skip
"""Wide, so that they do not matter much on any form; the chance of a drop is one in 25 sessions."""
NOISE = {
    3: ((0.045, 0.075, 0.12), (0.3, 0.45, 0.25)),
    4: ((0.035, 0.055, 0.09, 0.15), (0.15, 0.35, 0.35, 0.15)),
}


def draw(random: np.random.Generator) -> Settings:
    """Settings for one try."""

    def one(*of: float) -> float:
        return of[random.integers(len(of))]

    noise, weights = NOISE[int(one(*NOISE))]
    brief = one(0.8, 0.9, 0.95)
    return Settings.of(
        {
            **FIXED, "noise": noise, "noise_weights": weights, "drift": (one(0.35, 0.45, 0.55),) * len(noise),
            "growth": one(0.015, 0.025), "sizes": (one(1.25, 1.5, 2.0), one(1.0, 1.25, 1.5)),
            "onset_weights": (brief, round(1 - brief, 2)), "stay": (one(0.1, 0.2, 0.3), one(0.7, 0.8, 0.9)),
        }
    )  # fmt: skip


def laws() -> list[tuple[float, Population]]:
    """The laws and their weights."""
    a = populations()["wai-a"]
    plain = replace(
        a, step=0.01, level_mean=3.0, level_sd=0.45, slope_mean=0.0, slope_sd=0.0, level_slope=0.0, level_noise=0.0,
        autocorrelation=0.0,
    )  # fmt: skip
    return [(0.5, a), (0.25, plain), (0.25, replace(plain, autocorrelation=0.4))]


def main() -> None:
    """Search, settle the threshold, write."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--tries", type=int, default=40)
    tries = ask.parse_args().tries
    caseloads = [
        (
            weight,
            simulate(law, CLIENTS, SESSIONS, seed=SEED + k),
            [
                simulate(law, CLIENTS, SESSIONS, seed=SEED + 100 * k + i, drop=d, share=SHARE)
                for i, d in enumerate(DROPS, 1)
            ],
        )
        for k, (weight, law) in enumerate(laws())
    ]
    random = np.random.default_rng(SEED)
    found: list[tuple[float, Settings]] = []
    for i in range(tries):
        settings = draw(random)
        rule = Level(settings=settings, limits=0)
        worth = 0.0
        for weight, stable, planted in caseloads:
            cut = cut_for(rule.signals(stable.panel).statistic, stable.panel.rated, EQUAL)
            hits = [
                found_in(p, cut.flags(rule.signals(p.panel).statistic), d).sensitivity.value
                for p, d in zip(planted, DROPS, strict=True)
            ]
            worth += weight * float(np.mean(hits))
        found.append((worth, settings))
        if worth == max(w for w, _ in found):
            print(f"{i + 1:4} {worth:.4f} {settings}", flush=True)
    worth, best = max(found, key=lambda f: f[0])
    stable = simulate(populations()["wai-a"], 20_000, SESSIONS, seed=SEED + 999)
    statistic = Level(settings=best, limits=0).signals(stable.panel).statistic
    best = replace(best, threshold=round(cut_for(statistic, stable.panel.rated, EQUAL).at, 3))
    spread = np.quantile([w for w, _ in found], [0, 0.5, 1]).round(4).tolist()
    about = "Made by benchmarks/fit_level.py. worth: mean sensitivity at equal false alarms of the worst, middle and best try."
    OUT.write_text(
        json.dumps(
            {
                "about": about,
                "made": date.today().isoformat(),
                "tries": tries,
                "worth": spread,
                "settings": asdict(best),
            },
            indent=1,
        )
        + "\n"
    )
    print(spread, best)


if __name__ == "__main__":
    main()
