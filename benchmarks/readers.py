"""How far a blind reader agrees with the writers of our own sessions.

    python benchmarks/readers.py [--json FILE]

Over the sessions of ``data/first`` (all read twice) and those of ``data/written`` that ``codes.reader.jsonl`` covers. F1 and Cohen's
kappa on client turns (rupture, withdrawal, confrontation) and helper turns (strategy, contribution).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from measures import Floats, f1
from reattune.coders import read_codings
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED
from reattune.coders.training.data import label_turns, load_corpus
from reattune.coders.training.inline import read_inline

HERE = Path(__file__).parent
DATA = HERE.parent / "data"


def compare(writer: Sequence[Floats], reader: Sequence[Floats]) -> dict[str, dict[str, float]]:
    """For each family: turns, F1, kappa."""
    a, b = np.concatenate(writer), np.concatenate(reader)
    found = {}
    for name in DECIDED:
        j = LABELS.index(name)
        rated = a[:, j] >= 0
        x, y = a[rated, j], b[rated, j]
        found[name] = {"turns": int(rated.sum()), "f1": f1(x, y), "kappa": float(cohen_kappa_score(x, y))}
    return found


def first() -> dict[str, dict[str, float]]:
    """The 192 sessions of ``data/first``."""
    folder = DATA / "first"
    coded = [
        [
            s.gold
            for s in load_corpus(folder / "sessions.csv", [(folder / f"codes.{who}.jsonl", 1.0)], "first")
        ]
        for who in ("author", "reader")
    ]
    return compare(*coded)


def written() -> dict[str, dict[str, float]]:
    """The sessions of ``data/written`` that a second reader coded."""
    writer, reader = [], []
    for name, codes in read_codings(DATA / "written/codes.reader.jsonl").items():
        session = read_inline(DATA / f"written/{name}.txt")
        writer.append(label_turns(session.roles, session.codes))
        reader.append(label_turns(session.roles, codes))
    return compare(writer, reader)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, default=HERE / "results/readers.json")
    options = parser.parse_args()
    found = {"first": first(), "written": written()}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for source, table in found.items():
        for name, row in table.items():
            print(
                f"{source:8} {name:14} {row['turns']:6} turns  F1 {row['f1']:.2f}  kappa {row['kappa']:.2f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
