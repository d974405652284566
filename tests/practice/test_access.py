"""Who may see and do what."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reattune.errors import NotAllowedError, SettingError
from reattune.practice.users import check_password, hash_password
from reattune.practice.views import Correction
from reattune.store import audit

from .making import CALM, PASSWORD, STRAINED, fill, talk

NAMED = STRAINED.replace("So let us", "So, Rosalind, let us")


@pytest.fixture
def lee(practice, people):
    return practice.desk(people["lee"])


@pytest.fixture
def case(practice, lee):
    made = fill(practice, lee, "Rosalind P.", CALM, NAMED)
    lee.add_note(made, 2, "Rosalind was quiet, her sister Margit too", kind="rupture")
    lee.set_names(made, {"Rosalind": "the client", "Margit": "the sister"})
    return made


def everything(desk, case):
    """Each way to look at or change a case, with what it takes."""
    some = desk
    return {
        "case": lambda: some.case(case),
        "session": lambda: some.session(case, 1),
        "rename": lambda: some.rename_case(case, "X"),
        "end": lambda: some.end_case(case, "agreed"),
        "names": lambda: some.set_names(case, {}),
        "next": lambda: some.set_next(case, None),
        "delete": lambda: some.delete_case(case),
        "seen": lambda: some.mark_seen(case),
        "meeting": lambda: some.add_meeting(case),
        "change meeting": lambda: some.change_meeting(case, 1),
        "transcript": lambda: some.add_transcript(case, None, talk(CALM)),
        "consent": lambda: some.set_consent(case, 1, "withheld"),
        "words": lambda: some.delete_words(case, 1),
        "delete session": lambda: some.delete_session(case, 1),
        "correct": lambda: some.correct(case, 1, Correction(turn=1)),
        "ratings": lambda: some.add_ratings(case, []),
        "monitor": lambda: some.monitor(case),
        "rating away": lambda: some.delete_rating(case, 1, "client", "srs"),
        "note": lambda: some.add_note(case, 1, "x"),
        "frame": lambda: some.add_frame(case, 1, "x"),
        "settle": lambda: some.settle(case, "R1", "repaired"),
        "answer": lambda: some.answer_alert(case, "R1", "yes"),
        "share": lambda: some.share(case, "nobody"),
        "unshare": lambda: some.unshare(case, "nobody"),
        "link": lambda: some.make_link(case, 1),
        "links": lambda: some.links(case),
        "audit": lambda: some.audit(case),
        "take out": lambda: some.take_out(case),
        "forms": lambda: some.forms(case),
        "consents": lambda: some.consents(case),
    }


@pytest.mark.parametrize("who", ["kim", "sam", "admin"])
def test_a_case_of_somebody_else_and_one_that_is_not_there_look_the_same(practice, people, case, who):
    desk = practice.desk(people[who])
    for name, there in everything(desk, case).items():
        with pytest.raises(NotAllowedError) as forbidden:
            there()
        with pytest.raises(NotAllowedError) as missing:
            everything(desk, "0" * 32)[name]()
        assert str(forbidden.value) == str(missing.value), name
    assert desk.cases() == []
    assert desk.today().cards == ()
    assert desk.today().alerts == ()


@pytest.mark.parametrize("who", ["kim", "sam"])
def test_a_shared_case_is_read_and_not_written_in(practice, people, lee, case, who):
    lee.share(case, people[who].id)
    desk = practice.desk(people[who])
    reads = {"case", "session", "seen", "monitor", "note", "forms", "consents"}
    for name, there in everything(desk, case).items():
        if name in reads:
            there()
        else:
            with pytest.raises(NotAllowedError):
                there()
    lee.unshare(case, people[who].id)
    with pytest.raises(NotAllowedError):
        desk.case(case)


def test_names_are_replaced_where_the_share_says_so(practice, people, lee, case):
    lee.share(case, people["sam"].id)
    sam = practice.desk(people["sam"])
    shown = [sam.case(case), sam.session(case, 2), sam.session(case, 1), sam.cases(), sam.today()]
    text = "\n".join(map(str, shown))
    for name in ("Rosalind", "Margit", "Anna"):
        assert name not in text, name
    assert "the client" in text
    assert "the sister" in text
    assert sam.case(case).names == {}
    assert sam.case(case).card.names_replaced
    lee.share(case, people["sam"].id, replaced_names=False)
    assert "Rosalind" in str(practice.desk(people["sam"]).case(case))


def test_only_a_plain_note_of_one_s_own_goes_into_a_shared_case(practice, people, lee, case):
    lee.share(case, people["sam"].id)
    sam = practice.desk(people["sam"])
    note = sam.add_note(case, 2, "ask about the silence", author="therapist")
    mine = {n.id: n for n in sam.case(case).notes}
    assert mine[note].note.author == "supervisor"
    assert mine[note].mine
    assert [n.mine for n in mine.values()].count(False) == 1
    sam.edit_note(note, "ask what the silence was like")
    other = next(n.id for n in mine.values() if not n.mine)
    for change in (lambda: sam.edit_note(other, "x"), lambda: sam.delete_note(other)):
        with pytest.raises(NotAllowedError):
            change()
    with pytest.raises(NotAllowedError):
        sam.add_note(case, 2, "gone", kind="status", rupture="R1", status="lost")
    assert all(n.mine for n in lee.case(case).notes)
    sam.delete_note(note)


def test_admins_keep_accounts_and_no_cases(practice, people):
    ada = practice.desk(people["admin"])
    with pytest.raises(NotAllowedError):
        ada.add_case("X")
    assert ada.audit()
    with pytest.raises(NotAllowedError):
        practice.desk(people["sam"]).add_case("X")


def test_a_case_goes_to_another_therapist(practice, people, lee, case):
    with pytest.raises(SettingError):
        lee.hand_over(case, people["sam"].id)
    lee.hand_over(case, people["kim"].id)
    assert practice.desk(people["kim"]).case(case).card.mine
    with pytest.raises(NotAllowedError):
        lee.case(case)


def test_a_case_is_shared_with_supervisors_and_therapists_only(people, lee, case):
    for odd in (people["admin"].id, people["lee"].id, "owner", "nobody"):
        with pytest.raises(SettingError):
            lee.share(case, odd)


def test_every_look_and_change_stands_in_the_log_without_words(practice, people, lee, case):
    lee.share(case, people["sam"].id)
    practice.desk(people["sam"]).session(case, 2)
    log = lee.audit(case)
    assert (log[0].actor, log[0].action, log[0].what) == (people["sam"].id, "session.read", "session 2")
    assert "Rosalind" not in str(log)
    assert {e.actor for e in practice.desk(people["kim"]).audit()} <= {people["kim"].id}
    assert lee.check_audit().ok
    lee.delete_case(case)
    with practice.database.reading() as conn:
        assert audit.entries(conn, case)[0].action == "case.deleted"


def test_accounts_open_close_and_know_their_password(practice, people):
    users = practice.users
    assert users.authenticate("Dr Lee", PASSWORD) == people["lee"]
    assert users.authenticate("  Dr   Lee ", PASSWORD) == people["lee"]
    assert users.authenticate("Dr Lee", PASSWORD + "x") is None
    assert users.authenticate("nobody", PASSWORD) is None
    assert users.authenticate("owner", "") is None
    users.set_password(people["lee"].id, "quite another one")
    assert users.authenticate("Dr Lee", PASSWORD) is None
    assert users.authenticate("Dr Lee", "quite another one") is not None
    users.deactivate(people["lee"].id)
    assert users.authenticate("Dr Lee", "quite another one") is None
    users.activate(people["lee"].id)
    assert users.authenticate("Dr Lee", "quite another one") is not None
    assert [u.name for u in users.list()] == ["Ada", "Dr Kim", "Dr Lee", "Sam"]
    assert users.get("owner").role == "owner"


def test_accounts_that_cannot_be(practice, people):
    add = practice.users.add
    for name, role, password in (
        ("", "therapist", PASSWORD),
        ("Dr Lee", "therapist", PASSWORD),
        ("New", "owner", PASSWORD),
        ("New", "king", PASSWORD),
        ("New", "therapist", "short"),
    ):
        with pytest.raises(SettingError):
            add(name, role, password)
    with pytest.raises(SettingError, match="last admin"):
        practice.users.deactivate(people["admin"].id)
    with pytest.raises(SettingError):
        practice.users.set_password("owner", "a password for the owner")


def test_the_first_therapist_takes_over_what_the_owner_kept(practice, desk):
    case = desk.add_case("A")
    user = practice.users.add("Dr Ode", "therapist", PASSWORD, take_over=True)
    assert practice.desk(user).case(case).card.mine
    assert desk.case(case)
    with pytest.raises(SettingError):
        practice.users.add("Sue", "supervisor", PASSWORD, take_over=True)


def test_passwords_are_hashed_with_salt():
    one, two = hash_password("a password of theirs"), hash_password("a password of theirs")
    assert one != two
    assert check_password("a password of theirs", one)
    assert not check_password("a password of their", one)


def test_a_password_costs_memory_to_try():
    # In a process of its own: here the cost is lowered, and loading the module again would leave two kinds of each part behind.
    program = (
        "from reattune.practice.users import hash_password\nprint(hash_password('a password of theirs'))"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert made.startswith("scrypt$") and int(made.split("$")[1]) >= 2**16
