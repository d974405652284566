"""Episodes: which turns belong together, what set them off, how they ended, how grave they are."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reattune.coders import HumanCoder, read_codings
from reattune.formats import read
from reattune.record import (
    Code,
    CoderId,
    Coding,
    Outcome,
    Role,
    RuptureType,
    Scales,
    Session,
    Turn,
    TurnCoding,
)
from reattune.ruptures import find_episodes, find_findings, rate_session
from reattune.ruptures.episodes import MERGE_GAP

from .speaking import talk

EXAMPLES = Path(__file__).parents[2] / "examples"


def one(line):
    (episode,) = find_episodes(*talk(line))
    return episode


def test_a_session_without_a_mark_has_no_episode_and_no_resolution():
    session, coding = talk("T C T C T:lectures C")
    found = find_findings(session, coding)
    assert found.episodes == ()
    assert found.scales == Scales(1, 1, None, 2)


def test_marks_near_each_other_are_one_strain_and_far_ones_are_two():
    near = "C:minimal " + "T C " * (MERGE_GAP // 2 - 1) + "T C:denial"
    far = "C:minimal " + "T C " * (MERGE_GAP // 2) + "T C:denial"
    assert len(find_episodes(*talk(near))) == 1
    assert len(find_episodes(*talk(far))) == 2


def test_the_trigger_is_the_turn_that_fed_it_else_the_turn_that_was_answered():
    assert one("T:lectures C T C:minimal").trigger == 0
    assert one("T C T C:minimal").trigger == 2
    assert one("C:minimal T C").trigger is None


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("T C:rejects T C T C", Outcome.UNADDRESSED),
        ("T C:rejects T:owns C T C T C T C", Outcome.RESOLVED),
        ("T C:rejects T:owns C", Outcome.PARTIAL),
        ("T C:rejects T:owns C:rejects/2 T C", Outcome.ATTEMPTED),
        ("T C:rejects T:owns C:rejects T:owns C:rejects T C T C T C T C", Outcome.PARTIAL),
        ("T C:rejects T:owns C:rejects T C T C T C T C", Outcome.RESOLVED),
    ],
)
def test_outcome(line, outcome):
    assert one(line).outcome is outcome


def test_an_episode_ends_with_the_answer_to_the_last_attempt():
    episode = one("T C:denial T:asks C T C T C")
    assert (episode.start, episode.end) == (1, 3)
    assert [s.code for s in episode.strategies] == ["invites_feelings_about_therapy"]


def test_a_strategy_long_after_does_not_belong_to_it():
    assert one("T C:denial T C T C T C T:asks C").outcome is Outcome.UNADDRESSED


def test_type():
    assert one("T C:denial T C:minimal").type is RuptureType.WITHDRAWAL
    assert one("T C:rejects T C:controls").type is RuptureType.CONFRONTATION
    assert one("T C:rejects T C:minimal").type is RuptureType.MIXED


def test_significance_grows_with_strength_and_number():
    lines = [
        "T C:denial",
        "T C:denial/2",
        "T C:denial/2 T C:denial T C:denial",
        "T C:denial/3",
        "T C:denial/3 T C:denial T C:denial",
    ]
    assert [one(line).significance for line in lines] == [1, 2, 3, 4, 5]


def test_evidence_names_turns_as_readers_count_them_and_there_is_always_a_doubt():
    episode = one("T:lectures C:denial/2 T C:rejects T C:controls T:owns C")
    assert any("Turn 2" in e for e in episode.evidence)
    assert any("turn 1" in e for e in episode.evidence)
    assert any("turn 7" in e for e in episode.evidence)
    assert episode.counter_evidence


def test_a_person_of_few_words_and_a_closed_question_speak_against_it():
    said = [("T", "How many do you smoke a day?"), ("C", "Ten."), ("T", "And at work?"), ("C", "None.")] * 3
    turns = tuple(Turn(i, v, Role.THERAPIST if v == "T" else Role.CLIENT, w) for i, (v, w) in enumerate(said))
    code = Code(5, "minimal_response", "withdrawal", 0.4, 1)
    coded = tuple(
        TurnCoding(t.index, p_rupture=0.4 if t.index == 5 else 0.0, codes=(code,) if t.index == 5 else ())
        for t in turns
    )
    coding = Coding(CoderId("embedded", "x"), coded, None, {"threshold_rupture": 0.38})
    (episode,) = find_episodes(Session("s", turns), coding)
    text = " ".join(episode.counter_evidence)
    assert "brief all along" in text
    assert "closed question" in text
    assert "close to the point" in text
    assert "single client turn" in text


def test_session_ratings_by_their_anchors():
    def rated(line):
        session, coding = talk(line)
        return rate_session(session, coding, find_episodes(session, coding))

    assert rated("T C:denial " + "T C " * 9).withdrawal == 2
    assert rated("T C:denial/2 " + "T C " * 9).withdrawal == 3
    assert rated("T C:rejects/2 " * 3 + "T C " * 12).confrontation == 4
    assert rated("T C:rejects/2 " * 6).confrontation == 5
    assert rated("T C:rejects T:owns C T C T C").resolution == 4
    assert rated("T C:rejects T C T C T C").resolution == 2


def test_a_coders_own_session_ratings_go_before_computed_ones():
    session, coding = talk("T C:denial")
    own = Scales(5, 5, 5, 5)
    assert find_findings(session, replace(coding, scales=own)).scales == own


@given(
    st.lists(
        st.sampled_from(["T", "C", "X", "C:denial/1", "C:rejects/3", "T:owns", "T:lectures"]), max_size=40
    )
)
def test_episodes_are_ordered_apart_and_hold_together(parts):
    session, coding = talk(" ".join(parts))
    episodes = find_episodes(session, coding)
    marked = [t.turn for t in coding.turns if t.has("withdrawal") or t.has("confrontation")]
    assert sorted(m for e in episodes for m in e.markers) == marked
    for e in episodes:
        assert e.start == e.markers[0] and e.markers[-1] <= e.end < len(session)
        assert e.trigger is None or (e.trigger < e.start and session.turns[e.trigger].role.helps)
        assert 1 <= e.significance <= 5
        assert (e.outcome is Outcome.UNADDRESSED) == (not e.strategies)
        assert all(e.start < s.turn <= e.end for s in e.strategies)
    for a, b in itertools.pairwise(episodes):
        assert a.end < b.start


def test_on_the_hand_coded_examples_the_rules_find_the_hand_coded_episodes():
    """Golden data: the readers' codes in, the readers' episodes out (to the turn for the start, near for the rest)."""
    coded = read_codings(EXAMPLES / "codes.jsonl")
    starts = outcomes = matched = total = found = 0
    for path in sorted((EXAMPLES / "sessions").iterdir()):
        codes = coded[path.stem]
        (session,) = read(path)
        episodes = find_episodes(session, HumanCoder(codes, "reader").code(session))
        total, found = total + len(codes.episodes), found + len(episodes)
        for true in codes.episodes:
            near = [e for e in episodes if e.start <= true.end and true.start <= e.end]
            matched += bool(near)
            starts += any(e.start == true.start for e in near)
            outcomes += any(e.outcome == true.outcome for e in near)
    assert matched == total
    assert found <= total + 3
    assert starts >= 0.9 * total
    assert outcomes >= 0.6 * total
