"""Every single code: how often it stands, how well it is found, beside the baseline and a second reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from measures import Floats, average_precision, f1, interval
from reattune.coders.human import read_codings
from reattune.coders.labels import FAMILY_OF, LABELS
from reattune.coders.training.calibrate import DECIDED
from reattune.coders.training.data import CodedSession, label_turns
from scoring import TIMES

LEAST = 5
"""Codes that stand on fewer turns are counted, not scored."""
COMMON = 10
"""Codes from so many turns on are given to the baseline too."""


def common(sessions: Sequence[CodedSession]) -> list[str]:
    """The codes that stand on enough turns for a baseline."""
    gold = np.concatenate([s.gold for s in sessions])
    return [c for c in FAMILY_OF if (gold[:, LABELS.index(c)] > 0).sum() >= COMMON]


def readers(shared: Path, sessions: Sequence[CodedSession]) -> tuple[list[Floats], list[Floats]]:
    """What the two readers marked, apart from each other: (turns, labels) a session, each."""
    found = []
    for who in "AB":
        codes = read_codings(shared / f"rupture-codings/annomi.coder{who}.jsonl")
        found.append([label_turns(s.roles, codes[s.key.split("/")[1]]).astype(np.float64) for s in sessions])
    return found[0], found[1]


def reader_table(shared: Path, sessions: Sequence[CodedSession]) -> dict[str, dict[str, float]]:
    """The second reader scored as if a model, the first as the reference: average precision and F1, labels and codes."""
    first, second = (np.concatenate(marks) for marks in readers(shared, sessions))
    table = {}
    for name in (*DECIDED, *FAMILY_OF):
        j = LABELS.index(name)
        y, x = first[:, j], second[:, j]
        y, x = y[y >= 0], x[y >= 0]
        if y.sum() >= LEAST:
            table[name] = {"average_precision": average_precision(y, x), "f1": f1(y, x)}
    return table


def code_table(
    sessions: Sequence[CodedSession],
    probability: Sequence[Floats],
    words: Sequence[Floats],
    second: dict[str, dict[str, float]],
) -> list[dict[str, Any]]:
    """One row a code, by family, the frequent ones first.

    Args:
        probability: calibrated out of fold, (turns, labels) a session.
        words: the baseline's logits in the same shape.
        second: ``reader_table``.
    """
    rows: list[dict[str, Any]] = []
    taught = common(sessions)
    for code, family in FAMILY_OF.items():
        j = LABELS.index(code)
        gold = [s.gold[:, j].astype(np.float64) for s in sessions]
        keep = [g >= 0 for g in gold]
        y = [g[k] for g, k in zip(gold, keep, strict=True)]
        p = [x[k, j] for x, k in zip(probability, keep, strict=True)]
        w = [x[k, j] for x, k in zip(words, keep, strict=True)]
        row: dict[str, Any] = {
            "code": code,
            "family": family,
            "turns": sum(map(len, y)),
            "support": int(sum(g.sum() for g in y)),
            "sessions": sum(bool(g.any()) for g in y),
            "reader": second.get(code),
        }
        if row["support"] >= LEAST:

            def ap(units: Sequence[int], y: list[Floats] = y, p: list[Floats] = p) -> float:
                return average_precision(
                    np.concatenate([y[i] for i in units]), np.concatenate([p[i] for i in units])
                )

            row["average_precision"] = ap(range(len(y)))
            row["interval"] = interval(ap, len(y), TIMES)
            if code in taught:
                row["baseline"] = average_precision(np.concatenate(y), np.concatenate(w))
        rows.append(row)
    order = {family: n for n, family in enumerate(dict.fromkeys(FAMILY_OF.values()))}
    return sorted(rows, key=lambda r: (order[r["family"]], -r["support"]))


def render(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The table in Markdown, line by line."""
    title = (
        f"**Single codes, AnnoMI, five folds** (a code on fewer than {LEAST} turns is counted, not scored; "
        f"one on fewer than {COMMON} has no baseline)"
    )
    lines = [
        title,
        "",
        "| code | family | turns (sessions) | share | AP | AP baseline | AP of the second reader |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in rows:
        ap = "-"
        if "average_precision" in r:
            ap = f"{r['average_precision']:.2f} ({r['interval'][0]:.2f}-{r['interval'][1]:.2f})"
        base = f"{r['baseline']:.2f}" if "baseline" in r else "-"
        reader = f"{r['reader']['average_precision']:.2f}" if r["reader"] else "-"
        lines.append(
            f"| {r['code']} | {r['family']} | {r['support']} ({r['sessions']}) | {r['support'] / r['turns']:.3f} | {ap} | {base} | {reader} |"
        )
    return lines
