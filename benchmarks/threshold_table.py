"""What the threshold buys: precision and recall of marks, and episodes flagged in sessions where readers saw no strain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from measures import Floats, interval, matched
from reattune.coders.calibration import Decision
from reattune.coders.labels import LABELS
from reattune.coders.training.data import CodedSession
from reattune.ruptures.episodes import find_episodes
from scoring import TIMES, Scale, said

STEPS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
MAY = 1.0
"""False episodes in ten quiet sessions that the issue allows."""


def quiet(session: CodedSession) -> bool:
    """Whether the readers marked no strain in it."""
    return not session.codes.episodes and not (session.gold[:, LABELS.index("rupture")] > 0).any()


def row(
    sessions: Sequence[CodedSession],
    logits: Sequence[Floats],
    scales: Sequence[Scale],
    threshold: float | None,
) -> dict[str, Any]:
    """All at one threshold of "rupture" (None: what the rule for thresholds chose)."""
    j = LABELS.index("rupture")
    marks, right, gold, false, coded, hit = 0, 0, 0, [], 0, 0
    for s, x, scale in zip(sessions, logits, scales, strict=True):
        decisions = dict(scale.decisions)
        if threshold is not None:
            unsure = min(threshold, decisions["rupture"].unsure_from)
            decisions["rupture"] = replace(decisions["rupture"], threshold=threshold, unsure_from=unsure)
        session, coding = scale.code(s, x, decisions)
        rated = s.gold[:, j] >= 0
        y, d = s.gold[rated, j], said(coding, "rupture")[rated]
        marks, right, gold = marks + int(d.sum()), right + int((y * d).sum()), gold + int(y.sum())
        found = find_episodes(session, coding)
        if quiet(s):
            false.append(len(found))
        true = s.codes.episodes
        coded += len(true)
        hit += len(matched([(e.start, e.end) for e in found], [(e.start, e.end) for e in true]))
    number = np.array(false, dtype=float)
    clients = sum(int((s.gold[:, j] >= 0).sum()) for s in sessions)
    return {
        "threshold": threshold,
        "precision": right / marks if marks else None,
        "recall": right / max(1, gold),
        "marks_in_100_turns": 100 * marks / clients,
        "strains_found": hit / max(1, coded),
        "quiet_sessions": len(number),
        "false_in_ten": 10 * float(number.mean()) if len(number) else None,
        "false_in_ten_interval": interval(lambda u: 10 * float(number[u].mean()), len(number), TIMES)
        if len(number)
        else None,
        "quiet_with_any": float((number > 0).mean()) if len(number) else None,
    }


def table(
    sessions: Sequence[CodedSession], logits: Sequence[Floats], scales: Sequence[Scale]
) -> list[dict[str, Any]]:
    """The rule's own threshold first, then ``STEPS``."""
    return [row(sessions, logits, scales, t) for t in (None, *STEPS)]


def shipped(sessions: Sequence[CodedSession], logits: Sequence[Floats], decision: Decision) -> dict[str, Any]:
    """At the threshold of the shipped card, calibrated as it ships."""
    scale = Scale.of(sessions, logits)
    return row(sessions, logits, [scale] * len(sessions), decision.threshold)


def render(rows: Sequence[dict[str, Any]], title: str) -> list[str]:
    """The table in Markdown, line by line."""
    lines = [
        f"**{title}**",
        "",
        "| threshold of p(rupture) | precision | recall | flagged of 100 client turns | coded strains found | false episodes in ten quiet sessions | quiet sessions with any |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in rows:
        name = "the rule's own" if r["threshold"] is None else f"{r['threshold']:.2f}"
        precision = "-" if r["precision"] is None else f"{r['precision']:.2f}"
        false = "-"
        if r["false_in_ten"] is not None:
            low, high = r["false_in_ten_interval"]
            false = f"{r['false_in_ten']:.1f} ({low:.1f}-{high:.1f})"
        share = "-" if r["quiet_with_any"] is None else f"{r['quiet_with_any']:.0%} of {r['quiet_sessions']}"
        lines.append(
            f"| {name} | {precision} | {r['recall']:.2f} | {r['marks_in_100_turns']:.1f} | {r['strains_found']:.2f} | {false} | {share} |"
        )
    enough = [
        r for r in rows if r["threshold"] and r["false_in_ten"] is not None and r["false_in_ten"] <= MAY
    ]
    if enough:
        least = enough[0]
        lines += [
            "",
            f"At most {MAY:.0f} false episode in ten quiet sessions: from {least['threshold']:.2f} on, with recall {least['recall']:.2f}.",
        ]
    return lines
