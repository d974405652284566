"""The ledger's rules: what opens an entry, what belongs together, how its status moves."""

from __future__ import annotations

import pytest

from reattune.ledger import keep_ledger
from reattune.record import (
    CheckIn,
    Ending,
    Note,
    NoteAuthor,
    RuptureStatus,
    RuptureType,
    Sharing,
    Source,
    TurnRef,
)

from .making import MENDED, QUIET, STRAIN, case_of, drop, thread

WEAK = "t c t c:w.4 t c t c t c t c"


def statuses(ledger, id="R1"):
    return [(h.session, str(h.status), h.overruled) for h in ledger[id].history]


# What opens an entry


def test_quiet_sessions_open_nothing():
    assert keep_ledger(*case_of(dict.fromkeys(range(1, 6), QUIET))).ruptures == ()


def test_single_weak_marks_stay_hints_however_often_they_come():
    ledger = keep_ledger(*case_of(dict.fromkeys(range(1, 13), WEAK)))
    assert ledger.ruptures == ()
    assert len(ledger.hints) == 12
    assert ledger.hints[0].at == TurnRef(1, 3)


def test_a_plain_strain_opens_an_entry_with_its_turns():
    ledger = keep_ledger(*case_of({1: QUIET, 2: STRAIN}))
    one = ledger["R1"]
    assert (one.status, one.type, one.trigger, one.first_marker) == (
        RuptureStatus.OPEN,
        RuptureType.WITHDRAWAL,
        TurnRef(2, 2),
        TurnRef(2, 3),
    )
    assert one.history[0].session == 2
    assert any(r.startswith("Against:") for r in one.reasons)


def test_a_weak_mark_and_a_drop_after_it_open_one_entry_together():
    case, evidence = case_of({1: QUIET, 2: WEAK, 3: QUIET}, drops={3: (drop(3, worst=25.0),)})
    ledger = keep_ledger(case, evidence)
    assert [r.id for r in ledger.ruptures] == ["R1"]
    assert ledger.hints == ()
    assert ledger["R1"].first_marker == TurnRef(2, 3)
    assert ledger["R1"].ratings[0].onset == 3
    assert any("drop in ratings begins in session 3" in r for r in ledger["R1"].reasons)


def test_a_drop_far_from_any_other_sign_is_a_strain_of_its_own():
    case, evidence = case_of(
        {1: STRAIN, 2: QUIET, 3: QUIET, 4: QUIET, 5: QUIET}, drops={5: (drop(5, worst=20.0),)}
    )
    ledger = keep_ledger(case, evidence)
    assert [(r.id, r.type) for r in ledger.ruptures] == [("R1", RuptureType.WITHDRAWAL), ("R2", None)]


def test_ratings_without_sessions_have_their_place():
    case, evidence = case_of(
        dict.fromkeys(range(1, 7), "form"),
        drops={
            4: (drop(4, worst=20.0),),
            5: (drop(4, worst=20.0, upto=5),),
            6: (drop(4, worst=20.0, recovery=6),),
        },
    )
    ledger = keep_ledger(case, evidence)
    assert statuses(ledger) == [(4, "open", False), (6, "repaired", False)]
    assert len(ledger["R1"].ratings) == 1
    assert ledger["R1"].ratings[0].recovery == 6


def test_a_small_drop_alone_is_a_hint():
    case, evidence = case_of({1: "form", 2: "form"}, drops={2: (drop(2, worst=33.0),)})
    ledger = keep_ledger(case, evidence)
    assert ledger.ruptures == ()
    assert len(ledger.hints) == 1


def test_the_next_appointment_missed_counts_only_beside_another_sign():
    lone = keep_ledger(*case_of({1: QUIET, 2: "missed", 3: QUIET}))
    assert (lone.ruptures, lone.hints) == ((), ())
    beside = keep_ledger(*case_of({1: WEAK, 2: "missed", 3: QUIET}))
    without = keep_ledger(*case_of({1: WEAK, 2: QUIET, 3: QUIET}))
    assert beside.hints[0].probability > without.hints[0].probability


