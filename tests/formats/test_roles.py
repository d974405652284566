from __future__ import annotations

import pytest

from reattune.errors import InputError, SettingError
from reattune.formats.rolewords import role_of_label, roles_of_labels
from reattune.record import Role

T, C, X = Role.THERAPIST, Role.CLIENT, Role.THIRD

TALK = [
    ("A", "How has your week been?"),
    ("B", "I was ill. My mother called me and I cried."),
    ("A", "So you felt alone. What did you do?"),
    ("B", "I went to bed. I always do."),
    ("A", "It sounds like you needed rest. What would help you?"),
    ("B", "I don't know. I just want my sleep back."),
]


def text(talk):
    return "\n".join(f"{who}: {words}" for who, words in talk)


def roles(session):
    return {one.speaker: (one.role, one.how) for one in session.roles}


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Therapist", T), ("THERAPIST 1", T), ("Dr Lee", T), ("Dr. K. Lee", T),
        ("counsellor", T), ("Social worker", T),
        ("Lee (Therapist)", T), ("Beraterin", T), ("Psychologe Maier", T), ("Th", T),
        ("Client 2", C), ("patient", C), ("Klientin", C), ("Cl.", C), ("Sam (client)", C),
        ("Interpreter", X), ("Client's interpreter", X), ("Dolmetscherin", X),
        ("Sam", None), ("SPEAKER_00", None), ("T", None), ("Unknown Speaker", None), ("Drew", None),
    ],
)  # fmt: skip
def test_labels(label, role):
    assert role_of_label(label) is role


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["T", "C"], {"T": T, "C": C}),
        (["T", "P"], {"T": T, "P": C}),
        (["I", "P"], {"I": T, "P": C}),
        (["T1", "C1", "C2"], {"T1": T, "C1": C, "C2": C}),
        (["B", "K"], {"B": T, "K": C}),
        (["I", "B"], {"I": T, "B": C}),
        (["C", "P"], {}),
        (["C", "Client"], {"Client": C}),
        (["A", "B"], {}),
    ],
)
def test_letters_are_read_in_company(labels, expected):
    assert roles_of_labels(labels) == expected


def test_given_names_win_and_the_other_voice_follows(read_text):
    (session,) = read_text(text(TALK), therapist="b")
    assert roles(session) == {"A": (C, "given"), "B": (T, "given")}
    (session,) = read_text("Dr Lee: Hi.\nSam: Hello.\n", therapist="Sam")
    assert roles(session) == {"Dr Lee": (C, "given"), "Sam": (T, "given")}
    (session,) = read_text("Dr Lee: Hi.\nSam: Hello.\n", client=["sam"])
    assert roles(session) == {"Dr Lee": (T, "label"), "Sam": (C, "given")}


def test_a_part_of_a_label_is_enough_where_it_is_clear(read_text):
    (session,) = read_text("Jo Lee: Hi.\nSam Poe: Hello.\nJo Lee: Well?\nSam Poe: Hm.", therapist=["lee"])
    assert roles(session)["Jo Lee"] == (T, "given")


def test_a_couple_by_option(read_text):
    (session,) = read_text("Dr Lee: Hi.\nAnn: Hello.\nBo: Yes.\nDr Lee: So?\n", client=["Ann", "Bo"])
    assert [r for r, _ in roles(session).values()] == [T, C, C]
    assert not session.notices


def test_an_unknown_name_lists_the_speakers(read_text):
    with pytest.raises(SettingError, match=r"--therapist 'Max'.*'A', 'B'"):
        read_text(text(TALK), therapist="Max")
    with pytest.raises(SettingError, match="as therapist and as client"):
        read_text(text(TALK), therapist="A", client=["a"])


def test_beside_a_known_therapist_the_one_who_says_most_is_the_client(read_text):
    talk = "Dr Lee: Hi.\nSam: I have a lot to tell you today about it all and more.\nKim: Tea?\nDr Lee: No.\n"
    (session,) = read_text(talk)
    assert roles(session) == {"Dr Lee": (T, "label"), "Sam": (C, "guess"), "Kim": (X, "guess")}
    assert any("--client" in n.what for n in session.notices)


def test_a_guess_says_so_and_warns_when_unsure(read_text):
    (session,) = read_text(text(TALK))
    assert roles(session) == {"A": (T, "guess"), "B": (C, "guess")}
    assert session.roles[0].confidence > 0.8 and not session.notices
    (session,) = read_text("A: Hm.\nB: Hm.\nA: Yes.\nB: Yes.\n")
    assert session.roles[0].confidence < 0.8
    assert any("--therapist NAME" in n.what for n in session.notices)


def test_a_guess_beside_a_known_client_picks_among_the_others(read_text):
    talk = [("Client" if who == "B" else who, words) for who, words in TALK]
    talk.insert(3, ("Z", "I think I left my keys."))
    (session,) = read_text(text(talk))
    assert [roles(session)[k][0] for k in ("A", "Client", "Z")] == [T, C, X]


def test_roles_that_leave_nobody_are_refused(read_text):
    with pytest.raises(InputError, match=r"nobody is the therapist.*--therapist NAME"):
        read_text("Client 1: a\nClient 2: b\n")
    with pytest.raises(InputError, match=r"nobody is the client.*--client NAME"):
        read_text("Therapist: a\nInterpreter: b\n")
