"""Calibration and thresholds from predictions out of fold, at the prevalence of life."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from reattune.coders.calibration import Decision, Platt
from reattune.coders.labels import FAMILY_OF, LABELS

Floats = NDArray[np.float64]

DECIDED = ("rupture", "withdrawal", "confrontation", "strategy", "contribution")
WANTED_PRECISION = {"rupture": (0.5, 0.4), "contribution": (0.4,)}
"""At least this share of the marks should be right, the first that can be had: a mark that is wrong accuses. The other labels
have none: which family a marked turn belongs to, and whether a strain was answered, err in both directions alike, and there the
best F1 decides."""
LEAST_RECALL = 0.25
"""A wanted precision is dropped, for the next or in the end for the best F1, where it would find less than this share of what
readers marked."""
UNSURE_LIFT = 1.5
"""The unsure band begins where a mark is so many times more likely than on any turn."""


def fit_platt(logits: Floats, gold: Floats) -> Platt:
    """Slope and shift by logistic regression, hardly regularised."""
    model = LogisticRegression(C=1e4, max_iter=1000).fit(logits[:, None], gold)
    return Platt(float(model.coef_[0, 0]), float(model.intercept_[0]))


def calibrate(logits: Floats, gold: Floats) -> dict[str, Platt]:
    """For each label. The codes of a family share one: most are too rare for one of their own."""
    found: dict[str, Platt] = {}
    for name in LABELS:
        if name not in FAMILY_OF:
            found[name] = _over(logits, gold, [name])
    for family in dict.fromkeys(FAMILY_OF.values()):
        codes = [c for c, f in FAMILY_OF.items() if f == family]
        found |= dict.fromkeys(codes, _over(logits, gold, codes))
    return found


def _over(logits: Floats, gold: Floats, names: Sequence[str]) -> Platt:
    at = [LABELS.index(n) for n in names]
    x, y = logits[:, at].ravel(), gold[:, at].ravel()
    return fit_platt(x[y >= 0], y[y >= 0])


def decide(probability: Floats, gold: Floats, wanted: Sequence[float] = ()) -> Decision:
    """Threshold and unsure band of one label, from its calibrated probabilities. Both arrays: (rated turns,).

    The threshold is the lowest with the first of the ``wanted`` precisions that can be had; without one, that with the best F1.
    """
    precision, recall, thresholds = precision_recall_curve(gold, probability)
    precision, recall = precision[:-1], recall[:-1]
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    threshold = float(thresholds[int(np.argmax(f1))])
    for share in wanted:
        enough = np.flatnonzero((precision >= share) & (recall >= LEAST_RECALL))
        if len(enough):
            threshold = float(thresholds[enough[0]])
            break
    return Decision(threshold, min(threshold, UNSURE_LIFT * float(gold.mean())))


def decide_all(logits: Floats, gold: Floats, calibration: dict[str, Platt]) -> dict[str, Decision]:
    """Decisions for the five labels that have one."""
    found = {}
    for name in DECIDED:
        j = LABELS.index(name)
        rated = gold[:, j] >= 0
        probability = calibration[name](logits[rated, j])
        found[name] = decide(probability, gold[rated, j], WANTED_PRECISION.get(name, ()))
    return found
