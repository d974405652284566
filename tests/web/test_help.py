"""The pages to read and hand out: there without signing in, in every language, with sources."""

from __future__ import annotations

import re

import pytest

from reattune.web.i18n import languages
from reattune.web.marking import marked

SHEETS = ("repair", "first-session")


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("sheet", SHEETS)
def test_each_sheet_stands_in_each_language_without_signing_in(practice, browser_of, code, sheet):
    practice.settings.danger_text = {code: "Call 030 555 0101."}
    page = browser_of(practice).get(f"/help/{sheet}?lang={code}")
    assert page.status_code == 200 and f'<html lang="{code}"' in page.text
    title = languages()[code].find(f"help.{sheet.replace('-', '_')}.title")
    assert f"<h1>{title}</h1>" in page.text
    assert "Safran" in page.text and "Call 030 555 0101." in page.text
    assert "**" not in page.text and "<strong>" in page.text and "<script" not in page.text
    assert len(page.content) < 30_000


def test_they_stand_also_while_the_practice_is_locked(browser_of):
    assert browser_of(None).get("/help/repair").status_code == 200


def test_the_figures_are_those_of_the_sources(practice, browser_of):
    page = browser_of(practice).get("/help/repair?lang=en").text
    for figure in (
        "eleven studies with 1,314 people",
        "547 people",
        "93 in 100",
        "295 studies",
        "134 experts",
    ):
        assert figure in page
    assert "no proof" in page


@pytest.mark.parametrize(
    "part", ["friendship", "families", "at work", "children", "another therapist", "admit a mistake", "touch"]
)
def test_what_the_source_text_asks_for_has_its_place(practice, browser_of, part):
    assert part in browser_of(practice).get("/help/repair?lang=en").text


def test_the_list_of_pages_leads_to_each(owner):
    page = owner.get("/help")
    assert page.status_code == 200
    for sheet in SHEETS:
        for code in languages():
            assert f'href="/help/{sheet}?lang={code}"' in page.text
    for path in re.findall(r'href="(/help/[^"]+)"', page.text):
        assert owner.get(path).status_code == 200


def test_emphasis_is_all_the_markup_there_is():
    assert marked("**a** *b* <i>c</i>") == "<strong>a</strong> <em>b</em> &lt;i&gt;c&lt;/i&gt;"
