"""How often each rule for ratings is wrong, how many planted drops it finds, and what all of them find in real ratings.

    python benchmarks/ratings.py [--clients N] [--json FILE]

Writes benchmarks/results/ratings.json, step by step, and, for ``reattune monitor``, src/reattune/alliance/false_alarms.json. Simulated
clients follow the law fitted to one half of the patients of ../shared/data/dsem_wai ("wai-b"); the assumptions of the rule ``level``
were settled on the other half ("wai-a", see fit_level.py), with other seeds. Without ../shared the real-data part is left out.
``--clients`` is for series of 12 sessions; shorter ones have more clients and longer ones fewer, so that all rest on as many sessions.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import dsem
from ideal import observe
from ratings_real import real
from reattune.alliance.power import (
    DROPS,
    LENGTHS,
    SESSIONS_A_DROP,
    Operating,
    fitting,
    operating_characteristics,
    troubled,
)
from reattune.alliance.rules import RULES, load_rule
from reattune.alliance.simulate import Drop, populations, simulate

HERE = Path(__file__).parent
RATES = HERE.parent / "src/reattune/alliance/false_alarms.json"
LAW, SEED, SESSIONS = "wai-b", 90_001, 12
"""No seed of this size was used in settling the rule."""
EQUAL = 5.0
OURS = "level"
SHORT = (Drop(1.5, 1), Drop(1.5, 2), Drop(1.5, 4), Drop(1.5, 0))
OTHER_LAWS = ("plain", "wobbly", "heavy-tailed", "ceilinged")
OBSERVED = 3
"""The ideal observer, which is slow, sees one client in so many."""
EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0)


def words(drop: Drop) -> str:
    """ "1.5 SD, 4 sessions, gradual"."""
    length = f"{drop.length} session{'s' * (drop.length > 1)}" if drop.length else "lasting"
    return f"{drop.size:g} SD, {length}{', gradual' * drop.gradual}"


def triple(one: Any, digits: int = 3) -> list[float | None]:
    """Value and interval, rounded; None where there is nothing."""
    return [None if math.isnan(x) else round(x, digits) for x in (one.value, one.low, one.high)]


def told(found: Operating) -> dict[str, Any]:
    """A rule's characteristics as they are written down."""
    return {
        "threshold": round(found.threshold, 4),
        "false_alarms": triple(found.false_alarms, 2),
        "clients_alarmed": triple(found.clients_alarmed),
        "drops": {
            words(f.drop): {
                "sensitivity": triple(f.sensitivity),
                "delay": triple(f.delay, 2),
                "precision": None if math.isnan(f.precision) else round(f.precision, 3),
            }
            for f in found.found
        },
    }


def every_rule(law: str, sessions: int, clients: int, drops: Any, equal: float | None) -> dict[str, Any]:
    """All rules on one law and length."""
    out = {}
    for name in RULES:
        found = operating_characteristics(
            load_rule(name, **({"limits": 0} if name == OURS else {})), populations()[law],
            sessions=sessions, clients=clients, seed=SEED, drops=drops, false_alarms=equal,
        )  # fmt: skip
        out[name] = told(found)
    return out


def size(clients: int, sessions: int) -> int:
    """Clients for series of so many sessions."""
    return round(clients * SESSIONS / sessions)


def observers(length: int, clients: int) -> dict[str, Any]:
    """What the ideal observer finds at equal false alarms: drops of one session at every length, the others at one."""
    found = {}
    for drop in fitting(SHORT, length):
        if drop.length == 1 or length == SESSIONS:
            found[words(drop)] = triple(observe(populations()[LAW], drop, length, clients, SEED + 7, EQUAL))
    return found


def against_best(rules: dict[str, Any], ideal: dict[str, Any]) -> dict[str, Any]:
    """Our rule, the best published one and the ideal observer, drop by drop."""
    out = {}
    for drop in (
        d for d in next(iter(rules.values()))["drops"] if d.startswith("1.5 SD") and "gradual" not in d
    ):
        found = {n: r["drops"][drop]["sensitivity"] for n, r in rules.items()}
        ours = found.pop(OURS)
        best = max(found, key=lambda n: found[n][0] or 0)
        row = {"level": ours, "best": best, "of_best": found[best], "ratio": times(ours, found[best])}
        if drop in ideal:
            seen = ideal[drop]
            row |= {"ideal": seen, "ideal_ratio": times(seen, found[best])}
        out[drop] = row
    return out


def times(one: list[float], other: list[float]) -> list[float]:
    """One share by another, with an interval as of two samples: errors of the logs add up."""
    error = math.hypot(*(math.log(high / low) / 3.92 for _, low, high in (one, other)))
    ratio = one[0] / other[0]
    return [round(ratio * math.exp(k * 1.96 * error), 2) for k in (0, -1, 1)]


def reliability(clients: int) -> list[dict[str, Any]]:
    """Of the sessions to which ``level`` gives about the same probability, how many lie in a drop: drops of all kinds, one beginning
    in so many client-sessions, as the rule supposes."""
    said, true = [], []
    for i, drop in enumerate(DROPS):
        made = simulate(
            populations()[LAW], clients, SESSIONS, seed=SEED + 31 * i, drop=drop, share=troubled(SESSIONS)
        )
        probability = load_rule(OURS, limits=0).signals(made.panel).probability
        judged = ~np.isnan(probability)
        said.append(probability[judged])
        true.append(made.dropped[judged])
    all_said, all_true = np.concatenate(said), np.concatenate(true)
    rows = []
    for low, high in pairwise(EDGES):
        inside = (all_said >= low) & (all_said < high + (high == 1))
        if inside.any():
            means = [round(float(x[inside].mean()), 3) for x in (all_said, all_true)]
            rows.append(
                {"from": low, "to": high, "sessions": int(inside.sum()), "said": means[0], "true": means[1]}
            )
    return rows


