"""From an empty machine to a restored backup, in a real browser; every page of the practice looked at by axe on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import PASSPHRASE, PASSWORD, axe_problems, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NEW = "seven quiet lanterns drift"


class Look:
    """A page that is looked at: what axe finds, whether it scrolls sideways, what the console says."""

    def __init__(self, browser: Any, url: str, **settings: Any) -> None:
        self.url = url
        self.context = browser.new_context(viewport={"width": 1100, "height": 800}, **settings)
        self.context.set_default_timeout(240_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("request", lambda r: self.foreign.append(r.url) if not r.url.startswith(url) else None)
        self.seen: list[str] = []

    def _heard(self, message: Any) -> None:
        """Errors and warnings, but for the status of a page that is not there; not the browser's hints to developers."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.said.append(message.text)

    def at(self, title: str) -> None:
        """The page has this heading, and nothing is wrong with it, wide or narrow, light or dark."""
        sync_api.expect(self.page).to_have_title(re.compile(re.escape(title)), timeout=240_000)
        wrong = []
        for scheme, width, rules in (("light", 1100, None), ("dark", 320, ["color-contrast", "target-size"])):
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 800})
            wrong += [f"{title}, {scheme}: {problem}" for problem in axe_problems(self.page, rules)]
            over = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong += [f"{title} at {width}: {over} pixels too wide"] if over > 0 else []
        assert len(self.page.content()) < 100_000
        self.page.set_viewport_size({"width": 1100, "height": 800})
        assert wrong == []

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def go(self, path: str, title: str) -> None:
        self.page.goto(self.url + path)
        self.at(title)


def test_from_first_run_to_restored_backup(chromium: Any, place: Path) -> None:
    with served(None, place) as url:
        look = Look(chromium, url)
        page = look.page
        page.goto(url)
        look.at("Welcome")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", "something else entirely")
        look.press("Make the practice")
        look.at("Welcome")
        page.locator("#mend").wait_for()
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#passphrase_again", PASSPHRASE)
        look.press("Make the practice")
        look.at("Your recovery code")
        code = page.inner_text(".secret")
        page.check("input[type=checkbox]")
        look.press("Go on")
        look.at("A first look")
        look.press("No, begin empty")
        page.wait_for_url("**/today")
        look.go("/settings", "Settings")
        page.fill("#alert_budget", "4")
        look.press("Keep these settings")
        look.at("Settings")
        assert page.input_value("#alert_budget") == "4"
        for path, title in (("/settings/passphrase", "Change the passphrase"), ("/settings/recovery-code", "A new recovery code"),
                            ("/accounts", "Accounts"), ("/backup", "Backup")):  # fmt: skip
            look.go(path, title)
        look.press("Make a backup now")
        look.at("Backup")
        page.get_by_role("link", name="Delete").click()
        look.at("Delete a backup")
        page.goto(url + "/settings")
        page.fill("#alert_budget", "9")
        look.press("Keep these settings")
        page.goto(url + "/backup")
        page.get_by_role("link", name="Go back to this").click()
        look.at("Go back to a backup")
        page.fill("#passphrase", PASSPHRASE)
        page.check("[name=sure]")
        look.press("Go back")
        page.wait_for_url("**/today")
        page.goto(url + "/settings")
        assert page.input_value("#alert_budget") == "4"
        look.go("/audit", "Who looked at what")
        look.go("/nowhere", "This page is not here")
        look.press("Lock")
        look.at("Open the practice")
        page.click("summary")
        page.fill("#code", code)
        look.press("Open with the code")
        look.at("A new passphrase")
        page.fill("#passphrase", NEW)
        page.fill("#passphrase_again", NEW)
        look.press("Set the new passphrase")
        page.wait_for_url("**/today")
        page.goto(url + "/accounts")
        for field, value in (
            ("own_name", "Thea"),
            ("own_password", PASSWORD),
            ("admin_name", "Ada"),
            ("admin_password", PASSWORD),
        ):
            page.fill(f"#{field}", value)
        look.press("Begin with accounts")
        look.at("Sign in")
        page.fill("#name", "Ada")
        page.fill("#password", PASSWORD)
        look.press("Sign in")
        look.at("Accounts")
        page.get_by_role("link", name="Change Thea").click()
        look.at("Thea")
        look.go("/settings/password", "Change your password")
        look.press("Sign out")
        page.fill("#name", "Thea")
        page.fill("#password", PASSWORD)
        look.press("Sign in")
        look.go("/settings", "Settings")
        assert look.said == [] and look.foreign == []
        look.context.close()


def test_without_scripts_and_by_keyboard_alone(chromium: Any, place: Path) -> None:
    with served(None, place) as url:
        look = Look(chromium, url, java_script_enabled=False)
        page = look.page
        page.goto(url)
        page.focus("#passphrase")
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        sync_api.expect(page).to_have_title(re.compile("Your recovery code"), timeout=240_000)
        assert page.get_by_text("Print this page").is_hidden(), "a button that would do nothing is not there"
        look.context.close()


def test_paper_gets_the_code_alone(chromium: Any, place: Path) -> None:
    with served(None, place) as url:
        look = Look(chromium, url)
        look.page.goto(url)
        look.page.fill("#passphrase", PASSPHRASE)
        look.page.fill("#passphrase_again", PASSPHRASE)
        look.press("Make the practice")
        look.page.locator(".secret").wait_for()
        look.page.emulate_media(media="print")
        assert look.page.locator(".secret").is_visible()
        assert look.page.get_by_text("Whoever holds it can open").is_visible()
        for hidden in (".top", ".steps", "button"):
            assert look.page.locator(hidden).first.is_hidden()
        look.context.close()


@pytest.mark.parametrize("size", [26 * 1024**2])
def test_a_file_that_is_too_large_gets_a_page_and_no_broken_connection(
    chromium: Any, practice: Any, place: Path, size: int
) -> None:
    with served(practice, place) as url:
        look = Look(chromium, url)
        page = look.page
        page.goto(url + "/unlock")
        page.fill("#passphrase", PASSPHRASE)
        look.press("Open")
        page.wait_for_url("**/today")
        page.evaluate(
            """size => {
                const form = document.createElement('form');
                form.method = 'post'; form.action = '/settings'; form.enctype = 'multipart/form-data';
                const field = document.createElement('input'); field.type = 'file'; field.name = 'file';
                const held = new DataTransfer(); held.items.add(new File([new Uint8Array(size)], 'big.txt'));
                field.files = held.files; form.append(field); document.body.append(form); form.submit();
            }""",
            size,
        )
        page.wait_for_url("**/settings")
        look.at("This file is too large")
        look.context.close()
