"""The page as a document: whole, guarded, with a table for each picture."""

from __future__ import annotations

import re

import pytest

from reattune.monitoring import Monitoring, monitor
from reattune.report.ratings import page

from ..pages import Page
from .caseload import HOSTILE, hostile, quiet, ratings, watched
from .test_terminal import NEVER

MADE = {"watched": watched, "hostile": hostile, "quiet": quiet}


@pytest.fixture(scope="module", params=MADE)
def made(request: pytest.FixtureRequest) -> str:
    return MADE[request.param]().to_html()


def test_every_element_is_closed_and_every_id_is_its_own(made: str) -> None:
    read = Page(made)
    assert [fault for fault in read.faults if "self-closing" not in fault] == []
    ids = [one for one in read.ids if one]
    assert sorted(set(ids)) == sorted(ids)
    assert {link.removeprefix("#") for link in read.links if link.startswith("#")} <= set(ids)


def test_it_loads_nothing(made: str) -> None:
    read = Page(made)
    assert [one for one in read.links if not one.startswith(("#", "data:"))] == []
    policies = [one.get("content") or "" for one in read.all("meta") if "http-equiv" in one]
    assert policies[0].startswith("default-src 'none'") and "@import" not in made
    assert not re.search(r'\sstyle="', made)
    assert not re.search(r"url\((?!#)", re.sub(r"<style>.*?</style>", "", made, flags=re.DOTALL))


def test_each_picture_has_words_and_a_table() -> None:
    text = watched().to_html()
    read = Page(text)
    pictures = [one for one in read.all("svg") if one.get("role") == "img"]
    assert len(pictures) == 2 * 4
    labels = {name for one in pictures for name in (one["aria-labelledby"] or "").split()}
    assert labels <= set(read.ids)
    assert read.said.count("The numbers as a table") == 4
    assert "2.90" in read.said and "no form" in read.said
    assert "What speaks against it" in read.said


def test_the_whole_caseload_stands_in_one_table() -> None:
    said = Page(watched().to_html()).said
    assert "All drops in one table" in said
    assert re.search(r"open WAI-SR client 6 16 Feb 2026 4\.\d+ to 2\.90 not back yet \d+ in 100", said)
    assert "2 other cases have no flag" in said


def test_no_word_that_judges() -> None:
    for one in (watched(), quiet()):
        said = Page(one.to_html()).said.replace("false alarms", "")
        assert not NEVER.search(said), NEVER.search(said)


def test_names_are_shown_and_not_run() -> None:
    text = hostile().to_html()
    assert HOSTILE not in text
    assert HOSTILE in Page(text).said


def test_many_cases_are_drawn_small_and_the_rest_is_counted() -> None:
    many = {f"c{n:03}": {"client": [4.3, 4.4, 4.3, 4.4, 4.3, 2.4]} for n in range(15)}
    found = monitor(ratings(many))
    text = page.to_html(found)
    read = Page(text)
    assert len(read.all("article")) == page.MOST_CARDS
    assert "Further cases with a drop" in read.said
    assert len([one for one in read.all("svg") if one.get("role") == "img"]) == 2 * 12 + 3


def test_what_does_not_fit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_CARDS", 1)
    monkeypatch.setattr(page, "MOST_SMALL", 1)
    monkeypatch.setattr(page, "MOST_ROWS", 3)
    drawn: list[int] = []
    said = Page(page.to_html(watched(), source="clinic.csv", step=lambda: drawn.append(1))).said
    assert len(drawn) == page.most_drawn(watched()) == 2
    assert "2 more cases have a drop and no picture on this page" in said
    assert "1 more case with a drop does not stand here" in said
    assert "clinic.csv" in said


def test_another_rule_and_a_turned_form() -> None:
    found: Monitoring = watched(rule="xmr-baseline")
    said = Page(found.to_html()).said
    assert "short dashes: below them the rule flags" in said and "Chance of a drop" not in said
