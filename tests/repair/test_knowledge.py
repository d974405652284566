"""The knowledge base: whole, sourced, warm, and never a change of the frame."""

from __future__ import annotations

import re

import pytest

from reattune.errors import InputError, SettingError
from reattune.record import Role, RuptureStatus, Session, Turn
from reattune.repair import SIGNS, STAGES, Kind, Phase, Strength, find_frame_talk, load_knowledge
from reattune.repair.knowledge import LATER, WORDED
from reattune.repair.loading import STATEMENT_FILES, data_text
from reattune.repair.printing import STRENGTHS
from reattune.repair.reading import SOURCES_FILE, STAGES_FILE, build_knowledge
from reattune.scheme import load_scheme

STATEMENTS = load_knowledge().statements
TEXTS = {name: data_text(name) for name in (SOURCES_FILE, STAGES_FILE, *STATEMENT_FILES)}

FRAME_WORDS = {
    "time": r"(?:extra|longer|shorter|double) (?:session|hour|meeting|time)|reschedul\w*|the hour, the place|moving the hour"
    r"|quarter of an hour|missed hours|stopped on the minute",
    "place": r"\bvideo call\b|\bhome visit\b|\bcaf[eé]\b|\bthe room\b|\bthe place\b|\bor the place\b",
    "fee": r"\bfees?\b|\bthe price\b|\bdiscount\b|\bwaive\b|\bcosts? you\b|\bthe money, the wait\b",
    "contact": r"\bcontact between\b|\b(?:text|ring|phone|e-?mail) me\b|\bmy number\b|\busual letter\b|\bgo after them\b",
    "gifts": r"\bgifts?\b|\bpresents?\b",
    "touch": r"\bhug\w*\b|\btouch\b(?! with)(?!ed on)|\bhold (?:your|their) hand\b",
    "self_disclosure": r"\byour private life\b|\ba private word\b|\bmy own (?:mother|marriage|illness)\b",
}
"""Words that speak of the frame; a therapy statement with one of them is tagged, and so stands for holding it."""


def of(kind):
    return [s for s in STATEMENTS if s.kind is kind]


def in_therapy(statement):
    return not statement.scope.profiles or "therapy" in statement.scope.profiles


def everything(statement):
    return " ".join((statement.text, *statement.wordings))


def test_every_part_has_statements():
    assert {s.kind for s in STATEMENTS} == set(Kind)
    assert {s.phase for s in of(Kind.SAY)} == set(Phase)
    assert {s.strength for s in STATEMENTS} == set(Strength)
    assert set(STRENGTHS) == {*map(str, Strength), "clinic"}


def test_every_dimension_is_spoken_to():
    for name, values in (
        ("markers", [m.code for m in load_scheme().markers]),
        ("stages", STAGES),
        ("statuses", list(RuptureStatus)),
        ("signs", [s for s in SIGNS if s not in ("transcript", "note")]),
        ("families", ["withdrawal", "confrontation", "unknown"]),
    ):
        spoken = {v for s in STATEMENTS for v in getattr(s.scope, name)}
        assert set(values) <= spoken, name


def test_what_the_source_text_asks_for_has_its_place():
    answers = ["source.allow", "source.part", "source.mistake", "source.fears"]
    ways = [
        "source.welcome", "source.time", "source.judge", "source.emotions", "source.wants", "source.questions",
        "source.rejected", "referral.when",
    ]  # fmt: skip
    outcomes = ["open.outcome", "in_repair.outcome", "repaired.outcome"]
    rest = [
        "frame.hold",
        "frame.wait",
        "know.childhood",
        "know.elsewhere",
        "everyday.know.childhood",
        "everyday.know.ordinary",
    ]
    for key in [*answers, *ways, *outcomes, *rest]:
        assert "source-text" in load_knowledge()[key].sources, key


def test_the_order_rule_is_in_the_data():
    now = [s.order for s in of(Kind.SAY) if s.phase not in LATER]
    later = [s.order for s in of(Kind.SAY) if s.phase in LATER]
    assert max(now) < min(later)
    order = {phase: [s.order for s in of(Kind.SAY) if s.phase is phase] for phase in Phase}
    for before, after in zip(list(Phase), list(Phase)[1:], strict=False):
        assert max(order[before]) < min(order[after])


def test_strategies_that_change_something_are_kept_for_later():
    change = {"changes_task_goal", "links_pattern_elsewhere", "links_pattern_in_therapy"}
    assert [s.key for s in of(Kind.SAY) if s.strategy in change and s.phase not in LATER] == []


def test_wordings_are_two_or_three_and_short_enough_to_say():
    for s in STATEMENTS:
        few, many = WORDED.get(s.kind, (0, 0))
        assert few <= len(s.wordings) <= many
        assert all(len(w.split()) <= 32 for w in s.wordings), s.key
        assert len(s.text.split()) <= 60, s.key


