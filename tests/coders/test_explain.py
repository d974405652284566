"""Which words carried a decision: a coder with known weights gives them back; the real one says less without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reattune
from reattune.coders import HumanCoder, load_coder
from reattune.coders.explain import PHRASE, PHRASES, explain, phrases
from reattune.coders.human import TranscriptCodes
from reattune.coders.labels import LABELS
from reattune.errors import SettingError
from reattune.record import Role, Session, Turn

EXAMPLES = Path(__file__).parents[2] / "examples/sessions"
WEIGHTS = {"whatever": 2.0, "fine": 1.0, "thanks": -1.5, "must": 0.8}


class Counting:
    """Log odds of a rupture: -1, plus the weights of the words in the turn, plus those in the turns before."""

    def __init__(self) -> None:
        self.asked = 0

    def reread(self, session: Session, turn: int, changes: Sequence[Mapping[int, str]]) -> np.ndarray:
        self.asked += len(changes)
        found = np.full((len(changes), len(LABELS)), 1e-6)
        for row, change in enumerate(changes):
            said = " ".join(change.get(t.index, t.text) for t in session.turns[: turn + 1])
            odds = -1 + sum(WEIGHTS.get(w.strip(".,?").lower(), 0.0) for w in said.split())
            found[row, LABELS.index("rupture")] = 1 / (1 + np.exp(-odds))
        return found


def session(*said: str) -> Session:
    roles = (Role.THERAPIST, Role.CLIENT)
    return Session("s", tuple(Turn(i, roles[i % 2], roles[i % 2], text) for i, text in enumerate(said)))


def test_known_weights_come_back_with_their_places():
    text = "Whatever you say, it was a fine long walk to the shop. Thanks."
    found = explain(Counting(), session("You must go.", text), 1)
    assert [(text[w.start : w.end], round(w.weight, 6)) for w in found.words] == [
        ("Whatever", 2.0),
        ("Thanks.", -1.5),
        ("fine", 1.0),
    ]
    assert [(e.turn, round(e.weight, 6)) for e in found.earlier] == [(0, 0.8)]
    assert found.probability == pytest.approx(1 / (1 + np.exp(-1.3)))
    assert found.without == pytest.approx(1 / (1 + np.exp(1.7)))
    assert [text[w.start : w.end] for w in found.spoke_against] == ["Thanks."]


def test_words_that_weigh_only_together_are_named_together():
    class Together(Counting):
        def reread(self, session, turn, changes):
            found = super().reread(session, turn, changes)
            for row, change in enumerate(changes):
                said = change.get(turn, session.turns[turn].text).replace(",", "").split()
                kept = {"not", "bothered"} & set(said)
                found[row, LABELS.index("rupture")] = 0.8 if kept else 0.1
            return found

    text = "I am not bothered, on Monday we went to town"
    found = explain(Together(), session("So?", text), 1)
    assert [text[w.start : w.end] for w in found.words] == ["I am not bothered,"]


def test_nothing_stands_out_where_nothing_weighs():
    found = explain(Counting(), session("Hello.", "We went to town."), 1)
    assert (found.words, found.earlier, found.without) == ((), (), None)
    assert explain(Counting(), session("", ""), 1).words == ()


def test_a_long_turn_is_asked_about_no_more_often_than_a_middling_one():
    coder = Counting()
    explain(coder, session("So?", "we went on and on, " * 400), 1)
    assert coder.asked <= PHRASES + 8


@given(st.text(alphabet="ab .,?![]'\n", max_size=300))
def test_phrases_hold_every_word_once_and_in_order(text):
    found = [span for words in phrases(text) for span in words]
    assert [text[a:b] for a, b in found] == text.split()
    assert found == sorted(found)
    assert len(phrases(text)) <= PHRASES
    if len(text.split()) <= PHRASES:
        assert all(len(words) <= PHRASE for words in phrases(text))


def test_who_cannot_say_says_so():
    with pytest.raises(SettingError, match="which words"):
        explain(HumanCoder(TranscriptCodes(), "reader"), session("So?", "Fine."), 1)
    with pytest.raises(SettingError, match="no label 'mood'"):
        explain(Counting(), session("So?", "Fine."), 1, "mood")


@pytest.fixture(scope="module")
def coder():
    return load_coder()


def test_left_as_it_was_said_a_turn_reads_as_in_the_session(coder):
    """Far into a long talk, where the window no longer begins at the start."""
    one = reattune.read(EXAMPLES / "probation-drink.tsv")
    coding = coder.code(one)
    for turn in (1, 41, 80, 85):
        (p,) = coder.reread(one, turn, [{}])
        stated = coding.turns[turn]
        name = "rupture" if one.turns[turn].role.strains else "strategy"
        if name == "rupture":
            assert max(
                p[LABELS.index(n)] for n in ("rupture", "withdrawal", "confrontation")
            ) == pytest.approx(stated.p_rupture, abs=2e-4)
        else:
            assert p[LABELS.index(name)] == pytest.approx(stated.p_strategy, abs=2e-4)


def test_what_lies_before_the_window_changes_nothing_and_what_lies_in_it_does(coder):
    one = reattune.read(EXAMPLES / "probation-drink.tsv")
    plain, far, near = coder.reread(one, 80, [{}, {0: ""}, {79: ""}])
    np.testing.assert_allclose(far, plain, atol=1e-12)
    assert np.abs(near - plain).max() > 1e-3


def test_too_many_new_words_are_refused(coder):
    one = reattune.read(EXAMPLES / "probation-drink.tsv")
    with pytest.raises(SettingError, match="do not fit"):
        coder.reread(one, 41, [dict.fromkeys(range(28, 42), "and then we went on " * 40)])


def test_without_the_words_found_the_real_coder_is_less_sure(coder):
    """Every mark of two example sessions: phrase by phrase, and all together."""
    for name in ("school-year-nine.txt", "two-years.txt"):
        one = reattune.read(EXAMPLES / name)
        made = reattune.analyze(one, explain=True)
        assert {e.turn for e in made.explanations} == {i for e in made.episodes for i in e.markers}
        assert made.explanations, "the examples are chosen because the shipped coder marks something in them"
        for why in made.explanations:
            text = one.turns[why.turn].text
            assert why.probability == pytest.approx(made.coding.turns[why.turn].p_rupture, abs=2e-4)
            if why.spoke_for:
                assert why.without is not None and why.without < why.probability
            for w in why.words:
                without = text[: w.start] + text[w.end :]
                (p,) = coder.reread(one, why.turn, [{why.turn: without}])
                either = max(p[LABELS.index(n)] for n in ("rupture", "withdrawal", "confrontation"))
                assert (either < why.probability) == (w.weight > 0)
