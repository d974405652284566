"""Threads: a later word finds the earlier moment, and what only sounds like a going back finds nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from reattune.coders import load_coder
from reattune.formats import read
from reattune.record import CoderId, Coding, Role, Session, Turn, TurnCoding, TurnRef
from reattune.ruptures.threads import Thread, find_threads
from reattune.ruptures.threads.cues import CUES, heard, when
from reattune.ruptures.threads.disclosure import FEATURES as GOING_BACK
from reattune.ruptures.threads.exchanges import FEATURES as RANKING
from reattune.ruptures.threads.search import LINKS
from reattune.ruptures.threads.weights import load_weights
from reattune.ruptures.threads.words import index_texts, nearness, shared

CASES = Path(__file__).parents[2] / "examples" / "cases"
CALM = [
    "consultant-phone",
    "grey-rock",
    "last-orders",
    "school-refuser-minecraft",
    "thanks-for-the-bridge",
    "two-women-farmhouse",
    "ward-chaplain-chat",
]


@cache
def case(name: str) -> tuple[tuple[int, Session, Coding], ...]:
    coder = load_coder("embedded")
    found = []
    for path in sorted((CASES / name / "sessions").iterdir()):
        (session,) = read(path)
        found.append((int(path.name[:2]), session, coder.code(session)))
    return tuple(found)


@cache
def threads(name: str) -> tuple[Thread, ...]:
    return tuple(find_threads(case(name)))


def talk(*lines: str, met: float = 0.02) -> tuple[Session, Coding]:
    """``talk("T: ...", "C: ...")``; ``met`` is how much each therapist turn looks like a strategy."""
    roles = {"T": Role.THERAPIST, "C": Role.CLIENT}
    turns = tuple(Turn(i, line[0], roles[line[0]], line[3:]) for i, line in enumerate(lines))
    coded = tuple(
        TurnCoding(t.index, p_strategy=met, p_contribution=0.05)
        if t.role.helps
        else TurnCoding(t.index, p_rupture=0.1, p_withdrawal=0.05, p_confrontation=0.1)
        for t in turns
    )
    return Session("made", turns), Coding(CoderId("human", "made"), coded)


@pytest.mark.parametrize(
    "name", ["harbour-pilot", "seven-minutes", "fee-charity", "transfer-list", "form-tutor"]
)
def test_a_complaint_finds_the_remark_it_goes_back_to(name):
    (gold,) = [
        r
        for r in json.loads((CASES / name / "expected.json").read_text("utf-8"))["ruptures"]
        if r["disclosed"]
    ]
    (thread,) = threads(name)
    assert thread.disclosed == TurnRef(**gold["disclosed"])
    assert not thread.omission
    assert thread.links[0].to in [TurnRef(**x) for x in gold["thread"]]


@pytest.mark.parametrize("name", ["night-shifts", "jigsaw-edges", "oath-ceremony", "moths-dream"])
def test_what_went_unanswered_is_the_clients_turn(name):
    (gold,) = json.loads((CASES / name / "expected.json").read_text("utf-8"))["ruptures"]
    (thread,) = threads(name)
    assert thread.omission
    assert thread.links[0].to == TurnRef(**gold["trigger"])
    session = {n: s for n, s, _ in case(name)}[gold["trigger"]["session"]]
    assert session.turns[gold["trigger"]["turn"]].role is Role.CLIENT


@pytest.mark.parametrize("name", CALM)
def test_thanks_grief_and_anger_elsewhere_are_no_threads(name):
    assert threads(name) == ()


def test_links_are_ranked_lie_before_and_say_why():
    (thread,) = threads("night-shifts")
    scores = [link.score for link in thread.links]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.001 and len(scores) <= LINKS
    assert all(link.to < thread.disclosed for link in thread.links)
    said = " ".join(thread.why)
    assert "I was pregnant myself for a while" in said and "never asked" in said
    assert "session 1, turn 14" in said, "turns are told as readers count them"


def test_short_plain_words_are_enough():
    first = talk(
        "T: How was your week?",
        "C: Busy, with the move.",
        "T: You do make a drama of moving, don't you?",
        "C: Maybe.",
    )
    later = talk(
        "T: Where shall we start?",
        "C: When you said I was being dramatic, I went home and cried.",
        "T: I'm sorry. I hurt you.",
        met=0.7,
    )
    (thread,) = find_threads([(1, *first), (2, *later)])
    assert thread.disclosed == TurnRef(2, 1)
    assert thread.links[0].to == TurnRef(1, 2)


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for what you said last time about my mother, it really helped.",
        "He said I was lazy last week and I went home and cried.",
        "I did what you said last week, and it worked rather well.",
        "You said that we would talk about my sleep today.",
    ],
)
def test_harmless_mentions_find_nothing(words):
    first = talk(
        "T: How was your week?", "C: Busy, with the move.", "T: What about your mother?", "C: She is well."
    )
    later = talk("T: Where shall we start?", f"C: {words}", "T: I see. And then?")
    assert find_threads([(1, *first), (2, *later)]) == []


def test_nothing_earlier_nothing_found():
    alone = talk(
        "T: Hello.",
        "C: When you said I was being dramatic last time, I went home and cried.",
        "T: I'm sorry.",
        met=0.8,
    )
    assert find_threads([]) == []
    assert find_threads([(1, *alone)]) == []


def test_order_of_sessions_does_not_matter_and_gaps_are_fine():
    turned = tuple(reversed(case("harbour-pilot")))
    assert [n for n, _, _ in turned] == [5, 3, 2, 1]
    assert tuple(find_threads(turned)) == threads("harbour-pilot")


def test_only_and_at_least_narrow_and_widen():
    given = case("kitchen-table-couple")
    assert find_threads(given, only=1) == []
    weak = find_threads(given, only=3, at_least=0.0)
    assert all(t.disclosed.session == 3 for t in weak) and weak
    assert len(weak) >= len(find_threads(given, only=3))


def test_a_quoted_you_is_not_the_therapist():
    assert heard("Kelly said, you never told me")["you_did"] == 0
    assert heard("you never told me")["you_did"] > 0
    assert heard("You said, it's nothing")["you_did"] > 0
    assert set(heard("")) == set(CUES) and not any(heard("").values())


def test_a_typographic_apostrophe_is_heard_too():
    assert heard("You didn’t ask me") == heard("You didn't ask me")
    assert heard("You didn’t ask me")["no_answer"] > 0


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("last week you laughed", 1),
        ("two weeks ago or so", 2),
        ("a couple of sessions ago", 2),
        ("3 weeks ago", 3),
        ("right at the beginning", 5),
        ("last month was different, a month ago", 4),
    ],
)
def test_when_prefers_the_session_that_was_meant(words, best):
    fit = when(words)
    fits = {back: fit(back, 5) for back in range(1, 6)}
    assert max(fits, key=fits.__getitem__) == best
    assert all(0 < value <= 1 for value in fits.values()), "misremembering stays possible"


def test_without_a_hint_every_session_fits_alike():
    assert {when("it hurt")(back, 5) for back in range(6)} == {0.5}


def test_kin_words_meet_without_being_the_same():
    texts = index_texts(
        ["You laughed at my mother", "That was a joke about your mum", "The train was late on Tuesday", ""]
    )
    words, near = shared(texts, [0]), nearness(texts, [0])
    assert words[1] > 2 * words[2] and near[1] > near[2]
    assert words[3] == near[3] == 0
    assert np.all(shared(texts, [3]) == 0) and np.all(nearness(texts, []) == 0)


def test_the_shipped_weights_fit_the_features():
    weights = load_weights()
    assert list(weights.going_back) == ["intercept", *GOING_BACK]
    assert set(weights.ranking) == set(RANKING)
    assert weights.going_back["thanks"] <= 0 and weights.going_back["others"] <= 0
    assert 0 < weights.threshold < 1