def test_no_wording_is_used_twice_and_no_text_within_a_kind():
    words = [w for s in STATEMENTS for w in s.wordings]
    assert len(words) == len(set(words))
    texts = [(s.kind, s.text) for s in STATEMENTS if not s.key.startswith("everyday.")]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.key)
def test_no_word_grades_or_alarms(statement):
    assert not re.search(
        r"\bfail\w*|\bresistan\w*|\bnon-?complian\w*|\bmanipulat\w*|\bdifficult client|\bdetected\b|!|\bpatholog\w*",
        everything(statement),
        re.IGNORECASE,
    )


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if in_therapy(s)], ids=lambda s: s.key)
def test_what_speaks_of_the_frame_is_tagged_as_holding_it(statement):
    words = everything(statement)
    found = {area for area, pattern in FRAME_WORDS.items() if re.search(pattern, words, re.IGNORECASE)}
    assert found <= set(statement.frame)


@pytest.mark.parametrize(
    "statement", [s for s in STATEMENTS if in_therapy(s) and s.wordings], ids=lambda s: s.key
)
def test_no_wording_proposes_a_change_of_the_frame(statement):
    """By the areas tagged in the data, and by the rules that find talk about the frame in anyone's words."""
    allowed = {"complaint_parameters"} if statement.frame else set()
    assert not statement.frame or set(statement.scope.markers) <= allowed or statement.frame == ("contact",)
    for words in statement.wordings:
        turn = Turn(0, "T", Role.THERAPIST, words)
        assert find_frame_talk(Session("s", (turn,))) == [], words


def test_what_is_tagged_never_changes_anything():
    for s in STATEMENTS:
        if s.frame:
            assert s.phase not in LATER
            assert s.strategy != "changes_task_goal"


def test_figures_stand_with_a_source_that_has_them():
    for s in STATEMENTS:
        for figure in re.findall(r"r = \.\d+|\b\d+%|\b547\b", s.text):
            assert any(figure in load_knowledge().source(key).note for key in s.sources), (s.key, figure)


def test_every_source_is_used_or_belongs_to_the_page():
    used = {key for s in STATEMENTS for key in s.sources}
    assert {s.key for s in load_knowledge().sources} - used == {"alliance-meta"}


def test_nothing_is_better_supported_than_its_sources():
    weak = {"practice", "source-text"}
    for s in STATEMENTS:
        if s.strength not in (Strength.PRACTICE, Strength.SOURCE_TEXT):
            assert set(s.sources) - weak, s.key
        if s.strength is Strength.EXPERT_CONSENSUS:
            assert "consensus" in s.sources, s.key
        if s.strength is Strength.SOURCE_TEXT:
            assert "source-text" in s.sources, s.key


def changed(name, old, new):
    assert old in TEXTS[name]
    return {**TEXTS, name: TEXTS[name].replace(old, new, 1)}


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("withdrawal.toml", 'kind = "say"', 'kind = "shout"', "denial.open: kind: 'shout'"),
        ("withdrawal.toml", 'markers = ["denial"]', 'markers = ["denail"]', "'denail' is none of"),
        ("withdrawal.toml", "order = 20", "ordre = 20", "'order' should be a number"),
        ("withdrawal.toml", "order = 20", "order = 20\nscript = true", "'script' is no field here"),
        ("withdrawal.toml", "stages = [1, 2]", "stages = [0]", "numbers from 1 to 5"),
        ("withdrawal.toml", '  "I may have come too close with that. Did I?",\n', "", "nothing"),
        ("withdrawal.toml", 'key = "denial.behind"', 'key = "denial.notice"', "stands there twice"),
        ("withdrawal.toml", 'sources = ["3rs", "practice"]\n', "", "'sources' is missing"),
        ("withdrawal.toml", 'strength = "practice"', 'strength = "proof"', "'proof' is none of"),
        ("stages.toml", "number = 1", "number = 2", "stages 1 to 5"),
        ("routes.toml", "danger = true", 'danger = "yes"', "true or false"),
        ("sources.toml", "[[source]]", "[source", "TOML"),
    ],
)
def test_a_damaged_file_is_named(name, old, new, says):
    if says == "nothing":
        build_knowledge(changed(name, old, new))
        return
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        build_knowledge(changed(name, old, new))
    assert says == "stands there twice" or caught.value.place.path == name


def test_too_few_wordings_are_refused():
    text = re.sub(
        r"wordings = \[.*?\]", 'wordings = ["One."]', TEXTS["withdrawal.toml"], count=1, flags=re.DOTALL
    )
    with pytest.raises(InputError, match="1 wordings; 'say' takes 2 to 3"):
        build_knowledge({**TEXTS, "withdrawal.toml": text})


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match="missing"):
        build_knowledge({SOURCES_FILE: TEXTS[SOURCES_FILE]})


def test_asking_for_what_is_not_there():
    knowledge = load_knowledge()
    for ask in (
        lambda: knowledge["nothing"],
        lambda: knowledge.source("nothing"),
        lambda: knowledge.stage("mixed", 1),
    ):
        with pytest.raises(SettingError, match="is no"):
            ask()
