"""Files that are cut short, altered or gone, tables of another version, a full disk: said plainly, nothing lost."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from reattune.errors import DamagedError, FullDiskError, NewerSchemaError, StoreError
from reattune.store import Database, migrating, restore, tables

from .making import MARK, PASSPHRASE, add_case, add_meeting, add_note
from .raw import PAGE


def count(database: Database) -> int:
    with database.reading() as conn:
        return conn.execute(select(func.count()).select_from(tables.notes)).scalar_one()


@pytest.fixture
def filled(folder) -> Path:
    """The folder of a closed practice with a hundred notes."""
    with folder.begin() as conn:
        add_case(conn)
        for n in range(100):
            add_note(conn, f"n{n}", f"{MARK} " * 30)
    folder.close()
    return folder.folder


def test_a_flipped_bit_anywhere_is_noticed(filled):
    file = filled / "practice.db"
    whole, dice = file.read_bytes(), random.Random(7)
    for page in range(len(whole) // PAGE):
        place = page * PAGE + dice.randrange(PAGE)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :])
        try:
            opened = Database.open(filled, PASSPHRASE)
        except DamagedError:
            continue
        health = opened.check()
        opened.close()
        assert not health.ok, f"byte {place}"
        assert health.problems
    file.write_bytes(whole)
    opened = Database.open(filled, PASSPHRASE)
    assert opened.check().ok
    opened.close()


def test_reading_a_damaged_row_says_what_to_do(filled):
    file = filled / "practice.db"
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // PAGE):
        data[page * PAGE + 100] ^= 255
    file.write_bytes(data)
    with pytest.raises(DamagedError, match="restore the newest backup") as caught:
        opened = Database.open(filled, PASSPHRASE)
        with opened.reading() as conn:
            conn.execute(select(tables.notes)).all()
    assert str(filled) in str(caught.value)


@pytest.mark.parametrize("left", [0, 1, PAGE - 1, PAGE, 3 * PAGE, -PAGE, -1])
def test_a_file_cut_short(filled, left):
    file = filled / "practice.db"
    data = file.read_bytes()
    file.write_bytes(data[:left])
    with pytest.raises(DamagedError):
        Database.open(filled, PASSPHRASE)
    assert file.read_bytes() == data[:left]  # kept as it is, for whoever can still read something in it


@pytest.mark.parametrize("name", ["practice.db", "practice.keys"])
def test_a_file_that_is_gone(filled, name):
    (filled / name).unlink()
    with pytest.raises(DamagedError, match=f"{name} is missing"):
        Database.open(filled, PASSPHRASE)
    assert not (filled / name).exists()


def test_a_log_that_is_gone_loses_the_last_words_only(folder, tmp_path):
    """A copy of ``practice.db`` without its log, as a careless copy makes it, is an older state or plainly damaged."""
    with folder.begin() as conn:
        add_case(conn)
    shutil.copytree(
        folder.folder, tmp_path / "copy", ignore=lambda *_: ["practice.db-wal", "practice.db-shm"]
    )
    try:
        opened = Database.open(tmp_path / "copy", PASSPHRASE)
        assert opened.check().ok
        opened.close()
    except DamagedError:
        pass


def test_something_else_under_the_name(filled):
    (filled / "practice.db").write_bytes(b"SQLite format 3\0" + bytes(8000))
    with pytest.raises(DamagedError):
        Database.open(filled, PASSPHRASE)


def test_tables_of_a_newer_version_are_left_alone(practice, where):
    with practice.begin() as conn:
        add_case(conn)
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    practice.close()
    with pytest.raises(NewerSchemaError, match=r"tables 9999, known here up to 0001\).*newest reattune"):
        Database.open(where, PASSPHRASE)
    with practice.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    opened = Database.open(where, PASSPHRASE)
    assert opened.check().ok
    opened.close()


NEXT = '''
"""A step of the tests."""
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None
def upgrade():
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("colour", sa.Text))
        batch.alter_column("label", new_column_name="title")
'''


@pytest.fixture
def later(tmp_path, monkeypatch):
    """A reattune whose tables are one step on: a column is added, another renamed."""
    folder = tmp_path / "steps"
    own = Path(migrating.__file__).parent / "migrations"
    shutil.copytree(own, folder, ignore=shutil.ignore_patterns("__pycache__"))
    step = folder / "versions/m0002_tests.py"
    step.write_text(NEXT)
    plain = migrating._config

    def config():
        made = plain()
        made.set_main_option("script_location", str(folder).replace("%", "%%"))
        return made

    def switch(on: bool = True) -> Path:
        migrating.newest.cache_clear()
        monkeypatch.setattr(migrating, "_config", config if on else plain)
        return step

    yield switch
    switch(False)


def test_older_tables_are_brought_on_after_a_copy(made, where, later, tmp_path):
    database, code = made
    with database.begin() as conn:
        add_case(conn, label=MARK)
        add_note(conn, "n1", "kept")
    database.close()
    later()
    opened = Database.open(where, PASSPHRASE)
    with opened.reading() as conn:
        assert conn.execute(text('SELECT "title", "colour" FROM cases')).all() == [(MARK, None)]
        assert (
            conn.execute(text("SELECT text FROM notes")).scalar_one() == "kept"
        )  # nothing fell off the case
    assert opened.check().ok
    opened.close()
    if opened.folder:
        (copy,) = (opened.folder / "backups").iterdir()
        assert copy.name.startswith("before-tables-0002-")
        later(False)
        before = restore(copy, tmp_path / "before", recovery_code=code)
        with before.reading() as conn:
            assert conn.execute(select(tables.cases.c.label)).scalar_one() == MARK
        before.close()
        with pytest.raises(NewerSchemaError):
            Database.open(where, PASSPHRASE)


def test_a_step_that_breaks_off_leaves_the_tables_as_they_were(made, where, later):
    database, _ = made
    with database.begin() as conn:
        add_case(conn, label=MARK)
    database.close()
    step = later()
    step.write_text(NEXT + "        raise RuntimeError('power cut')\n")
    with pytest.raises(RuntimeError):
        Database.open(where, PASSPHRASE)
    later(False)
    opened = Database.open(where, PASSPHRASE)
    with opened.reading() as conn:
        assert conn.execute(select(tables.cases.c.label)).scalar_one() == MARK
        assert migrating.version(conn) == "0001"
    assert opened.check().ok
    opened.close()


def test_a_database_that_may_not_grow(folder):
    with folder.begin() as conn:
        add_case(conn)
        add_note(conn, "n1", "kept")
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
    event.listen(
        folder._engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    )
    with pytest.raises(FullDiskError, match=r"no room left.*Make room") as caught, folder.begin() as conn:
        add_meeting(conn, 1, MARK.encode() * 50_000)
    assert MARK not in str(caught.value)
    assert count(folder) == 1
    with folder.begin() as conn:
        add_note(conn, "n2", "after that")
    assert count(folder) == 2
    assert folder.check().ok


def _small_disk(at: Path, size: str, owner: str | None = None) -> None:
    at.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", at], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    if owner:
        shutil.chown(at, owner)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes."""
    at = tmp_path / "small"
    _small_disk(at, "2m")
    yield at
    subprocess.run(["umount", "-l", at], check=True)


