"""Measures against published tables and other libraries; the model card against the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, cohen_kappa_score, f1_score

ROOT = Path(__file__).parents[2]
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
"""Six targets, four judges: table 2 of Shrout & Fleiss (1979)."""


def test_icc_against_shrout_and_fleiss():
    from measures import icc_agreement

    assert icc_agreement(SHROUT_FLEISS) == pytest.approx(0.29, abs=0.005)


def test_icc_of_two_who_say_the_same_is_one():
    from measures import icc_agreement

    assert icc_agreement(np.array([[1, 1], [3, 3], [5, 5]], dtype=float)) == pytest.approx(1)


LEVELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=60)


@given(LEVELS)
def test_weighted_kappa_against_scikit_learn(pairs):
    from measures import weighted_kappa

    a, b = (list(x) for x in zip(*pairs, strict=True))
    if len({*a, *b}) > 1:
        expected = cohen_kappa_score(a, b, weights="quadratic", labels=[0, 1, 2, 3])
        assert weighted_kappa(a, b, 4) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_f1_against_scikit_learn(pairs):
    from measures import f1

    y, d = (np.array(x, dtype=float) for x in zip(*pairs, strict=True))
    assert f1(y, d) == pytest.approx(f1_score(y, d, zero_division=0))


SCORED = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9])), min_size=1, max_size=60
)


@given(SCORED)
def test_average_precision_against_scikit_learn(pairs):
    from measures import average_precision

    y, p = (np.array(x, dtype=float) for x in zip(*pairs, strict=True))
    if y.any():
        assert average_precision(y, p) == pytest.approx(average_precision_score(y, p))
    else:
        assert np.isnan(average_precision(y, p))


def test_spans_are_matched_once_each_the_most_shared_first():
    from measures import matched

    assert sorted(matched([(0, 9), (8, 12), (30, 30)], [(7, 12), (9, 9), (20, 25)])) == [(0, 1), (1, 0)]


def test_calibration_error_of_a_perfect_and_of_a_boastful_coder():
    from measures import calibration_error

    rng = np.random.default_rng(1)
    p = rng.random(20000)
    y = (rng.random(20000) < p).astype(float)
    assert calibration_error(y, p) < 0.02
    assert calibration_error(y, np.full(20000, 1.0)) == pytest.approx(1 - y.mean())


def test_the_interval_holds_the_value_and_narrows_with_more_transcripts():
    from measures import interval

    x = np.random.default_rng(2).normal(size=400)

    def width(n):
        low, high = interval(lambda units: float(x[units].mean()), n, times=300)
        assert low < x[:n].mean() < high
        return high - low

    assert width(400) < width(25)


def test_the_pages_say_what_the_models_and_the_benchmarks_say():
    from publish import PAGES, blocks, filled

    found = blocks()
    pages = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
    for name, text in found.items():
        block = f"<!-- {name} -->\n{text}\n<!-- /{name} -->"
        assert any(block in page for page in pages.values()), (
            f"{name} is behind: python benchmarks/publish.py"
        )
    for name, page in pages.items():
        assert filled(page, found) == page, f"{name} is behind: python benchmarks/publish.py"


def test_the_measured_figures_are_of_the_shipped_model():
    """Average precision in the card (in-sample calibration) and in the benchmark (out of fold) differ a little, not much."""
    from reattune.coders.embedded import EmbeddedCoder

    results = json.loads((ROOT / "benchmarks/results/accuracy.json").read_text(encoding="utf-8"))
    metrics = EmbeddedCoder().card.metrics
    for name, row in results["annomi"]["coder"].items():
        assert metrics[f"prevalence_{name}"] == pytest.approx(row["prevalence"])
        assert metrics[f"average_precision_{name}"] == pytest.approx(row["average_precision"], abs=0.05)


@pytest.mark.skipif(
    not (ROOT.parent / "shared/rupture-codings").is_dir(),
    reason="the public transcripts are not beside the checkout",
)
@pytest.mark.parametrize("name", ["accurate", "fast"])
def test_the_card_follows_from_the_kept_predictions(name):
    from reattune.coders.embedded import EmbeddedCoder
    from reattune.coders.training.data import annomi
    from reattune.coders.training.figures import load_predictions, make_card

    card, sessions = EmbeddedCoder(name).card, annomi(ROOT.parent / "shared")
    made = make_card(
        card.name,
        card.version,
        sessions,
        load_predictions(ROOT / f"benchmarks/out_of_fold_{name}.npz", sessions),
    )
    assert made.metrics == pytest.approx(card.metrics, abs=1e-3)
    for label, decision in made.decisions.items():
        assert decision.threshold == pytest.approx(card.decisions[label].threshold, abs=1e-3)
