"""A practice with accounts and one of a single person, served in this process or over a port, and Chromium to look at them."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed")

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reattune.practice import users
from reattune.practice.opening import Practice, init_practice
from reattune.store import keys
from reattune.web import WebConfig, create_app

PASSPHRASE = "three calm herons wait"
PASSWORD = "a password of theirs"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PORT = 8765


@pytest.fixture(autouse=True, scope="session")
def _quick_keys() -> Iterator[None]:
    """scrypt at its full cost takes most of a test's time; the store's own tests measure it."""
    before, cost = dict(keys.WORK), users._N
    keys.WORK.update(passphrase=2**10, recovery=2**10)
    users._N = 2**10
    yield
    keys.WORK.update(before)
    users._N = cost


@dataclass
class Clock:
    """A clock that stands still until it is put forward."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """A client that keeps cookies and fills in the hidden field of forms as a browser does."""

    app: FastAPI
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(
            self.app, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False,
            raise_server_exceptions=False, client=("127.0.0.1", 50000),
        )  # fmt: skip

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    @property
    def cookie(self) -> str:
        """The token that the browser holds."""
        return str(self.client.cookies[self.app.state.reattune.config.cookie])

    def code(self) -> str:
        """What a form of this browser's next page would carry in its hidden field."""
        if self.app.state.reattune.config.cookie not in self.client.cookies:
            self.client.get("/nowhere")
        return str(self.app.state.reattune.visits.csrf(self.cookie))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.client.post(path, data={"csrf": self.code(), **(data or {})}, **more)

    def unlock(self, passphrase: str = PASSPHRASE) -> Any:
        return self.post("/unlock", {"passphrase": passphrase})

    def login(self, name: str, password: str = PASSWORD) -> Any:
        return self.post("/login", {"name": name, "password": password})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "practice"


@pytest.fixture
def practice(place: Path) -> Iterator[Practice]:
    """A practice of one person, empty."""
    made, _ = init_practice(str(place), PASSPHRASE)
    yield made
    made.close()


@pytest.fixture
def clinic(practice: Practice) -> Practice:
    """A practice with accounts: Ada (admin), Thea and Theo (therapists), Sue (supervisor)."""
    for name, role in (("Ada", "admin"), ("Thea", "therapist"), ("Theo", "therapist"), ("Sue", "supervisor")):
        practice.users.add(name, role, PASSWORD)
    return practice


def app_of(practice: Practice | None, place: Path, **settings: Any) -> FastAPI:
    """The pages of a practice, with a clock that tests move."""
    app = create_app(practice, WebConfig(str(place), port=PORT, **settings))
    app.state.reattune.clock = clock = Clock()
    app.state.reattune.visits._clock = clock
    app.state.reattune.limits._clock = clock
    return app


@pytest.fixture
def browser_of(place: Path) -> Any:
    """Gives a client for a practice: ``browser_of(practice)``."""
    return lambda practice, **settings: Browser(app_of(practice, place, **settings))


@pytest.fixture
def owner(practice: Practice, browser_of: Any) -> Browser:
    """The owner of a practice of one person, signed in."""
    browser: Browser = browser_of(practice)
    assert browser.unlock().status_code == 303
    return browser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(practice: Practice | None, place: Path, **settings: Any) -> Iterator[str]:
    """The pages over a real port; gives their address."""
    port = free_port()
    app = create_app(practice, WebConfig(str(place), port=port, **settings))
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, access_log=False, log_level="error", lifespan="off", ws="none"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 120
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        opened = app.state.reattune.practice
        if opened is not None and opened is not practice:
            opened.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser, where there is one."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


def axe_problems(page: Any, rules: list[str] | None = None) -> list[str]:
    """What axe finds on an open page, a line each.

    Args:
        page: of a browser.
        rules: only these; None for all of WCAG 2.2 AA and good practice.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
    return [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}"
        for one in found["violations"]
    ]