def test_a_quarrel_between_two_clients_is_no_rupture_with_the_therapist():
    assert keep_ledger(*case_of({1: "t c t c d:c.6 c:c.6 d:c.5 c:c.5 t c t c t"})).ruptures == ()
    assert len(keep_ledger(*case_of({1: "t c t c t d:c.6 t c:c.6 t d:c.5 t c t c t"})).ruptures) == 1


# What the client says, and what may be read of it


def check_in(sharing, **more):
    return CheckIn(
        2, hard_to_say=True, kinds=("judged",), strength=4, words="felt so small", sharing=sharing, **more
    )


def told(ledger):
    return " ".join([*(r for one in ledger.ruptures for r in (*one.reasons, *(h.why for h in one.history)))])


def test_a_check_in_opens_an_entry_and_is_quoted():
    ledger = keep_ledger(*case_of({1: QUIET, 2: QUIET}, checkins=(check_in(Sharing.READ_NOW),)))
    assert ledger["R1"].history[0].source is Source.CHECK_IN
    assert "felt so small" in told(ledger)


def test_words_to_be_talked_about_first_are_not_shown_but_that_they_wait_is():
    ledger = keep_ledger(*case_of({1: QUIET, 2: QUIET}, checkins=(check_in(Sharing.TALK_FIRST),)))
    assert "wants to talk about it first" in told(ledger)
    assert "small" not in told(ledger)
    assert "judged" not in told(ledger)


@pytest.mark.parametrize("script", [QUIET, STRAIN, WEAK])
def test_a_check_in_that_the_client_keeps_changes_nothing(script):
    kept = keep_ledger(*case_of({1: QUIET, 2: script}, checkins=(check_in(Sharing.KEEP),)))
    assert kept == keep_ledger(*case_of({1: QUIET, 2: script}))


# What belongs together


def test_two_strains_of_a_session_not_settled_in_between_are_one():
    far = "t c t!.5 c:w.8 t c:w.6 t c t c t c t c t c t c t c t c:w.8 t c:w.7 t c"
    ledger = keep_ledger(*case_of({1: far}))
    assert [r.id for r in ledger.ruptures] == ["R1"]


def test_a_second_strain_after_the_first_was_mended_is_another():
    after = MENDED + " t c t c t c t c t c:w.8 t c:w.8 t c t c"
    ledger = keep_ledger(*case_of({1: after}))
    assert [(r.id, r.status) for r in ledger.ruptures] == [
        ("R1", RuptureStatus.REPAIRED),
        ("R2", RuptureStatus.OPEN),
    ]


def test_a_further_sign_goes_to_what_is_not_settled_for_three_sessions_and_then_is_its_own():
    near = keep_ledger(*case_of({1: STRAIN, 2: QUIET, 3: QUIET, 4: STRAIN}))
    assert [r.id for r in near.ruptures] == ["R1"]
    far = keep_ledger(*case_of({1: STRAIN, 2: QUIET, 3: QUIET, 4: QUIET, 5: STRAIN}))
    assert [r.id for r in far.ruptures] == ["R1", "R2"]


def test_a_thread_ties_a_later_word_to_a_hint_and_says_what_set_it_off():
    case, evidence = case_of(
        {1: QUIET, 2: WEAK, 3: QUIET, 4: "t c t c t+.7 c t c t c"}, threads=[thread((4, 3), (2, 2))]
    )
    one = keep_ledger(case, evidence)["R1"]
    assert (one.trigger, one.first_marker, one.disclosed) == (TurnRef(2, 2), TurnRef(2, 3), TurnRef(4, 3))
    assert [(m.at, m.strategy) for m in one.repairs] == [(TurnRef(4, 4), "acknowledges_contribution")]
    assert one.status is RuptureStatus.REPAIRED
    assert one.history[0].session == 4


def test_a_thread_to_an_omission_names_the_client_turn_and_the_next_one():
    case, evidence = case_of({1: QUIET, 2: QUIET}, threads=[thread((2, 3), (1, 3), omission=True)])
    one = keep_ledger(case, evidence)["R1"]
    assert (one.omission, one.trigger, one.first_marker) == (True, TurnRef(1, 3), TurnRef(1, 5))
    assert one.type is RuptureType.WITHDRAWAL


