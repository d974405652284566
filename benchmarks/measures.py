"""Measures of agreement and of probabilities, with intervals over transcripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def interval(
    measure: Callable[[Sequence[int]], float], units: int, times: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95% percentile interval of ``measure`` over resampled units (transcripts), given by their numbers.

    Resamples without a value are left out; NaN where none has one.
    """
    rng = np.random.default_rng(seed)
    found = [measure(rng.integers(0, units, units).tolist()) for _ in range(times)]
    known = [x for x in found if not np.isnan(x)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def f1(gold: Floats, said: Floats) -> float:
    """F1 of two arrays of 0 and 1."""
    both = float((gold * said).sum())
    return 2 * both / max(1.0, float(gold.sum() + said.sum()))


def average_precision(gold: Floats, score: Floats) -> float:
    """Area under the precision-recall curve, in steps, as scikit-learn has it; quick enough for thousands of resamples.

    Turns of one score count together. NaN where nothing is marked.
    """
    order = np.argsort(-score, kind="stable")
    y, s = gold[order], score[order]
    if not y.any():
        return float("nan")
    last = np.append(s[1:] != s[:-1], True)
    hits, seen = np.cumsum(y)[last], np.flatnonzero(last) + 1
    return float((np.diff(hits, prepend=0) * hits / seen).sum() / hits[-1])


def reliability(gold: Floats, probability: Floats, bins: int = 10) -> list[tuple[float, float, int]]:
    """For each tenth of the turns in order of probability: mean probability, share marked, turns."""
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    return [(float(probability[p].mean()), float(gold[p].mean()), len(p)) for p in parts if len(p)]


def calibration_error(gold: Floats, probability: Floats) -> float:
    """Expected calibration error over ten parts of equal size (Naeini et al., 2015, with parts of equal size)."""
    return sum(abs(p - g) * n for p, g, n in reliability(gold, probability)) / len(gold)


def icc_agreement(ratings: Floats) -> float:
    """ICC(2,1) or ICC(A,1): absolute agreement of single ratings (Shrout & Fleiss, 1979).

    ``ratings``: (sessions, raters), no gaps. NaN where all ratings are one value.
    """
    n, k = ratings.shape
    mean = ratings.mean()
    rows = k * ((ratings.mean(1) - mean) ** 2).sum() / (n - 1)
    columns = n * ((ratings.mean(0) - mean) ** 2).sum() / (k - 1)
    total = ((ratings - mean) ** 2).sum()
    error = (total - rows * (n - 1) - columns * (k - 1)) / ((n - 1) * (k - 1))
    below = rows + (k - 1) * error + k * (columns - error) / n
    return float((rows - error) / below) if below > 0 else float("nan")


def weighted_kappa(first: Sequence[int], second: Sequence[int], levels: int) -> float:
    """Cohen's kappa with quadratic weights (Cohen, 1968) of two lists of levels 0 .. ``levels - 1``."""
    table = np.zeros((levels, levels))
    for a, b in zip(first, second, strict=True):
        table[a, b] += 1
    distance = (np.arange(levels)[:, None] - np.arange(levels)[None]) ** 2
    chance = np.outer(table.sum(1), table.sum(0)) / max(1.0, table.sum())
    expected = float((distance * chance).sum())
    return 1 - float((distance * table).sum()) / expected if expected else float("nan")


def matched(found: Sequence[tuple[int, int]], coded: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs (number in ``found``, number in ``coded``) of overlapping spans, each used once, most shared turns first."""
    pairs = []
    for i, (a, b) in enumerate(found):
        for j, (c, d) in enumerate(coded):
            shared = min(b, d) - max(a, c) + 1
            if shared > 0:
                pairs.append((shared, i, j))
    used_i: set[int] = set()
    used_j: set[int] = set()
    chosen = []
    for _, i, j in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        if i not in used_i and j not in used_j:
            used_i.add(i)
            used_j.add(j)
            chosen.append((i, j))
    return chosen
