"""Fits ``alliance.simulate.Population`` to each half of the patients of dsem_wai, by simulated moments.

Run: ``python benchmarks/fit_population.py``; writes src/reattune/alliance/populations.json (numbers only, none of the ratings).
"""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from dsem import half, panel
from reattune.alliance.simulate import Population, simulate

OUT = Path(__file__).parents[1] / "src/reattune/alliance/populations.json"
CLIENTS, SESSIONS, SEED = 4000, 15, 11
START = Population(
    low=1, high=5, step=1 / 9, level_mean=3.65, level_sd=0.6, slope_mean=0.22, slope_sd=0.2, level_slope=-0.4,
    noise_mean=-1.3, noise_sd=0.4, level_noise=-0.2, autocorrelation=0.15, tails=0,
    missed_first=0.3, missed_mean=0.2, missed_sd=0.2, leaving=0.01,
)  # fmt: skip
FREE = (
    "level_mean",
    "level_sd",
    "slope_mean",
    "slope_sd",
    "level_slope",
    "noise_mean",
    "noise_sd",
    "level_noise",
    "autocorrelation",
)
LEAST = 5
"""Ratings that a client needs for a line and what is left around it."""


def moments(values: np.ndarray) -> dict[str, float]:
    """What simulated clients should have in common with real ones."""
    rated = ~np.isnan(values)
    mean = np.array([np.nanmean(v) for v in values[rated.any(1)]])
    t = np.log(np.arange(1, values.shape[1] + 1))
    known = values[rated.sum(1) >= LEAST]
    w = ~np.isnan(known)
    n = w.sum(1, keepdims=True)
    tm = (w * t).sum(1, keepdims=True) / n
    ym = np.nansum(known, 1, keepdims=True) / n
    tc = np.where(w, t - tm, 0)
    yc = np.where(w, known - ym, 0)
    slope = (tc * yc).sum(1, keepdims=True) / (tc**2).sum(1, keepdims=True)
    left = np.where(w, yc - slope * tc, np.nan)
    own = np.sqrt(np.nansum(left**2, 1) / (n[:, 0] - 2))
    own_log = np.log(np.maximum(own, 0.03))
    start = ym[:, 0] - slope[:, 0] * tm[:, 0]
    a, b = left[:, :-1].ravel(), left[:, 1:].ravel()
    both = ~np.isnan(a + b)
    flat = values[rated]
    return {
        "mean": float(mean.mean()),
        "between": float(mean.std()),
        "first five": float(np.nanmean(values[:, :5])),
        "last five": float(np.nanmean(values[:, 10:])),
        "slope sd": float(slope.std()),
        "start and slope": float(np.corrcoef(start, slope[:, 0])[0, 1]),
        "own sd": float(own_log.mean()),
        "own sd spread": float(own_log.std()),
        "mean and own sd": float(np.corrcoef(ym[:, 0], own_log)[0, 1]),
        "autocorrelation": float((a[both] * b[both]).mean() / np.nanmean(left**2)),
        "at ceiling": float((flat > 4.999).mean()),
        "near ceiling": float((flat > 4.7).mean()),
        "skew": float(((flat - flat.mean()) ** 3).mean() / flat.std() ** 3),
    }


def missingness(values: np.ndarray) -> dict[str, float]:
    """How ratings are missing: at the start, in between, and for good. The last session's gap does not count as leaving."""
    rated = ~np.isnan(values)
    last = np.array([np.flatnonzero(r)[-1] for r in rated])
    left = last < SESSIONS - 2
    at_risk = np.minimum(last + 1, SESSIONS - 2) - 2
    rates, weights = [], []
    for row, end in zip(rated, last, strict=True):
        inside = row[1:end]
        if len(inside) >= 3:
            rates.append(1 - inside.mean())
            weights.append(len(inside))
    rates, weights = np.array(rates), np.array(weights)
    mean = float(np.average(rates, weights=weights))
    spread = float(np.average((rates - mean) ** 2, weights=weights)) - mean * (1 - mean) / weights.mean()
    return {
        "missed_first": float(1 - rated[:, 0].mean()),
        "missed_mean": mean,
        "missed_sd": float(np.sqrt(max(spread, 1e-4))),
        "leaving": float(left.sum() / np.maximum(at_risk, 0).sum()),
    }


