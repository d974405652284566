"""The shipped model as it runs: what it reads, what it never sees, and what it says when it cannot run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reattune.coders import load_coder
from reattune.coders.card import ModelCard
from reattune.coders.embedded import EmbeddedCoder, shipped_models
from reattune.coders.labels import LABELS
from reattune.errors import ModelError, SettingError
from reattune.record import Role, Session, Turn
from reattune.scheme import load_scheme

SAID = [
    ("T", "How was the week with the diary?"),
    ("C", "I didn't do it."),
    ("T", "We did agree on it. If you don't write it down I can't help you, and then nothing will change."),
    ("C", "Okay."),
    ("T", "So what got in the way this time?"),
    ("C", "What do you want me to say? You never ask what I think of the diary."),
    ("T", "You're right, I pushed that on you. I'm sorry. What do you think of it?"),
    ("C", "Honestly it makes me feel like I'm back at school, with my mum checking the homework book."),
]
ROLES = {"T": Role.THERAPIST, "C": Role.CLIENT, "X": Role.THIRD}


def session(said: list[tuple[str, str]]) -> Session:
    return Session("s", tuple(Turn(i, v, ROLES[v], text) for i, (v, text) in enumerate(said)))


def rename_a_label(model: Path) -> None:
    """In the card inside the file; a name of the same length keeps the file whole."""
    model.write_bytes(model.read_bytes().replace(b"defends_self", b"defends_shelf"[:12]))


@pytest.fixture(scope="module")
def coder() -> EmbeddedCoder:
    return load_coder()


def numbers(coding) -> np.ndarray:
    names = ("p_rupture", "p_withdrawal", "p_confrontation", "p_strategy", "p_contribution")
    return np.array(
        [[np.nan if getattr(t, n) is None else getattr(t, n) for n in names] for t in coding.turns]
    )


def test_client_and_helper_turns_get_the_probabilities_of_their_role(coder):
    coding = coder.code(session([*SAID, ("X", "Sorry, is this room free?")]))
    for said, turn in zip([*SAID, ("X", "")], coding.turns, strict=True):
        client = (turn.p_rupture, turn.p_withdrawal, turn.p_confrontation)
        helper = (turn.p_strategy, turn.p_contribution)
        assert all((p is not None) == (said[0] == "C") for p in client)
        assert all((p is not None) == (said[0] == "T") for p in helper)
        assert all(0 <= p <= 1 for p in (*client, *helper) if p is not None)


def test_what_follows_changes_nothing(coder):
    """The past of a long talk read again with another future: every probability stays as it was."""
    past = SAID * 9
    rest = [("T", "Let us stop here."), ("C", "You have not listened to a word, I'm leaving. " * 30)] * 20
    alone, followed = numbers(coder.code(session(past))), numbers(coder.code(session([*past, *rest])))
    np.testing.assert_allclose(followed[: len(past)], alone, atol=2e-4)


def test_the_past_matters(coder):
    pushed = numbers(coder.code(session(SAID[:4])))[3]
    asked = numbers(coder.code(session([("T", "Shall we say Tuesday at ten?"), ("C", "Okay.")])))[1]
    assert pushed[0] > asked[0]


def test_many_sessions_at_once_are_coded_as_each_alone(coder):
    sessions = [session(SAID[:n]) for n in (2, 8, 5)] + [session(SAID * 40)]
    for one, coding in zip(sessions, coder.code_all(sessions), strict=True):
        np.testing.assert_allclose(numbers(coding), numbers(coder.code(one)), atol=2e-4)


def test_odd_turns(coder):
    odd = session(
        [("T", ""), ("C", " "), ("T", "…"), ("C", "x" * 20000), ("T", "word " * 5000), ("C", "😶\u200f\x00")]
    )
    assert np.isfinite(numbers(coder.code(odd))).sum() == 3 * 3 + 3 * 2
    assert coder.code(session([])).turns == ()


def test_the_card_fits_the_scheme_and_tells_how_often_it_errs(coder):
    assert coder.card.scheme == load_scheme().version
    assert set(coder.card.decisions) == {"rupture", "withdrawal", "confrontation", "strategy", "contribution"}
    coding = coder.code(session(SAID))
    for name in ("precision_rupture", "recall_rupture", "threshold_rupture"):
        assert 0 < coding.settings[name] < 1
    assert (coder.id.kind, coder.id.name) == ("embedded", coder.card.name)


def test_the_file_carries_all_that_coding_needs(coder):
    """Name, version, labels, a calibration each, thresholds with their unsure band, and what was measured."""
    card = coder.card
    assert card.name and card.version
    assert card.labels == LABELS
    assert set(card.calibration) == set(LABELS)
    assert all(0 < d.unsure_from <= d.threshold < 1 for d in card.decisions.values())
    for label in card.decisions:
        for figure in ("average_precision", "precision", "recall", "prevalence"):
            assert 0 < card.metrics[f"{figure}_{label}"] < 1


def test_a_network_that_gives_other_than_its_card_says_is_refused(coder, monkeypatch):
    shorter = replace(coder.card, labels=LABELS[:-1])
    monkeypatch.setattr(ModelCard, "load", lambda *_: shorter)
    with pytest.raises(ModelError, match=f"names {len(LABELS) - 1} labels, its network gives {len(LABELS)}"):
        EmbeddedCoder()


def test_no_torch_at_run_time():
    program = "import sys, reattune.coders as c; c.load_coder(); print('torch' in sys.modules, 'sklearn' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda folder: (folder / "accurate.onnx").unlink(), "missing"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "missing"),
        (lambda folder: (folder / "accurate.onnx").write_bytes(b"\x08\x07 not a model"), "cannot be read"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "cannot be read"),
        (lambda folder: rename_a_label(folder / "accurate.onnx"), "labels differ"),
    ],
)
def test_a_model_that_cannot_run_says_what_to_do(tmp_path, harm, says):
    folder = tmp_path / "models"
    shutil.copytree(shipped_models(), folder)
    harm(folder)
    with pytest.raises(ModelError, match=says) as raised:
        EmbeddedCoder("accurate", folder)
    assert "make model" in str(raised.value)


def test_a_coder_of_another_name_is_refused():
    with pytest.raises(SettingError, match="embedded"):
        load_coder("oracle")
