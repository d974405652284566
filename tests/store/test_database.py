"""A practice made, opened, read and written, on both databases."""

from __future__ import annotations

import stat
import sys
import threading
import traceback
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from reattune.errors import BusyError, SettingError, StoreError, WrongKeyError
from reattune.store import Database, audit, engine, migrating, tables

from .making import MARK, PASSPHRASE, add_case, add_note


def count(database: Database, table=tables.notes) -> int:
    with database.reading() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def test_what_is_written_is_there_after_opening_again(made, where):
    database, code = made
    with database.begin() as conn:
        add_case(conn)
        add_note(conn, "n1", MARK)
    database.close()
    for opened in (Database.open(where, PASSPHRASE), Database.open(where, recovery_code=code)):
        with opened.reading() as conn:
            assert conn.execute(select(tables.notes.c.text)).scalar_one() == MARK
        assert opened.check().ok
        opened.close()


def test_an_error_within_a_transaction_leaves_nothing_of_it(practice):
    with pytest.raises(ZeroDivisionError), practice.begin() as conn:
        add_case(conn)
        raise ZeroDivisionError
    assert count(practice, tables.cases) == 0
    with practice.begin() as conn:
        add_case(conn)
    assert count(practice, tables.cases) == 1


def test_a_row_that_belongs_to_nothing_is_refused(practice):
    with pytest.raises(IntegrityError) as caught, practice.begin() as conn:
        add_note(conn, "n1", MARK, case="nobody")
    assert MARK not in str(caught.value)
    assert count(practice) == 0


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"kind": "something else"}, IntegrityError),
        ({"text": None, "date": MARK[:10]}, IntegrityError),
        ({"id": "n1", "text": MARK}, IntegrityError),
        ({"session": MARK}, StoreError),
    ],
)
def test_no_message_quotes_a_row(practice, values, error):
    if practice.folder and "session" in values:
        pytest.skip("SQLite keeps any value in any column")
    with practice.begin() as conn:
        add_case(conn)
        add_note(conn, "n1", "first")
    row = {
        "id": "n2",
        "case": "c1",
        "session": 1,
        "author": "therapist",
        "kind": "note",
        "text": MARK,
        "shelf": "process",
    }
    with pytest.raises(error) as caught, practice.begin() as conn:
        conn.execute(insert(tables.notes).values({**row, "changed_at": MARK, **values}))
    shown = "".join(traceback.format_exception(caught.value))
    assert MARK[:10] not in shown
    assert count(practice) == 1


def test_what_hangs_on_a_case_goes_with_it(practice):
    with practice.begin() as conn:
        add_case(conn)
        add_note(conn, "n1", MARK)
    with practice.begin() as conn:
        conn.execute(tables.cases.delete())
    assert count(practice) == 0


def test_a_look_cannot_write(practice):
    with pytest.raises((StoreError, DBAPIError)), practice.reading() as conn:
        add_case(conn)
    assert count(practice, tables.cases) == 0


def test_a_look_sees_one_state_while_others_write(practice):
    with practice.reading() as conn:
        before = conn.execute(select(func.count()).select_from(tables.cases)).scalar_one()
        with practice.begin() as other:
            add_case(other)
        assert conn.execute(select(func.count()).select_from(tables.cases)).scalar_one() == before
    assert count(practice, tables.cases) == before + 1


def test_threads_write_one_after_the_other_and_none_is_lost(practice):
    with practice.begin() as conn:
        add_case(conn)

    def work(name: str) -> None:
        for i in range(10):
            with practice.begin() as conn:
                seen = conn.execute(select(func.count()).select_from(tables.notes)).scalar_one()
                add_note(conn, f"{name}{i}", str(seen))
                audit.append(conn, name, "note.added", "c1")

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with practice.reading() as conn:
        seen = conn.execute(select(tables.notes.c.text)).scalars().all()
        assert sorted(map(int, seen)) == list(range(40))  # each saw all before it
        assert audit.verify(conn) == audit.AuditCheck(True, 40)


def test_one_transaction_within_another_is_named_as_the_mistake_it_is(practice):
    with practice.begin(), pytest.raises(RuntimeError), practice.begin():
        pass


def test_a_writer_that_does_not_let_go_is_told_plainly(practice, where, monkeypatch):
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.3)
    other = Database.open(where, PASSPHRASE)
    try:
        with practice.begin() as conn:
            add_case(conn)
            with pytest.raises(BusyError, match="another program"), other.begin():
                pass
    finally:
        other.close()
    assert count(practice, tables.cases) == 1


def test_a_practice_is_never_made_over_something(practice, where):
    with pytest.raises(StoreError, match="already"):
        Database.create(where, PASSPHRASE)


def test_a_folder_with_files_in_it_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(StoreError, match="already"):
        Database.create(tmp_path, PASSPHRASE)
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_opening_nothing_says_so_and_makes_nothing(where):
    with pytest.raises(StoreError, match="no practice"):
        Database.open(where, PASSPHRASE)
    if "://" not in where:
        assert not Path(where).exists()


def test_a_server_that_does_not_answer(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="does not answer") as caught:
        Database.open(f"postgresql://me:sesame-open@/db?host={tmp_path}", PASSPHRASE)
    assert "sesame-open" not in str(caught.value)


@pytest.mark.parametrize("address", ["postgresql://me:x@host:port/db", "postgresql://[::1/db"])
def test_an_address_that_is_none(address):
    with pytest.raises(SettingError, match="address"):
        Database.open(address, PASSPHRASE)


def test_no_passphrase_and_a_short_one(where, practice):
    with pytest.raises(WrongKeyError, match="locked"):
        Database.open(where)
    with pytest.raises(SettingError, match="shorter than 12"):
        practice.change_passphrase("short")


@pytest.mark.skipif(sys.platform == "win32", reason="rights are kept otherwise there")
def test_the_files_are_their_owners_alone(folder):
    with folder.begin() as conn:
        add_case(conn)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.folder.iterdir()}
    assert modes == {
        "practice.db": 0o600, "practice.db-wal": 0o600, "practice.db-shm": 0o600, "practice.keys": 0o600, "backups": 0o700,
    }  # fmt: skip
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700


def test_json_and_bytes_come_back_as_they_were(practice):
    with practice.begin() as conn:
        conn.execute(insert(tables.settings).values(key="k", value={"a": [1, None, "ü"]}))
    with practice.reading() as conn:
        assert conn.execute(select(tables.settings.c.value)).scalar_one() == {"a": [1, None, "ü"]}


def test_the_tables_are_those_of_the_code(practice):
    """What the migrations make and what ``tables.py`` says is one and the same, on both databases."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with practice.reading() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, tables.METADATA) == []
        found = inspect(conn)
        for name, table in tables.METADATA.tables.items():
            checks = {c["name"] for c in found.get_check_constraints(name)}
            wanted = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
            assert checks == wanted, name
            options = {tuple(f["constrained_columns"]): f["options"] for f in found.get_foreign_keys(name)}
            for key in table.foreign_key_constraints:
                assert options[tuple(key.column_keys)].get("ondelete") == key.ondelete, name
        assert (
            conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == migrating.newest()
        )
