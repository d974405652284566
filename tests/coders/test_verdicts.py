"""From probabilities to codes; the card that a model carries; calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reattune.coders.calibration import Decision, Platt
from reattune.coders.card import ModelCard
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import decide, fit_platt
from reattune.coders.verdicts import turn_coding
from reattune.errors import ModelError
from reattune.record import Role, Turn

DECISIONS = {
    name: Decision(0.5, 0.2)
    for name in ("rupture", "withdrawal", "confrontation", "strategy", "contribution")
}
CLIENT, THERAPIST, THIRD = (Turn(0, r, r, "Fine.") for r in (Role.CLIENT, Role.THERAPIST, Role.THIRD))


def probabilities(**given_: float) -> np.ndarray:
    return np.array([given_.get(name, 0.01) for name in LABELS])


def test_a_client_turn_over_the_threshold_gets_its_most_likely_marker():
    p = probabilities(
        rupture=0.7, confrontation=0.66, withdrawal=0.1, defends_self=0.5, rejects_intervention=0.1, clear=0.6
    )
    coded = turn_coding(CLIENT, p, DECISIONS)
    assert [(c.code, c.family, c.intensity) for c in coded.codes] == [("defends_self", "confrontation", 2)]
    assert (coded.p_rupture, coded.p_strategy, coded.unsure) == (0.7, None, False)


def test_either_is_never_less_probable_than_what_it_contains():
    assert turn_coding(CLIENT, probabilities(rupture=0.2, withdrawal=0.4), DECISIONS).p_rupture == 0.4


def test_a_turn_in_the_band_below_the_threshold_is_called_unsure_and_gets_no_code():
    coded = turn_coding(CLIENT, probabilities(rupture=0.3, denial=0.9), DECISIONS)
    assert coded.unsure and not coded.codes


def test_the_helper_gets_strategies_and_contributions_a_third_voice_nothing():
    p = probabilities(strategy=0.8, acknowledges_contribution=0.7, pressures=0.9, rupture=0.9)
    assert [c.code for c in turn_coding(THERAPIST, p, DECISIONS).codes] == ["acknowledges_contribution"]
    third = turn_coding(THIRD, p, DECISIONS)
    assert not third.codes and third.p_rupture is None and third.p_strategy is None


@given(arrays(np.float64, len(LABELS), elements=st.floats(0, 1)))
def test_codes_are_ranked_and_none_is_more_probable_than_its_family(p):
    for turn in (CLIENT, THERAPIST):
        coded = turn_coding(turn, p, DECISIONS)
        assert [c.probability for c in coded.codes] == sorted(
            (c.probability for c in coded.codes), reverse=True
        )
        for code in coded.codes:
            assert code.probability <= p[LABELS.index(code.family)] + 1e-12


def test_platt_finds_the_slope_and_shift_that_made_the_data():
    rng = np.random.default_rng(5)
    x = rng.normal(size=40000)
    y = (rng.random(40000) < Platt(0.7, -1.5)(x)).astype(float)
    found = fit_platt(x, y)
    assert found.slope == pytest.approx(0.7, abs=0.05)
    assert found.shift == pytest.approx(-1.5, abs=0.05)


def test_the_threshold_keeps_the_wanted_precision_where_it_can():
    p = np.concatenate([np.full(10, 0.9), np.full(10, 0.6), np.full(80, 0.1)])
    y = np.concatenate([np.ones(8), np.zeros(2), np.ones(4), np.zeros(6), np.zeros(80)])
    assert decide(p, y, (0.7,)).threshold == 0.9
    assert decide(p, y, (0.5,)).threshold == 0.6
    assert decide(p, y, (0.99,)).threshold == decide(p, y).threshold == 0.6
    assert decide(p, y, (0.99, 0.7)).threshold == 0.9, "the next where the first cannot be had"
    assert decide(p, y).unsure_from == pytest.approx(0.18)


def card() -> ModelCard:
    return ModelCard(
        "m", "1", "1.0", LABELS, {n: Platt() for n in LABELS}, DECISIONS, {"recall_rupture": 0.4}
    )


def test_a_card_comes_back_as_it_was_put_in():
    assert ModelCard.load(card().dump(), "x") == card()


def test_a_card_of_the_same_scheme_with_small_changes_is_taken():
    assert ModelCard.load(replace(card(), scheme="1.7").dump(), "x").scheme == "1.7"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "no card"),
        ("{", "cannot be read"),
        ('{"name": "m"}', "cannot be read"),
        (replace(card(), labels=(*LABELS[:-1], "sulks")).dump(), "made for scheme 1.0.*sulks"),
        (replace(card(), labels=LABELS[::-1]).dump(), "another order"),
        (replace(card(), scheme="2.0").dump(), "made for scheme 2.0, this is 1.0; .*mean something else"),
        (replace(card(), calibration={}).dump(), "no calibration for rupture"),
        (
            replace(card(), decisions={"rupture": Decision(0.5, 0.2)}).dump(),
            "no decisions for withdrawal, conf",
        ),
    ],
)
def test_a_model_that_does_not_fit_says_so(text, says):
    with pytest.raises(ModelError, match=says):
        ModelCard.load(text, "model.onnx")
