"""The words of forms: shipped ones, and files that a clinic loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from reattune.alliance.instruments import load_instrument, load_wording, shipped, shipped_wording
from reattune.errors import InputError

ROOT = Path(__file__).parents[3]
FORM = load_instrument(ROOT / "examples/ratings/own-form.toml")
TOML = """instrument = "two-at-work"
licence = "ours"

[en]
title = "Two at work"
[en.items]
heard = "One"
plan = "Two"
tense = "Three"
[en.answers]
1 = "Not at all"
5 = "Fully"
[en.answers_of.tense]
3 = "Half"
"""


def test_shipped_words_are_whole() -> None:
    phq = shipped_wording(shipped()["phq-9"])["en"]
    assert list(phq.items) == [str(n) for n in range(1, 10)]
    assert phq.answers["9"] == {
        0: "Not at all",
        1: "Several days",
        2: "More than half the days",
        3: "Nearly every day",
    }
    assert "Pfizer" in phq.licence
    checkin = shipped_wording(shipped()["check-in"])
    assert set(checkin) == {"en", "de"}
    assert checkin["en"].answers["hard"] == {0: "No", 1: "Yes"}
    assert shipped_wording(shipped()["wai-sr"]) == {}


def test_words_to_a_client_alarm_nobody() -> None:
    words = shipped_wording(shipped()["check-in"])["en"]
    said = " ".join([words.title, words.intro, *words.items.values()]).casefold()
    assert "prefer not to say" in said
    assert not any(bad in said for bad in ("rupture", "fail", "problem", "wrong", "resist"))


def test_words_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(TOML)
    words = load_wording(path, FORM)["en"]
    assert (words.title, words.licence) == ("Two at work", "ours")
    assert words.items == {"heard": "One", "plan": "Two", "tense": "Three"}
    assert words.answers["tense"] == {1: "Not at all", 5: "Fully", 3: "Half"}
    assert words.answers["plan"] == {1: "Not at all", 5: "Fully"}


def test_words_from_csv() -> None:
    words = load_wording(ROOT / "examples/ratings/own-wording.csv", FORM)
    assert set(words) == {"en", "de"}
    assert words["de"].items["heard"] == "Was ich sagte, wurde aufgenommen."
    assert words["en"].answers["heard"] == {1: "Not at all", 5: "Fully"}
    assert words["en"].title == "Two at work"
    assert words["de"].title == ""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"two-at-work"', '"wai-sr"', 1, "these are the words of 'wai-sr'. Give those of 'two-at-work'"),
        ('plan = "Two"', "", 6, "there are no words for item 'plan'"),
        ('plan = "Two"', 'plans = "Two"', 8, "there is no such item. Its items: heard, plan, tense"),
        ('plan = "Two"', 'plan = ""', 8, "the text is empty"),
        ('5 = "Fully"', '6 = "Fully"', 12, "6 is no answer of the form. It takes 1, 2, 3, 4 or 5"),
        ('5 = "Fully"', 'five = "Fully"', 12, "'five' is no number"),
        ('title = "Two at work"', 'subtitle = "x"', 5, "there is no such field"),
        ("[en.answers_of.tense]", "[en.answers_of.nope]", 13, "there is no such item"),
    ],
)
def test_wrong_words_in_toml(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(TOML.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_wording(path, FORM)
    assert said in str(error.value)
    assert (error.value.place.path, error.value.place.line) == (str(path), line)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("item,text\nheard,x\n", 1, "the table lacks a column"),
        ("item,language,text\nheard,en,a\nplan,en,\n", 3, "the row leaves a cell empty"),
        ("item,language,text\nheard,en,a\nheard,en,b\n", 3, "has words in 'en' already, in line 2"),
        ("item,language,text\nheard,en,a\nplans,en,b\n", 3, "there is no such item"),
        ('item,language,text\nheard,en,"a\nb"\nplan,en,b\n', 2, "there are no words for item 'tense'"),
        ("item;language;text\nheard;english;a\n", 2, "'english' is no language tag"),
        ("item,language,text\n", None, "there is no language in it"),
    ],
)
def test_wrong_words_in_csv(tmp_path: Path, text: str, line: int | None, said: str) -> None:
    path = tmp_path / "words.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        load_wording(path, FORM)
    assert said in str(error.value)
    assert error.value.place.line == line
