"""The example sessions can be read, and their codes follow the scheme and the codebook's rules."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reattune.formats import read
from reattune.record import Outcome, Session
from reattune.scheme import load_scheme

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples" / "sessions").iterdir())
STEMS = [path.stem for path in FILES]
LINES = [json.loads(line) for line in (ROOT / "examples" / "codes.jsonl").read_text("utf-8").splitlines()]
FORMATS = {"webvtt", "srt", "text", "csv", "tsv", "whisperx", "convokit", "docx"}
UNEVENTFUL = {
    "asylum-first-meeting",
    "carers-line",
    "gp-smoking",
    "grief-allotment",
    "phone-shed",
    "student-viva",
}


@cache
def _session(stem: str) -> Session:
    (session,) = read(FILES[STEMS.index(stem)])
    return session


def _of(stem: str, kind: str) -> list[dict[str, Any]]:
    return [line for line in LINES if line["t"] == stem and line["k"] == kind]


def _codes(stem: str) -> dict[int, list[list[Any]]]:
    return {line["u"]: line["codes"] for line in _of(stem, "turn")}


def _intensities(stem: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for codes in _codes(stem).values():
        for name, *intensity in codes:
            found[load_scheme()[name].family].append(intensity[0] if intensity else 0)
    return found


def test_files_and_codes_belong_together() -> None:
    assert len(FILES) >= 10
    assert len(set(STEMS)) == len(STEMS)
    assert {line["t"] for line in LINES} == set(STEMS)
    assert {line["k"] for line in LINES} == {"turn", "episode", "session"}


def test_every_format_is_shown() -> None:
    assert {_session(stem).format for stem in STEMS} == FORMATS


@pytest.mark.parametrize("stem", STEMS)
def test_reads_as_a_session_of_two_sides(stem: str) -> None:
    session = _session(stem)
    assert session.id == stem
    assert 30 <= len(session) <= 120
    assert any(turn.role.helps for turn in session)
    assert any(turn.role.strains for turn in session)
    assert not session.notices, [str(notice) for notice in session.notices]


def test_roles_are_as_meant() -> None:
    roles = {(s, a.speaker): a.role.value for s in STEMS for a in _session(s).roles}
    assert roles["cbt-bridge", "Priya Nair"] == "therapist"
    assert roles["dbt-diary-card", "Kayleigh"] == "client"
    assert roles["student-viva", "SPEAKER_01"] == "therapist"
    assert roles["asylum-first-meeting", "Interpreter"] == "third"
    assert roles["couple-kitchen", "Nkem"] == roles["couple-kitchen", "Tomás"] == "client"
    assert roles["mentor-handover", "Claire"] == "self"
    assert roles["mentor-handover", "Wei"] == "other"


@pytest.mark.parametrize("stem", STEMS)
def test_codes_are_the_schemes_and_stand_on_the_right_side(stem: str) -> None:
    scheme = load_scheme()
    session = _session(stem)
    indices = [line["u"] for line in _of(stem, "turn")]
    assert indices == sorted(set(indices))
    for index, codes in _codes(stem).items():
        role = session.turns[index].role
        assert codes
        assert len({name for name, *_ in codes}) == len(codes)
        for name, *intensity in codes:
            code = scheme[name]
            where = f"{stem} {index} {name}: {session.turns[index].text}"
            assert role.strains if code.is_marker else role.helps, where
            assert (intensity[0] in (1, 2, 3) and len(intensity) == 1) if code.is_marker else not intensity, (
                where
            )


@pytest.mark.parametrize("stem", STEMS)
def test_episodes_hold_the_markers(stem: str) -> None:
    scheme = load_scheme()
    session = _session(stem)
    codes = _codes(stem)
    families = {u: {scheme[name].family for name, *_ in found} for u, found in codes.items()}
    markers = {u for u, found in families.items() if found & {"withdrawal", "confrontation"}}
    covered: set[int] = set()
    for episode in _of(stem, "episode"):
        span = range(episode["start"], episode["end"] + 1)
        assert span and span[-1] < len(session)
        assert covered.isdisjoint(span)
        covered |= set(span)
        assert episode["start"] in markers
        if episode["trigger"] is not None:
            assert 0 <= episode["trigger"] < episode["start"]
            assert session.turns[episode["trigger"]].role.helps
        kinds = {f for u in span for f in families.get(u, set())} & {"withdrawal", "confrontation"}
        assert episode["type"] == ("mixed" if len(kinds) == 2 else next(iter(kinds)))
        assert 1 <= episode["significance"] <= 5
        tried = any("strategy" in families.get(u, set()) for u in span)
        assert (Outcome(episode["outcome"]) is Outcome.UNADDRESSED) == (not tried)
    assert markers <= covered


@pytest.mark.parametrize("stem", STEMS)
def test_session_ratings_fit_the_codes(stem: str) -> None:
    (line,) = _of(stem, "session")
    found = _intensities(stem)
    for family in ("withdrawal", "confrontation"):
        strongest = max(found[family], default=0)
        least, most = {0: (1, 1), 1: (1, 2), 2: (3, 5), 3: (4, 5)}[strongest]
        assert least <= line[family] <= most, family
    outcomes = {episode["outcome"] for episode in _of(stem, "episode")}
    assert (line["resolution"] is None) == (not outcomes)
    if outcomes == {"resolved"}:
        assert line["resolution"] >= 4
    if outcomes and outcomes <= {"attempted"}:
        assert line["resolution"] <= 2
    assert (line["contribution"] == 1) == (not found["contribution"])


def test_the_uneventful_ones_are_uneventful_and_most_turns_are() -> None:
    assert {stem for stem in STEMS if not _of(stem, "turn")} == UNEVENTFUL
    client = sum(turn.role.strains for stem in STEMS for turn in _session(stem))
    marked = sum(_session(s).turns[u].role.strains for s in STEMS for u in _codes(s))
    assert 0.08 < marked / client < 0.17


def test_every_kind_of_ending_and_every_type_is_shown() -> None:
    episodes = [line for line in LINES if line["k"] == "episode"]
    assert {e["outcome"] for e in episodes} == {o.value for o in Outcome}
    assert {e["type"] for e in episodes} == {"withdrawal", "confrontation", "mixed"}


def test_the_page_names_every_session() -> None:
    page = (ROOT / "docs" / "examples.md").read_text("utf-8")
    named = re.findall(r"`([\w-]+\.\w+)`", page)
    assert sorted(set(named) & {p.name for p in FILES}) == [p.name for p in FILES]
    for path in FILES:
        row = next(line for line in page.splitlines() if f"`{path.name}`" in line)
        for episode in _of(path.stem, "episode"):
            assert episode["outcome"] in row, row