def test_a_full_disk(small_disk):
    database, code = Database.create(small_disk / "practice", PASSPHRASE)
    with database.begin() as conn:
        add_case(conn)
        add_note(conn, "n1", "kept")
    with pytest.raises(StoreError) as caught, database.begin() as conn:
        for n in range(2000):
            add_note(conn, f"big{n}", MARK * 1000)
    assert MARK not in str(caught.value)
    assert count(database) == 1
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as out, pytest.raises(OSError, match="No space"):
        while True:
            out.write(bytes(4096))
    with pytest.raises(FullDiskError):
        database.backup(small_disk / "backup.reattune")
    keys = (small_disk / "practice/practice.keys").read_bytes()
    with pytest.raises(FullDiskError):
        database.change_passphrase("quite another set of words")
    assert (small_disk / "practice/practice.keys").read_bytes() == keys
    with pytest.raises(FullDiskError):
        Database.create(small_disk / "second", PASSPHRASE)
    database.close()
    filler.unlink()
    assert {p.name for p in small_disk.iterdir()} == {"practice"}  # nothing half made is left behind
    for opened in (
        Database.open(small_disk / "practice", PASSPHRASE),
        Database.open(small_disk / "practice", recovery_code=code),
    ):
        assert count(opened) == 1
        assert opened.check().ok
        opened.close()


def test_a_full_disk_on_a_server(postgres_server, postgres_url):
    import psycopg

    at = postgres_server.socket / "small"
    _small_disk(at, "24m", at.parent.owner())
    try:
        with psycopg.connect(postgres_url, autocommit=True) as conn:
            conn.execute(f"CREATE TABLESPACE small LOCATION '{at}'")
            conn.execute("CREATE DATABASE tight TABLESPACE small")
        database, _ = Database.create(postgres_server.url("tight"), PASSPHRASE)
        with database.begin() as conn:
            add_case(conn)
            add_note(conn, "n1", "kept")
        noise = random.Random(3).randbytes(1 << 20)
        with pytest.raises(FullDiskError, match="no room left") as caught, database.begin() as conn:
            for n in range(40):
                add_meeting(conn, n, noise)
        assert MARK not in str(caught.value)
        assert count(database) == 1
        database.close()
        with psycopg.connect(postgres_url, autocommit=True) as conn:
            conn.execute("DROP DATABASE tight WITH (FORCE)")
            conn.execute("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", at], check=True)


def test_a_limit_on_the_size_of_files(filled):
    """Where the system itself forbids a file to grow, which it reports otherwise than a full disk."""
    script = textwrap.dedent(f"""
        import resource, signal, sys
        from reattune.errors import StoreError
        from reattune.store import Database
        from store.making import add_meeting
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        database = Database.open({str(filled)!r}, {PASSPHRASE!r})
        try:
            with database.begin() as conn:
                for n in range(30):
                    add_meeting(conn, n, bytes(1_000_000))
        except StoreError as error:
            print(error)
            sys.exit(7)
    """)
    done = run(script)
    assert done.returncode == 7, done.stderr
    assert "Check that the disk is there, has room" in done.stdout or "no room left" in done.stdout
    opened = Database.open(filled, PASSPHRASE)
    assert count(opened) == 100
    assert opened.check().ok
    opened.close()


def run(script: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own that can import the tests' makings."""
    tests = str(Path(__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r})\n{script}"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_messages_on_the_console_do_not_quote_rows(filled):
    """SQLCipher's own log stays quiet: a damaged page is told through the house's errors alone."""
    file = filled / "practice.db"
    data = bytearray(file.read_bytes())
    data[PAGE * 3 + 50] ^= 1
    file.write_bytes(data)
    done = run(
        f"from reattune.store import Database\nd = Database.open({str(filled)!r}, {PASSPHRASE!r})\nprint(d.check().ok)"
    )
    assert (done.stdout.strip(), done.stderr) in {("False", ""), ("", done.stderr)}
    assert "hmac" not in done.stderr
    assert MARK not in done.stderr
