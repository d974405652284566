"""The client's pages in Chromium: axe, a phone, large text, no script; the tablet and its back button."""

from __future__ import annotations

from datetime import date

import pytest

from .conftest import PASSPHRASE, axe_problems, served

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def case(practice):
    desk = practice.desk()
    made = desk.add_case("Willow")
    desk.add_meeting(made, date(2026, 3, 2))
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_whole_check_in_on_a_phone(practice, place, case, chromium, language, scheme):
    _, token = practice.desk().make_link(case, 1)
    with served(practice, place) as address:
        page = chromium.new_context(viewport=PHONE, color_scheme=scheme, locale=language).new_page()
        page.goto(f"{address}/c/{token}")
        assert page.locator("html").get_attribute("lang") == language
        assert axe_problems(page) == []
        assert not page.locator("#words").is_visible(), "what belongs to a yes opens with it"
        page.locator("input[name=heard][value='1']").check()
        page.locator("input[name=hard][value=yes]").check()
        page.locator("#words").fill("Too fast.")
        page.locator("input[name=hard][value=no]").check()
        assert page.locator("#words").is_visible(), "what is filled in stays in sight"
        page.locator("input[name=hard][value=yes]").check()
        page.locator("input[name=sharing][value=talk_first]").check()
        assert axe_problems(page) == []
        for step in ("form button", "form button"):
            page.locator(step).first.click()
            page.wait_for_load_state()
            assert axe_problems(page) == []
        page.goto(f"{address}/c/{token}")
        assert page.locator("#words").input_value() == "Too fast."
        assert axe_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.context.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_text_twice_as_large_on_the_smallest_phone(practice, place, case, chromium, language):
    _, token = practice.desk().make_link(case, 1)
    with served(practice, place) as address:
        page = chromium.new_context(viewport={"width": 320, "height": 640}).new_page()
        for path in (f"/c/{token}", "/help/repair", "/help/first-session"):
            page.goto(f"{address}{path}?lang={language}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.context.close()


def test_by_keyboard_alone_and_without_script(practice, place, case, chromium):
    _, token = practice.desk().make_link(case, 1)
    with served(practice, place) as address:
        page = chromium.new_context(viewport=PHONE, java_script_enabled=False).new_page()
        page.goto(f"{address}/c/{token}?lang=en")
        page.locator("input[name=heard]").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.locator("form button").first.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "saved" in page.content()
        page.context.close()
    said = dict(practice.door.read_back(token).answers)
    assert said == {"heard": 2.0, "matters": 0.0}


def test_the_tablet_and_its_back_button(practice, place, case, chromium):
    with served(practice, place) as address:
        page = chromium.new_context(viewport={"width": 820, "height": 1180}).new_page()
        page.goto(f"{address}/unlock")
        page.locator("input[type=password]").first.fill(PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
        page.goto(f"{address}/cases/{case}/links")
        assert axe_problems(page) == []
        page.locator("button[formaction]").click()
        page.wait_for_url("**/t/**")
        assert axe_problems(page) == []
        for _ in range(2):
            page.go_back()
            page.wait_for_load_state()
            assert "/t/" in page.url and "Willow" not in page.content()
        page.goto(f"{address}/t/{page.url.rpartition('/t/')[2].partition('?')[0]}?lang=en")
        page.locator("input[name=heard][value='4']").check()
        with page.expect_navigation():
            page.locator("form button").first.click()
        assert "give the tablet back" in page.content() and axe_problems(page) == []
        page.goto(f"{address}/cases/{case}")
        assert "give the tablet back" in page.content() and "Willow" not in page.content()
        page.context.close()


def test_links_and_help_have_no_problems(practice, place, case, chromium):
    with served(practice, place) as address:
        page = chromium.new_context(viewport={"width": 1100, "height": 900}).new_page()
        page.goto(f"{address}/unlock")
        page.locator("input[type=password]").first.fill(PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
        page.goto(f"{address}/cases/{case}/links")
        page.locator("form[action$=links] button").first.click()
        page.wait_for_load_state()
        assert page.locator(".slip svg").count() == 1 and axe_problems(page) == []
        for path in ("/help", "/help/repair?lang=en", "/help/repair?lang=de", "/help/first-session?lang=de"):
            page.goto(address + path)
            assert axe_problems(page) == [], path
        page.context.close()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("sheet", "pages"), [("repair", 2), ("first-session", 1)])
def test_sheets_print_on_the_paper_they_say(practice, place, chromium, language, sheet, pages):
    practice.settings.danger_text = {language: "Call 030 555 0101.\nAt night 0800 555 0102.\nIn danger 112."}
    with served(practice, place) as address:
        page = chromium.new_context().new_page()
        page.goto(f"{address}/help/{sheet}?lang={language}")
        assert page.pdf(format="A4").count(b"/Type /Page\n") == pages
        page.context.close()