def recommendation(by_length: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each length, the rules by mean sensitivity at equal false alarms."""
    out = {}
    for length, rules in by_length.items():
        short = [words(d) for d in fitting(SHORT, int(length))]
        mean = {n: sum(r["drops"][d]["sensitivity"][0] for d in short) / len(short) for n, r in rules.items()}
        ranked = sorted(mean, key=lambda n: -mean[n])
        out[length] = {n: round(mean[n], 3) for n in ranked[:4]}
    return out


def show(title: str, rules: dict[str, Any]) -> None:
    """A table on the terminal."""
    drops = list(next(iter(rules.values()))["drops"])
    print(f"\n{title}\n{'':22}{'false':>6}{'any':>6}  " + "  ".join(f"{d[:21]:>21}" for d in drops))
    for name, r in rules.items():
        cells = [r["drops"][d] for d in drops]
        row = [
            f"{100 * c['sensitivity'][0]:.0f}% d{c['delay'][0] if c['delay'][0] is not None else '-'} p{c['precision']}"
            for c in cells
        ]
        print(
            f"{name:22}{r['false_alarms'][0]:6.1f}{100 * r['clients_alarmed'][0]:5.0f}%  "
            + "  ".join(f"{c:>21}" for c in row)
        )


def main() -> None:
    """Simulate, look at the real ratings, print, and write."""
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--clients", type=int, default=1500)
    ask.add_argument("--json", type=Path, default=HERE / "results/ratings.json")
    ask.add_argument(
        "--go-on", action="store_true", help="keep what a run that was cut short has left in FILE"
    )
    args = ask.parse_args()
    n = args.clients
    lengths = [str(k) for k in LENGTHS]
    result: dict[str, Any] = {
        "date": date.today().isoformat(),
        "simulation": {
            "law": asdict(populations()[LAW]), "clients": {str(k): size(n, k) for k in LENGTHS},
            "observed": {str(k): size(n, k) // OBSERVED for k in LENGTHS}, "seed": SEED, "sessions": SESSIONS,
            "equal_false_alarms": EQUAL, "sessions_a_drop": SESSIONS_A_DROP, "threshold": load_rule(OURS).threshold,
        },
    }  # fmt: skip
    if args.go_on:
        before = json.loads(args.json.read_text())
        if before["simulation"] != result["simulation"]:
            raise SystemExit("That run was of another kind: leave --go-on out")
        result = before

    def own_rates(law: str, k: int) -> dict[str, Any]:
        return {r: v["false_alarms"] for r, v in every_rule(law, k, size(n, k), (), None).items()}

    def equal(k: int) -> dict[str, Any]:
        return every_rule(LAW, k, size(n, k), fitting(DROPS if k == SESSIONS else SHORT, k), EQUAL)

    steps: dict[str, Callable[[], Any]] = {
        **{f"false_alarms {k}": partial(own_rates, LAW, k) for k in LENGTHS},
        **{f"equal {k}": partial(equal, k) for k in LENGTHS},
        "reliability": lambda: reliability(n),
        **({"real": real} if dsem.FILE.exists() else {}),
        **{f"ideal {k}": partial(observers, k, size(n, k) // OBSERVED) for k in LENGTHS},
        "own": lambda: every_rule(LAW, SESSIONS, n, SHORT, None),
        **{f"other law {law}": partial(every_rule, law, SESSIONS, n, SHORT, EQUAL) for law in OTHER_LAWS},
        **{f"false_alarms {law}": partial(own_rates, law, SESSIONS) for law in OTHER_LAWS},
    }
    for name, step in steps.items():
        if name not in result:
            result[name] = step()
            args.json.write_text(tidy(result) + "\n")
            if name == f"false_alarms {LENGTHS[-1]}":
                write_rates(result)
            if name.split()[0] in ("own", "equal", "other"):
                show(name, result[name])
    result["against_best"] = {k: against_best(result[f"equal {k}"], result[f"ideal {k}"]) for k in lengths}
    result["advice"] = recommendation({k: result[f"equal {k}"] for k in lengths})
    args.json.write_text(tidy(result) + "\n")


def write_rates(result: dict[str, Any]) -> None:
    """The table beside the flags of ``reattune monitor``."""
    rates = {r: {str(k): result[f"false_alarms {k}"][r][0] for k in LENGTHS} for r in RULES}
    about = f"Flagged of 100 rated sessions of simulated stable clients (law {LAW}), by rule at its own threshold and length of series. Made by benchmarks/ratings.py."
    made = {
        "about": about,
        "made": result["date"],
        "clients": result["simulation"]["clients"],
        "rates": rates,
    }
    RATES.write_text(json.dumps(made, indent=1) + "\n")


def tidy(result: Any) -> str:
    """JSON with lists of figures on one line each."""

    def one_line(found: re.Match[str]) -> str:
        return "[" + " ".join(found[1].split()) + "]"

    return re.sub(r"\[\s+([^][{}\"]*?)\s+\]", one_line, json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
