"""Backups made while others write, tried out, and restored as either kind of practice."""

from __future__ import annotations

import json
import random
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update

from reattune.errors import DamagedError, NewerSchemaError, StoreError, WrongKeyError
from reattune.store import Database, audit, restore, tables
from reattune.store.backups import sha256

from .making import MARK, PASSPHRASE, add_case, add_meeting, add_note


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but what each kind of practice keeps for itself."""
    found = {}
    with database.reading() as conn:
        for name, table in tables.METADATA.tables.items():
            query = select(table).order_by(*table.primary_key.columns)
            if name == "store_state":
                query = query.where(table.c.name == audit.HEAD)
            found[name] = [tuple(r) for r in conn.execute(query)]
    return found


@pytest.fixture
def filled(practice) -> Database:
    with practice.begin() as conn:
        add_case(conn, label=f"{MARK} ü 漢字")
        for n in range(450):
            add_note(conn, f"n{n}", f"{MARK} {n}")
        add_meeting(conn, 1, bytes(range(256)) * 40)
        conn.execute(tables.settings.insert().values(key="alert_budget", value=3))
        audit.append(conn, "owner", "case.added", "c1")
    return practice


@pytest.mark.parametrize("to", ["folder", "server"])
def test_all_comes_back_in_a_folder_or_on_a_server(filled, to, tmp_path, request):
    report = filled.backup(tmp_path / "b.reattune")
    assert report.verified
    assert report.path == tmp_path / "b.reattune"
    assert (report.bytes, report.sha256) == (report.path.stat().st_size, sha256(report.path))
    target = tmp_path / "copy" if to == "folder" else request.getfixturevalue("other_url")
    copy = restore(report.path, target, PASSPHRASE)
    assert rows(copy) == rows(filled)
    assert copy.check().ok
    with copy.begin() as conn:
        add_note(conn, "new", "goes on from here")
        audit.append(conn, "owner", "note.added", "c1")
    copy.close()
    again = Database.open(target, PASSPHRASE)
    assert len(rows(again)["notes"]) == 451
    again.close()


@pytest.fixture
def other_url(postgres_server):
    """A second new database on the server."""
    import psycopg

    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as conn:
        conn.execute("CREATE DATABASE other")
    yield postgres_server.url("other")
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as conn:
        conn.execute("DROP DATABASE other WITH (FORCE)")


def test_a_backup_is_as_of_one_moment_and_nobody_waits_for_it(practice, tmp_path):
    """A writer adds notes in pairs; each backup holds whole pairs, and the writer goes on meanwhile."""
    with practice.begin() as conn:
        add_case(conn)
    stop = threading.Event()
    pairs = []

    def work() -> None:
        while not stop.is_set():
            with practice.begin() as conn:
                for half in "ab":
                    add_note(conn, f"{len(pairs)}{half}", "x" * 3000)
                audit.append(conn, "owner", "pair.added", "c1")
            pairs.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        while not pairs and thread.is_alive():
            stop.wait(0.01)
        reports = [practice.backup(tmp_path / f"{n}.reattune") for n in range(3)]
    finally:
        stop.set()
        thread.join()
    for n, report in enumerate(reports):
        assert report.verified
        copy = restore(report.path, tmp_path / f"copy{n}", PASSPHRASE)
        with copy.reading() as conn:
            held = conn.execute(select(func.count()).select_from(tables.notes)).scalar_one()
            assert held > 0
            assert audit.verify(conn) == audit.AuditCheck(True, held // 2)
        assert held % 2 == 0
        copy.close()
    assert practice.check().ok


def test_a_folder_as_target_gets_a_name_by_the_time(folder, tmp_path):
    report = folder.backup(tmp_path)
    assert report.path.parent == tmp_path
    assert report.path.name.startswith("practice-2")
    assert report.path.suffix == ".reattune"
    assert report.path.stat().st_mode & 0o077 == 0
    assert {p.name for p in tmp_path.iterdir()} == {"practice", report.path.name}


def test_a_backup_overwrites_nothing(folder, tmp_path):
    (tmp_path / "b.reattune").write_text("mine")
    with pytest.raises(StoreError, match="already"):
        folder.backup(tmp_path / "b.reattune")
    assert (tmp_path / "b.reattune").read_text() == "mine"


def test_a_restore_overwrites_nothing(filled, where, tmp_path):
    report = filled.backup(tmp_path / "b.reattune")
    before = rows(filled)
    with pytest.raises(StoreError, match="already"):
        restore(report.path, where, PASSPHRASE)
    assert rows(filled) == before
    assert filled.check().ok


def test_passphrase_and_code_are_those_of_its_time(made, tmp_path):
    database, code = made
    report = database.backup(tmp_path / "b.reattune")
    database.change_passphrase("quite another set of words")
    database.new_recovery_code()
    with pytest.raises(WrongKeyError):
        restore(report.path, tmp_path / "x", "quite another set of words")
    with pytest.raises(WrongKeyError, match="locked"):
        restore(report.path, tmp_path / "x")
    assert not (tmp_path / "x").exists()
    restore(report.path, tmp_path / "x", PASSPHRASE).close()
    restore(report.path, tmp_path / "y", recovery_code=code).close()


def test_nothing_can_be_read_in_a_backup(filled, tmp_path):
    data = filled.backup(tmp_path / "b.reattune").path.read_bytes()
    assert len(data) > 60_000
    assert not any(m in data for m in (MARK.encode(), PASSPHRASE.encode(), b"SQLite format 3", filled._key))


@pytest.fixture
def backup(folder, tmp_path) -> Path:
    with folder.begin() as conn:
        add_case(conn)
        audit.append(conn, "owner", "case.added", "c1")
    return folder.backup(tmp_path / "b.reattune").path


def test_a_damaged_backup_is_refused_and_leaves_nothing(backup, tmp_path):
    whole, dice = backup.read_bytes(), random.Random(5)
    names = {p.name for p in tmp_path.iterdir()}
    cut = [whole[:n] for n in (0, 10, len(whole) // 2, len(whole) - 1)]
    places = [dice.randrange(30, len(whole) - 400) for _ in range(25)]
    flipped = [whole[:p] + bytes([whole[p] ^ 16]) + whole[p + 1 :] for p in places]
    for data in (*cut, *flipped):
        backup.write_bytes(data)
        with pytest.raises(DamagedError, match="older backup"):
            restore(backup, tmp_path / "x", PASSPHRASE)
    assert {p.name for p in tmp_path.iterdir()} == names


def test_things_that_are_no_backup(backup, tmp_path):
    with pytest.raises(StoreError, match="no such file"):
        restore(tmp_path / "nothing", tmp_path / "x", PASSPHRASE)
    with pytest.raises(StoreError, match="no such file"):
        restore(tmp_path, tmp_path / "x", PASSPHRASE)
    for text_ in ("", "hello", "PK"):
        (tmp_path / "t").write_text(text_)
        with pytest.raises(DamagedError):
            restore(tmp_path / "t", tmp_path / "x", PASSPHRASE)
    with zipfile.ZipFile(
        tmp_path / "z", "w", zipfile.ZIP_DEFLATED
    ) as packed:  # a bomb would be packed like this
        packed.writestr("about.json", "0" * 10_000_000)
    with pytest.raises(DamagedError):
        restore(tmp_path / "z", tmp_path / "x", PASSPHRASE)
    with zipfile.ZipFile(tmp_path / "w", "w") as packed:
        for name in ("about.json", "../practice.db", "practice.keys"):
            packed.writestr(name, "{}")
    with pytest.raises(DamagedError):
        restore(tmp_path / "w", tmp_path / "x", PASSPHRASE)


def test_a_backup_of_a_newer_kind(backup, tmp_path):
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(tmp_path / "n", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "about.json":
                data = json.dumps({**json.loads(data), "format": "reattune backup 2"}).encode()
            new.writestr(name, data)
    with pytest.raises(NewerSchemaError, match="newest"):
        restore(tmp_path / "n", tmp_path / "x", PASSPHRASE)


def test_parts_of_two_backups_put_together(backup, folder, tmp_path):
    """The same key opens both databases; the check sums tell that this one is not the one that was packed."""
    with folder.begin() as conn:
        add_note(conn, "n1", "later")
    later = folder.backup(tmp_path / "later.reattune").path
    with (
        zipfile.ZipFile(backup) as old,
        zipfile.ZipFile(later) as new,
        zipfile.ZipFile(tmp_path / "m", "w") as mixed,
    ):
        for name in old.namelist():
            mixed.writestr(name, (new if name == "practice.db" else old).read(name))
    with pytest.raises(DamagedError, match="no whole backup"):
        restore(tmp_path / "m", tmp_path / "x", PASSPHRASE)


def test_a_backup_with_newer_tables(practice, tmp_path):
    with practice.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    if not practice.folder:
        with pytest.raises(NewerSchemaError):
            practice.backup(tmp_path / "b.reattune")
        return
    report = practice.backup(tmp_path / "b.reattune")
    with pytest.raises(NewerSchemaError):
        restore(report.path, tmp_path / "x", PASSPHRASE)
    assert not (tmp_path / "x").exists()


def test_a_log_that_was_altered_is_told_in_the_report_and_not_restored(filled, tmp_path):
    with filled.begin() as conn:
        conn.execute(update(tables.audit).values(actor="somebody else"))
    report = filled.backup(tmp_path / "b.reattune")
    assert not report.verified
    with pytest.raises(DamagedError, match="audit log does not fit"):
        restore(report.path, tmp_path / "x", PASSPHRASE)
    assert not (tmp_path / "x").exists()


def test_a_damaged_practice_does_not_pass_for_a_good_backup(folder, tmp_path):
    with folder.begin() as conn:
        add_case(conn)
        for n in range(200):
            add_note(conn, f"n{n}", MARK * 20)
    folder.close()
    file = folder.folder / "practice.db"
    data = bytearray(file.read_bytes())
    data[4096 * 20 + 77] ^= 1
    file.write_bytes(data)
    opened = Database.open(folder.folder, PASSPHRASE)
    try:
        assert not opened.backup(tmp_path / "b.reattune").verified
    except DamagedError:
        assert not (tmp_path / "b.reattune").exists()
    opened.close()


def test_a_big_deletion_before_a_backup_makes_it_smaller(folder, tmp_path):
    with folder.begin() as conn:
        add_case(conn)
        add_meeting(conn, 1, bytes(2_000_000))
    big = folder.backup(tmp_path / "big").bytes
    with folder.begin() as conn:
        conn.execute(delete(tables.meetings))
    folder.purge()
    assert folder.backup(tmp_path / "small").bytes < big - 1_900_000