def test_a_thread_reopens_what_the_machine_called_repaired():
    case, evidence = case_of({1: MENDED, 2: QUIET, 3: QUIET}, threads=[thread((3, 3), (1, 2))])
    ledger = keep_ledger(case, evidence)
    assert statuses(ledger) == [(1, "open", False), (1, "repaired", False), (3, "open", False)]


def test_notes_of_one_session_join_its_signs_and_a_note_of_another_is_its_own():
    note = Note(2, NoteAuthor.THERAPIST, "she went quiet", kind="rupture")
    assert len(keep_ledger(*case_of({1: QUIET, 2: STRAIN}, notes=(note,))).ruptures) == 1
    assert len(keep_ledger(*case_of({1: STRAIN, 2: QUIET}, notes=(note,))).ruptures) == 2
    named = Note(2, NoteAuthor.THERAPIST, "still there", rupture="R1", kind="rupture")
    assert len(keep_ledger(*case_of({1: STRAIN, 2: QUIET}, notes=(named,))).ruptures) == 1


# How the status moves


def test_silence_is_no_repair():
    ledger = keep_ledger(*case_of({1: STRAIN, **dict.fromkeys(range(2, 12), QUIET)}))
    assert ledger["R1"].status is RuptureStatus.OPEN
    assert ledger.unsettled == ledger.ruptures


def test_an_attempt_and_then_a_session_without_a_sign_is_a_repair():
    attempt = "t c t!.5 c:w.8 t+.7 c:w.7 t c:w.6 t+.7 c:w.6 t c:w.6 t c"
    ledger = keep_ledger(*case_of({1: attempt, 2: QUIET}))
    assert statuses(ledger) == [(1, "open", False), (1, "in_repair", False), (2, "repaired", False)]


def test_a_therapist_who_comes_back_to_it_moves_it():
    ledger = keep_ledger(*case_of({1: STRAIN, 2: "t+.8 c t c t c t c t c"}))
    assert statuses(ledger) == [(1, "open", False), (2, "repaired", False)]
    assert ledger["R1"].repairs[0].at == TurnRef(2, 0)


def test_a_rating_that_came_back_is_no_repair_of_what_was_never_spoken_of():
    case, evidence = case_of(
        {1: STRAIN, 2: QUIET, 3: QUIET}, drops={2: (drop(2),), 3: (drop(2, recovery=3),)}
    )
    one = keep_ledger(case, evidence)["R1"]
    assert one.status is RuptureStatus.OPEN
    assert any("does not show" in r for r in one.reasons)


@pytest.mark.parametrize(
    ("away", "status"),
    [
        (["missed"], "open"),
        (["missed", "missed"], "lost"),
        (["cancelled", "missed"], "lost"),
        (["cancelled", "cancelled"], "open"),
        (["missed", "missed", QUIET], "open"),
    ],
)
def test_a_client_who_stays_away(away, status):
    ledger = keep_ledger(*case_of({1: STRAIN, **dict(enumerate(away, 2))}))
    assert str(ledger["R1"].status) == status


def test_who_stays_away_after_a_repair_that_a_later_session_bears_out_is_not_lost_to_it():
    ledger = keep_ledger(*case_of({1: MENDED, 2: QUIET, 3: "missed", 4: "missed"}))
    assert ledger["R1"].status is RuptureStatus.REPAIRED
    ledger = keep_ledger(*case_of({1: MENDED, 2: "missed", 3: "missed"}))
    assert ledger["R1"].status is RuptureStatus.LOST


@pytest.mark.parametrize(
    ("ending", "status", "steps"), [("left", "lost", 2), ("referred", "referred", 2), ("agreed", "open", 2)]
)
def test_endings(ending, status, steps):
    ledger = keep_ledger(*case_of({1: STRAIN, 2: QUIET}, ending=Ending(ending)))
    assert str(ledger["R1"].status) == status
    assert len(ledger["R1"].history) == steps
    assert ledger["R1"].history[-1].source is Source.ENDING


