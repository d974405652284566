"""The page in a real browser: keyboard, network, console, contrast, narrow screens, paper."""

from __future__ import annotations

import importlib.resources
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reattune.report import IndexEntry, to_html, to_html_index

from .conftest import hostile_example, long_example, quiet_example, worked_example

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = ("worked", "untimed", "quiet", "hostile", "long", "index")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, findings in {
        "worked": worked_example(),
        "untimed": worked_example(timed=False),
        "quiet": quiet_example(),
        "hostile": hostile_example(),
        "long": long_example(160),
    }.items():
        (folder / f"{name}.html").write_text(to_html(findings, index="index.html"), encoding="utf-8")
    entries = [
        IndexEntry.of(worked_example(), "worked.html"),
        IndexEntry.of(hostile_example(), "hostile.html"),
    ]
    (folder / "index.html").write_text(to_html_index(entries), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


class Opened:
    """A page that is open, with what it asked the network for and what its console said."""

    def __init__(self, browser: Any, path: Path, **settings: Any) -> None:
        settings = {"viewport": {"width": 1100, "height": 800}} | settings
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def focused(self) -> str:
        """The address that the element with the focus leads to."""
        return str(self.page.evaluate("document.activeElement.getAttribute('href') || ''"))

    def shown(self) -> str:
        """The words that the timeline shows at present."""
        return str(
            self.page.evaluate(
                "[...document.querySelectorAll('.bar > .words')]"
                ".filter(w => getComputedStyle(w).display !== 'none').map(w => w.textContent).join('|')"
            )
        )


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_the_network_for_nothing_and_the_console_is_silent(
    browser: Any, folder: Path, name: str
) -> None:
    with Opened(browser, folder / f"{name}.html") as opened:
        opened.page.mouse.wheel(0, 4_000)
        opened.page.wait_for_timeout(100)
        assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
        assert len([url for url in opened.requests if url.startswith("file:")]) == 1
        assert opened.said == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_tab_key_shows_the_words(browser: Any, folder: Path, scripts: bool) -> None:
    with Opened(browser, folder / "worked.html", java_script_enabled=scripts) as opened:
        bar = opened.page.locator('.bar[href="#turn-14"]')
        for _ in range(40):
            opened.page.keyboard.press("Tab")
            if bar.evaluate("e => e === document.activeElement"):
                break
        words = bar.locator(".words")
        assert words.is_visible()
        assert "you haven't once asked how I got through the week" in (words.text_content() or "")
        assert "voices a criticism" in (words.text_content() or "")
        assert opened.page.locator(".bar > .words:visible").count() == 1
        if scripts:
            opened.page.keyboard.press("Escape")
            assert opened.shown() == ""


@pytest.mark.parametrize("scripts", [True, False])
def test_pointing_at_any_bar_shows_the_words(browser: Any, folder: Path, scripts: bool) -> None:
    with Opened(browser, folder / "worked.html", java_script_enabled=scripts) as opened:
        bar = opened.page.locator('.bar[href="#turn-3"]')
        bar.locator(".hit").hover()
        assert "Is she better now?" in (bar.locator(".words").text_content() or "")
        assert bar.locator(".words").is_visible()


def test_only_bars_with_something_to_see_are_tab_stops(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html") as opened:
        stops = opened.page.evaluate(
            "[...document.querySelectorAll('a.bar')].filter(a => a.tabIndex === 0)"
            ".map(a => a.getAttribute('href'))"
        )
        assert stops == [f"#turn-{n}" for n in (5, 6, 8, 10, 12, 13, 14, 15, 16, 17, 18)]


def test_links_lead_from_card_to_turn_and_back(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html") as opened:
        opened.page.locator("#strain-2 a[href='#turn-14']").first.click()
        assert opened.page.locator("#turn-14:target").is_visible()
        opened.page.locator("#turn-14 a[href='#strain-2']").click()
        assert opened.page.locator("#strain-2:target").count() == 1


def test_the_first_tab_stop_skips_to_what_matters(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html") as opened:
        opened.page.keyboard.press("Tab")
        assert opened.focused() == "#main"
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Tab")
        assert opened.focused() == "#turn-5"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 768])
def test_it_never_scrolls_sideways(browser: Any, folder: Path, name: str, width: int) -> None:
    with Opened(browser, folder / f"{name}.html", viewport={"width": width, "height": 700}) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_can_be_twice_as_large(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html", viewport={"width": 640, "height": 700}) as opened:
        opened.page.evaluate("document.styleSheets[0].insertRule(':root { font-size: 200% }')")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(browser: Any, folder: Path, name: str, scheme: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with Opened(browser, folder / f"{name}.html", color_scheme=scheme) as opened:
        opened.page.evaluate(axe)
        found = opened.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map("
            "v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 300), v.nodes[0].failureSummary]))",
            AXE_TAGS,
        )
        assert found == []


def test_it_prints_without_what_only_a_screen_can_use(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html") as opened:
        opened.page.emulate_media(media="print")
        for hidden in (".skip", ".hint", "#print", "textarea"):
            assert not opened.page.locator(hidden).first.is_visible(), hidden
        assert opened.page.locator(".write").first.is_visible()
        assert opened.page.locator(".turn").last.is_visible()
        assert len(opened.page.pdf(format="A4")) > 10_000


def test_a_note_is_printed_and_guarded_against_closing(browser: Any, folder: Path) -> None:
    with Opened(browser, folder / "worked.html") as opened:
        opened.page.locator("#note-1").fill("She was tired that day.")
        opened.page.emulate_media(media="print")
        assert opened.page.locator("#note-1").is_visible()
        assert not opened.page.locator("#note-1 + .write").is_visible()
        assert opened.page.locator("#note-2 + .write").is_visible()
        opened.page.close(run_before_unload=True)
        opened.context.pages[0].wait_for_timeout(300)
        assert len(opened.said) == 1
