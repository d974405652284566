"""Connections: to an encrypted SQLite file with SQLCipher, to a PostgreSQL server with psycopg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from reattune.errors import MissingExtraError, SettingError

WAIT_SECONDS = 20
"""How long a writer waits for another one."""
ONE_WRITER = 7_281_455_036
"""PostgreSQL's advisory lock that writers take in turn, as SQLite has them by itself: what is tested on one holds on both."""
WRITING, READING, MIGRATING, OUTSIDE = "writing", "reading", "migrating", "outside"
MODE = "reattune_mode"
"""The execution option that says what a transaction is for: one of the words above; ``outside`` is without one."""

PRAGMAS = (
    "PRAGMA cipher_memory_security = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)


def connect_sqlite(file: Path, key: bytes) -> Any:
    """A DB-API connection to an existing encrypted file; transactions are begun and ended in SQL alone."""
    from sqlcipher3 import dbapi2

    uri = f"{file.absolute().as_uri()}?mode=rw"
    conn = dbapi2.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=WAIT_SECONDS)
    try:
        conn.execute("PRAGMA cipher_log_level = NONE")
        conn.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in PRAGMAS:
            conn.execute(pragma)
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


def sqlite_engine(file: Path, key: bytes) -> Engine:
    """An engine on an encrypted file with the key of 32 bytes.

    Raises:
        MissingExtraError: SQLCipher is not installed.
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise MissingExtraError(
            "An encrypted practice needs SQLCipher", mend="pip install 'reattune[practice]'"
        ) from None
    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=lambda: connect_sqlite(file, key),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(conn: Connection) -> None:
    mode = conn.get_execution_options().get(MODE, READING)
    # Rebuilding a table, as migrations do, would set off the rules of the tables that point to it.
    conn.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if mode == MIGRATING else 'ON'}")
    conn.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == READING else 'OFF'}")
    if mode != OUTSIDE:
        conn.exec_driver_sql("BEGIN" if mode == READING else "BEGIN IMMEDIATE")


def is_url(where: str) -> bool:
    """Whether ``where`` names a PostgreSQL server rather than a folder."""
    return where.startswith(("postgresql://", "postgres://", "postgresql+psycopg://"))


def parse_url(where: str) -> URL:
    """The address of a PostgreSQL database.

    Raises:
        SettingError: it is none.
    """
    try:
        url = make_url(where.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise SettingError(
            "The database's address cannot be read", mend="Write postgresql://user:password@host/database"
        ) from None
    return url.set(drivername="postgresql+psycopg")


def postgres_engine(url: URL) -> Engine:
    """An engine on a PostgreSQL database.

    Raises:
        MissingExtraError: psycopg is not installed.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "A practice on a PostgreSQL server needs psycopg", mend="pip install 'reattune[postgres]'"
        ) from None
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "options": f"-c lock_timeout={WAIT_SECONDS * 1000} -c timezone=UTC",
            "application_name": "reattune",
        },
    )
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _begin_postgres(conn: Connection) -> None:
    mode = conn.get_execution_options().get(MODE, READING)
    if mode == READING:
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    elif mode != OUTSIDE:
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_WRITER})")
