from __future__ import annotations

import pytest

from reattune.formats import write
from reattune.record import Role


def said(session):
    return [(t.speaker, t.role.value, t.text) for t in session]


def test_letters_and_lines_that_go_on(read_text):
    text = "T: How are you?\nC: Tired.\nI mean: really tired.\n\nAnd sad.\nT: Since when?\n"
    (session,) = read_text(text, "02-2026-03-02.txt")
    assert said(session) == [
        ("T", "therapist", "How are you?"),
        ("C", "client", "Tired. I mean: really tired. And sad."),
        ("T", "therapist", "Since when?"),
    ]
    assert (session.id, session.date.isoformat(), session.format) == ("02-2026-03-02", "2026-03-02", "text")


def test_otter_header_lines(read_text):
    text = """Dr Lee  0:03
How was it?

Sam  0:07
Not so good. I got up
at 6:30

Dr Lee  1:02:03
Mm.
"""
    (session,) = read_text(text)
    assert said(session) == [
        ("Dr Lee", "therapist", "How was it?"),
        ("Sam", "client", "Not so good. I got up at 6:30"),
        ("Dr Lee", "therapist", "Mm."),
    ]
    assert [t.start_ms for t in session] == [3000, 7000, 3_723_000]


@pytest.mark.parametrize(
    "lines",
    [
        "[00:01:02] Dr Lee: Hello.\n[00:01:05] Sam: Hi.",
        "00:01:02 Dr Lee: Hello.\n00:01:05 Sam: Hi.",
        "(1:02) Dr Lee: Hello.\n(1:05) Sam: Hi.",
        "Dr Lee [00:01:02]: Hello.\nSam [00:01:05]: Hi.",
        "Dr Lee (01:02):\nHello.\n\nSam (01:05):\nHi.",
        "**Dr Lee** [00:01:02]: Hello.\n**Sam** [00:01:05]: Hi.",
        "[00:01:02]\nDr Lee: Hello.\n[00:01:05]\nSam: Hi.",
        "00:01:02\tDr Lee:\tHello.\n00:01:05\tSam:\tHi.",
        "1. [00:01:02.000 - 00:01:04.000] Dr Lee: Hello.\n2. [00:01:05.000] Sam: Hi.",
    ],
)
def test_times_in_many_places(read_text, lines):
    (session,) = read_text(lines)
    assert said(session) == [("Dr Lee", "therapist", "Hello."), ("Sam", "client", "Hi.")]
    assert [t.start_ms for t in session] == [62_000, 65_000]


def test_title_lines_are_left_out_with_a_notice(read_text):
    text = "Session 3: the garden\nDate: 2 March 2026\n\nTherapist: Hello.\nClient: Hi.\nClient: Me again.\n"
    (session,) = read_text(text)
    assert [t.text for t in session] == ["Hello.", "Hi.", "Me again."]
    assert any("2 line(s) before the first speaker label" in n.what for n in session.notices)


def test_numbered_labels_become_ids_and_come_back(read_text, tmp_path):
    (session,) = read_text("T1: Hello.\nC1: Hi.\nT2: How are you?\nC2: Well.\n", "n.txt")
    assert [(t.speaker, t.id) for t in session] == [("T", "T1"), ("C", "C1"), ("T", "T2"), ("C", "C2")]
    write(session, tmp_path / "n.txt")
    assert read_text((tmp_path / "n.txt").read_bytes(), "n.txt")[0].turns == session.turns


def test_two_clients_and_a_third_voice(read_text):
    text = "T: Hello both.\nC1: Hi.\nC2: Hi.\nT: Who starts?\nC2: Me.\nC1: No, me.\nReceptionist: A call.\n"
    (session,) = read_text(text)
    assert {r.speaker: r.role for r in session.roles} == {
        "T": Role.THERAPIST,
        "C1": Role.CLIENT,
        "C2": Role.CLIENT,
        "Receptionist": Role.THIRD,
    }


def test_no_space_after_the_colon(read_text):
    (session,) = read_text("T:Hello.\nC:Hi: there.\n")
    assert [t.text for t in session] == ["Hello.", "Hi: there."]


def test_german_labels(read_text):
    (session,) = read_text("Beraterin: Was führt Sie her?\nKlient: Ich weiß es nicht.\n".encode("cp1252"))
    assert [t.role for t in session] == [Role.THERAPIST, Role.CLIENT]
    assert session.turns[0].text == "Was führt Sie her?"
    assert any("Windows-1252" in n.what and n.place.line == 1 for n in session.notices)
