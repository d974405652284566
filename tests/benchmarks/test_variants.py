"""Ways of writing the same talk down differently."""

from __future__ import annotations

import random

import pytest


def made(way: str, *texts: str) -> list[str]:
    from variants import WAYS

    return WAYS[way](list(texts), random.Random(3))


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("He told her about his mother.", "She told him about her father."),
        ("I gave her the book and her bag.", "I gave him the book and his bag."),
        ("She's HIS sister, Mum says, and he'd know.", "He's HER brother, Dad says, and she'd know."),
        ("It was hers. Mr Lee saw her.", "It was his. Mrs Lee saw him."),
        ("The weather here is there.", "The weather here is there."),
    ],
)
def test_genders_are_swapped_and_little_words_kept(said, other):
    assert made("other genders", said) == [other]


def test_a_name_is_replaced_by_one_of_its_gender_the_whole_talk_through():
    from variants import NAMES

    first, second = made("other names", "Sarah's late.", "Is Sarah here, or will Mark and a mark?")
    name = first.split("'")[0]
    assert name in NAMES["women"] and name != "Sarah"
    assert second.startswith(f"Is {name} here, or will ")
    assert second.endswith(" and a mark?") and "Mark" not in second


def test_names_are_as_many_of_each_gender_and_none_twice():
    from variants import NAMES

    assert len(NAMES["women"]) == len(NAMES["men"])
    assert len({*NAMES["women"], *NAMES["men"]}) == 2 * len(NAMES["men"])


def test_two_names_stand_in_the_same_places():
    from variants import NAMES, rewrite

    before, after = rewrite("addressed by a man's name", ["Well.", "Yes.", "No.", "Oh.", ""], "7")
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, True, True, False, True]
    assert before[0].split(",")[0] in NAMES["women"] and after[0].split(",")[0] in NAMES["men"]
    assert after[0].split(",")[0] == after[3].split(",")[0]


def test_spelling_there_and_back():
    here = "I realised that my favourite colour is grey; Mum apologised at the centre."
    (there,) = made("American spelling", here)
    assert there == "I realized that my favorite color is gray; Mom apologized at the center."
    assert made("British spelling", there) == [here]


def test_a_recogniser_mishears_drops_and_keeps_most():
    said = "I know you're right, there is no way to wait here for our son." * 20
    (heard,) = made("as misheard by a recogniser", said)
    assert heard == heard.lower() and not set(heard) & set(",.?!")
    before, after = said.lower().split(), heard.split()
    assert 0.9 * len(before) < len(after) < len(before)
    assert {"no", "write", "weight", "hour"} & set(after) - set(before)


def test_every_way_gives_as_many_turns_and_the_same_each_time():
    from variants import WAYS

    texts = ["Well, he said no.", "", "[pause] Mary!"]
    for way in WAYS:
        assert made(way, *texts) == made(way, *texts)
        assert len(made(way, *texts)) == len(texts)


def test_what_moves_the_coder_too_far_is_listed_and_names_are_judged_where_they_stand():
    from robustness import ENOUGH, failures

    def row(mean: float, there: float, changed: int) -> dict:
        got = {
            "mean_change": mean,
            "turned": 0.0,
            "mean_change_there": there,
            "turned_there": 0.0,
            "turns_changed": changed,
        }
        return {"labels": {"rupture": got}}

    ways = {
        "no punctuation": row(0.031, 0.031, 99),
        "hesitations put in": row(0.029, 0.5, 99),
        "other names": row(0.001, 0.2, ENOUGH),
        "other genders": row(0.001, 0.2, ENOUGH - 1),
    }
    listed = failures({"corpora": {"Some": {"ways": ways}}})
    assert [one.split(",")[0] for one in listed] == ["no punctuation", "other names"]
    assert "0.200" in listed[1]
