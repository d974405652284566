"""The therapist's pages in a real browser: axe finds nothing, the keyboard goes all the way, no page is wider than a phone."""

from __future__ import annotations

import re

import pytest

from .conftest import PASSPHRASE, axe_problems, served
from .therapy import practice_at, with_case


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Address, case and an analysed session of a practice that is served."""
    place = tmp_path_factory.mktemp("web") / "practice"
    with practice_at(place) as practice:
        case = with_case(practice)
        desk = practice.desk()
        desk.add_note(case, 1, "Ask about the clock", shelf="process")
        desk.add_frame(case, 1, "moved to Thursdays", "time")
        with served(practice, place) as address:
            yield address, f"/cases/{case}"


@pytest.fixture(scope="module")
def page(opened, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{opened[0]}/unlock")
    page.fill("input[type=password]", PASSPHRASE)
    page.press("input[type=password]", "Enter")
    page.wait_for_url("**/today")
    yield page
    context.close()


PATHS = (
    "",
    *(f"/sessions/{rest}" for rest in ("1", "1/transcript", "1/turns/2", "new")),
    "/ruptures/R1",
    "/ratings",
    "/notes",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_of_a_case_has_a_barrier_or_is_wider_than_a_phone(opened, page, path):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(opened[0] + opened[1] + path)
    assert answer.status == 200
    assert len(answer.body()) < 100_000
    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []


@pytest.mark.parametrize("path", ["/today", "/cases"])
def test_the_overviews_have_no_barrier(opened, page, path):
    page.goto(opened[0] + path)
    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_turn_is_corrected_with_the_keyboard_alone(opened, page):
    page.goto(f"{opened[0]}{opened[1]}/sessions/1/transcript")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") == "turn-2"
    page.keyboard.press("c")
    page.wait_for_url(re.compile(r"/turns/2$"))
    page.focus("input[value=deferential_appeasing]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/transcript\?turn=2#turn-2$"))
    margin = page.inner_text("#turn-2 .margin")
    assert "agrees or complies quickly" in margin
    assert "The coder said:" in margin
