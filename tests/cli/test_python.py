"""The public face in Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reattune
from reattune.errors import InputError, SettingError
from reattune.report import to_csv, to_dict, to_html

from .conftest import GOOD, FakeCoder
from .test_analyze import TABLE


def test_every_public_name_is_there() -> None:
    assert [name for name in reattune.__all__ if getattr(reattune, name, None) is None] == []
    assert set(reattune.__all__) <= set(dir(reattune))
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        reattune.analyse  # noqa: B018


def test_read_gives_one_session_or_a_list(here: Path) -> None:
    session = reattune.read("a.txt")
    assert isinstance(session, reattune.Session)
    assert len(session) == 6
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    sessions = reattune.read("many.csv")
    assert isinstance(sessions, list)
    assert [one.id for one in sessions] == ["one", "two"]


def test_read_says_what_is_wrong(here: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        reattune.read(here / "gone.txt")
    with pytest.raises(reattune.ReattuneError):
        reattune.read("a.txt", therapist="Nobody")


def test_analyze_gives_all_forms(here: Path, fake_coder: list[str]) -> None:
    session = reattune.read("a.txt")
    assert isinstance(session, reattune.Session)
    analysis = reattune.analyze(session)
    assert isinstance(analysis, reattune.Analysis)
    assert isinstance(analysis.episodes[0], reattune.Episode)
    assert analysis.to_dict() == to_dict(analysis)
    assert json.loads(analysis.to_json(indent=2)) == analysis.to_dict()
    assert analysis.to_json().count("\n") == 0
    assert analysis.to_csv() == to_csv(analysis)
    assert analysis.to_html() == to_html(analysis)
    assert analysis.coder.name == "fake"
    assert fake_coder == ["embedded"]


def test_a_coder_by_name_or_at_hand(here: Path, fake_coder: list[str]) -> None:
    session = reattune.read("a.txt")
    assert isinstance(session, reattune.Session)
    for coder in ("other", FakeCoder()):
        reattune.analyze(session, coder)
    assert fake_coder == ["other"]


def test_a_list_of_sessions_is_refused_with_the_way_out(here: Path) -> None:
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    with pytest.raises(SettingError, match="for session in sessions"):
        reattune.analyze(reattune.read("many.csv"))  # type: ignore[arg-type]


def test_an_analysis_cannot_be_changed(here: Path) -> None:
    session = reattune.read("a.txt")
    assert isinstance(session, reattune.Session)
    assert GOOD.count("\n") == len(session)
    with pytest.raises(AttributeError):
        reattune.analyze(session).episodes = ()  # type: ignore[misc]