def test_an_ending_is_no_part_of_what_was_known_before():
    case, evidence = case_of({1: STRAIN, 2: QUIET}, ending=Ending.LEFT)
    assert keep_ledger(case, evidence, as_of=1)["R1"].status is RuptureStatus.OPEN


# Whose word counts


def word(session, status, author=NoteAuthor.THERAPIST, rupture="R1", text="we spoke on the phone"):
    return Note(session, author, text, rupture=rupture, kind="status", status=status)


def test_the_therapists_word_overrules_the_machine_and_is_kept_beside_it():
    attempt = "t c t!.5 c:w.8 t+.7 c:w.7 t c:w.6 t+.7 c:w.6 t c:w.6 t c"
    ledger = keep_ledger(*case_of({1: attempt, 2: QUIET, 3: QUIET}, notes=(word(1, "open"),)))
    assert statuses(ledger) == [(1, "open", False), (1, "in_repair", True), (1, "open", False)]
    assert ledger["R1"].history[-1].source is Source.THERAPIST
    assert "we spoke on the phone" in ledger["R1"].history[-1].why


def test_the_machine_keeps_looking_without_effect_after_a_persons_word():
    ledger = keep_ledger(*case_of({1: STRAIN, 2: "t+.8 c t c t c t c t c"}, notes=(word(1, "open"),)))
    assert ledger["R1"].status is RuptureStatus.OPEN
    assert statuses(ledger)[-1] == (2, "repaired", True)


def test_what_a_person_called_settled_stays_so_and_new_words_open_a_new_entry():
    case, evidence = case_of(
        {1: STRAIN, 2: QUIET, 3: QUIET}, notes=(word(2, "repaired"),), threads=[thread((3, 3), (1, 2))]
    )
    ledger = keep_ledger(case, evidence)
    assert [(r.id, r.status) for r in ledger.ruptures] == [
        ("R1", RuptureStatus.REPAIRED),
        ("R2", RuptureStatus.OPEN),
    ]


def test_the_latest_persons_word_stands_the_clients_too():
    notes = (word(2, "repaired"), word(3, "open", NoteAuthor.CLIENT, text="it still stings"))
    ledger = keep_ledger(*case_of({1: STRAIN, 2: QUIET, 3: QUIET}, notes=notes))
    assert ledger["R1"].status is RuptureStatus.OPEN
    assert ledger["R1"].history[-1].source is Source.CLIENT


def test_a_word_without_a_name_is_about_the_only_unsettled_entry():
    ledger = keep_ledger(*case_of({1: STRAIN, 2: QUIET}, notes=(word(2, "repaired", rupture=None),)))
    assert ledger["R1"].status is RuptureStatus.REPAIRED
    nothing = keep_ledger(*case_of({1: QUIET, 2: QUIET}, notes=(word(2, "repaired", rupture=None),)))
    assert "names no entry" in nothing.remarks[0]


def test_a_note_about_an_entry_that_there_is_not_is_said_and_not_dropped():
    ledger = keep_ledger(*case_of({1: STRAIN}, notes=(word(1, "repaired", rupture="R7"),)))
    assert "R7" in ledger.remarks[0]


def test_a_therapist_can_disagree():
    note = Note(2, NoteAuthor.THERAPIST, "she is always brief", rupture="R1", kind="no_rupture")
    ledger = keep_ledger(
        *case_of({1: STRAIN, 2: QUIET, 3: QUIET, 4: QUIET, 5: QUIET, 6: STRAIN}, notes=(note,))
    )
    assert [r.id for r in ledger.ruptures] == ["R2"]
    assert "R1 was set aside" in ledger.remarks[0]


def test_what_waits_longest_in_doubt_comes_first():
    case, evidence = case_of(
        {1: "t c t c:c.9 t+.5 c:c.6 t c:c.6 t", 6: STRAIN, 7: "t+.8 c:w.7 t+.8 c:w.7"},
    )
    ledger = keep_ledger(case, evidence)
    assert all(r in ledger.ruptures for r in ledger.unsettled)
    order = [r.status for r in ledger.unsettled]
    assert order == sorted(order, key=lambda s: s is not RuptureStatus.OPEN)
