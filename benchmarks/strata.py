"""The same measures over parts of AnnoMI: by topic and by the quality that its experts saw; and how well sessions are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from measures import Floats, interval
from reattune.coders.labels import LABELS
from reattune.coders.training.data import CodedSession
from reattune.ruptures import Findings
from scoring import TIMES, stated, turn_table

LEAST = 4
"""Topics with fewer sessions go together."""
OTHERS = "all other topics"
KEPT = (
    "turns",
    "marked",
    "prevalence",
    "average_precision",
    "average_precision_interval",
    "precision",
    "recall",
    "f1",
)
STRAINS = ("rupture", "contribution")
"""Labels whose mean over a session's turns is tried as a sign of its quality."""


def topic(session: CodedSession) -> str:
    """AnnoMI's first topic of the session, as its makers wrote it."""
    return session.info["topic"].split(";")[0].strip()


def by(
    sessions: Sequence[CodedSession], findings: Sequence[Findings], part: Callable[[CodedSession], str]
) -> dict[str, dict[str, Any]]:
    """For each part its number of sessions and the measures of "rupture", "withdrawal", "confrontation" and "contribution"."""
    names = [part(s) for s in sessions]
    found = {}
    for name, number in Counter(names).most_common():
        inside = [i for i, n in enumerate(names) if n == name]
        table = turn_table([sessions[i] for i in inside], [findings[i] for i in inside])
        found[name] = {"sessions": number} | {
            label: {k: None if np.isnan(row[k]).any() else row[k] for k in KEPT}
            for label, row in table.items()
            if label != "strategy"
        }
    return found


def by_topic(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, dict[str, Any]]:
    """Topics with at least ``LEAST`` sessions, the rest as one."""
    number = Counter(topic(s) for s in sessions)
    return by(sessions, findings, lambda s: topic(s) if number[topic(s)] >= LEAST else OTHERS)


def by_quality(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, dict[str, Any]]:
    """High and low."""
    return by(sessions, findings, lambda s: f"{s.info['mi_quality']} quality")


def separation(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, Any]:
    """AUC, with interval, with which the mean probability of a mark over a session's turns tells low from high quality."""
    low = np.array([s.info["mi_quality"] == "low" for s in sessions])
    found = {}
    for name in STRAINS:
        j = LABELS.index(name)
        mean: Floats = np.array(
            [
                stated(f.coding, name)[s.gold[:, j] >= 0].mean()
                for s, f in zip(sessions, findings, strict=True)
            ]
        )

        def auc(units: Sequence[int], mean: Floats = mean) -> float:
            some = low[list(units)]
            return (
                float(roc_auc_score(some, mean[list(units)])) if 0 < some.sum() < len(some) else float("nan")
            )

        found[name] = {"auc": auc(range(len(low))), "interval": interval(auc, len(low), TIMES)}
    return found


def render(parts: dict[str, dict[str, Any]], title: str) -> list[str]:
    """The table in Markdown, line by line."""
    lines = [
        f"**{title}**",
        "",
        "| part | sessions | client turns marked | AP rupture | precision | recall | AP withdrawal | AP confrontation | AP contribution |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, part in parts.items():
        r = part["rupture"]
        others = " | ".join(
            f"{_two(part[label]['average_precision'])} ({part[label]['marked']})"
            for label in ("withdrawal", "confrontation", "contribution")
        )
        span = r["average_precision_interval"]
        between = f" ({span[0]:.2f}-{span[1]:.2f})" if span else ""
        lines.append(
            f"| {name} | {part['sessions']} | {r['marked']} of {r['turns']} ({r['prevalence']:.2f}) | {_two(r['average_precision'])}{between} "
            f"| {_two(r['precision'])} | {_two(r['recall'])} | {others} |"
        )
    return lines


def _two(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
