"""The scheme is whole, in neutral and own words, and says clearly what is off when its data is."""

from __future__ import annotations

import dataclasses
import re
from importlib.resources import files
from pathlib import Path

import pytest

from reattune.errors import InputError, SettingError
from reattune.record import Outcome
from reattune.scheme import (
    FAMILIES,
    SCHEME_FILES,
    Scheme,
    UnknownCodeError,
    build_profiles,
    build_scheme,
    load_profiles,
    load_scheme,
    reference,
)

CODEBOOK = {
    "withdrawal": """denial minimal_response abstract_communication avoidant_storytelling
        deferential_appeasing content_affect_split self_criticism_hopelessness""",
    "confrontation": """complaint_therapist rejects_intervention complaint_activities complaint_parameters
        complaint_progress defends_self controls_pressures""",
    "strategy": """clarifies_misunderstanding changes_task_goal gives_rationale invites_feelings_about_therapy
        acknowledges_contribution discloses_internal_experience links_pattern_in_therapy
        links_pattern_elsewhere validates_defensive_posture redirects_refocuses""",
    "contribution": "pressures lectures criticises invalidates ignores interrogates misunderstands defends",
}
# Sentences of the codebook that the definitions must not repeat.
CODEBOOK_SAYS = """
denies a feeling that is plainly there, or plays down something that plainly matters, to close the subject
goes silent or gives a bare reply where the therapist invited more
or as a retreat from advice, pressure or a lecture
turns vague, global or intellectual, so that the therapist is held at a distance
tells stories away from the point, or shifts the topic, to get off what was raised
complies or agrees too readily, placates, protects the therapist
the affect does not match the content, so feeling is kept out of the exchange
sinks into self-blame or hopelessness in a way that shuts the therapist or the work out
voices a negative feeling or criticism about the therapist's person, competence or manner
rejects or dismisses what the therapist has just said, asked, reflected or suggested
objects to what they do in therapy
objects to the frame: time, length, cost, place, being there at all, being sent
objects that it does not help or goes nowhere
defends own acts or thoughts against what is felt as the therapist's criticism
tries to control or pressure the therapist: orders, demands to be told, argues to win, cuts off, sarcasm
clears up what was misheard or misunderstood
changes the task, the topic or the goal to fit the client
explains what a task is for, or why they ask
asks for thoughts or feelings about the therapist, the session or the therapy, negative ones too
admits own part: an apology, a mistake named
tells what goes on in them in this exchange
ties the rupture to a pattern between the two of them
ties it to the client's other relationships
says that the client's guardedness, anger or reluctance makes sense
leads back to the work or the feeling that was left
persuades, argues for change, warns or frightens, insists
instructs or advises at length without being asked
blames, judges, shames
dismisses, contradicts or minimises what the client says or feels; takes the other side
passes over what the client has just offered, interrupts, or follows an own agenda
fires closed questions, leads the witness
reflects or assumes something that is wrong
justifies own self instead of taking in the client's complaint
"""
FORBIDDEN = re.compile(
    r"\b(resistan\w*|resisti\w*|fail(?:ed|ure|s|ing)?|non-?complian\w*|manipulat\w*)\b", re.I
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme()


@pytest.fixture
def texts() -> dict[str, str]:
    return {name: (files("reattune.scheme") / "data" / name).read_text("utf-8") for name in SCHEME_FILES}


def _own_texts(scheme: Scheme) -> list[tuple[str, str]]:
    said = []
    for code in scheme:
        said += [(code.code, t) for t in (code.name, code.phrase, code.definition)]
        said += [(code.code, near.difference) for near in code.neighbours]
        said += [(code.code, t) for e in (code.example, code.not_this) for t in dataclasses.astuple(e)]
    said += [(f.name, t) for f in scheme.families for t in (f.title, f.definition)]
    said += [(s.name, t) for s in scheme.scales for a in s.anchors for t in (a.label, a.meaning)]
    said += [(p.name, t) for p in load_profiles().values() for t in (p.title, *p.phrases.values())]
    return said


def test_every_code_of_the_codebook_is_there_and_no_other(scheme: Scheme) -> None:
    assert tuple(CODEBOOK) == FAMILIES == tuple(f.name for f in scheme.families)
    for family, codes in CODEBOOK.items():
        assert [c.code for c in scheme.by_family(family)] == codes.split()
    assert (len(scheme.markers), len(scheme.strategies), len(scheme.contributions)) == (14, 10, 8)
    assert len(scheme) == len(scheme.codes) == 32
    assert scheme.version


def test_lookup(scheme: Scheme) -> None:
    assert scheme["denial"].family == "withdrawal"
    assert scheme["denial"].on == "client"
    assert scheme["defends"].on == "therapist"
    assert "denial" in scheme
    assert "nonsense" not in scheme
    assert scheme.get("nonsense") is None
    assert load_scheme() is scheme


def test_an_unknown_name_says_what_was_meant(scheme: Scheme) -> None:
    with pytest.raises(KeyError):
        scheme["nonsense"]
    with pytest.raises(SettingError, match=r"'deniel' is no code of the scheme\. Did you mean 'denial'"):
        scheme["deniel"]
    with pytest.raises(UnknownCodeError, match="withdrawal"):
        scheme.by_family("withdrawl")
    with pytest.raises(UnknownCodeError, match="'outcome'"):
        scheme.scale("outcomes")
    with pytest.raises(UnknownCodeError, match="It takes 1, 2, 3"):
        scheme.scale("intensity")[4]


def test_each_code_tells_itself_from_a_neighbour_of_the_same_side(scheme: Scheme) -> None:
    for code in scheme:
        assert code.neighbours, code.code
        for near in code.neighbours:
            assert near.code != code.code
            assert scheme[near.code].on == code.on
        names = [near.code for near in code.neighbours]
        assert len(set(names)) == len(names)
        assert code.example.said != code.not_this.said


def test_phrases_are_short_and_have_no_subject(scheme: Scheme) -> None:
    phrases = [(c.code, c.phrase) for c in scheme]
    phrases += [(c, t) for p in load_profiles().values() for c, t in p.phrases.items()]
    for code, phrase in phrases:
        assert phrase[0].islower(), code
        assert not phrase.endswith("."), code
        assert len(phrase) <= 100, code
        assert not re.match(r"(the|she|he|they|client|therapist)\b", phrase), code


def test_words_are_neutral(scheme: Scheme) -> None:
    for where, text in _own_texts(scheme):
        assert not FORBIDDEN.search(text), f"{where}: {text}"


def test_definitions_are_not_the_codebooks_sentences(scheme: Scheme) -> None:
    def runs(text: str, length: int = 7) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z']+", text.lower())
        return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}

    book = set().union(*(runs(line) for line in CODEBOOK_SAYS.strip().splitlines()))
    for code in scheme:
        same = (runs(code.definition) | runs(code.phrase)) & book
        assert not same, f"{code.code}: {same}"


