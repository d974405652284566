"""All rules on the real ratings of ../shared/data/dsem_wai: how many episodes, how they agree, and whether a flag foretells anything."""

from __future__ import annotations

from typing import Any

import numpy as np

import dsem
from reattune.alliance.episodes import episode_table
from reattune.alliance.panel import Panel
from reattune.alliance.rules import RULES, load_rule
from reattune.alliance.rules.own_sd import between_sd

RELIABILITY = 0.92
"""Of the form's total, as in FIELD's test vector for the WAI-SR; the data set gives none. The SD between people is the sample's."""
DRAWS = 500
FEWEST = 8
"""Flags below which nothing is said about what they foretell."""
LIMITS = (
    "57 patients of one trial of a treatment for anxiety, in the order in which the file has them; nine items, not the whole form.",
    "Nobody marked ruptures in these sessions: rules can be compared with each other, not with the truth.",
    "A missing rating is not a missed session: the form may not have been filled in.",
    "The law of the simulations was fitted to one half of these patients and the assumptions of 'level' to the other.",
    "Many rules and outcomes were tested; no correction was made, so that one in twenty intervals leaves out 0 by chance.",
)


def real() -> dict[str, Any]:
    """Everything, as it is written down; printed on the way."""
    everyone = dsem.panel()
    total = dsem.panel(sd=between_sd(everyone), reliability=RELIABILITY)
    flags = {}
    found: dict[str, Any] = {}
    print(f"\nReal ratings: {len(total.values)} patients, {int(total.rated.sum())} ratings")
    for name in RULES:
        signals = load_rule(name).signals(total)
        flags[name] = signals.low
        episodes = episode_table(total, signals)
        status = episodes["status"].cast(str).to_list()
        known = [s for s in status if s != "censored"]
        found[name] = {
            "flagged_sessions": int(signals.low.sum()),
            "episodes": episodes.height,
            "patients": int(episodes["series"].n_unique()) if episodes.height else 0,
            **{s: status.count(s) for s in ("repaired", "repaired_late", "open", "censored")},
            "repaired_within_3": round(known.count("repaired") / len(known), 2) if known else None,
            "foretells": foretells(total, signals.low),
        }
        print(f"{name:22}", {k: v for k, v in found[name].items() if k != "foretells"})
    subscales = {}
    for part in ("task", "goal", "bond"):
        one = dsem.panel(part)
        one = dsem.panel(part, sd=between_sd(one), reliability=RELIABILITY)
        subscales[part] = {n: episode_table(one, load_rule(n).signals(one)).height for n in RULES}
    print("episodes by subscale", subscales)
    agreement = {a: {b: kappa(flags[a], flags[b], total.rated) for b in RULES} for a in RULES}
    pairs = [
        agreement[a][b] for i, a in enumerate(RULES) for b in list(RULES)[:i] if agreement[a][b] is not None
    ]
    print("kappa, median of all pairs", np.median(pairs), "with level", agreement["level"])
    for name in RULES:
        print(f"{name:22}", found[name]["foretells"])
    return {
        "data": "dsem_wai, mean of nine items, prospectively, each rule at its own threshold",
        "patients": len(total.values), "ratings": int(total.rated.sum()), "sd": round(float(total.measure.sd or 0), 3),
        "reliability": RELIABILITY, "rules": found, "subscale_episodes": subscales, "kappa": agreement,
        "kappa_median": round(float(np.median(pairs)), 2), "limits": LIMITS,
    }  # fmt: skip


def kappa(one: np.ndarray, other: np.ndarray, rated: np.ndarray) -> float | None:
    """Cohen's kappa of two rules' flags over rated sessions; None where one of them flags nothing."""
    a, b = one[rated], other[rated]
    if not a.any() or not b.any():
        return None
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    return round(float(((a == b).mean() - chance) / (1 - chance)), 2)


def foretells(panel: Panel, low: np.ndarray) -> dict[str, Any] | None:
    """Differences between flagged and other sessions in what follows, with bootstrap interval and permutation p over patients.

    - ``later``: the rating two sessions on, less the mean of the ratings before the session, in points of the form.
    - ``later_given_score``: the same, less what a regression on the session's own score, the mean before and the log of its number
      expects: regression to the mean is taken out.
    - ``missing_next``: chance of no rating in the next session, less the patient's own share of missing ratings.
    """
    if low.sum() < FEWEST:
        return None
    x = panel.values
    sessions = x.shape[1]
    rated = panel.rated
    count = np.cumsum(rated, 1) - rated
    before = np.where(count > 0, (np.nancumsum(x, 1) - np.nan_to_num(x)) / np.maximum(count, 1), np.nan)
    later = np.full_like(x, np.nan)
    later[:, :-2] = x[:, 2:]
    change = later - before
    ready = ~np.isnan(x + later + before)
    design = np.stack(
        [np.ones_like(x), x, before, np.broadcast_to(np.log(np.arange(1, sessions + 1)), x.shape)], -1
    )
    weights, *_ = np.linalg.lstsq(design[ready], later[ready], rcond=None)
    left = np.where(ready, later - np.nan_to_num(design) @ weights, np.nan)
    missing = np.full_like(x, np.nan)
    missing[:, :-1] = 1.0 - rated[:, 1:]
    missing = np.where(rated, missing - (1 - rated.mean(1, keepdims=True)), np.nan)
    return {
        k: difference(v, low)
        for k, v in (("later", change), ("later_given_score", left), ("missing_next", missing))
    }


def difference(outcome: np.ndarray, low: np.ndarray) -> dict[str, Any]:
    """Mean of an outcome in flagged sessions less that in the others."""
    random = np.random.default_rng(4)
    known = ~np.isnan(outcome)
    values = np.nan_to_num(outcome)
    n = len(low)

    def gap(rows: np.ndarray, flags: np.ndarray) -> float:
        yes, no = known[rows] & flags, known[rows] & ~flags
        return (
            float(values[rows][yes].mean() - values[rows][no].mean())
            if yes.any() and no.any()
            else float("nan")
        )

    everyone = np.arange(n)
    seen = gap(everyone, low)
    again = [gap(rows, low[rows]) for rows in random.integers(0, n, (DRAWS, n))]
    chance = np.array([gap(everyone, low[random.permutation(n)]) for _ in range(DRAWS)])
    interval = np.nanquantile(again, [0.025, 0.975])
    p = (1 + (np.abs(chance - np.nanmean(chance)) >= abs(seen - np.nanmean(chance))).sum()) / (1 + DRAWS)
    return {
        "flags": int((known & low).sum()),
        "difference": round(seen, 3),
        "interval": [round(float(v), 3) for v in interval],
        "p": round(float(p), 3),
    }
