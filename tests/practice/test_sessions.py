"""Transcripts in, ledgers out: stored, analysed, corrected, deleted."""

from __future__ import annotations

import json
from datetime import date

import pytest

from reattune.errors import NotAllowedError, SettingError
from reattune.practice.opening import open_practice
from reattune.practice.views import Consent, Correction, JobState
from reattune.record import Attendance
from reattune.store import tables as t

from .making import CALM, MENDED, PASSPHRASE, STRAINED, fill, talk


def entries(desk, case):
    return {r["id"]: r["status"] for r in desk.case(case).ledger["ruptures"]}


def test_a_transcript_is_kept_analysed_and_stands_in_the_ledger(anywhere):
    desk = anywhere.desk()
    case = desk.add_case("A. 27")
    job = desk.add_transcript(case, None, talk(STRAINED), date(2026, 3, 2), "given")
    before = desk.case(case).meetings[0]
    assert (before.number, before.turns, before.analysed_at, before.job.id) == (1, 8, None, job)
    done = anywhere.worker.run_pending()
    assert [(j.id, j.state) for j in done] == [(job, JobState.DONE)]
    file = desk.case(case)
    assert file.meetings[0].strains == 1
    assert file.meetings[0].job is None
    assert entries(desk, case) == {"R1": "open"}
    assert file.plans["R1"]["steps"]
    assert file.card.open[0].since_date == date(2026, 3, 2)
    shown = desk.session(case, 1)
    assert [e.episode.start for e in shown.episodes] == [1]
    assert shown.findings.coding == shown.coding
    assert shown.session.turns[1].text.startswith("Whatever")
    assert shown.session.source is None


def test_what_the_next_session_mends_is_mended_in_the_ledger(anywhere):
    desk = anywhere.desk()
    case = fill(anywhere, desk, "A", STRAINED, MENDED)
    card = desk.case(case).card
    assert entries(desk, case)["R1"] in ("repaired", "in_repair")
    assert [n.kind for n in card.news].count("transcript") == 2


def test_the_ledger_is_the_one_that_a_folder_would_give(practice, desk, coder):
    from reattune.casework import review_case
    from reattune.record import Case, Meeting

    texts = [CALM, STRAINED, MENDED]
    case = fill(practice, desk, "A", *texts)
    meetings = tuple(Meeting(n + 1, date(2026, 3, 2 + 7 * n), talk(text)) for n, text in enumerate(texts))
    whole = json.loads(json.dumps(review_case(Case(case, meetings), coder).to_dict()))
    kept = desk.case(case).ledger
    assert {**kept, "case": ""} == {**whole, "case": ""}


def test_each_transcript_is_coded_once(practice, desk, coder):
    fill(practice, desk, "A", CALM, STRAINED, MENDED)
    assert len(coder.asked) == 3


def test_an_earlier_session_put_in_later_counts_for_the_later_ones(practice, desk):
    case = desk.add_case("A")
    desk.add_transcript(case, 2, talk(MENDED), None, "given")
    practice.worker.run_pending()
    alone = entries(desk, case)
    desk.add_transcript(case, 1, talk(STRAINED), None, "given")
    practice.worker.run_pending()
    both = desk.case(case).ledger["ruptures"]
    assert alone
    assert min(r["history"][0]["session"] for r in both) == 1


def test_another_transcript_takes_the_place_of_the_first(practice, desk, coder):
    case = fill(practice, desk, "A", STRAINED)
    desk.correct(case, 1, Correction(episode=1, real=False))
    desk.add_transcript(case, 1, talk(CALM), None, "given")
    assert desk.session(case, 1).corrections == ()
    practice.worker.run_pending()
    assert entries(desk, case) == {}
    assert desk.case(case).meetings[0].turns == 6


