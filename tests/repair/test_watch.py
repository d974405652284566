"""A repair watched: the answer, the return, the ratings, and sentences for and against."""

from __future__ import annotations

import pytest

from reattune.record import (
    Attendance,
    Code,
    CoderId,
    Coding,
    Meeting,
    Rating,
    RatingEpisode,
    RatingStatus,
    RepairMove,
    Role,
    Rupture,
    RuptureStatus,
    RuptureType,
    Session,
    Turn,
    TurnCoding,
    TurnRef,
)
from reattune.repair import MetWith, Reading, watch
from reattune.repair.recovery import target_of
from reattune.scheme import load_scheme

LONG = "I think I could say a bit more about how that went for me with my sister"


def talk(turns, number=1):
    """A session and its coding from (role, words, codes)."""
    made, coded = [], []
    for i, (role, words, *codes) in enumerate(turns):
        made.append(Turn(i, role, Role.CLIENT if role == "C" else Role.THERAPIST, words))
        found = tuple(Code(i, c, load_scheme()[c].family) for c in codes)
        coded.append(TurnCoding(i, p_rupture=(0.9 if codes else 0.1) if role == "C" else None, codes=found))
    session = Session(f"s{number}", tuple(made))
    return Meeting(number, session=session), Coding(CoderId("human", "x"), tuple(coded))


def rupture(strategy="acknowledges_contribution", session=2, turn=3, ratings=(), first=1):
    return Rupture(
        "R1",
        RuptureType.WITHDRAWAL,
        RuptureStatus.IN_REPAIR,
        0.8,
        first_marker=TurnRef(first, 1),
        repairs=(RepairMove(TurnRef(session, turn), strategy),),
        ratings=ratings,
    )


STRAINED = [
    ("T", "Why not?"),
    ("C", "Okay.", "minimal_response"),
    ("T", "And then?"),
    ("C", "Fine.", "minimal_response"),
]


def repair_session(*answers):
    return talk(
        [("T", "Hello."), ("C", LONG), ("C", LONG), ("T", "I went past that. I'm sorry."), *answers], 2
    )


def seen(*answers, later=(), **settings):
    first, first_codes = talk(STRAINED, 1)
    second, second_codes = repair_session(*answers)
    meetings, codings = [first, second], {1: first_codes, 2: second_codes}
    for n, turns in enumerate(later, 3):
        meeting, coding = talk(turns, n)
        meetings.append(meeting)
        codings[n] = coding
    return watch(settings.pop("rupture", rupture()), meetings=meetings, codings=codings, **settings)


def test_openness_and_a_calm_next_session_speak_for_it():
    found = seen(("C", LONG), ("T", "Yes."), ("C", LONG), later=[[("T", "Hello."), ("C", LONG), ("C", LONG)]])
    assert (found.met_with, found.came_back, found.reading) == (MetWith.OPENNESS, True, Reading.MENDING)
    text = " ".join(found.evidence_for)
    assert "session 2, turns 5 and 7" in text
    assert "came to session 3" in text
    assert "none of the client's 2 turns carries a mark; before the attempt it was 100%" in text
    assert found.evidence_against == ()


def test_withdrawal_after_the_attempt_speaks_against_it():
    found = seen(("C", "Okay.", "minimal_response"), later=[STRAINED])
    assert (found.met_with, found.came_back, found.reading) == (MetWith.WITHDRAWAL, False, Reading.STILL_OPEN)
    assert any("turn 5" in s and "bare reply" in s for s in found.evidence_against)


def test_confrontation_is_told_apart_from_withdrawal():
    assert (
        seen(("C", "You would say that.", "complaint_therapist", "controls_pressures")).met_with
        is MetWith.CONFRONTATION
    )


@pytest.mark.parametrize(
    ("strategy", "met"),
    [
        ("invites_feelings_about_therapy", MetWith.OPENNESS),
        ("gives_rationale", MetWith.CONFRONTATION),
    ],
)
def test_a_complaint_that_was_asked_for_is_trust(strategy, met):
    found = seen(("C", "It did annoy me.", "complaint_therapist"), rupture=rupture(strategy))
    assert found.met_with is met
    assert any("trust" in s for s in found.evidence_for) is (met is MetWith.OPENNESS)


def test_short_unmarked_answers_are_left_open_and_told():
    found = seen(("C", "Yes."), ("T", "Mm."), ("C", "Right."))
    assert found.met_with is MetWith.UNCLEAR
    assert any("short for this client" in s for s in found.evidence_against)


def test_less_strain_is_not_a_return_yet():
    later = [
        ("T", "Hello."),
        ("C", "Okay.", "minimal_response"),
        ("C", LONG),
        ("C", "Fine.", "denial"),
        ("C", LONG),
    ]
    first = [
        ("T", "Hm."),
        ("C", "No.", "denial"),
        ("C", "Fine.", "denial"),
        ("C", "No.", "denial"),
        ("C", LONG),
    ]
    meeting, coding = talk(first, 1)
    second, second_codes = repair_session(("C", LONG))
    third, third_codes = talk(later, 3)
    found = watch(
        rupture(), meetings=[meeting, second, third], codings={1: coding, 2: second_codes, 3: third_codes}
    )
    assert found.came_back is None
    assert any("less, and not gone" in s for s in found.evidence_against)