def pack(vector: np.ndarray, base: Population) -> Population:
    """The free parameters back in their ranges."""
    values = dict(zip(FREE, vector.tolist(), strict=True))
    for name in ("level_sd", "slope_sd", "noise_sd"):
        values[name] = abs(values[name]) + 1e-3
    for name in ("level_slope", "level_noise", "autocorrelation"):
        values[name] = float(np.tanh(values[name]))
    return replace(base, **values)


def fit(values: np.ndarray) -> tuple[Population, dict[str, dict[str, float]]]:
    """Population whose moments are nearest, each in units of its bootstrap SD over patients."""
    base = replace(START, **missingness(values))
    wanted = moments(values)
    random = np.random.default_rng(SEED)
    boot = [moments(values[random.integers(0, len(values), len(values))]) for _ in range(300)]
    sd = {k: float(np.std([b[k] for b in boot])) for k in wanted}

    def distance(vector: np.ndarray) -> float:
        found = moments(simulate(pack(vector, base), CLIENTS, SESSIONS, seed=SEED).panel.values)
        return sum(((found[k] - wanted[k]) / sd[k]) ** 2 for k in wanted)

    vector = np.array([getattr(base, k) for k in FREE])
    steps = np.full(len(FREE), 0.12)
    simplex = np.vstack([vector, vector + np.diag(steps)])
    for _ in range(3):
        best = minimize(
            distance,
            vector,
            method="Nelder-Mead",
            options={"maxiter": 250, "initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-2},
        )
        vector = best.x
        simplex = np.vstack([vector, vector + np.diag(steps / 2)])
    population = pack(vector, base)
    check = moments(simulate(population, 20_000, SESSIONS, seed=SEED + 1).panel.values)
    return population, {
        k: {"real": round(wanted[k], 3), "sd": round(sd[k], 3), "simulated": round(check[k], 3)}
        for k in wanted
    }


def main() -> None:
    """Fit both halves, derive the other laws from the second, and write all."""
    warnings.filterwarnings("ignore", "Mean of empty slice")
    everyone = panel()
    found, checks = {}, {}
    for which in "ab":
        found[f"wai-{which}"], checks[f"wai-{which}"] = fit(half(everyone, which).values)
    b = found["wai-b"]
    found["plain"] = replace(
        b, step=0.01, level_mean=3, level_sd=0.45, slope_mean=0, slope_sd=0,
        level_slope=0, level_noise=0, autocorrelation=0,
    )  # fmt: skip
    found["wobbly"] = replace(found["plain"], autocorrelation=0.4)
    found["heavy-tailed"] = replace(b, tails=4)
    found["ceilinged"] = replace(b, level_mean=b.level_mean + 0.8)
    rounded = {n: {k: round(float(v), 6) for k, v in asdict(p).items()} for n, p in found.items()}
    about = "Made by benchmarks/fit_population.py from dsem_wai (Flueckiger et al., 2016; MIT): wai-a from every other patient, wai-b from the rest; the others are laws of our own, varied from wai-b."
    OUT.write_text(
        json.dumps(
            {"about": about, "made": date.today().isoformat(), "fit": checks, "populations": rounded},
            indent=1,
        )
        + "\n"
    )
    for name, one in checks.items():
        print(name, {k: round(v, 3) for k, v in rounded[name].items()})
        for k, row in one.items():
            print(f"  {k:18}{row['real']:8.3f} (sd {row['sd']:.3f}) {row['simulated']:8.3f}")


if __name__ == "__main__":
    main()
