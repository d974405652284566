"""Which sessions are tested together: groups are never split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from reattune.coders.training.data import CodedSession


def assign_folds(sessions: Sequence[CodedSession], folds: int = 5, seed: int = 0) -> list[int]:
    """A fold for each session, 0 to ``folds - 1``; sessions of one group share it; folds have about as many turns each."""
    size: dict[str, int] = defaultdict(int)
    for session in sessions:
        size[session.group] += len(session.texts)
    groups = sorted(size)
    np.random.default_rng(seed).shuffle(groups)
    load = [0] * folds
    fold: dict[str, int] = {}
    for group in sorted(groups, key=lambda g: -size[g]):
        fold[group] = int(np.argmin(load))
        load[fold[group]] += size[group]
    return [fold[session.group] for session in sessions]