def test_without_a_later_transcript_the_rest_of_the_session_tells():
    calm = [("C", LONG), ("T", "Yes."), ("C", LONG), ("T", "Mm."), ("C", LONG)]
    assert seen(*calm).came_back is True
    assert seen(*calm[:-1], ("C", "Fine.", "denial")).came_back is None
    assert seen(("C", "No.", "denial"), ("C", "Fine.", "denial"), ("C", LONG)).came_back is False


def test_staying_away_is_a_sign_of_its_own():
    second, second_codes = repair_session(("C", LONG))
    gone = Meeting(3, attendance=Attendance.MISSED)
    found = watch(rupture(), meetings=[second, gone], codings={2: second_codes})
    assert (found.came_back, found.reading) == (False, Reading.STILL_OPEN)
    assert "The client did not come to session 3, the next one." in found.evidence_against
    put_off = watch(
        rupture(), meetings=[second, Meeting(3, attendance=Attendance.CANCELLED)], codings={2: second_codes}
    )
    assert put_off.came_back is None
    assert any("other reasons" in s for s in put_off.evidence_against)


def drop(reference=50.0, worst=40.0, rci=None, recovery=None):
    return RatingEpisode(
        "case", "client", "wai-sr", "total", "rule", 1, 1, 1, recovery, reference, worst, None, rci, 2, "v", 0,
        RatingStatus.OPEN,
    )  # fmt: skip


def scores(*pairs, scale="total"):
    return [Rating("case", n, "client", "wai-sr", scale, score) for n, score in pairs]


@pytest.mark.parametrize(
    ("episode", "filled", "recovered"),
    [
        (drop(), scores((2, 42), (3, 50)), True),
        (drop(), scores((2, 42), (3, 49)), None),
        (drop(), scores((2, 42), (3, 43), (5, 44)), False),
        (drop(), scores((6, 55)), None),
        (drop(), scores((3, 60), scale="bond"), None),
        (drop(10.0, 20.0), scores((3, 9)), True),
        (drop(10.0, 20.0), scores((5, 15)), False),
        (drop(rci=2.0), scores((3, 48.3)), True),
        (drop(rci=2.0), scores((5, 48.1)), False),
        (drop(recovery=4), [], True),
    ],
)
def test_the_rating_is_back_within_three_sessions_or_not_or_may_still_be(episode, filled, recovered):
    found = watch(rupture(ratings=(episode,)), ratings=filled)
    assert found.recovered is recovered
    told = {True: found.evidence_for, False: found.evidence_against, None: found.not_known}[recovered]
    assert any("wai-sr" in s for s in told)


def test_back_means_less_one_standard_error():
    # 10 points are two reliable-change units of 1.96 * sqrt(2) * SEM: SEM = 10 / (2 * 2.7719) = 1.8038
    assert target_of(drop(rci=2.0)) == pytest.approx(50 - 1.8038, abs=1e-4)
    assert target_of(drop(10.0, 20.0, rci=2.0)) == pytest.approx(10 + 1.8038, abs=1e-4)
    assert target_of(drop()) == 50


def test_two_drops_must_both_be_back():
    other = drop()
    bond = RatingEpisode(**{**{f: getattr(other, f) for f in other.__slots__}, "scale": "bond"})
    found = watch(rupture(ratings=(other, bond)), ratings=scores((3, 50)))
    assert found.recovered is None
    assert (
        watch(
            rupture(ratings=(other, bond)), ratings=scores((3, 50)) + scores((5, 41), scale="bond")
        ).recovered
        is False
    )


def test_good_and_bad_together_are_mixed():
    found = seen(
        ("C", LONG),
        later=[[("T", "Hello."), ("C", LONG)]],
        ratings=scores((5, 41)),
        rupture=rupture(ratings=(drop(),)),
    )
    assert found.reading is Reading.MIXED


def test_with_nothing_to_go_by_it_says_so():
    found = watch(Rupture("R2", None, RuptureStatus.OPEN, 0.5))
    assert (found.move, found.reading) == (None, Reading.TOO_EARLY)
    assert "No attempt" in found.not_known[0]
    bare = watch(rupture())
    assert bare.reading is Reading.TOO_EARLY
    assert len(bare.not_known) == 4
    assert bare.evidence_for == bare.evidence_against == ()


def test_it_goes_out_as_plain_data():
    found = seen(("C", LONG), later=[[("T", "Hello."), ("C", LONG)]]).to_dict()
    assert found["move"] == {"session": 2, "turn": 3, "strategy": "acknowledges_contribution"}
    assert found["met_with"] == "openness"
    assert watch(Rupture("R2", None, RuptureStatus.OPEN, 0.5)).to_dict()["move"] is None


@pytest.mark.parametrize(("marked", "came_back"), [(0, True), (1, None), (4, False)])
def test_where_the_time_before_shows_no_mark_a_few_later_ones_leave_it_open(marked, came_back):
    calm, calm_codes = talk([("T", "Hello."), ("C", LONG), ("C", LONG)], 1)
    second, second_codes = repair_session(("C", LONG))
    turns = [("C", "Fine.", "denial")] * marked + [("C", LONG)] * (8 - marked)
    third, third_codes = talk(turns, 3)
    found = watch(
        rupture(), meetings=[calm, second, third], codings={1: calm_codes, 2: second_codes, 3: third_codes}
    )
    assert found.came_back is came_back
    assert "0%" not in " ".join((*found.evidence_for, *found.evidence_against))
