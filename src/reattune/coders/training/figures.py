"""From predictions out of fold to the card: calibration, thresholds, and how often the marks are right.

The card is made from the predictions as they are kept on disk, so that the benchmarks see the very same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from reattune.coders.card import ModelCard
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED, Floats, calibrate, decide_all
from reattune.coders.training.data import CodedSession
from reattune.coders.verdicts import turn_coding
from reattune.record import Role, Turn, TurnCoding
from reattune.scheme import load_scheme


def save_predictions(path: Path, sessions: Sequence[CodedSession], logits: Sequence[Floats]) -> None:
    """Logits of each session under its key, in half precision (no words: they stay where they are)."""
    arrays: dict[str, Any] = {
        session.key: found.astype(np.float16) for session, found in zip(sessions, logits, strict=True)
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def load_predictions(path: Path, sessions: Sequence[CodedSession]) -> list[Floats]:
    """The kept logits of these sessions."""
    with np.load(path) as kept:
        return [kept[session.key].astype(np.float64) for session in sessions]


def families_said(coding: TurnCoding) -> set[str]:
    """The decided labels that the verdict holds: families of its codes, and "rupture" for a marker of either."""
    families = {c.family for c in coding.codes}
    return families | ({"rupture"} if families & {"withdrawal", "confrontation"} else set())


def make_card(
    name: str, version: str, sessions: Sequence[CodedSession], logits: Sequence[Floats]
) -> ModelCard:
    """Calibrate and decide on all of these sessions, and measure the verdicts that follow.

    The figures are measured on what thresholds were chosen on: slightly flattering, and said so wherever they are shown.
    """
    everything = np.concatenate(logits)
    gold = np.concatenate([s.gold for s in sessions]).astype(np.float64)
    calibration = calibrate(everything, gold)
    decisions = decide_all(everything, gold, calibration)
    probability = np.stack([calibration[n](everything[:, j]) for j, n in enumerate(LABELS)], axis=-1)
    roles = [role for s in sessions for role in s.roles]
    verdicts = [
        turn_coding(Turn(i, role, Role(role), ""), probability[i], decisions) for i, role in enumerate(roles)
    ]
    metrics = {}
    for label in DECIDED:
        y = gold[:, LABELS.index(label)]
        stated = np.array(
            [getattr(v, f"p_{label}") if r >= 0 else np.nan for v, r in zip(verdicts, y, strict=True)]
        )
        said = np.array([label in families_said(v) for v in verdicts])[y >= 0]
        p, y = stated[y >= 0].astype(np.float64), y[y >= 0]
        metrics[f"average_precision_{label}"] = float(average_precision_score(y, p))
        metrics[f"precision_{label}"] = float(y[said].mean())
        metrics[f"recall_{label}"] = float(said[y == 1].mean())
        metrics[f"prevalence_{label}"] = float(y.mean())
    return ModelCard(name, version, load_scheme().version, LABELS, calibration, decisions, metrics)
