"""Several processes at once, and processes that are killed in the middle."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from reattune.store import Database, audit, tables

from .making import PASSPHRASE, add_case

TESTS = str(Path(__file__).parents[1])
START = f"""
import sys
sys.path.insert(0, {TESTS!r})
from sqlalchemy import func, select, update
from reattune.store import Database, audit, tables
from store.making import add_case, add_meeting, add_note
database = Database.open(sys.argv[1], {PASSPHRASE!r})
"""
COUNTING = """
for n in range(int(sys.argv[3])):
    with database.begin() as conn:
        seen = conn.execute(select(func.count()).select_from(tables.notes)).scalar_one()
        add_note(conn, f"{sys.argv[2]}-{n}", str(seen))
        audit.append(conn, sys.argv[2], "note.added", "c1")
"""
BIG = """
with database.begin() as conn:
    add_case(conn, "c2")
    for n in range(40):
        add_meeting(conn, n, bytes(1_000_000), case="c2")
        if n == 30:
            print("in the middle", flush=True)
            sys.stdin.read()
"""
IN_TENS = """
print("writing", flush=True)
n = 0
while True:
    with database.begin() as conn:
        for _ in range(10):
            add_note(conn, f"{sys.argv[2]}-{n}", "x" * 500)
            n += 1
        audit.append(conn, sys.argv[2], "ten.added", "c1")
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START + script, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def count(database: Database, table=tables.notes) -> int:
    with database.reading() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def ready(practice) -> Database:
    with practice.begin() as conn:
        add_case(conn)
    return practice


def test_two_processes_write_at_once_and_nothing_is_lost(ready, where):
    each = 25
    running = [start(COUNTING, where, name, str(each)) for name in ("p", "q")]
    for process in running:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
    with ready.reading() as conn:
        seen = sorted(int(t) for t in conn.execute(select(tables.notes.c.text)).scalars())
        assert seen == list(range(2 * each))  # each write saw all those before it
        assert audit.verify(conn) == audit.AuditCheck(True, 2 * each)
    assert ready.check().ok


def test_killed_in_the_middle_of_a_big_change(ready, where):
    process = start(BIG, where)
    assert process.stdout.readline() == "in the middle\n"
    if ready.folder:  # more than memory holds was written to the log by now
        assert (ready.folder / "practice.db-wal").stat().st_size > 5_000_000
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    process.communicate()
    assert count(ready, tables.cases) == 1
    assert count(ready, tables.meetings) == 0
    ready.close()
    opened = Database.open(where, PASSPHRASE)
    with opened.begin() as conn:  # nobody holds the practice any more
        add_case(conn, "c2")
    assert count(opened, tables.cases) == 2
    assert opened.check().ok
    opened.purge()
    opened.close()


def test_killed_at_any_moment_between_whole_changes(ready, where):
    dice = random.Random(11)
    for turn in range(4):
        before = count(ready)
        process = start(IN_TENS, where, f"k{turn}")
        assert process.stdout.readline() == "writing\n"
        until = time.monotonic() + 20
        while count(ready) == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(dice.random() * 0.2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        process.communicate()
        found = count(ready)
        assert found > before
        assert found % 10 == 0
        with ready.reading() as conn:
            assert audit.verify(conn) == audit.AuditCheck(True, found // 10)
    assert ready.check().ok


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved there")
def test_killed_while_a_practice_is_made_leaves_nothing_that_looks_like_one(tmp_path):
    script = """
import sys, os, signal
from reattune.store import Database, audit
audit.start = lambda conn: os.kill(os.getpid(), signal.SIGKILL)
Database.create(sys.argv[1], "four words with nothing in common")
"""
    target = tmp_path / "practice"
    done = subprocess.run([sys.executable, "-c", script, target], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    Database.create(target, PASSPHRASE)[0].close()
