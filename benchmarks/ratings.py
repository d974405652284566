"""How often each rule for ratings is wrong, how many planted drops it finds, and what all of them find in real ratings.

    python benchmarks/ratings.py [--clients N] [--json FILE]

Writes benchmarks/results/ratings.json and, for ``reattune monitor``, src/reattune/alliance/false_alarms.json. Simulated clients
follow the law fitted to one half of the patients of ../shared/data/dsem_wai ("wai-b"); the assumptions of the rule ``level`` were
settled on the other half ("wai-a", see fit_level.py), with other seeds. Without ../shared the real-data part is left out.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import warnings
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import dsem
from ideal import knows, learns
from ratings_real import real
from reattune.alliance.power import (
    DROPS,
    LENGTHS,
    Operating,
    cut_for,
    fitting,
    found_in,
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
SHORT = (Drop(1.5, 1), Drop(1.5, 2), Drop(1.5, 0))
OTHER_LAWS = ("plain", "wobbly", "heavy-tailed", "ceilinged")


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


def observers(clients: int) -> dict[str, dict[str, Any]]:
    """What the two ideal observers find at equal false alarms."""
    law = populations()[LAW]
    out: dict[str, dict[str, Any]] = {"knows": {}, "learns": {}}
    for i, drop in enumerate(fitting(DROPS, SESSIONS)):
        for name, ask, n in (("knows", knows, clients), ("learns", learns, clients // 2)):
            if name == "learns" and drop.length != 1:
                continue
            stable = simulate(law, n, SESSIONS, seed=SEED)
            cut = cut_for(ask(stable, law, drop), stable.panel.rated, EQUAL)
            planted = simulate(law, n, SESSIONS, seed=SEED + 1000 * (i + 1), drop=drop)
            found = found_in(planted, cut.flags(ask(planted, law, drop)), drop)
            out[name][words(drop)] = triple(found.sensitivity)
    return out


def against_best(equal: dict[str, Any], ideal: dict[str, Any]) -> dict[str, Any]:
    """Our rule, the best published one and the ideal observers, drop by drop."""
    out = {}
    for drop in next(iter(equal.values()))["drops"]:
        found = {n: r["drops"][drop]["sensitivity"][0] for n, r in equal.items()}
        ours = found.pop(OURS)
        best = max(found, key=lambda n: found[n] or 0)
        row: dict[str, Any] = {
            "level": ours,
            "best": best,
            "of_best": found[best],
            "ratio": round(ours / found[best], 2),
        }
        for name, observed in ideal.items():
            if drop in observed:
                row[name] = observed[drop][0]
                row[f"{name}_ratio"] = round(observed[drop][0] / found[best], 2)
        out[drop] = row
    return out


def recommendation(by_length: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each length, the rules by mean sensitivity at equal false alarms."""
    out = {}
    for length, rules in by_length.items():
        mean = {
            n: sum(d["sensitivity"][0] for d in r["drops"].values()) / len(r["drops"])
            for n, r in rules.items()
        }
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
    ask.add_argument("--clients", type=int, default=4000)
    ask.add_argument("--json", type=Path, default=HERE / "results/ratings.json")
    args = ask.parse_args()
    n = args.clients
    own = every_rule(LAW, SESSIONS, n, DROPS, None)
    show(f"Each rule at its own threshold, {SESSIONS} sessions", own)
    equal = every_rule(LAW, SESSIONS, n, DROPS, EQUAL)
    show(f"Each rule at {EQUAL:g} false alarms in 100 stable client-sessions", equal)
    lengths = {str(k): every_rule(LAW, k, n, fitting(SHORT, k), EQUAL) for k in LENGTHS}
    for k, rules in lengths.items():
        show(f"{k} sessions, equal false alarms", rules)
    laws = {
        law: every_rule(law, SESSIONS, n, DROPS[1:2] + DROPS[4:6] + DROPS[7:], EQUAL) for law in OTHER_LAWS
    }
    for law, rules in laws.items():
        show(f"{law}, equal false alarms", rules)
    own_laws = {
        law: {r: v["false_alarms"] for r, v in every_rule(law, SESSIONS, n, (), None).items()}
        for law in OTHER_LAWS
    }
    ideal = observers(max(400, n // 2))
    best = against_best(equal, ideal)
    print("\nAt equal false alarms, ours beside the best published rule and the ideal observers")
    for drop, row in best.items():
        print(f"  {drop:28}{row}")
    advice = recommendation(lengths)
    print("\nMean sensitivity by length", json.dumps(advice, indent=1))
    rates = {
        rule: {
            str(k): every["false_alarms"][0] for k, every in ((k, v[rule]) for k, v in _own_rates(n).items())
        }
        for rule in RULES
    }
    result = {
        "date": date.today().isoformat(),
        "simulation": {
            "law": asdict(populations()[LAW]),
            "clients": n, "seed": SEED, "sessions": SESSIONS, "equal_false_alarms": EQUAL,
            "troubled": troubled(SESSIONS),
        },
        "own_threshold": own, "equal": equal, "by_length": lengths, "other_laws": laws,
        "false_alarms_other_laws": own_laws, "ideal": ideal, "against_best": best, "advice": advice,
    }  # fmt: skip
    if dsem.FILE.exists():
        result["real"] = real()
    args.json.write_text(tidy(result) + "\n")
    about = f"Flagged of 100 rated sessions of simulated stable clients (law {LAW}), by rule at its own threshold and length of series. Made by benchmarks/ratings.py."
    RATES.write_text(
        json.dumps({"about": about, "made": result["date"], "clients": n, "rates": rates}, indent=1) + "\n"
    )


def tidy(result: Any) -> str:
    """JSON with lists of figures on one line each."""

    def one_line(found: re.Match[str]) -> str:
        return "[" + " ".join(found[1].split()) + "]"

    return re.sub(r"\[\s+([^][{}\"]*?)\s+\]", one_line, json.dumps(result, indent=1))


def _own_rates(clients: int) -> dict[int, dict[str, Any]]:
    return {k: every_rule(LAW, k, clients, (), None) for k in LENGTHS}


if __name__ == "__main__":
    main()
