"""What the coder is held against: the words alone, counted (TF-IDF and logistic regression)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED
from reattune.coders.training.data import CodedSession

Floats = NDArray[np.float64]


def _documents(sessions: Sequence[CodedSession]) -> tuple[list[str], list[str]]:
    """Each turn's words, and those of the turn before."""
    here = [text for s in sessions for text in s.texts]
    before = [text for s in sessions for text in ["", *s.texts[:-1]]]
    return here, before


def predict(
    learn: Sequence[CodedSession], held: Sequence[CodedSession], labels: Sequence[str] = DECIDED
) -> list[Floats]:
    """Logits (turns, labels) for each held session: one- and two-word terms of the turn, single words of the turn before.

    Labels that are not asked for, or that nobody marked in ``learn``, stay at -10 ("no").
    """
    terms = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    earlier = TfidfVectorizer(min_df=3, sublinear_tf=True)
    here, before = _documents(learn)
    x = hstack([terms.fit_transform(here), earlier.fit_transform(before)]).tocsr()
    here, before = _documents(held)
    z = hstack([terms.transform(here), earlier.transform(before)]).tocsr()
    gold = np.concatenate([s.gold for s in learn])
    logits = np.full((z.shape[0], len(LABELS)), -10.0)
    for name in labels:
        j = LABELS.index(name)
        rated = gold[:, j] >= 0
        if not (gold[rated, j] > 0).any():
            continue
        # This solver is ten times as quick here as the usual one; it also holds back the intercept, which ranking does not feel.
        model = LogisticRegression(C=3.0, max_iter=500, class_weight="balanced", solver="liblinear")
        logits[:, j] = model.fit(x[rated], gold[rated, j]).decision_function(z)
    return np.split(logits, np.cumsum([len(s.texts) for s in held])[:-1])
