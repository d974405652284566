"""The client's door: what is said by a link, and who comes to know of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reattune.errors import NotAllowedError, SettingError
from reattune.practice import door as door_module
from reattune.practice.clock import now
from reattune.record import CheckIn, Sharing
from reattune.store import tables as t

from .making import CALM, fill

SAID = CheckIn(
    1,
    (("heard", 3.0), ("matters", 5.0), ("way", 4.0)),
    True,
    ("stung",),
    4,
    "You laughed when I spoke of my brother Ole.",
)


def said(sharing, **more):
    from dataclasses import replace

    return replace(SAID, sharing=sharing, **more)


@pytest.fixture
def case(practice, desk):
    return fill(practice, desk, "A", CALM)


@pytest.fixture
def token(desk, case):
    return desk.make_link(case, 1)[1]


def test_a_link_opens_to_one_session_and_to_nothing_of_the_case(practice, desk, case, token):
    practice.settings.danger_text = {"en": "Call 112."}
    found = practice.door.open(token)
    assert (found.session, found.said, found.languages) == (1, None, ("en", "de"))
    assert found.danger_text == {"en": "Call 112."}
    assert case not in str(found)
    assert practice.door.open("x" * 32) is None
    assert practice.door.open("") is None
    assert token not in str(desk.links(case))
    with practice.database.reading() as conn:
        assert token not in str(conn.execute(t.links.select()).all())


def test_read_now_is_read(anywhere):
    desk = anywhere.desk()
    case = fill(anywhere, desk, "A", CALM)
    desk.mark_seen(case)
    anywhere.door.answer(desk.make_link(case, 1)[1], said(Sharing.READ_NOW))
    file = desk.case(case)
    assert file.checkins[0].said.words == SAID.words
    assert file.ledger["ruptures"][0]["history"][0]["source"] == "check_in"
    assert [r.scale for r in file.ratings] == ["hard", "total"]
    assert {n.kind for n in file.card.news} == {"check_in", "strain"}
    assert [a.kind for a in desk.today().alerts] == ["check_in"]


def test_talk_first_tells_that_there_is_something_and_no_word_of_it(practice, desk, case, token):
    practice.door.answer(token, said(Sharing.TALK_FIRST))
    file = desk.case(case)
    assert (file.checkins[0].sharing, file.checkins[0].said) == (Sharing.TALK_FIRST, None)
    assert file.ratings == ()
    shown = str([file, desk.today(), desk.take_out(case), desk.audit(case)])
    assert "laughed" not in shown
    assert "stung" not in shown
    assert "talk about something first" in desk.today().cards[0].why
    assert desk.today().cards[0].open[0].waits


def test_what_is_kept_leaves_no_trace_for_anybody_else(practice, desk, case):
    link, token = desk.make_link(case, 1)
    before = desk.case(case)
    log = desk.audit(case)[1:]
    practice.door.answer(token, said(Sharing.KEEP))
    after = desk.case(case)
    assert after == before
    assert desk.audit(case)[2:] == log
    card = desk.links(case)[0]
    assert (card.id, card.state, card.last_used) == (link, "open", None)
    assert practice.door.read_back(token).words == SAID.words
    assert practice.door.open(token).last_changed is not None


def test_a_change_of_mind_counts_both_ways(practice, desk, case, token):
    door = practice.door
    door.answer(token, said(Sharing.KEEP))
    door.answer(token, said(Sharing.READ_NOW))
    assert len(desk.case(case).checkins) == 1
    assert desk.case(case).ratings
    door.answer(token, said(Sharing.TALK_FIRST))
    assert desk.case(case).ratings == ()
    assert "laughed" not in str(desk.case(case))
    door.answer(token, said(Sharing.KEEP))
    file = desk.case(case)
    assert file.checkins == ()
    assert file.ledger["ruptures"] == []
    assert door.read_back(token).sharing is Sharing.KEEP
    assert door.read_back(token).session == 1


def test_a_link_ends(practice, desk, case, token, monkeypatch):
    link, other = desk.make_link(case, 1, days=1)
    desk.revoke_link(link)
    assert practice.door.open(other) is None
    with pytest.raises(NotAllowedError):
        practice.door.answer(other, SAID)
    assert practice.door.open(token) is not None
    later = (now() + timedelta(days=15)).isoformat(timespec="milliseconds")
    monkeypatch.setattr(door_module, "stamp", lambda: later)
    assert practice.door.open(token) is None
    assert practice.door.read_back(token) is None
    for days in (0, 1000):
        with pytest.raises(SettingError):
            desk.make_link(case, 1, days=days)


@pytest.mark.parametrize(
    "odd",
    [
        CheckIn(1, (("heard", 11.0),)),
        CheckIn(1, (("mood", 1.0),)),
        CheckIn(1, kinds=("nonsense",)),
        CheckIn(1, strength=6),
        CheckIn(1, words="x" * 5000),
    ],
)
def test_what_the_form_does_not_offer_is_not_kept(practice, desk, case, token, odd):
    with pytest.raises(SettingError):
        practice.door.answer(token, odd)
    assert practice.door.read_back(token) is None


def test_the_session_is_the_link_s_whatever_is_sent(practice, desk, case, token):
    practice.door.answer(token, said(Sharing.READ_NOW, session=7))
    assert desk.case(case).checkins[0].session == 1


def test_it_says_who_reads(practice, people):
    desk = practice.desk(people["lee"])
    case = fill(practice, desk, "A", CALM)
    desk.share(case, people["sam"].id)
    found = practice.door.open(desk.make_link(case, 1)[1])
    assert found.readers == (("Dr Lee", "therapist"), ("Sam", "supervisor"))
