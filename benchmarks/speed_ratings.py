"""How long the rules take over a million series of ratings, beside pandas and PELT, and how the cost grows.

    python benchmarks/speed_ratings.py [--series N] [--beside N] [--json FILE]

Needs the package and its ``dev`` extra. The series are invented: 12 sessions, scores 1-5 in twelfths with a ceiling, 15% missing.
Times are those of the rule alone, in this one process, the best of the runs; beside the clock stands the processor time, which other
work on the machine does not lengthen much. pandas and PELT see the first ``--beside`` series, their time is scaled up to the same
number. That the pandas twins flag the same sessions is checked, not assumed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel
from reattune.alliance.rules import RULES, load_rule

HERE = Path(__file__).parent
SESSIONS = 12
FORM = Measure(low=1, high=5, step=1 / 12, sd=0.7, reliability=0.92)
OURS = "level"
AIMS = {
    "closed_form_seconds": 3.0,
    "default_seconds": 60.0,
    "memory_gb": 4.0,
    "times_faster_than_pandas": 100.0,
}


def caseload(series: int, seed: int = 1) -> Panel:
    """Clients of different levels, up to the ceiling; every fifth with a dip."""
    random = np.random.default_rng(seed)
    values = (
        4.2 + 0.6 * random.standard_normal((series, 1)) + 0.35 * random.standard_normal((series, SESSIONS))
    )
    dips = np.arange(0, series, 5)
    values[dips, random.integers(2, SESSIONS, len(dips))] -= 1.2
    values *= 12
    np.round(values, out=values)
    values /= 12
    np.clip(values, FORM.low, FORM.high, out=values)
    values[random.random(values.shape, dtype=np.float32) < 0.15] = np.nan
    return Panel(values, FORM)


def first(panel: Panel, series: int) -> Panel:
    return Panel(panel.values[:series], panel.measure)


def seconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """By the clock, and of processor time; each the best of so many runs: what else the machine does only ever adds."""
    runs = []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - begun, time.process_time() - used))
    return min(clock for clock, _ in runs), min(processor for _, processor in runs)


def peak_gb() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


# --- the same rules as anyone would write them over one client's scores, for groupby.apply -----------------------------------


def pandas_reliable_change(scores: pd.Series) -> pd.Series:
    before = scores.ffill().shift()
    return (before - scores).round(9) >= round(FORM.reliable_change, 9)


def pandas_own_sd(scores: pd.Series) -> pd.Series:
    spread = scores.expanding(3).std().clip(lower=FORM.sd)
    rated = scores.dropna()
    begins = ~(rated <= rated.shift())
    top = rated.where(begins).ffill()
    return ((top - rated) / spread[rated.index]).round(9).ge(1).reindex(scores.index, fill_value=False)


def pandas_xmr(scores: pd.Series) -> pd.Series:
    sigma = (scores.diff().abs().expanding(2).mean() / 1.128).clip(lower=FORM.sem)
    return ((scores.expanding(5).mean() - scores) / sigma).round(9) >= 3


def pandas_baseline(scores: pd.Series) -> tuple[float, float, pd.Series]:
    base = scores[scores.notna().cumsum().le(5) & scores.notna()]
    ranges = scores.diff().abs()[base.index].dropna()
    if len(base) < 5 or len(ranges) < 2:
        return math.nan, math.nan, scores.iloc[:0]
    return base.mean(), max(ranges.mean() / 1.128, FORM.sem), scores.loc[base.index[-1] :].iloc[1:].dropna()


def pandas_xmr_baseline(scores: pd.Series) -> pd.Series:
    mean, sigma, later = pandas_baseline(scores)
    return ((mean - later) / sigma).round(9).ge(3).reindex(scores.index, fill_value=False)


def pandas_ewma(scores: pd.Series) -> pd.Series:
    mean, sigma, later = pandas_baseline(scores)
    average = pd.concat([pd.Series([mean]), later]).ewm(alpha=0.2, adjust=False).mean().iloc[1:]
    error = sigma * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * np.arange(1, len(later) + 1))))
    return ((mean - average) / error).round(9).ge(3).reindex(scores.index, fill_value=False)


def pandas_cusum(scores: pd.Series) -> pd.Series:
    mean, sigma, later = pandas_baseline(scores)
    flags, height, signalled = [], 0.0, False
    for score in later:
        height = max(0.0, height + mean - 0.5 * sigma - score)
        if signalled and score >= mean - FORM.sem:
            height = 0.0
        signalled = round(height / sigma, 9) >= 4
        flags.append(signalled)
    return pd.Series(flags, later.index, dtype=bool).reindex(scores.index, fill_value=False)


PANDAS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "reliable-change": pandas_reliable_change,
    "own-sd-1": pandas_own_sd,
    "xmr": pandas_xmr,
    "xmr-baseline": pandas_xmr_baseline,
    "ewma": pandas_ewma,
    "cusum": pandas_cusum,
}


def long_table(panel: Panel) -> pd.DataFrame:
    """A row a client and session, as such data are kept."""
    series, sessions = panel.values.shape
    return pd.DataFrame(
        {
            "client": np.repeat(np.arange(series), sessions),
            "session": np.tile(np.arange(1, sessions + 1), series),
            "score": panel.values.ravel(),
        }
    )


def by_pandas(rule: Callable[[pd.Series], pd.Series], table: pd.DataFrame) -> pd.Series:
    """``groupby.apply`` of a rule over a long table; flags in the order of its rows."""
    return table.groupby("client", group_keys=False)["score"].apply(rule)


def by_pelt(panel: Panel) -> list[list[int]]:
    """Change points of each series by PELT (least squares, penalty 2 log n in units of the noise variance)."""
    import ruptures

    found = []
    for row in panel.values:
        scores = row[~np.isnan(row)]
        if len(scores) >= 4:
            pelt = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(scores)
            found.append(pelt.predict(pen=2 * math.log(len(scores)) * 0.35**2))
    return found


# ------------------------------------------------------------------------------------------------------------------------------


def growth(panel: Panel, names: list[str]) -> dict[str, dict[int, tuple[float, float]]]:
    """Seconds of each rule on the first 1,000, 10,000, ... series up to all."""
    series = len(panel.values)
    sizes = [10**p for p in range(3, 12) if 10**p < series] + [series]
    return {name: {n: timed(name, first(panel, n)) for n in sizes} for name in names}


def timed(name: str, panel: Panel) -> tuple[float, float]:
    """Seconds of one rule on all of a panel."""
    rule = load_rule(name)
    times = 1 if name == OURS else 3 if len(panel.values) > 100_000 else 7
    return seconds(lambda: rule.signals(panel), times)


def beside(panel: Panel, series: int, whole: dict[str, float]) -> dict[str, dict[str, float]]:
    """Processor seconds of pandas, scaled to so many series, and how many times ours (``whole``) that is."""
    table, found = long_table(panel), {}
    scale = series / len(panel.values)
    for name, rule in PANDAS.items():
        flags = by_pandas(rule, table).to_numpy(dtype=bool).reshape(panel.values.shape)
        ours = load_rule(name).signals(panel).low
        if not (flags == ours).all():
            raise SystemExit(f"{name}: pandas and the rule differ in {(flags != ours).sum()} sessions")
        taken = seconds(lambda rule=rule: by_pandas(rule, table), 1)[1] * scale
        found[name] = {"pandas_seconds": taken, "times": taken / whole[name]}
    return found


def measure(series: int, sample: int) -> dict[str, Any]:
    panel = caseload(series)
    closed = [name for name in RULES if name != OURS]
    grown = growth(panel, closed)
    memory = {"closed_form_gb": peak_gb()}
    if OURS in RULES:
        grown |= growth(panel, [OURS])
        memory["with_default_gb"] = peak_gb()
    whole = {name: times[series][1] for name, times in grown.items()}
    part = first(panel, min(sample, series))
    pelt = seconds(lambda: by_pelt(part), 1)[1] * series / len(part.values)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("reattune", "numpy", "pandas", "ruptures")},
        "series": series,
        "sessions": SESSIONS,
        "aims": AIMS,
        "load": os.getloadavg()[2],
        "seconds": {name: {str(n): t for n, (t, _) in times.items()} for name, times in grown.items()},
        "processor_seconds": {
            name: {str(n): t for n, (_, t) in times.items()} for name, times in grown.items()
        },
        "memory": memory,
        "beside_series": len(part.values),
        "pandas": beside(part, series, whole),
        "pelt": {"seconds": pelt, "times": {name: pelt / t for name, t in whole.items()}},
    }


def render(found: dict[str, Any]) -> str:
    """Three tables and what became of the aims."""
    series, aims = found["series"], found["aims"]
    sizes = list(next(iter(found["seconds"].values())))
    lines = [
        f"Measured {found['date']} ({found['machine']}; {', '.join(f'{k} {v}' for k, v in found['versions'].items())}).",
        f"Processes at work on the machine, mean of 15 minutes: {found['load']:.1f}.",
        "",
        f"| rule | {' | '.join(f'{int(n):,} series' for n in sizes)} | of it processor | processor, microseconds a series |",
        "| --- |" + " ---: |" * (len(sizes) + 2),
    ]
    for name, times in found["seconds"].items():
        shown = " | ".join(f"{times[n]:.3g} s" for n in sizes)
        used = found["processor_seconds"][name]
        each = ", ".join(f"{1e6 * used[n] / int(n):.2f}" for n in sizes)
        lines.append(f"| `{name}` | {shown} | {used[sizes[-1]]:.3g} s | {each} |")
    lines += [
        "",
        f"Beside, processor time for {series:,} series (pandas and PELT measured on {found['beside_series']:,} and scaled):",
        "",
        "| rule | `groupby.apply` | times as long | PELT, times as long |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, times in found["pelt"]["times"].items():
        twin = found["pandas"].get(name)
        shown = f"{twin['pandas_seconds']:.0f} s | {twin['times']:,.0f}" if twin else "- | -"
        lines.append(f"| `{name}` | {shown} | {times:,.0f} |")
    slowest, used = (
        max(times[str(series)] for name, times in found[what].items() if name != OURS)
        for what in ("seconds", "processor_seconds")
    )
    least = min(twin["times"] for twin in found["pandas"].values())
    lines += [
        "",
        f"PELT: {found['pelt']['seconds']:.0f} s. Memory at most: "
        + ", ".join(f"{gb:.2f} GB ({what.removesuffix('_gb')})" for what, gb in found["memory"].items())
        + f", aim {aims['memory_gb']:.0f}.",
        f"Slowest closed-form rule: {slowest:.2f} s (processor {used:.2f} s), aim {aims['closed_form_seconds']:.0f}.",
        f"Least gain over `groupby.apply`: {least:,.0f} times, aim {aims['times_faster_than_pandas']:.0f}.",
    ]
    if OURS in found["seconds"]:
        taken, used = (found[what][OURS][str(series)] for what in ("seconds", "processor_seconds"))
        lines.append(f"`{OURS}`: {taken:.1f} s (processor {used:.1f} s), aim {aims['default_seconds']:.0f}.")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1_000_000)
    parser.add_argument("--beside", type=int, default=2_000)
    parser.add_argument("--json", type=Path, default=HERE / "results/speed_ratings.json")
    options = parser.parse_args()
    found = measure(options.series, options.beside)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
