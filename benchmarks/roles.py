"""How well the talk alone tells who is the therapist, and how far the stated confidence can be trusted.

Reads transcripts whose roles are known, hides the labels, and asks ``reattune.formats.talk``. Prints accuracy
and a reliability table for whole sessions and for their first turns; with ``--fit`` it also fits the weights
anew, in folds grouped by file and transcript, and prints them.

    python benchmarks/roles.py [--fit] TABLE.csv [TABLE.csv ...]
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reattune.formats import read, talk
from reattune.record import Role, Session

LENGTHS = (6, 10, 20, 40, None)
NAMES = tuple(talk.WEIGHTS)


def two_voices(session: Session, length: int | None) -> list[tuple[str, str]]:
    """The first ``length`` turns as ("A" or "B", words); which letter is the therapist depends on the id
    alone."""
    digest = hashlib.sha256(f"{session.source}/{session.id}".encode()).digest()[0]
    therapist, client = ("A", "B") if digest % 2 else ("B", "A")
    return [(therapist if t.role is Role.THERAPIST else client, t.text) for t in session.turns[:length]]


def example(session: Session, length: int | None) -> tuple[np.ndarray, int] | None:
    """A's features less B's, and whether A is the therapist; None where only one speaks."""
    pairs = two_voices(session, length)
    found = talk.voices(pairs)
    if len(found) < 2:
        return None
    difference = talk.difference(found["A"], found["B"])
    truth = next(
        label for label, turn in zip(pairs, session.turns, strict=False) if turn.role is Role.THERAPIST
    )
    return np.array([difference[name] for name in NAMES]), int(truth[0] == "A")


def reliability(chance: np.ndarray, truth: np.ndarray) -> str:
    sure = np.maximum(chance, 1 - chance)
    right = (chance >= 0.5) == truth
    bins = [(0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01)]
    cells = []
    for low, high in bins:
        inside = (sure >= low) & (sure < high)
        if inside.any():
            cells.append(f"{low:.2f}-{min(high, 1):.2f}: {right[inside].mean():.2f} (n={inside.sum()})")
    return "; ".join(cells)


def show(title: str, chance: np.ndarray, truth: np.ndarray) -> None:
    right = (chance >= 0.5) == truth
    sure = np.maximum(chance, 1 - chance)
    error = abs(sure.mean() - right.mean())
    brier = np.mean((chance - truth) ** 2)
    print(
        f"{title:40s} n={len(truth):4d} accuracy {right.mean():.3f}  mean confidence {sure.mean():.3f} "
        f"(gap {error:.3f})  Brier {brier:.3f}  warned {np.mean(sure < 0.8):.2f}"
    )
    print(f"{'':40s} right by confidence: {reliability(chance, truth)}")


def shipped(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x @ np.array([talk.WEIGHTS[n] for n in NAMES]), -30, 30)))


def cross_fit(x: np.ndarray, y: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Out-of-fold chances; prints the weights fitted to all."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(with_mean=False), LogisticRegression(C=1.0, fit_intercept=False))
    both, target = np.vstack([x, -x]), np.concatenate([y, 1 - y])
    out = cross_val_predict(
        model, both, target, groups=[*groups, *groups], cv=GroupKFold(10), method="predict_proba"
    )
    model.fit(both, target)
    weights = model[-1].coef_[0] / model[0].scale_
    print("weights:", {name: round(float(w), 2) for name, w in zip(NAMES, weights, strict=True)})
    return out[: len(y), 1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--fit", action="store_true", help="fit the weights anew and print them")
    args = parser.parse_args()
    xs, ys, groups, files, lengths = [], [], [], [], []
    for path in args.tables:
        for session in read(path):
            for length in LENGTHS:
                if length is not None and length >= len(session):
                    continue
                made = example(session, length)
                if made is not None:
                    xs.append(made[0])
                    ys.append(made[1])
                    groups.append(f"{path.name}/{session.id}")
                    files.append(path.name)
                    lengths.append(length)
    x, y, name = np.array(xs), np.array(ys), np.array(files)
    size = np.array([0 if length is None else length for length in lengths])
    chances = {"shipped": shipped(x)}
    if args.fit:
        chances["cross-fitted"] = cross_fit(x, y, groups)
        for left_out in sorted(set(files)) if len(set(files)) > 1 else ():
            inside = name == left_out
            from sklearn.linear_model import LogisticRegression

            model = LogisticRegression(C=1.0, fit_intercept=False)
            scale = x[~inside].std(axis=0)
            model.fit(
                np.vstack([x[~inside], -x[~inside]]) / scale, np.concatenate([y[~inside], 1 - y[~inside]])
            )
            show(f"fitted without {left_out}", model.predict_proba(x[inside] / scale)[:, 1], y[inside])
    for how, chance in chances.items():
        for file in sorted(set(files)):
            for length in LENGTHS:
                inside = (name == file) & (size == (length or 0))
                if inside.any():
                    show(f"{how}: {file}, {length or 'all'} turns", chance[inside], y[inside])
        show(f"{how}: all", chance, y)


if __name__ == "__main__":
    main()
