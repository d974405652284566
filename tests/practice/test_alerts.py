"""Alerts: how many, in which order, how often wrong, and what the answers to them change."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.errors import SettingError
from reattune.practice.learning import HIGH, LEAST, LOW, Answer, best_cut, learnt
from reattune.record import Rating

from .making import CALM, MENDED, STRAINED, fill

ONE_MARK = CALM.replace("I slept well", "Whatever you say [away]")


def test_nothing_moves_before_a_handful_of_answers():
    assert learnt(0.5, [Answer(0.9, False)] * (LEAST - 1)) == 0.5
    assert learnt(0.5, [Answer(0.9, False)] * LEAST) > 0.5


def test_five_answers_move_it_a_fifth_of_the_way_and_twenty_half():
    wrong = Answer(0.6, False)
    way = log(HIGH / (1 - HIGH))
    assert best_cut(0.5, [wrong]) == HIGH
    for n, share in ((5, 0.2), (20, 0.5)):
        moved = learnt(0.5, [wrong] * n)
        assert log(moved / (1 - moved)) == pytest.approx(share * way)


def test_answers_that_agree_leave_it():
    fine = [Answer(0.8, True)] * 10 + [Answer(0.3, False)] * 10
    assert learnt(0.5, fine) == 0.5


def test_yes_below_it_brings_it_down():
    assert learnt(0.5, [Answer(0.3, True)] * 20) < 0.5


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 1),
    st.lists(st.builds(Answer, st.floats(0, 1), st.booleans()), max_size=30),
)
def test_it_never_leaves_its_range_nor_depends_on_the_order(start, answers):
    found = learnt(start, answers)
    assert min(LOW, start) - 1e-9 <= found <= max(HIGH, start) + 1e-9
    assert found == learnt(start, answers[::-1])


def ratings(case, *scores):
    return [Rating(case, n, "client", "srs", "total", s, date(2026, 1, n)) for n, s in enumerate(scores, 1)]


def test_an_alert_says_how_often_its_kind_comes_up_for_nothing(practice, desk):
    fill(practice, desk, "words", CALM, STRAINED)
    rated = desk.add_case("rated")
    desk.add_ratings(rated, ratings(rated, 36, 36, 37, 36, 20, 19))
    found = {a.label: a for a in desk.today().alerts}
    assert found["rated"].kind == "rating"
    assert "100 rated sessions of simulated clients in whom nothing changed" in found["rated"].false_alarms
    assert "not been measured" in found["words"].false_alarms
    assert "possible strain" in found["words"].what.lower()
    desk.add_note(rated, 6, "she looked away when I looked at the clock", kind="rupture")
    noted = desk.case(rated).card.open
    assert noted[0].false_alarms


def test_no_more_alerts_than_the_practice_wants(practice, desk):
    for n in range(4):
        fill(practice, desk, f"case {n}", STRAINED)
    practice.settings.alert_budget = 2
    today = desk.today()
    assert (len(today.alerts), today.held_back, today.budget) == (2, 2, 2)
    assert len(today.cards) == 4
    practice.settings.alert_budget = 0
    assert desk.today().alerts == ()


def test_what_to_look_at_first_and_why(practice, desk):
    calm = fill(practice, desk, "calm", CALM)
    strained = fill(practice, desk, "strained", STRAINED)
    mended = fill(practice, desk, "mended", STRAINED, MENDED)
    ended = fill(practice, desk, "ended", STRAINED)
    desk.end_case(ended, "agreed")
    for case in (calm, mended):
        desk.mark_seen(case)
    cards = desk.today().cards
    assert cards[0].id == strained
    assert "no step towards repair" in cards[0].why
    assert ended not in {c.id for c in cards}
    assert cards[-1].why == ""
    for word in ("failed", "resistant", "non-compliant", "alarm"):
        assert word not in str(cards).lower().replace("false_alarms", "")


def test_not_so_quiets_the_alert_is_kept_and_leaves_the_ledger(practice, desk):
    case = fill(practice, desk, "A", STRAINED)
    desk.answer_alert(case, "R1", "not_so")
    assert desk.today().alerts == ()
    assert [r["id"] for r in desk.case(case).ledger["ruptures"]] == ["R1"]
    desk.add_note(case, 1, "a plain note")
    assert desk.today().alerts == ()
    desk.answer_alert(case, "R1", "yes")
    assert [a.rupture for a in desk.today().alerts] == ["R1"]
    for rupture, answer in (("R1", "maybe"), ("R9", "yes")):
        with pytest.raises(SettingError):
            desk.answer_alert(case, rupture, answer)


def test_a_practice_learns_from_its_answers(practice, desk):
    from reattune.practice.alerting import thresholds

    def cut():
        with practice.database.reading() as conn:
            return thresholds(conn)["transcript"]

    practice.settings.thresholds = {"transcript": 0.3}
    assert cut() == 0.3
    for n in range(LEAST):
        assert cut() == 0.3
        desk.answer_alert(fill(practice, desk, f"{n}", ONE_MARK), "R1", "not_so")
    assert cut() > 0.3
    practice.settings.learn = False
    assert cut() == 0.3


def test_news_is_what_came_since_the_last_look(practice, desk):
    case = fill(practice, desk, "A", CALM)
    assert [n.kind for n in desk.cases()[0].news] == ["transcript"]
    desk.mark_seen(case)
    assert desk.cases()[0].news == ()
    desk.add_ratings(case, ratings(case, 36, 36, 37, 36, 20, 19))
    assert "rating" in {n.kind for n in desk.cases()[0].news}


def test_the_next_appointment_is_on_the_card(practice, desk):
    case = fill(practice, desk, "A", CALM)
    day = date.today() + timedelta(days=1)
    desk.set_next(case, day)
    assert desk.cases()[0].next_date == day
