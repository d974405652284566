"""Who is who, pages of a transcript, what waits in memory."""

from __future__ import annotations

from reattune.record import Code, Role, RoleAssignment, Session, Turn, TurnCoding
from reattune.web.holding import KEPT_SECONDS, MOST, Holding
from reattune.web.shown import cards, talk


def session(how: str = "guess", confidence: float = 0.6) -> Session:
    said = [("A", Role.THERAPIST, "How was it?"), ("B", Role.CLIENT, "Fine."), ("A", Role.THERAPIST, "Mm.")]
    turns = tuple(Turn(i, who, role, text) for i, (who, role, text) in enumerate(said))
    roles = (
        RoleAssignment("A", Role.THERAPIST, how, confidence),
        RoleAssignment("B", Role.CLIENT, how, confidence),
    )
    return Session("s", turns, roles=roles)


def test_a_guess_is_asked_about_and_a_label_is_not():
    assert talk.uncertain(session())
    assert not talk.uncertain(session("label", 1.0))


def test_a_persons_word_changes_the_roles_of_all_turns():
    told = talk.with_roles(session(), {"A": Role.CLIENT, "B": Role.THERAPIST})
    assert [t.role for t in told.turns] == [Role.CLIENT, Role.THERAPIST, Role.CLIENT]
    assert {(r.speaker, r.how) for r in told.roles} == {("A", "given"), ("B", "given")}
    assert not talk.uncertain(told)


def test_voices_come_with_words_to_tell_by():
    first, second = talk.voices(session())
    assert (first.speaker, first.turns, first.sample) == ("A", 2, ("How was it?", "Mm."))
    assert second.sample == ("Fine.",)


def test_pages_hold_every_turn_once():
    assert [talk.page_of(t) for t in (0, talk.PER_PAGE - 1, talk.PER_PAGE)] == [1, 1, 2]
    assert [talk.pages(n) for n in (0, 1, talk.PER_PAGE, talk.PER_PAGE + 1)] == [1, 1, 1, 2]


def test_choices_are_those_of_the_role_with_the_coders_word_beside():
    machine = TurnCoding(1, codes=(Code(1, "minimal_response", "withdrawal", 0.7),))
    families = talk.choices(Role.CLIENT, machine, TurnCoding(1))
    assert [f for f, _ in families] == ["withdrawal", "confrontation"]
    one = next(c for _, codes in families for c in codes if c.code == "minimal_response")
    assert (one.set, one.said) == (False, "70 in 100")
    assert talk.choices(Role.THIRD, machine, machine) == ()


def test_what_waits_is_its_owners_alone_and_goes_with_time():
    now = [0.0]
    holding = Holding(lambda: now[0])
    token = holding.put("thea", "c1", 3, None, (session(),))
    assert holding.find(token, "thea", "c1") is not None
    assert holding.find(token, "theo", "c1") is None
    assert holding.find(token, "thea", "c2") is None
    assert holding.find("x", "thea", "c1") is None
    now[0] = KEPT_SECONDS + 1
    assert holding.find(token, "thea", "c1") is None


def test_no_more_waits_than_memory_should_hold():
    holding = Holding(lambda: 0.0)
    tokens = [holding.put("", "c", 1, None, ()) for _ in range(MOST + 1)]
    assert holding.find(tokens[0], "", "c") is None
    assert holding.find(tokens[-1], "", "c") is not None
    holding.done(tokens[-1])
    assert holding.find(tokens[-1], "", "c") is None


def test_a_sentence_about_a_check_in_leaves_the_clients_words_out():
    said = "After session 5 the client noted that something was hard to say (feeling judged): “No. “Never” again.”"
    assert (
        cards.unread(said)
        == "After session 5 the client noted that something was hard to say (feeling judged)."
    )
    for kept in (
        "The client says “no” (turn 4).",
        "After session 5 the client noted that something was hard to say.",
    ):
        assert cards.unread(kept) == kept


def test_nothing_is_ever_said_to_be_certain():
    assert cards.sure_of(1.0) == "fairly sure, 99 in 100"
    assert cards.sure_of(0.5) == "about even, 50 in 100"