def test_a_person_s_word_on_codes_changes_ledger_and_keeps_the_machine_s_beside_it(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    ids = [desk.correct(case, 1, Correction(turn=i)) for i in (1, 3, 5)]
    shown = desk.session(case, 1)
    assert entries(desk, case) == {}
    assert shown.coding.turns[1].codes
    assert not shown.corrected.turns[1].codes
    assert [e.episode for e in shown.episodes] == [None]
    assert shown.episodes[0].machine.start == 1
    assert shown.findings.coder.kind == "human"
    for made in ids:
        desk.undo_correction(made)
    assert entries(desk, case) == {"R1": "open"}
    assert desk.session(case, 1).corrections == ()


def test_a_code_put_in_by_hand_opens_what_the_machine_did_not_see(practice, desk):
    case = fill(practice, desk, "A", CALM)
    desk.correct(case, 1, Correction(turn=3, codes=("complaint_therapist",), note="it was the tone"))
    shown = desk.session(case, 1)
    assert shown.episodes[0].machine is None
    assert shown.episodes[0].episode.probability == 1.0
    assert entries(desk, case) == {"R1": "open"}


def test_an_episode_can_be_none_or_end_otherwise(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    desk.correct(case, 1, Correction(episode=1, outcome="resolved", significance=2))
    first = desk.session(case, 1).episodes[0]
    assert (first.episode.outcome, first.episode.significance) == ("resolved", 2)
    assert first.machine.outcome == "unaddressed"
    desk.correct(case, 1, Correction(episode=1, real=False))
    shown = desk.session(case, 1)
    assert shown.episodes[0].episode is None
    assert [c.in_force for c in shown.corrections] == [False, True]
    assert desk.case(case).meetings[0].strains == 0


@pytest.mark.parametrize(
    "odd",
    [
        Correction(),
        Correction(turn=1, episode=1),
        Correction(turn=99),
        Correction(turn=-1),
        Correction(turn=0, codes=("complaint_therapist",)),
        Correction(turn=1, codes=("nonsense",)),
        Correction(episode=2),
        Correction(episode=1, outcome="failed"),
        Correction(episode=1, significance=9),
        Correction(episode=1, trigger=4),
    ],
)
def test_a_correction_that_cannot_be_changes_nothing(practice, desk, odd):
    case = fill(practice, desk, "A", STRAINED)
    with pytest.raises(SettingError):
        desk.correct(case, 1, odd)
    assert desk.session(case, 1).corrections == ()
    assert entries(desk, case) == {"R1": "open"}


def test_without_consent_nothing_is_kept(practice, desk):
    case = desk.add_case("A")
    with pytest.raises(SettingError, match="did not agree"):
        desk.add_transcript(case, None, talk(STRAINED), None, "withheld")
    assert desk.case(case).meetings == ()


def test_consent_taken_back_takes_transcript_and_findings(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    desk.set_consent(case, 1, "withheld", date(2026, 4, 1))
    meeting = desk.case(case).meetings[0]
    assert (meeting.consent, meeting.consent_date) == (Consent.WITHHELD, date(2026, 4, 1))
    assert (meeting.format, meeting.turns, meeting.words_kept, meeting.analysed_at) == (
        None,
        None,
        False,
        None,
    )
    assert entries(desk, case) == {}
    assert desk.session(case, 1).session is None
    with pytest.raises(SettingError, match="did not agree"):
        desk.add_transcript(case, 1, talk(CALM))
    desk.add_transcript(case, 1, talk(CALM), None, "given")
    assert desk.case(case).meetings[0].consent is Consent.GIVEN


def test_words_go_and_marks_and_positions_stay(practice, desk):
    case = fill(practice, desk, "A", CALM, STRAINED, MENDED)
    before, marks = entries(desk, case), desk.session(case, 2)
    desk.delete_words(case, 2)
    after = desk.session(case, 2)
    assert not any(turn.text for turn in after.session.turns)
    assert {turn.speaker for turn in after.session.turns} == {"Speaker 1", "Speaker 2"}
    assert after.coding.turns == marks.coding.turns
    assert [e.episode.start for e in after.episodes] == [e.episode.start for e in marks.episodes]
    assert entries(desk, case).keys() == before.keys()
    assert not desk.case(case).meetings[1].words_kept
    with pytest.raises(SettingError, match="words of this session were deleted"):
        desk.correct(case, 2, Correction(turn=1))
    desk.correct(case, 2, Correction(episode=1, real=False))


def test_retention_deletes_the_words_after_the_analysis(practice, desk):
    practice.settings.retention = "delete_transcripts"
    case = desk.add_case("A")
    desk.add_transcript(case, None, talk(STRAINED), None, "given")
    practice.worker.run_pending()
    assert entries(desk, case) == {"R1": "open"}
    with practice.database.reading() as conn:
        for row in conn.execute(t.meetings.select()).mappings():
            for name in ("transcript", "coding", "findings", "threads", "evidence"):
                assert b"Whatever" not in _inside(row[name])
            assert "Whatever" not in str(desk.case(case).ledger)


def _inside(data):
    import zlib

    return zlib.decompress(data[1:])


def test_a_deleted_session_leaves_nothing_of_itself(practice, desk):
    case = fill(practice, desk, "A", CALM, STRAINED)
    desk.add_note(case, 2, "a word about it", kind="rupture")
    desk.make_link(case, 2)
    desk.delete_session(case, 2)
    assert entries(desk, case) == {}
    with practice.database.reading() as conn:
        for table in (t.meetings, t.notes, t.links, t.corrections):
            numbers = {r.get("session", r.get("number")) for r in conn.execute(table.select()).mappings()}
            assert 2 not in numbers
    with pytest.raises(NotAllowedError):
        desk.session(case, 2)


def test_threads_to_a_deleted_session_go_even_where_the_words_are_gone(practice, desk):
    case = fill(practice, desk, "A", CALM, STRAINED, MENDED)
    desk.delete_words(case, 3)
    assert {k.to.session for t in desk.session(case, 3).threads for k in t.links} == {1, 2}
    desk.delete_session(case, 2)
    assert {k.to.session for t in desk.session(case, 3).threads for k in t.links} == {1}


def test_appointments_that_were_not_held_have_their_place(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    assert desk.add_meeting(case, date(2026, 3, 9), "missed") == 2
    assert desk.add_meeting(case, date(2026, 3, 16), Attendance.CANCELLED) == 3
    assert entries(desk, case) == {"R1": "lost"}
    desk.change_meeting(case, 2, attendance="held")
    assert entries(desk, case) == {"R1": "open"}
    with pytest.raises(SettingError, match="transcript"):
        desk.change_meeting(case, 1, attendance="missed")
    with pytest.raises(SettingError, match="already"):
        desk.add_meeting(case, number=2)


def test_everything_is_there_when_the_practice_is_opened_again(practice, desk, coder):
    case = fill(practice, desk, "A", CALM, STRAINED)
    ledger = desk.case(case).ledger
    practice.close()
    with open_practice(practice.database.where, PASSPHRASE, coder=coder) as again:
        assert again.desk().case(case).ledger == ledger
        assert len(coder.asked) == 2