def test_scales(scheme: Scheme) -> None:
    assert scheme.scale("outcome").values == tuple(o.value for o in Outcome)
    assert scheme.scale("intensity").values == (1, 2, 3)
    for name in ("significance", "withdrawal", "confrontation", "resolution", "contribution"):
        assert scheme.scale(name).values == (1, 2, 3, 4, 5)
    assert scheme.scale("resolution").empty
    assert scheme.scale("significance")[3].label == "clear"


def test_profiles_change_words_and_never_speak_of_therapy_elsewhere(scheme: Scheme) -> None:
    profiles = load_profiles()
    assert {"therapy", "couple", "co_workers", "mentor"} <= set(profiles)
    assert next(iter(profiles)) == "therapy"
    assert profiles["therapy"].phrase(scheme["denial"]) == scheme["denial"].phrase
    assert (profiles["mentor"].self_label, profiles["mentor"].other_label) == ("mentor", "mentee")
    for name, profile in profiles.items():
        assert profile.self_label != profile.other_label
        for code in scheme:
            if name != "therapy":
                phrase = profile.phrase(code)
                assert not re.search(r"therap|client|session|exercise", phrase), (
                    f"{name}: {code.code}: {phrase}"
                )


def test_the_reference_page_is_what_the_data_says(scheme: Scheme) -> None:
    page = (ROOT / "docs" / "reference-scheme.md").read_text("utf-8")
    assert page == reference(scheme, load_profiles().values()), (
        "docs/reference-scheme.md is behind the data: write there what reference() gives"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("withdrawal.toml", 'code = "denial"', "code = denial", r"withdrawal\.toml:\d+:\d+: not valid TOML"),
        ("withdrawal.toml", 'name = "Denial"\n', "", r"withdrawal\.toml: denial: 'name' is missing"),
        ("withdrawal.toml", 'name = "Denial"', "name = 3", "denial: 'name' is of the wrong type"),
        ("withdrawal.toml", 'name = "Denial"', 'name = " "', "denial: 'name' is empty"),
        ("withdrawal.toml", 'name = "Denial"', 'name = "Denial"\nnote = "x"', "'note' is no field here"),
        ("withdrawal.toml", 'code = "denial"\nname', 'code = "De nial"\nname', "lower-case words"),
        ("withdrawal.toml", 'source = "3RS"', 'source = "4RS"', "sources: '4RS' is missing"),
        ("withdrawal.toml", 'on = "client"', 'on = "therapist"', "on is 'therapist', expected 'client'"),
        ("strategy.toml", 'code = "defends"', 'code = "denial"', "'denial' is coded on the client's turns"),
        ("strategy.toml", 'code = "defends"', 'code = "nobody"', "neighbour 'nobody' is no other code"),
        ("confrontation.toml", 'code = "defends_self"\nname', 'code = "denial"\nname', "'denial' stands"),
        ("scales.toml", "value = 3", "value = 7", r"intensity: its values are \[1, 2, 7\]"),
        ("scales.toml", 'name = "outcome"', 'name = "ending"', "ending: its values are"),
        ("scales.toml", "value = 3", "value = true", "'value' is of the wrong type"),
    ],
)  # fmt: skip
def test_damaged_data_is_named(texts: dict[str, str], file: str, old: str, new: str, message: str) -> None:
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new, 1)
    with pytest.raises(InputError, match=message):
        build_scheme(texts)


def test_a_missing_file_is_named(texts: dict[str, str]) -> None:
    del texts["scales.toml"]
    with pytest.raises(InputError, match=r"scales\.toml: the scheme's file is missing"):
        build_scheme(texts)


def test_damaged_profiles_are_named(scheme: Scheme) -> None:
    good = '[[profile]]\nname="a"\ntitle="A"\nself="b"\nother="c"\nmeeting="d"\nwork="e"\n'
    assert build_profiles(good, scheme)[0].mutual is False
    with pytest.raises(InputError, match="'a' stands there twice"):
        build_profiles(good * 2, scheme)
    with pytest.raises(InputError, match="'nobody' is no code"):
        build_profiles(good + '[profile.phrases]\nnobody="x"\n', scheme)
    with pytest.raises(InputError, match="'profile' is missing"):
        build_profiles("", scheme)
