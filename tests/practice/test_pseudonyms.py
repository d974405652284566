"""Names replaced: what is kept, what is found, what is left."""

from __future__ import annotations

import pytest

from reattune.practice.pseudonyms import names_in, pseudonyms
from reattune.practice.views import NoteCard, OpenRupture
from reattune.record import Note, NoteAuthor, Role, Session, Turn

from .making import CALM, talk


def test_names_that_are_kept_go_in_any_case_and_with_their_genitive():
    names = pseudonyms({"Rosalind Parker": "the client", "Ole": "the brother"})
    told = names.text("rosalind PARKER came. Rosalind's brother Ole, Oles dog, parole.")
    assert told == "the client came. the client's brother the brother, the brothers dog, parole."


def test_what_stands_capitalised_inside_a_sentence_and_never_small_is_a_name():
    found = names_in(["Then I told Margit, and she went to Peter.", "The mark is small. Then Mark laughed."])
    assert found == ["Margit", "Peter"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is Wilma", "Wilma"),
        ("Ich heiße Wilma und ich bin müde, das ist nicht schön.", "Wilma"),
        ("Frau Öztürk hat dann auch nicht geschrieben.", "Öztürk"),
        ("It was Dr Osei who rang.", "Osei"),
        ("Hello Jo, come in.", "Jo"),
        ("She is called Jean-Luc", "Jean-Luc"),
    ],
)
def test_phrases_that_name_someone(said, name):
    assert name in names_in([said])


def test_german_nouns_are_no_names():
    text = ["Ich habe dann die Tasche und das Buch genommen, aber es war nicht mit dem Zug."]
    assert names_in(text) == []


def test_days_months_and_parts_are_no_names():
    assert names_in(["We met on Monday in March, my Therapist and I, and God knows why."]) == []


def test_addresses_links_and_long_numbers_go():
    told = pseudonyms({}).text("Write to a.b@c.org or www.c.org/x, ring +44 20 7946 0018; in 1999 I was 32.")
    assert told == "Write to [address] or [link] ring [number]; in 1999 I was 32."


def test_labels_go_and_parts_stay():
    session = talk(CALM, names=("Dr Lee", "Rosalind P."))
    shown = pseudonyms({}, [session]).session(session)
    labels = {t.speaker for t in shown.turns}
    assert labels == {"Dr Name1", "Name2 P."}
    assert shown.source is None
    plain = talk(CALM, names=("Therapist", "Client"))
    assert {t.speaker for t in pseudonyms({}, [plain]).session(plain).turns} == {"Therapist", "Client"}


def test_the_same_name_is_the_same_throughout_and_small_words_stay():
    session = Session("s", (Turn(0, "C", Role.CLIENT, "I told Grace, and Grace cried with grace."),))
    names = pseudonyms({"Grace": "a friend"}, [session])
    assert names.session(session).turns[0].text == "I told a friend, and a friend cried with a friend."
    found = pseudonyms({}, [Session("s", (Turn(0, "C", Role.CLIENT, "I told Ada, then ADA rang Ada."),))])
    assert found.text("Ada and Ada") == "Name1 and Name1"


def test_every_text_within_records_is_replaced_and_the_rest_stays():
    from datetime import UTC, datetime

    names = pseudonyms({"Ada": "the client"})
    note = NoteCard("1", Note(1, NoteAuthor.THERAPIST, "Ada was late"), None, datetime.now(UTC), True)
    assert names.within(note).note.text == "the client was late"
    assert names.within(note).note.author is NoteAuthor.THERAPIST
    one = OpenRupture("R1", None, "open", 0.5, 1, why="Ada said so")
    assert names.within({"a": (one, ["Ada", 3, None])})["a"][0].why == "the client said so"
