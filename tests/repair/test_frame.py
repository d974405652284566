"""The frame: areas, sorting, quiet warnings, and talk about it."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from reattune.errors import InputError
from reattune.formats import read
from reattune.record import FrameEvent, Role, Session, Turn
from reattune.repair import AREAS, OpenSpan, area_of, find_frame_talk, frame_talk, warnings
from reattune.repair.areas import AREA_KEYS
from reattune.repair.frame import build_areas
from reattune.repair.frame_talk import build_rules
from reattune.repair.loading import data_text

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared/data"

spec = importlib.util.spec_from_file_location("frame_talk_benchmark", ROOT / "benchmarks/frame_talk.py")
assert spec and spec.loader
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)


def session(*turns):
    return Session("s", tuple(Turn(i, r, Role(r), words) for i, (r, words) in enumerate(turns)))


def areas(role, words):
    return [s.area for s in find_frame_talk(session((role, words)))]


def test_all_areas_have_their_place_and_a_reason():
    assert tuple(AREAS) == AREA_KEYS
    assert all(a.covers and a.why and a.words for a in AREAS.values())
    assert len({a.why for a in AREAS.values()}) == len(AREAS)


@pytest.mark.parametrize(
    ("what", "area"),
    [
        ("moved to Thursdays", "time"),
        ("fee waived for one session", "fee"),
        ("session by video", "place"),
        ("texted me on Saturday night", "contact"),
        ("brought chocolates", "gifts"),
        ("hug at the end", "touch"),
        ("asked me for a reference", "role"),
        ("friend request", "social_media"),
        ("started recording", "recording"),
        ("first names from now on", "language"),
        ("told her about my divorce", "self_disclosure"),
        ("came in uniform", "clothing"),
        ("something else", None),
    ],
)
def test_a_noted_change_is_sorted(what, area):
    assert area_of(what) == area


def test_a_change_while_a_rupture_is_open_gives_a_quiet_warning_with_its_reason():
    events = [
        FrameEvent(4, "moved to Thursdays"),
        FrameEvent(3, "fee waived", "fee"),
        FrameEvent(6, "hug"),
        FrameEvent(1, "x"),
    ]
    found = warnings(events, [OpenSpan(2, 6, "R1"), OpenSpan(4, None, "R2")])
    assert [(w.session, w.what) for w in found] == [(3, "fee waived"), (4, "moved to Thursdays"), (6, "hug")]
    assert found[0].why.startswith("It falls while R1 is open (since session 2). Money")
    assert "R1 and R2 are open (since session 2)" in found[1].why
    assert "R2 is open (since session 4)" in found[2].why
    assert all(w.why.endswith("Worth a thought, and perhaps a word about it.") for w in found)


@pytest.mark.parametrize(("session", "warned"), [(1, False), (2, True), (4, True), (5, False), (9, False)])
def test_from_the_first_sign_until_it_is_settled(session, warned):
    assert bool(warnings([FrameEvent(session, "moved")], [OpenSpan(2, 5)])) is warned


def test_a_change_that_cannot_be_sorted_is_warned_of_too():
    (found,) = warnings([FrameEvent(2, "something")], [OpenSpan(2)])
    assert "a strain is open" in found.why and "what stays the same" in found.why


@pytest.mark.parametrize(
    ("role", "words", "area"),
    [
        ("client", "Could we move to evenings?", "time"),
        ("therapist", "I'll waive the fee.", "fee"),
        ("therapist", "Text me any time.", "contact"),
        ("client", "I don’t want to be recorded, and you’ve never asked.", "recording"),
    ],
)
def test_talk_about_the_frame_is_found(role, words, area):
    assert areas(role, words) == [area]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("client", "The fee of the gym is going up."),
        ("client", "My boss moved my shift."),
        ("client", "She said 'text me any time'."),
        ("client", "He hugged me."),
        ("therapist", "Could we move on to your sister?"),
        ("client", "I want to kill him."),
        ("client", "He touched me when I was nine."),
        ("third", "I'll waive the fee."),
    ],
)
def test_other_peoples_frames_and_danger_are_not(role, words):
    assert areas(role, words) == []


def test_a_suggestion_says_where_it_stands():
    words = "Right. Could we move to evenings? Or could we meet at the weekend instead?"
    (found,) = find_frame_talk(session(("therapist", "Yes?"), ("client", words)))
    assert (found.turn, found.area, found.by) == (1, "time", Role.CLIENT)
    assert words[found.start : found.end] == found.quote == "Could we move to evenings?"
    assert "Would you like to record it?" in found.why
    event = found.as_event(4)
    assert (event.session, event.what, event.area) == (4, found.quote, "time")
    long = find_frame_talk(session(("client", f"Could we move to evenings {'and so on ' * 30}")))[0].as_event(
        1
    )
    assert len(long.what) <= 120 and long.what.endswith("...")


def test_the_rules_hold_on_what_they_were_made_on():
    right, wrong, missed = benchmark.measure("tune")["all"]
    assert wrong == 0
    assert right / (right + missed) > 0.98


def test_the_rules_are_precise_on_fresh_sentences():
    right, wrong, missed = benchmark.measure("measure")["all"]
    assert right / (right + wrong) >= 0.9
    assert right / (right + missed) >= 0.45


def test_both_halves_have_all_areas_and_near_misses():
    for part in ("tune", "measure"):
        rows = benchmark.rows(part)
        assert {r["area"] for r in rows} == {*AREA_KEYS, "-"}
        assert sum(r["area"] == "-" for r in rows) >= len(rows) / 2 - 10
    texts = [r["text"] for p in ("tune", "measure") for r in benchmark.rows(p)]
    assert len(texts) == len(set(texts)) >= 120


def test_the_cues_only_save_time():
    plain = tuple(
        dataclasses.replace(a, cues=(), rules=tuple(dataclasses.replace(r, cues=()) for r in a.rules))
        for a in build_rules(data_text("frame_talk.toml"))
    )
    texts = [(r["role"], r["text"]) for p in ("tune", "measure") for r in benchmark.rows(p)]
    for path in sorted((ROOT / "examples/sessions").glob("*.vtt")):
        made = read(path)
        for one in [made] if isinstance(made, Session) else made:
            texts += [(str(t.role), t.text) for t in one]
    whole = session(*texts)
    with_cues = find_frame_talk(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_talk, "_rules", lambda: plain)
        assert find_frame_talk(whole) == with_cues


@pytest.mark.parametrize("name", ["annomi/annomi-dev.csv", "mibot/mibot.csv"])
def test_real_talk_gives_few_suggestions(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip("the corpora lie beside the repository and are absent here")
    sessions = read(path)
    hits = sum(len(find_frame_talk(s)) for s in sessions)
    assert hits <= len(sessions) / 8


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[area]]\nkey = "tmie"\npatterns = []', "no area"),
        ('[[area]]\nkey = "time"\npatterns = [{ match = "(" }]', "no regular expression"),
        ('[[area]]\nkey = "time"\npatterns = [{ match = "{wee}" }]', "no part"),
        ('[[area]]\nkey = "time"\npatterns = [{ match = "a", by = "nurse" }]', "neither"),
        ("[[area", "TOML"),
    ],
)
def test_a_damaged_rule_file_is_named(text, says):
    with pytest.raises(InputError, match=says) as caught:
        build_rules(text)
    assert caught.value.place.path == "frame_talk.toml"


def test_a_missing_area_is_named():
    with pytest.raises(InputError, match="in this order"):
        build_areas(data_text("frame.toml").replace('key = "fee"', 'key = "fees"'))
