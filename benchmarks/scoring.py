"""From kept logits to verdicts, in folds, and what the verdicts are worth turn by turn: shared by the benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measures import Floats, average_precision, calibration_error, f1, interval, reliability
from reattune.coders.calibration import Decision, Platt
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED, calibrate, decide_all
from reattune.coders.training.data import CodedSession
from reattune.coders.training.figures import families_said
from reattune.coders.verdicts import turn_coding
from reattune.record import CoderId, Coding, Role, Session, Turn
from reattune.ruptures import Findings, find_findings

TIMES = 500
"""Resamples for an interval."""


def as_session(coded: CodedSession) -> Session:
    """The same talk as the package's own record."""
    pairs = enumerate(zip(coded.roles, coded.texts, strict=True))
    return Session(coded.key, tuple(Turn(i, r, Role(r), t) for i, (r, t) in pairs))


@dataclass(frozen=True)
class Scale:
    """Calibration and thresholds, fitted on some sessions' logits."""

    platts: dict[str, Platt]
    decisions: dict[str, Decision]

    @classmethod
    def of(cls, sessions: Sequence[CodedSession], logits: Sequence[Floats]) -> Scale:
        x, gold = np.concatenate(logits), np.concatenate([s.gold for s in sessions]).astype(np.float64)
        platts = calibrate(x, gold)
        return cls(platts, decide_all(x, gold, platts))

    def probability(self, logits: Floats) -> Floats:
        """Calibrated, (turns, labels)."""
        return np.stack([self.platts[name](logits[:, j]) for j, name in enumerate(LABELS)], axis=-1)

    def code(
        self, coded: CodedSession, logits: Floats, decisions: Mapping[str, Decision] | None = None
    ) -> tuple[Session, Coding]:
        """Probabilities and verdicts of one session, by other ``decisions`` where they are given."""
        p, session, used = self.probability(logits), as_session(coded), decisions or self.decisions
        turns = tuple(turn_coding(t, p[t.index], used) for t in session.turns)
        settings = {f"threshold_{n}": d.threshold for n, d in used.items()}
        return session, Coding(CoderId("embedded", "out of fold"), turns, None, settings)

    def read(self, coded: CodedSession, logits: Floats) -> Findings:
        """Probabilities, verdicts and episodes of one session."""
        return find_findings(*self.code(coded, logits))


def scales_in_folds(
    sessions: Sequence[CodedSession], logits: Sequence[Floats], fold: Sequence[int]
) -> list[Scale]:
    """For each session calibration and thresholds of the folds that it is not in."""
    scales = {}
    for k in set(fold):
        others = [i for i, f in enumerate(fold) if f != k]
        scales[k] = Scale.of([sessions[i] for i in others], [logits[i] for i in others])
    return [scales[f] for f in fold]


def said(coding: Coding, name: str) -> Floats:
    """What was decided of each turn: 0 or 1."""
    return np.array([float(name in families_said(t)) for t in coding.turns])


def stated(coding: Coding, name: str) -> Floats:
    """The probability that the coder states for each turn; NaN where it states none."""
    found = (getattr(t, f"p_{name}") for t in coding.turns)
    return np.array([np.nan if p is None else p for p in found])


def turn_table(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, dict[str, Any]]:
    """For each decided label: prevalence, average precision, precision, recall, F1, Brier score, calibration error."""
    table = {}
    for name in DECIDED:
        j = LABELS.index(name)
        gold = [s.gold[:, j].astype(np.float64) for s in sessions]
        keep = [g >= 0 for g in gold]
        p = [stated(findings[i].coding, name)[keep[i]] for i in range(len(sessions))]
        d = [said(findings[i].coding, name)[keep[i]] for i in range(len(sessions))]
        g = [gold[i][keep[i]] for i in range(len(sessions))]

        def over(
            measure: Callable[[Floats, Floats], float], x: list[Floats]
        ) -> Callable[[Sequence[int]], float]:
            def of(units: Sequence[int]) -> float:
                y = np.concatenate([g[i] for i in units])  # noqa: B023 - used before the loop moves on
                return measure(y, np.concatenate([x[i] for i in units])) if y.any() else float("nan")

            return of

        every = range(len(sessions))
        y, q, s = np.concatenate(g), np.concatenate(p), np.concatenate(d)
        table[name] = {
            "turns": len(y),
            "marked": int(y.sum()),
            "prevalence": float(y.mean()),
            "average_precision": over(average_precision, p)(every),
            "average_precision_interval": interval(over(average_precision, p), len(sessions), TIMES),
            "precision": float((y * s).sum() / max(1, s.sum())),
            "recall": float((y * s).sum() / max(1, y.sum())),
            "f1": over(f1, d)(every),
            "f1_interval": interval(over(f1, d), len(sessions), TIMES),
            "brier": float(((q - y) ** 2).mean()),
            "brier_prevalence": float((y.mean() - y) ** 2 @ np.ones(len(y)) / len(y)),
            "calibration_error": calibration_error(y, q),
            "reliability": reliability(y, q),
        }
    return table
