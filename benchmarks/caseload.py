"""How quick a practice with a large caseload is: ``python benchmarks/caseload.py [--cases 1000]``.

A caseload of 20 sessions a case and 200 turns a session, in SQLCipher and in PostgreSQL. **The coding is a stand-in**: probabilities drawn
at random with a seed, so that nothing is known of anybody and the coder's own time is left out. Turns are sentences of the
example cases, shuffled. A few cases go through the real way (transcript, analysis, threads, ledger); the others are copies of them
under their own ids, put there by SQL.

Timed: adding a session to a case that has 20, beside the coder's time; all of a case with its ledger; the overview; the search for
threads over a case of 100 sessions. Each with wall time and this process's own processor time: on a machine that others use, the
second says more of SQLCipher, and leaves out what a PostgreSQL server does.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import func, insert, literal, select

from reattune.casework import threads_of_session
from reattune.formats import read
from reattune.practice.opening import Practice, init_practice
from reattune.record import (
    Case,
    Code,
    CoderId,
    Coding,
    Meeting,
    Rating,
    Role,
    Session,
    Turn,
    TurnCoding,
)
from reattune.ruptures import find_findings
from reattune.store import tables as t

HERE = Path(__file__).parent
RESULTS = HERE / "results/caseload.json"
PASSPHRASE = "four words with nothing in common"
TEMPLATES = 6
SESSIONS, TURNS = 20, 200
ADDED, LOOKED = 8, 30
COPIED = (t.meetings, t.ratings, t.ledger)


class StandIn:
    """Probabilities drawn at random, the same for the same session; about one client turn in thirty strained."""

    id = CoderId("stand-in", "random probabilities with a seed", "1")

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def code(self, session: Session) -> Coding:
        """See ``Coder``; counts the time that it takes itself."""
        wall, cpu = time.perf_counter(), time.process_time()
        random = np.random.default_rng(sum(map(ord, session.turns[0].text)) + len(session))
        draws = random.random((len(session), 3))
        made = Coding(self.id, tuple(self._turn(turn, *map(float, draws[turn.index])) for turn in session))
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return made

    def _turn(self, turn: Turn, a: float, b: float, c: float) -> TurnCoding:
        if turn.role.strains:
            p = 0.5 + 0.5 * b if a < 1 / 30 else 0.15 * b
            codes = (Code(turn.index, "minimal_response", "withdrawal", p),) if p > 0.5 else ()
            return TurnCoding(turn.index, p, p, 0.1 * c, codes=codes)
        p = 0.5 + 0.5 * b if a < 1 / 20 else 0.2 * b
        codes = (Code(turn.index, "acknowledges_contribution", "strategy", p),) if p > 0.5 else ()
        return TurnCoding(turn.index, p_strategy=p, p_contribution=0.2 * c, codes=codes)


def sentences() -> dict[Role, list[str]]:
    """What is said in the example cases, by side."""
    found: dict[Role, list[str]] = {Role.THERAPIST: [], Role.CLIENT: []}
    for path in sorted((HERE.parent / "examples/cases").glob("*/sessions/*")):
        for turn in read(path)[0]:
            if turn.role in found:
                found[turn.role].append(turn.text)
    return found


def session(random: np.random.Generator, words: dict[Role, list[str]], number: int) -> Session:
    """An invented session of ``TURNS`` turns."""
    turns = []
    for index in range(TURNS):
        role = Role.CLIENT if index % 2 else Role.THERAPIST
        said = words[role][int(random.integers(len(words[role])))]
        turns.append(
            Turn(index, "C" if index % 2 else "T", role, said, 15_000 * index, 15_000 * index + 12_000)
        )
    return Session(f"session-{number}", tuple(turns), format="webvtt")


def case(seed: int, words: dict[Role, list[str]], sessions: int) -> Case:
    """An invented case with a rating after each session."""
    random = np.random.default_rng(seed)
    days = [date(2026, 1, 5) + timedelta(days=7 * n) for n in range(sessions)]
    marks = np.clip(35 + 2 * random.normal(size=sessions), 0, 40)
    return Case(
        f"T{seed}",
        tuple(Meeting(n + 1, days[n], session(random, words, n + 1)) for n in range(sessions)),
        tuple(Rating(f"T{seed}", n + 1, "client", "srs", "total", round(float(m), 1), days[n]) for n, m in enumerate(marks)),
    )  # fmt: skip


def load(practice: Practice, words: dict[Role, list[str]], cases: int) -> list[str]:
    """The caseload; gives the ids of its cases."""
    desk = practice.desk()
    ids = [
        desk.bring_in(case(seed, words, SESSIONS), f"Case {seed:04d}")[0]
        for seed in range(min(TEMPLATES, cases))
    ]
    practice.worker.run_pending()
    for number in range(len(ids), cases):
        ids.append(copy(practice, ids[number % TEMPLATES], f"{number:032x}", f"Case {number:04d}"))
        if number % 100 == 0:
            print(f"  {number} cases", file=sys.stderr, flush=True)
    return ids


def copy(practice: Practice, source: str, made: str, label: str) -> str:
    """A case's rows once more, under another id."""
    with practice.database.begin() as conn:
        row = dict(conn.execute(select(t.cases).where(t.cases.c.id == source)).mappings().one())
        conn.execute(insert(t.cases).values({**row, "id": made, "label": label}))
        for table in COPIED:
            names = [c.name for c in table.columns]
            values = [literal(made) if n == "case" else table.c[n] for n in names]
            conn.execute(insert(table).from_select(names, select(*values).where(table.c.case == source)))
    return made


