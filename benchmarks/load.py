"""How quick the pages of a large practice are while many use them: ``python benchmarks/load.py [--cases 1000] [--users 20]``.

A caseload of 20 sessions a case, made as ``benchmarks/caseload.py`` makes it, **with codings that stand in** (random, seeded), lies in an
encrypted practice. A server runs in a process of its own; each user is a thread with a sign-in of its own that opens the start page and
cases drawn at random. Two ways: *reading*, a pause of 2 to 8 seconds between pages, as people have it; *without a pause*, each page as
soon as the one before is there, which is what many more readers would ask of the machine. Times are those of the one who waits, from
asking to the last byte. Everything runs on the same machine; its load beforehand is written beside the figures. On a machine that
others use, the server's own processor time a page says more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx

import caseload
from caseload import PASSPHRASE, SESSIONS, TURNS, StandIn, load, sentences
from reattune.practice.opening import init_practice, open_practice

RESULTS = Path(__file__).parent / "results/load.json"
PAUSE = (2.0, 8.0)
KINDS = ("start", "case")


def serve(where: str, port: int) -> None:
    """The server's own process."""
    import uvicorn

    from reattune.web import WebConfig, create_app

    app = create_app(open_practice(where, PASSPHRASE), WebConfig(where, port=port))
    uvicorn.run(
        app, host="127.0.0.1", port=port, access_log=False, log_level="error", lifespan="off", ws="none"
    )


class User(threading.Thread):
    """Signs in, then opens pages until the time is over; the start page and a case in turn.

    Attributes:
        times: milliseconds by kind of page; ``sizes``: bytes; ``odd``: answers that were none.
    """

    def __init__(
        self, address: str, cases: list[str], seed: int, pause: bool, kinds: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.client = httpx.Client(base_url=address, timeout=120, follow_redirects=False)
        self._random, self._cases, self._pause = random.Random(seed), cases, pause
        self.kinds, self.until = kinds, 0.0
        self.times: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.sizes: dict[str, int] = dict.fromkeys(KINDS, 0)
        self.odd = 0

    def sign_in(self) -> None:
        """With the passphrase, as a browser does."""
        page = self.client.get("/unlock").text
        code = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = self.client.post("/unlock", data={"csrf": code, "passphrase": PASSPHRASE})
        if answer.status_code != 303:
            raise SystemExit(f"signing in gave {answer.status_code}")

    def _open(self, path: str) -> httpx.Response | None:
        """A page. A connection that the server closed while it lay idle is opened anew, as browsers do; None where that fails, too."""
        for _ in range(2):
            try:
                return self.client.get(path)
            except httpx.TransportError:
                continue
        return None

    def run(self) -> None:
        """Read."""
        if self._pause:
            time.sleep(self._random.uniform(0, PAUSE[1]))
        turn = self._random.randrange(2)
        while time.monotonic() < self.until:
            kind = self.kinds[turn % len(self.kinds)]
            turn += 1
            path = "/today" if kind == "start" else f"/cases/{self._random.choice(self._cases)}"
            start = time.perf_counter()
            answer = self._open(path)
            spent = 1000 * (time.perf_counter() - start)
            if answer is not None and answer.status_code == 200:
                self.times[kind].append(spent)
                self.sizes[kind] = max(self.sizes[kind], len(answer.content))
            else:
                self.odd += 1
            if self._pause:
                time.sleep(self._random.uniform(*PAUSE))


def measure(
    address: str,
    server: int,
    cases: list[str],
    users: int,
    seconds: float,
    *,
    pause: bool,
    kinds: tuple[str, ...] = KINDS,
) -> dict[str, Any]:
    """One way of reading; ``server`` is its process."""
    readers = [User(address, cases, seed, pause, kinds) for seed in range(users)]
    for one in readers:
        one.sign_in()
    spent = processor(server)
    for one in readers:
        one.until = time.monotonic() + seconds
        one.start()
    for one in readers:
        one.join()
        one.client.close()
    spent = None if spent is None else processor(server) - spent
    found: dict[str, Any] = {"seconds": seconds, "not_answered": sum(one.odd for one in readers)}
    for kind in kinds:
        times = sorted(t for one in readers for t in one.times[kind])
        found[kind] = summary(times) | {"largest_bytes": max(one.sizes[kind] for one in readers)}
    pages = sum(found[kind]["pages"] for kind in kinds)
    found["server_processor_ms_a_page"] = (
        None if spent is None or not pages else round(1000 * spent / pages, 1)
    )
    return found


def processor(process: int) -> float | None:
    """Seconds of processor time that a process has used; None where the system does not tell (it is Linux's to tell)."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def summary(times: list[float]) -> dict[str, Any]:
    """Median, 95th percentile and worst."""
    if len(times) < 20:
        return {"pages": len(times)}
    return {
        "pages": len(times),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "worst_ms": round(times[-1], 1),
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Build the practice, serve it, read it, write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument(
        "--templates", type=int, default=6, help="cases that go the real way; the others are copies"
    )
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60, help="for each way of reading")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--serve", nargs=2, metavar=("WHERE", "PORT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve[0], int(asked.serve[1]))
        return 0
    caseload.TEMPLATES = asked.templates
    with tempfile.TemporaryDirectory() as room:
        where, port = f"{room}/practice", free_port()
        practice, _ = init_practice(where, PASSPHRASE, coder=StandIn())
        with practice:
            start = time.perf_counter()
            cases = load(practice, sentences(), asked.cases)
            print(f"loaded in {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        server = subprocess.Popen([sys.executable, __file__, "--serve", where, str(port)])
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address)
            before = os.getloadavg()[0]
            found = {
                "what": "stand-in codings (random, seeded); cases copied from a few; see benchmarks/load.py",
                "cases": asked.cases, "analysed_cases": asked.templates, "sessions": asked.cases * SESSIONS, "turns_a_session": TURNS, "users": asked.users,
                "machine": f"{platform.machine()}, {os.cpu_count()} cores", "python": platform.python_version(),
                "load_before": round(before, 2),
                "reading": measure(address, server.pid, cases, asked.users, asked.seconds, pause=True),
                "without_a_pause": {
                    kind: measure(address, server.pid, cases, asked.users, asked.seconds / 3, pause=False, kinds=(kind,))
                    for kind in KINDS
                },
            }  # fmt: skip
        finally:
            server.terminate()
            server.wait(30)
    asked.results.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    return 0


def wait_for(address: str) -> None:
    """Until the server answers."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        try:
            httpx.get(f"{address}/unlock", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
