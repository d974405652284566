"""How long the whole command takes, how much memory, and how much of coding is the model itself.

    python benchmarks/speed.py [--json FILE]

Needs nothing but the package. Times a cold ``reattune analyze`` of a 100-turn session as a process of its own, and codes a
corpus of invented sessions with each of the two models, once through the coder and once through the bare network.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from reattune.coders import CODERS
from reattune.coders.embedded import THREADS, EmbeddedCoder, shipped_models
from reattune.coders.training.inline import read_inline
from reattune.record import Role, Session, Turn

HERE = Path(__file__).parent
DATA = HERE.parent / "data/written"
SESSIONS = 24
"""Sessions that are coded, from the first on: the accurate model takes its time."""


def corpus() -> list[Session]:
    """The first of our own written sessions."""
    sessions = []
    for path in sorted(DATA.glob("*.txt"))[:SESSIONS]:
        found = read_inline(path)
        pairs = enumerate(zip(found.roles, found.texts, strict=True))
        sessions.append(Session(path.stem, tuple(Turn(i, r, Role(r), t) for i, (r, t) in pairs)))
    return sessions


def hundred_turns(sessions: Sequence[Session], target: Path) -> None:
    """A text transcript of exactly 100 turns."""
    turns = islice((t for s in sessions for t in s.turns if t.role is not Role.THIRD), 100)
    lines = [f"{'Therapist' if t.role.helps else 'Client'}: {t.text}" for t in turns]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def cold(times: int, sessions: Sequence[Session]) -> dict[str, Any]:
    """The whole command, to the terminal, each time a new process. Memory: the largest of all runs."""
    with tempfile.TemporaryDirectory() as folder:
        transcript = Path(folder) / "session.txt"
        hundred_turns(sessions, transcript)
        seconds = []
        for _ in range(times):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "reattune", "analyze", str(transcript)],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            seconds.append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": [min(seconds), median(seconds), max(seconds)], "peak_mb": peak}


class Timed:
    """The network with a stop watch."""

    def __init__(self, network: Any) -> None:
        self.network, self.seconds = network, 0.0

    def run(self, *arguments: Any) -> Any:
        begun = time.perf_counter()
        found = self.network.run(*arguments)
        self.seconds += time.perf_counter() - begun
        return found


def coding(name: str, sessions: Sequence[Session]) -> dict[str, float]:
    """Turns a second, and the share of the time that is spent inside the network (best of three runs)."""
    coder = EmbeddedCoder(name)
    watch = Timed(coder._run)
    coder._run = watch
    runs = []
    for _ in range(3):
        watch.seconds, begun = 0.0, time.perf_counter()
        for _coding in coder.code_all(sessions):
            pass
        runs.append((time.perf_counter() - begun, watch.seconds))
    whole, network = min(runs)
    turns = sum(len(s) for s in sessions)
    return {
        "turns": turns,
        "file_mb": (shipped_models() / f"{name}.onnx").stat().st_size / 1e6,
        "turns_a_second": turns / whole,
        "network_turns_a_second": turns / network,
        "network_share": network / whole,
    }


def render(found: dict[str, Any]) -> str:
    """The figures in sentences."""
    low, mid, high = found["command_100_turns"]["seconds"]
    lines = [
        (
            f"Measured {found['date']} by `benchmarks/speed.py` ({found['machine']}). `reattune analyze` on a 100-turn session, cold, to the "
            f"terminal, with the accurate model: {low:.2f} / {mid:.2f} / {high:.2f} s (least, median, most); "
            f"{found['command_100_turns']['peak_mb']:.0f} MB of memory at most."
        ),
        "",
        "| model | file | turns coded | turns a second | of that time in the network |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{name}` | {c['file_mb']:.0f} MB | {c['turns']} | {c['turns_a_second']:.0f} | {c['network_share']:.0%} |"
        for name, c in found["coding"].items()
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--json", type=Path, default=HERE / "results/speed.json")
    options = parser.parse_args()
    sessions = corpus()
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {THREADS} threads",
        "command_100_turns": cold(options.times, sessions),
        "coding": {name: coding(name, sessions) for name in CODERS},
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
