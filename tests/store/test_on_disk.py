"""What lies on the disk: nothing readable, and of what was deleted nothing at all."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from reattune.errors import BusyError
from reattune.store import Database, audit, engine, restore, tables

from .making import MARK, PASSPHRASE, add_case, add_meeting, add_note
from .raw import PAGE, pages

MARKS = [
    m
    for word in (MARK, PASSPHRASE)
    for m in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode())
]


def found(folder: Path, *more: bytes) -> list[tuple[str, bytes]]:
    """In which files a mark can be read, and which."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [(p.name, m) for p in files for m in (*MARKS, *more) if m in p.read_bytes()]


def fill(database: Database, notes: int = 300) -> None:
    with database.begin() as conn:
        add_case(conn, label=f"{MARK} and son")
        for n in range(notes):
            add_note(conn, f"n{n}", f"{MARK} {n} " * 20)
        add_meeting(conn, 1, MARK.encode() * 5000)


def test_nothing_can_be_read_while_it_is_open_or_closed(folder, tmp_path):
    code = folder.new_recovery_code()
    secrets = (folder._key, folder._key.hex().encode(), code.encode(), code.replace("-", "").encode())
    fill(folder)
    assert {p.name for p in folder.folder.iterdir()} >= {
        "practice.db",
        "practice.db-wal",
        "practice.db-shm",
        "practice.keys",
    }
    assert (folder.folder / "practice.db-wal").stat().st_size > 100_000
    assert found(tmp_path, *secrets) == []
    with folder.begin() as conn:  # enough to spill into the log before it is kept
        for n in range(2500):
            add_note(conn, f"m{n}", MARK * 300)
        assert found(tmp_path, *secrets) == []
    folder.backup(tmp_path / "backups")
    folder.purge()
    assert found(tmp_path, *secrets) == []
    folder.close()
    assert found(tmp_path, *secrets) == []
    held = (folder.folder / "practice.db").read_bytes()
    assert len(held) > 100_000
    assert b"SQLite format 3" not in held
    assert b"CREATE TABLE" not in held


def test_the_search_finds_what_is_readable(tmp_path):
    """The search above is not blind: it finds the mark in an ordinary SQLite file."""
    with sqlite3.connect(tmp_path / "plain.db") as conn:
        conn.execute("CREATE TABLE t (x)")
        conn.execute("INSERT INTO t VALUES (?)", (MARK,))
    conn.close()
    assert found(tmp_path) == [("plain.db", MARK.encode())]


def test_an_ordinary_sqlite_cannot_open_it(folder):
    fill(folder, 3)
    folder.close()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(folder.folder / "practice.db").execute("SELECT * FROM notes").fetchall()


def test_work_that_needs_room_is_done_in_memory(folder):
    with folder.reading() as conn:
        assert conn.exec_driver_sql("PRAGMA temp_store").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_of_a_deleted_case_no_page_keeps_a_word(folder):
    fill(folder)
    with folder.begin() as conn:
        add_case(conn, "c2")
        add_note(conn, "kept", "Sonntagsbraten", case="c2")
    file, key = folder.folder / "practice.db", folder._key
    folder.purge()
    assert sum(MARK.encode() in p for p in pages(file, key)) > 50
    with folder.begin() as conn:
        conn.execute(delete(tables.cases).where(tables.cases.c.id == "c1"))
        audit.append(conn, "owner", "case.deleted", "c1")
    folder.purge()
    assert (folder.folder / "practice.db-wal").stat().st_size == 0
    left = pages(file, key)
    assert [n for n, p in enumerate(left) if MARK.encode() in p] == []
    assert any(b"Sonntagsbraten" in p for p in left)
    with folder.reading() as conn:
        assert conn.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
        assert conn.exec_driver_sql("PRAGMA page_count").scalar() * PAGE == file.stat().st_size
        assert conn.execute(select(tables.notes.c.id)).scalars().all() == ["kept"]
    assert folder.check().ok


def test_a_backup_made_after_the_deletion_has_none_of_it_either(folder, tmp_path):
    fill(folder)
    with folder.begin() as conn:
        conn.execute(delete(tables.cases))
    folder.purge()
    report = folder.backup(tmp_path / "after.reattune")
    copy = restore(report.path, tmp_path / "copy", PASSPHRASE)
    copy.close()
    assert not any(MARK.encode() in p for p in pages(tmp_path / "copy/practice.db", copy._key))


def test_a_plain_dump_of_what_is_left_has_none_of_it(folder, tmp_path):
    fill(folder)
    with folder.begin() as conn:
        conn.execute(delete(tables.notes).where(tables.notes.c.id != "n7"))
        conn.execute(delete(tables.meetings))
    folder.purge()
    plain = tmp_path / "plain.db"
    with folder._outside() as conn:
        conn.exec_driver_sql(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
        conn.exec_driver_sql("SELECT sqlcipher_export('plain')")
        conn.exec_driver_sql("DETACH DATABASE plain")
    data = plain.read_bytes()
    assert f"{MARK} 7 ".encode() in data
    assert not any(f"{MARK} {n} ".encode() in data for n in (6, 8, 299))


def test_cleaning_up_on_a_server(postgres_server, postgres_url):
    before = len(postgres_server.log.read_text())
    database, _ = Database.create(postgres_url, PASSPHRASE)
    fill(database)

    def in_tables() -> int:
        with database._outside() as conn:
            conn.exec_driver_sql("CHECKPOINT")
            oid = conn.exec_driver_sql(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).scalar()
        files = (postgres_server.data / "base" / str(oid)).iterdir()
        return sum(MARK.encode() in f.read_bytes() for f in files)

    assert in_tables() >= 2
    with database.begin() as conn:
        conn.execute(delete(tables.cases))
    assert in_tables() >= 1  # deleting alone leaves the words in the server's files
    database.purge()
    assert in_tables() == 0
    database.close()
    assert MARK not in postgres_server.log.read_text()[before:]


def test_cleaning_up_while_others_read_and_write(practice):
    with practice.begin() as conn:
        add_case(conn)
    stop = threading.Event()
    written = []

    def work() -> None:
        while not stop.is_set():
            with practice.begin() as conn:
                add_note(conn, f"w{len(written)}", "x" * 2000)
            written.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(5):
            practice.purge()
    finally:
        stop.set()
        thread.join()
    with practice.reading() as conn:
        assert conn.execute(select(func.count()).select_from(tables.notes)).scalar_one() == len(written) > 0
    assert practice.check().ok


def test_cleaning_up_says_so_when_a_reader_is_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.3)
    folder, _ = Database.create(tmp_path / "practice", PASSPHRASE)
    fill(folder, 20)
    with folder.reading() as conn:
        conn.execute(select(tables.notes)).all()
        with pytest.raises(BusyError, match="not yet from its file"):
            folder.purge()
    folder.purge()
    assert (folder.folder / "practice.db-wal").stat().st_size == 0
    folder.close()
