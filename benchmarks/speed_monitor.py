"""How long ``reattune monitor`` takes from file to page, and how much memory: ``python benchmarks/speed_monitor.py``.

An invented caseload: clients with twelve sessions each, one rating in ten missing, one client in five with a drop.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

HERE = Path(__file__).parent
RESULTS = HERE / "results/speed_monitor.json"
SESSIONS = 12


def write(path: Path, clients: int) -> int:
    """Write the caseload; returns the number of ratings."""
    random = np.random.default_rng(3)
    scores = 4 + 0.5 * random.normal(size=(clients, 1)) + 0.25 * random.normal(size=(clients, SESSIONS))
    onset = np.where(random.random(clients) < 0.2, random.integers(4, 10, clients), SESSIONS)
    column = np.arange(SESSIONS)
    scores -= (column >= onset[:, None]) & (column < onset[:, None] + 3)
    scores = np.round(np.clip(np.round(scores * 12) / 12, 1, 5), 2)
    rows, columns = np.nonzero(random.random(scores.shape) > 0.1)
    days = [date(2026, 1, 5) + timedelta(days=7 * t) for t in range(SESSIONS)]
    table = pl.DataFrame({
        "case": np.char.add("K", rows.astype(str)), "session": columns + 1, "date": [days[t] for t in columns],
        "wai_total": scores[rows, columns],
    })  # fmt: skip
    table.write_csv(path)
    return table.height


def main() -> int:
    """Run the command in a process of its own and write what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100_000)
    clients = parser.parse_args().clients
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        ratings = write(there / "r.csv", clients)
        outputs = ["--html", "r.html", "--csv", "out.csv", "--episodes", "drops.csv", "--quiet"]
        start = time.perf_counter()
        command = [sys.executable, "-m", "reattune", "monitor", "r.csv", *outputs]
        subprocess.run(command, cwd=there, check=True)
        wall = time.perf_counter() - start
        sizes = {name: (there / name).stat().st_size for name in ("r.csv", "r.html", "out.csv", "drops.csv")}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = used.ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    found = {
        "clients": clients, "ratings": ratings, "wall_s": round(wall, 1), "processor_s": round(used.ru_utime + used.ru_stime, 1),
        "memory_gb": round(memory, 2), "bytes": sizes, "machine": platform.machine(), "python": platform.python_version(),
    }  # fmt: skip
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
