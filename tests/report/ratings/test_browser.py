"""The page in a real browser: network, console, contrast, narrow screens, dark, paper."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..test_browser import ARGS, AXE_TAGS, CHROMIUM, Opened
from .caseload import hostile, quiet, watched

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)")

PAGES = {"watched": watched, "quiet": quiet, "hostile": hostile}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ratings")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_text(make().to_html(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_the_network_for_nothing_and_the_console_is_silent(
    browser: Any, folder: Path, name: str
) -> None:
    with Opened(browser, folder / f"{name}.html") as opened:
        opened.page.mouse.wheel(0, 4_000)
        opened.page.wait_for_timeout(100)
        assert len(opened.requests) == 1 and opened.said == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(browser: Any, folder: Path, name: str, scheme: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with Opened(browser, folder / f"{name}.html", color_scheme=scheme) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        opened.page.evaluate(axe)
        found = opened.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map("
            "v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 300), v.nodes[0].failureSummary]))",
            AXE_TAGS,
        )
        assert found == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 768])
def test_it_never_scrolls_sideways(browser: Any, folder: Path, name: str, width: int) -> None:
    with Opened(browser, folder / f"{name}.html", viewport={"width": width, "height": 700}) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_narrow_screen_gets_a_picture_of_its_own(browser: Any, folder: Path) -> None:
    for width, wide in ((375, False), (1100, True)):
        with Opened(browser, folder / "watched.html", viewport={"width": width, "height": 700}) as opened:
            assert opened.page.locator(".plot .wide").first.is_visible() is wide
            assert opened.page.locator(".plot .narrow").first.is_visible() is not wide
            text = opened.page.locator(".plot svg:visible text").first
            assert text.bounding_box()["height"] >= 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_takes_the_pages_colours(browser: Any, folder: Path, scheme: str) -> None:
    with Opened(browser, folder / "watched.html", color_scheme=scheme) as opened:
        line = opened.page.locator('.plot .wide .mark-line path[stroke="#14536f"]').first
        drawn = line.evaluate("e => getComputedStyle(e).stroke")
        assert drawn == {"light": "rgb(20, 83, 111)", "dark": "rgb(140, 198, 224)"}[scheme]


def test_the_table_opens_with_the_keyboard(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "watched.html") as opened:
        summary = opened.page.locator(".numbers summary").first
        summary.focus()
        opened.page.keyboard.press("Enter")
        assert opened.page.locator(".numbers table").first.is_visible()


def test_it_prints(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "watched.html", color_scheme="dark") as opened:
        opened.page.emulate_media(media="print")
        for hidden in (".skip", "#print", ".numbers summary"):
            assert not opened.page.locator(hidden).first.is_visible(), hidden
        assert opened.page.locator(".plot .wide").first.is_visible()
        assert len(opened.page.pdf(format="A4")) > 20_000
