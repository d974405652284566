"""What several rooms' tests share: a throw-away PostgreSQL server, and keys that are quick to make."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

PASSPHRASE = "four words with nothing in common"
NAMES = count(1)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of this test run: where it listens, keeps its data and writes its log."""

    socket: Path
    data: Path
    log: Path

    def url(self, database: str) -> str:
        return f"postgresql://reattune@/{database}?host={quote(str(self.socket), safe='/')}"


def _binaries() -> Path | None:
    """The folder with initdb and postgres, the newest version first."""
    found = shutil.which("postgres")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parts[-2]))
    folders += [Path("/usr/local/pgsql/bin"), *Path("/opt").glob("*/postgresql*/bin")]
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _unprivileged() -> str | None:
    """Who runs the server: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {p.pw_name for p in pwd.getpwall()}
    return next((n for n in ("postgres", "nobody") if n in names), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Starts a server on a socket of its own, with data that nobody else has; skips where there is none to start."""
    binaries, user = _binaries(), _unprivileged()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    if os.geteuid() == 0 and user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")
    pytest.importorskip("psycopg")
    home = Path(
        tempfile.mkdtemp(prefix="reattune-pg-", dir="/tmp")
    )  # a socket's path may have 107 characters
    home.chmod(0o755)
    data, log = home / "data", home / "log"
    if user is not None:
        shutil.chown(home, user)
    as_user = {"user": user, "cwd": home, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "reattune", "-A", "trust", "-E", "UTF8", "--no-sync"],
        capture_output=True, text=True, check=False, **as_user,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(home, ignore_errors=True)
        pytest.skip(f"initdb does not run here as {user or getpass.getuser()}: {made.stderr[-200:]}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": home,
        "fsync": "off",
        "autovacuum": "off",
        "shared_buffers": "32MB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options], stdout=out, stderr=subprocess.STDOUT, **as_user
        )
    server = Server(home, data, log)
    try:
        _wait(server, running)
        yield server
    finally:
        running.send_signal(signal.SIGINT)  # "fast": it ends open sessions
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
        shutil.rmtree(home, ignore_errors=True)


def _wait(server: Server, running: subprocess.Popen) -> None:
    import psycopg

    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if running.poll() is not None or time.monotonic() > until:
                pytest.skip(f"PostgreSQL did not start: {server.log.read_text()[-300:]}")
            time.sleep(0.1)


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of a new, empty database."""
    import psycopg

    name = f"practice{next(NAMES)}"
    with psycopg.connect(server_url := postgres_server.url("postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new practice goes: each test that asks for it runs on both databases."""
    if request.param == "sqlite":
        return str(tmp_path / "practice")
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys whose passphrases are cheap to try: for tests that make many practices."""
    from reattune.store import keys

    monkeypatch.setattr(keys, "WORK", {"passphrase": 2**4, "recovery": 2**4})
