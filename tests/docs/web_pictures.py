"""The guides' pictures of the browser: ``python tests/docs/web_pictures.py ADDRESS PASSPHRASE`` on a served example practice."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs/images"
CASE, RATED = "Mr R, the quay", "Mrs B, tortoise"
WIDTH = 1000


def pictures(case: str, rated: str) -> tuple[tuple[str, str, int | None], ...]:
    """File, path, and how much of the page from its top; None: what a window shows."""
    return (
        ("web-today.png", "/today", None),
        ("web-case.png", case, 1130),
        ("web-plan.png", f"{case}/ruptures/R1", 1100),
        ("web-session.png", f"{case}/sessions/5", 1240),
        ("web-transcript.png", f"{case}/sessions/2/transcript?turn=11&from=5.8#turn-11", None),
        ("web-ratings.png", f"{rated}/ratings", 1060),
    )


def draw(page: Any, address: str, passphrase: str) -> None:
    """Sign in and take every picture."""
    page.goto(f"{address}/unlock")
    page.fill("input[type=password]", passphrase)
    page.press("input[type=password]", "Enter")
    page.wait_for_url("**/today")
    page.goto(f"{address}/cases?show=all")
    cases = {link.inner_text(): link.get_attribute("href") for link in page.query_selector_all("ul.rows a")}
    for name, path, height in pictures(cases[CASE], cases[RATED]):
        page.goto(address + path)
        clip = (
            {}
            if height is None
            else {"clip": {"x": 0, "y": 0, "width": WIDTH, "height": height}, "full_page": True}
        )
        page.screenshot(path=IMAGES / name, **clip)


def main() -> None:
    """Take the pictures of the practice at the address given."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        draw(browser.new_page(viewport={"width": WIDTH, "height": 760}), sys.argv[1].rstrip("/"), sys.argv[2])
        browser.close()


if __name__ == "__main__":
    main()
