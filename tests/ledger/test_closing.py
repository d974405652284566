"""Where a strain stands once it was spoken of: the answer, how the client sounds after it, and whether the client comes again."""

from __future__ import annotations

import pytest

from reattune.ledger import Evidence, keep_ledger
from reattune.ledger.closing import Tone, defends, tone_after
from reattune.record import Ending

from .making import QUIET, case_of, said, talk, thread

SPOKEN = "t c t c:c.7 t+.5 c t c t c t c"


def after(*client: str, usual: str = "This is about as long as this client's turns usually are here."):
    """The tone after turn 4 of a session in which the client goes on with these words."""
    lines = dict.fromkeys((1, 3), usual) | {5 + 2 * k: words for k, words in enumerate(client)}
    return tone_after(said(talk(" ".join(["t c"] * (2 + len(client)) + ["t"])), lines).session, 4)


@pytest.mark.parametrize(
    "words",
    ["I'd rather leave it for today.", "We'll see.", "I'm not promising anything.", "I’ll have to see how I feel.",
     "I don't know if I can trust that.", "I need a bit more time with it."],
)  # fmt: skip
def test_words_that_keep_something_back_are_heard(words):
    assert after("My mother had a shop by the station.", words) is Tone.RESERVED


@pytest.mark.parametrize(
    "words", ["I'll see you on Thursday.", "I'd rather talk about him, if I may.", "I promise."]
)
def test_words_that_only_sound_like_it_are_not(words):
    assert after("My mother had a shop by the station, you know.", words) is Tone.PLAIN


def test_relief_is_heard_and_weighs_less_than_reserve():
    assert after("That's a relief, honestly, I had lain awake.", "So, the shop.") is Tone.RELIEVED
    assert after("That's a relief, honestly.", "But I'd rather not say more today.") is Tone.RESERVED


def test_answers_that_stay_short_are_short_and_few_answers_tell_nothing():
    assert after("Fine.", "Yes.", "Seven.") is Tone.SHORT
    assert after("Fine.", "Yes.") is Tone.PLAIN
    assert after("Fine.", "Yes.", "It was the week in which my sister came to stay with us.") is Tone.PLAIN


@pytest.mark.parametrize(
    ("words", "only"),
    [
        ("I'm sorry you felt that way, we have to ask those questions.", True),
        ("It was never meant as a test of you.", True),
        ("I didn't mean it like that.", True),
        ("I didn't mean it like that, but you're right, I shouldn't have said it.", False),
        ("I'm sorry. I went past it.", False),
        ("What was it like to hear that from me?", False),
    ],
)
def test_an_answer_that_only_defends_itself_is_told_from_one_that_owns_a_part(words, only):
    assert defends(words) is only


def status(script: str, words: dict[int, str] | None = None, ending: Ending | None = None, then: str = ""):
    first, spoken = talk(QUIET), said(talk(script), words or {})
    sessions = {1: QUIET, 2: script} | ({3: then, 4: then} if then else {})
    case, _ = case_of(sessions, ending=ending)
    ledger = keep_ledger(case, Evidence({1: first, 2: spoken}, (thread((2, 3), (1, 2)),)))
    return str(ledger["R1"].status)


def test_a_weak_step_counts_where_it_answers_what_was_just_spoken_of():
    assert status("t c t c:c.7 t+.2 c t c t c t c") == "repaired"
    assert status("t c t c:c.7 t c t c t+.2 c t c") == "open"


def test_an_answer_that_only_defends_itself_leaves_it_open():
    assert status(SPOKEN, {4: "It was never meant as a test, and we have to try things."}) == "open"


def test_where_the_client_keeps_something_back_it_is_in_repair():
    assert status(SPOKEN) == "repaired"
    assert status(SPOKEN, {9: "I'd rather not say more today."}) == "in_repair"


def test_relief_near_the_end_is_enough():
    short = "t c t c:c.7 t+.5 c t"
    assert status(short) == "in_repair"
    assert status(short, {5: "It's a relief that you say so."}) == "repaired"


def test_a_repair_of_the_last_session_does_not_stand_where_the_client_then_leaves():
    assert status(SPOKEN, ending=Ending.LEFT) == "lost"
    assert status(SPOKEN, ending=Ending.AGREED) == "repaired"
    assert status(SPOKEN, then="missed") == "lost"
