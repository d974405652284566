"""Every language has every text; nothing that clients read while checking in speaks of what the program looks for."""

from __future__ import annotations

import datetime
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from reattune.errors import InputError
from reattune.web import i18n
from reattune.web.danger import speaks_of_danger
from reattune.web.i18n import choose, data, keys, languages, translator

OTHERS = [code for code in languages() if code != "en"]
NEVER = (
    r"ruptur", r"\briss", r"detect", r"erkannt", r"erkennen", r"\bmarker", r"withdraw", r"confront", r"rückzug", r"konfront",
    r"\banalys", r"\balarm", r"\balert", r"warnung", r"warning", r"\bscore", r"\bfail", r"versag", r"resist", r"widerst",
    r"complian", r"\bmodel", r"algorithm", r"\brisk", r"\brisik", r"\bsignal", r"\bflag", r"strain", r"spannung", r"\brepair",
    r"reparatur",
)  # fmt: skip
"""Nothing of this in the check-in, in either language."""


def texts(tree):
    if isinstance(tree, dict):
        return [t for v in tree.values() for t in texts(v)]
    if isinstance(tree, list):
        return [t for v in tree for t in texts(v)]
    return [tree]


def comparable(code):
    return {k for k in keys(languages()[code].tree) if not k.startswith("danger.phrases.")}


def test_english_and_german_are_there_english_first():
    assert next(iter(languages())) == "en"
    assert {"en", "de"} <= set(languages())


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_has_every_key_and_no_other(code):
    assert comparable(code) == comparable("en")


@pytest.mark.parametrize("code", OTHERS)
def test_each_text_takes_the_same_values(code):
    for key in comparable("en"):
        english, other = languages()["en"].find(key), languages()[code].find(key)
        if isinstance(english, str):
            names = [{f for _, f, _, _ in Formatter().parse(t) if f} for t in (english, other)]
            assert names[0] == names[1], key


@pytest.mark.parametrize("code", languages())
def test_no_text_is_empty_or_has_two_spaces(code):
    for text in texts(languages()[code].tree):
        assert text.strip() == text and text and "  " not in text, text


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_was_left_in_english(code):
    mine, english = languages()[code], languages()["en"]
    same = {
        k for k in comparable("en") if isinstance(english.find(k), str) and english.find(k) == mine.find(k)
    }
    assert same <= {"direction", "door.about", "door.about_undated"}


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("part", ["door", "slip"])
def test_the_check_in_never_speaks_of_what_the_program_looks_for(code, part):
    for text in texts(languages()[code].tree[part]):
        for word in NEVER:
            assert not re.search(word, text, re.IGNORECASE), f"{word} in {text!r}"


@pytest.mark.parametrize("code", languages())
def test_no_client_is_told_that_something_was_found_by_a_program(code):
    for part in ("help", "sheet"):
        for text in texts(languages()[code].tree[part]):
            assert not re.search(r"detect|program|software|erkannt|computer", text, re.IGNORECASE), text


@pytest.mark.parametrize("code", languages())
def test_the_danger_phrases_are_plain_and_few(code):
    phrases = languages()[code].find("danger.phrases")
    assert 5 <= len(phrases) <= 40
    assert phrases == [p.lower() for p in phrases] and len(set(phrases)) == len(phrases)


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_items_are_worded_as_the_instrument_ships_them(code):
    import tomllib

    wording = (
        files("reattune.alliance.instruments")
        .joinpath("data/wording/check-in.toml")
        .read_text(encoding="utf-8")
    )
    items = tomllib.loads(wording)[code]["items"]
    for key in ("heard", "matters", "way"):
        assert languages()[code].find(f"door.item.{key}") == items[key]


@pytest.mark.parametrize(
    ("asked", "accept", "offered", "got"),
    [
        (None, None, None, "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", None, "de"),
        (None, "fr,en;q=0.3,de;q=0.7", None, "de"),
        (None, "de;q=0,en", None, "en"),
        (None, "fr", None, "en"),
        ("en", "de", None, "en"),
        ("../etc", "de", None, "de"),
        ("de", None, ["en"], "en"),
        (None, "en", ["de"], "de"),
        (None, ";;;,,;q=x", [], "en"),
    ],
)
def test_the_language_of_a_page(asked, accept, offered, got):
    assert choose(asked, accept, offered).code == got


def test_words_come_with_their_values_and_plain_english_stands_for_itself():
    _ = translator("de")
    assert _("door.readers", who="Dana R.").startswith("Dana R. kann")
    assert _("Save the note") == "Save the note"
    assert translator("en")("It holds {braces}") == "It holds {braces}"


def test_a_key_that_no_language_has_is_an_error():
    with pytest.raises(KeyError, match=r"door\.nothing"):
        translator("de")("door.nothing")


def test_a_gap_is_filled_from_english():
    bare = i18n.Language("xx", "X", "rtl", {"name": "X", "direction": "rtl"})
    assert translator(bare)("door.done") == "Done"
    assert data(bare, "help.repair.sources") == data(languages()["en"], "help.repair.sources")


def test_days_in_words():
    day = datetime.date(2026, 3, 2)
    assert languages()["en"].date(day) == "2 March 2026"
    assert languages()["de"].date(day) == "2. März 2026"


def test_a_language_file_that_cannot_be_read_says_which_and_how_to_mend_it():
    with pytest.raises(InputError, match=r"fr\.toml.*cannot be read"):
        i18n._read("fr", "fr.toml", "name = ")
    with pytest.raises(InputError, match="direction"):
        i18n._read("fr", "fr.toml", 'name = "Français"')


@pytest.mark.parametrize("code", languages())
def test_the_danger_phrases_stand_in_the_guide(code):
    guide = (Path(__file__).parents[2] / "docs/guide-client.md").read_text(encoding="utf-8")
    assert [p for p in languages()[code].find("danger.phrases") if f"“{p}”" not in guide] == []


@pytest.mark.parametrize(
    ("words", "speaks"),
    [
        ("I don’t want to live.", True),
        ("Ich will nicht mehr leben", True),
        ("He HITS   me", True),
        ("suicidal", True),
        ("the whole thing is killing time", False),
        ("skill himself", False),
        ("It hurt that you looked away.", False),
        ("", False),
    ],
)
def test_phrases_are_looked_up_word_for_word(words, speaks):
    assert speaks_of_danger(words) is speaks