def timed(work: Callable[[], Any], less: StandIn | None = None) -> tuple[float, float]:
    """Milliseconds on the clock and of this process, without the coder's."""
    if less is not None:
        less.wall = less.cpu = 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if less is not None:
        wall, cpu = wall - less.wall, cpu - less.cpu
    return 1000 * wall, 1000 * cpu


def summary(times: list[tuple[float, float]]) -> dict[str, Any]:
    """Median and worst of several."""
    walls, cpus = [w for w, _ in times], [c for _, c in times]
    return {
        "times": len(times), "median_ms": round(statistics.median(walls), 1), "worst_ms": round(max(walls), 1),
        "median_processor_ms": round(statistics.median(cpus), 1),
    }  # fmt: skip


def measure(where: str, words: dict[Role, list[str]], cases: int) -> dict[str, Any]:
    """All times of one practice."""
    coder = StandIn()
    practice, _ = init_practice(where, PASSPHRASE, coder=coder)
    with practice:
        start = time.perf_counter()
        ids = load(practice, words, cases)
        loading = time.perf_counter() - start
        desk, random = practice.desk(), np.random.default_rng(7)
        chosen = [ids[int(n)] for n in random.integers(len(ids), size=LOOKED)]
        found: dict[str, Any] = {"load_s": round(loading, 1)}
        found["overview"] = summary([timed(desk.today) for _ in range(10)])
        found["case_with_ledger"] = summary([timed(lambda c=c: desk.case(c)) for c in chosen])
        added = []
        for one in chosen[:ADDED]:
            more = session(random, words, 99)

            def add(one: str = one, more: Session = more) -> None:
                desk.add_transcript(one, None, more, date(2026, 6, 1), "given")
                practice.worker.run_pending()

            added.append(timed(add, coder))
        found["add_a_session"] = summary(added)
        if practice.database.folder:
            found["bytes"] = (practice.database.folder / "practice.db").stat().st_size
        with practice.database.reading() as conn:
            found["meetings"] = conn.execute(select(func.count()).select_from(t.meetings)).scalar()
    return found


def threads(words: dict[Role, list[str]], sessions: int) -> dict[str, Any]:
    """The search over a long case, for its last session and for one in the middle."""
    coder = StandIn()
    long = case(41, words, sessions)
    findings = {m.number: find_findings(m.session, coder.code(m.session)) for m in long.meetings if m.session}
    first = timed(lambda: threads_of_session(findings, sessions))
    again = [timed(lambda: threads_of_session(findings, sessions)) for _ in range(3)]
    return {"sessions": sessions, "first": summary([first]), "again": summary(again)}


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of a server that is started for this alone; None where there is none to start."""
    folders = [Path(f).parent for f in [shutil.which("initdb")] if f] + sorted(
        Path("/usr/lib/postgresql").glob("*/bin")
    )
    binaries = next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)
    if binaries is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="reattune-pg-", dir="/tmp"))
    home.chmod(0o755)
    as_user: dict[str, Any] = {"cwd": home, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "nobody")
        as_user["user"] = "nobody"
    setup = [binaries / "initdb", "-D", home / "data", "-U", "reattune", "-A", "trust", "-E", "UTF8"]
    subprocess.run(setup, check=True, capture_output=True, **as_user)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", home / "data", *options], stderr=subprocess.DEVNULL, **as_user
    )
    try:
        for _ in range(300):
            try:
                with psycopg.connect(f"postgresql://reattune@/postgres?host={home}", autocommit=True) as conn:
                    conn.execute("CREATE DATABASE practice")
                break
            except psycopg.OperationalError:
                time.sleep(0.2)
        yield f"postgresql://reattune@/practice?host={home}"
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Build both practices, time them, write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--long", type=int, default=100, help="sessions of the long case")
    parser.add_argument("--only", choices=["sqlite", "postgresql", "threads"])
    asked = parser.parse_args()
    words = sentences()
    found: dict[str, Any] = (
        json.loads(RESULTS.read_text(encoding="utf-8")) if asked.only and RESULTS.exists() else {}
    )
    found |= {
        "what": "stand-in coding (random probabilities, seeded); cases copied from a few; see benchmarks/caseload.py",
        "sessions_a_case": SESSIONS, "turns_a_session": TURNS, "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }  # fmt: skip
    if asked.only in (None, "threads"):
        found["thread_search"] = {**threads(words, asked.long), "load_average": os.getloadavg()[0]}
    if asked.only in (None, "sqlite"):
        with tempfile.TemporaryDirectory() as room:
            found["sqlcipher"] = {
                "cases": asked.cases,
                **measure(f"{room}/practice", words, asked.cases),
                "load_average": os.getloadavg()[0],
            }
    if asked.only in (None, "postgresql"):
        with postgres() as url:
            if url is None:
                print("no PostgreSQL server is installed: left out", file=sys.stderr)
            else:
                found["postgresql"] = {
                    "cases": asked.cases,
                    **measure(url, words, asked.cases),
                    "load_average": os.getloadavg()[0],
                }
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
