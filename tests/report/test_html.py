"""The page: sound, linked both ways, escaped, and worded with care."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reattune.record import CoderId, Role, RoleAssignment
from reattune.report import IndexEntry, to_html, to_html_index
from reattune.ruptures.findings import Findings

from .conftest import (
    HOSTILE,
    coding_of,
    hostile_example,
    long_example,
    quiet_example,
    session_of,
    worked_example,
)
from .pages import Page

MAKERS: dict[str, Callable[[], Findings]] = {
    "worked": worked_example,
    "untimed": lambda: worked_example(timed=False),
    "quiet": quiet_example,
    "hostile": hostile_example,
    "long": lambda: long_example(400),
}
FORBIDDEN = re.compile(
    r"\b(fail\w*|resistan\w*|non-?complian\w*|grade[ds]?|score[ds]?|bad therapist|alarm\w*|detected|"
    r"wrong with|poor\w*|unsuccessful)\b",
    re.IGNORECASE,
)
ALLOWED = ("no grade of anyone's work", "the others are false alarms")


@pytest.fixture(scope="module", params=MAKERS)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(to_html(MAKERS[request.param]()))


def test_it_is_well_formed(page: Page) -> None:
    assert page.faults == []
    assert page.all("html") == [{"lang": "en"}]
    assert [tag for tag in ("header", "main", "footer") if not page.all(tag)] == []
    assert len(page.all("h1")) == 1


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    ids = set(page.ids)
    assert [link for link in page.links if not link.startswith("#") or link[1:] not in ids] == []
    named = [value for _, attrs in page.tags if (value := attrs.get("aria-labelledby"))]
    assert set(named) <= ids


def test_it_loads_nothing_and_runs_only_its_own_script(page: Page) -> None:
    assert [
        a for _, a in page.tags if "src" in a or "srcset" in a or any(k.startswith("on") for k in a)
    ] == []
    assert [a for _, a in page.tags if "style" in a] == []
    assert {a.get("href") for a in page.all("link")} == {"data:,"}
    assert len(page.all("script")) == 1
    assert not re.search(r"url\((?!#)|@import|https?:(?!//www\.w3\.org/1999/xhtml)", page.text)


def test_the_policy_allows_this_style_and_script_only(page: Page) -> None:
    policy = next(a["content"] or "" for a in page.all("meta") if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        inner = page.text.split(f"<{tag}>", 1)[1].split(f"</{tag}>", 1)[0]
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_turn_stands_in_the_transcript(page: Page) -> None:
    numbers = [i for i in page.ids if re.fullmatch(r"turn-\d+", i)]
    assert numbers == [f"turn-{n}" for n in range(1, len(numbers) + 1)]


def test_cards_and_turns_are_linked_both_ways(findings: Findings) -> None:
    text = to_html(findings)
    for number, episode in enumerate(findings.episodes, 1):
        card = text.split(f'id="strain-{number}"', 1)[1].split("</article>", 1)[0]
        for index in (episode.trigger, *episode.markers, *(use.turn for use in episode.strategies)):
            assert index is not None
            assert f'href="#turn-{index + 1}"' in card
            line = text.split(f'<li id="turn-{index + 1}"', 1)[1].split('<li id="turn-', 1)[0]
            assert f'href="#strain-{number}"' in line


def test_the_worked_session_says_what_it_must(findings: Findings) -> None:
    said = Page(to_html(findings)).said
    for words in (
        "Possible strain, worth checking",
        "Look first at turns 6–12 (from 0:39): the client may have drawn back from the therapist",
        "more likely than not, about 78 in 100",
        "Then: turns 14–18.",
        "“Okay” can be plain agreement.",
        "gives a bare reply",
        "Just before strain 1",
        "Tried in strain 2",
        "Cannot say",
        "Left to you",
        "strain: about 47 in 100",
        "one clear moment or more",
        "they marked about 62",
        "it finds about 47",
        "embedded 1.0.0",
        "loads nothing from anywhere",
    ):
        assert words in said, words


def test_without_a_strain_it_is_calm_and_honest(quiet: Findings) -> None:
    said = Page(to_html(quiet)).said
    assert "This coder found no strain in the session." in said
    assert "it misses about 53 in 100" in said
    assert "What you could still look at" in said
    unknown = replace(quiet, coding=replace(quiet.coding, settings={}))
    said = Page(to_html(unknown)).said
    assert "in 100" not in said
    assert "no proof that there was none" in said


def test_the_turns_that_came_nearest_are_offered(quiet: Findings) -> None:
    near = replace(quiet.coding.turns[1], p_rupture=0.31)
    coding = replace(quiet.coding, turns=(quiet.coding.turns[0], near, *quiet.coding.turns[2:]))
    said = Page(to_html(replace(quiet, coding=coding))).said
    assert "came nearest to the line" in said
    assert "strain: about 31 in 100" in said


def test_no_word_judges(page: Page) -> None:
    said = page.said
    for words in ALLOWED:
        said = said.replace(words, "")
    assert FORBIDDEN.findall(said) == []


def test_no_number_is_put_on_the_session_or_the_therapist(findings: Findings) -> None:
    whole = to_html(findings).split('class="whole"', 1)[1].split("</dl>", 1)[0]
    assert not re.search(r"\d", Page(f"<dl>{whole.split('>', 1)[1]}</dl>").said)


def test_hostile_words_stay_words() -> None:
    page = Page(to_html(hostile_example()))
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert page.said.count(" ".join(HOSTILE.split())) >= 8
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", page.text)
    assert page.text.encode()


def test_hostile_words_in_the_index() -> None:
    page = Page(to_html_index([IndexEntry.of(hostile_example(), "a.html")]))
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert page.links == ["#main", "a.html"]


def test_a_guess_of_the_therapist_is_said_early(findings: Findings) -> None:
    guess = RoleAssignment("Dr Osei", Role.THERAPIST, "guess", 0.62)
    session = replace(findings.session, roles=(guess,))
    said = Page(to_html(replace(findings, session=session))).said
    assert said.index("guessed from the talk: “Dr Osei” as the therapist (62 in 100)") < said.index(
        "Look first"
    )


def test_a_person_s_coding_is_not_given_odds(findings: Findings) -> None:
    coding = replace(findings.coding, coder=CoderId("human", "Reader B", ""), settings={})
    said = Page(to_html(replace(findings, coding=coding))).said
    assert "A person coded this." in said
    assert "Coded by a person: Reader B." in said
    assert "How sure the coder" not in said


def test_other_relationships_are_called_by_their_names(findings: Findings) -> None:
    swap = {Role.THERAPIST: Role.SELF, Role.CLIENT: Role.OTHER}
    turns = tuple(replace(turn, role=swap[turn.role]) for turn in findings.session.turns)
    said = Page(to_html(replace(findings, session=replace(findings.session, turns=turns)))).said
    assert "Maren may have drawn back from Dr Osei or from the talk" in said
    assert "the client may" not in said


def test_a_third_voice_and_a_one_turn_session() -> None:
    session = session_of([("X", "Sorry, wrong room.")])
    findings = replace(quiet_example(), session=session, coding=coding_of(session, {}))
    page = Page(to_html(findings))
    assert page.faults == []
    assert "third voice" in page.said


def test_a_long_session_is_cut_into_rows() -> None:
    findings = long_example(1_000)
    text = to_html(findings)
    assert text.count('class="chart"') == 7
    assert text.count('class="card ') == len(findings.episodes)
    assert len(text) < 4_000_000


def test_the_same_findings_give_the_same_page(findings: Findings) -> None:
    assert to_html(findings) == to_html(worked_example())
