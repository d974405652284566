"""A whole practice from one database into another, as of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from reattune.store import migrating
from reattune.store.engine import connect_sqlite, sqlite_engine
from reattune.store.tables import METADATA, store_state
from reattune.store.troubles import plain

ROWS = 200
"""How many rows are held in memory at once."""
KEYS_ROW = "keys"
"""The row of ``store_state`` that holds the wrapped keys on PostgreSQL; beside a file they are a file of their own."""


def copy_pages(conn: Connection, file: Path, key: bytes) -> None:
    """All pages of an encrypted SQLite database into an empty file, under the same key; writers need not wait.

    Raises:
        FullDiskError, DamagedError, StoreError: as they are.
    """
    from sqlcipher3 import dbapi2

    source: Any = conn.connection.driver_connection
    target = connect_sqlite(file, key)
    try:
        source.backup(target)
        # One file, without a log beside it.
        target.execute("PRAGMA journal_mode = DELETE").fetchone()
    except dbapi2.Error as error:
        raise plain(error, str(file.parent)) from None
    finally:
        target.close()


def copy_rows(source: Connection, target: Connection) -> None:
    """All rows of all tables but the wrapped keys, into tables of the same version without rows."""
    for table in METADATA.sorted_tables:
        for rows in _chunks(source, table):
            target.execute(insert(table), rows)


def rows_into_file(source: Connection, file: Path, key: bytes) -> None:
    """A practice on a server into an empty file, encrypted with ``key``.

    Raises:
        NewerSchemaError: a newer reattune changed the tables meanwhile.
    """
    migrating.behind(source)
    engine = sqlite_engine(file, key)
    try:
        with engine.connect().execution_options(**migrating.OPTIONS) as target, target.begin():
            migrating.upgrade(target)
            copy_rows(source, target)
    finally:
        engine.dispose()


def _chunks(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns)
    if table is store_state:
        query = query.where(store_state.c.name != KEYS_ROW)
    result = source.execution_options(yield_per=ROWS).execute(query)
    for rows in result.mappings().partitions():
        yield [dict(r) for r in rows]
