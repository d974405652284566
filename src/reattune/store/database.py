"""The practice's database: made, opened, read, written, checked, cleaned and backed up.

A practice is a folder (``practice.db``, encrypted with SQLCipher; ``practice.keys``; ``backups/``) or a PostgreSQL
database named by its URL. Both hold the same tables and have one writer at a time. On a server the data is kept safe
by the server; the passphrase then opens the key of the audit log, and without it this program lets nobody in.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from reattune.errors import BusyError, DamagedError, StoreError, WrongKeyError
from reattune.store import audit, backups, copying, files, migrating
from reattune.store import engine as engines
from reattune.store import keys as keyring
from reattune.store.copying import KEYS_ROW
from reattune.store.engine import MIGRATING, MODE, OUTSIDE, READING, WAIT_SECONDS, WRITING
from reattune.store.keys import Keys, SlotKind
from reattune.store.tables import store_state
from reattune.store.troubles import busy, damaged, told_plainly

Fill = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found.

    Attributes:
        ok: nothing is amiss.
        problems: what is, a sentence each, without content.
        audit: the check of the audit log.
    """

    ok: bool
    problems: tuple[str, ...]
    audit: audit.AuditCheck


class Database:
    """An open practice; thread-safe, one for each process.

    Attributes:
        where: the folder, or the URL without its password.
        dialect: ``sqlite`` or ``postgresql``.
        folder: the folder, None on a server.
    """

    def __init__(self, where: str, engine: Engine, key: bytes, folder: Path | None) -> None:
        self.where = where
        self.folder = folder
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if folder else "postgresql"
        self._key = key
        self._engine = engine.execution_options(**{audit.KEY: audit.chain_key(key)})
        self._one_writer = threading.Lock()
        self._writer: int | None = None

    @staticmethod
    def create(where: str | Path, passphrase: str) -> tuple[Database, str]:
        """Makes a new practice.

        Returns:
            The open database and the recovery code, which is shown this once and kept nowhere.

        Raises:
            SettingError: the passphrase is too short, or the URL cannot be read.
            StoreError: there is something at ``where`` already, or it cannot be written.
        """
        made, key, code = keyring.make(passphrase)
        return make(str(where), made, key), code

    @staticmethod
    def open(
        where: str | Path, passphrase: str | None = None, *, recovery_code: str | None = None
    ) -> Database:
        """Opens a practice with its passphrase or its recovery code; older tables are brought to this version, a copy first.

        Raises:
            WrongKeyError: passphrase or code do not fit.
            DamagedError: a file is missing, cut short or altered.
            NewerSchemaError: a newer reattune wrote it.
            StoreError: there is no practice, or it cannot be reached.
        """
        kind, secret = _secret(passphrase, recovery_code)
        if engines.is_url(str(where)):
            return _open_server(str(where), kind, secret)
        folder = Path(where)
        key = keyring.unlock(files.read_keys(folder), kind, secret)
        database = Database(str(folder), engines.sqlite_engine(folder / files.DATABASE, key), key, folder)
        return database._ready()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction to write in: all of it is kept, or nothing.

        Raises:
            BusyError, FullDiskError, DamagedError, StoreError: see there; nothing was changed.
        """
        with self._transaction(WRITING) as conn:
            yield conn

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look that sees a single state of the data, however long it takes; writing in it is an error."""
        with told_plainly(self.where), self._connect(READING) as conn:
            yield conn

    def change_passphrase(self, new: str) -> None:
        """Sets a new passphrase. The old one still opens backups made before.

        Raises:
            SettingError: it is too short.
        """
        self._set_slot("passphrase", new)

    def new_recovery_code(self) -> str:
        """Makes a new recovery code, shown this once; the old one no longer opens the practice, only earlier backups."""
        code = keyring.new_code()
        self._set_slot("recovery", code)
        return code

    def keys(self) -> Keys:
        """The wrapped keys, as they are kept now."""
        if self.folder:
            return files.read_keys(self.folder)
        with self.reading() as conn:
            return _keys_row(conn, self.where)

    def purge(self) -> None:
        """Makes deletion real: no deleted row stays in a free page, in a page's gaps or in the write-ahead log.

        Rewrites the whole database, which takes as much memory (SQLite) or disk (PostgreSQL) again as it holds.

        Raises:
            BusyError: somebody is reading or writing; what could be done was done.
            FullDiskError: the rewriting needs more room than there is; nothing was changed.
        """
        with self._turn(), told_plainly(self.where):
            if self.folder:
                self._rewrite_file()
            else:
                self._rewrite_tables()

    def check(self) -> Health:
        """Reads everything: pages and their seals, indices, references, the audit log."""
        problems: list[str] = []
        log = audit.AuditCheck(False, 0)
        try:
            with self.reading() as conn:
                problems += checks(conn)
                log = audit.verify(conn)
        except DamagedError as error:
            problems.append(error.what)
        if not log.ok:
            problems.append(f"The audit log does not fit together from entry {log.first_broken or 1} on")
        return Health(not problems, tuple(problems), log)

    def backup(self, target: Path) -> backups.BackupReport:
        """Writes a backup, encrypted with the practice's key, while others read and write; see ``backups``."""
        return backups.write(self, target)

    def copy_into(self, file: Path) -> bool:
        """Copies the practice, as of now, into an empty file under the same key; whether the copy was found sound."""
        with self.reading() as conn:
            if self.folder:
                copying.copy_pages(conn, file, self._key)
            else:
                copying.rows_into_file(conn, file, self._key)
        copy = Database(str(file), engines.sqlite_engine(file, self._key), self._key, file.parent)
        try:
            return copy.check().ok
        finally:
            copy.close()

    def close(self) -> None:
        """Lets go of all connections; the last one out empties the write-ahead log."""
        self._engine.dispose()

    def _ready(self) -> Database:
        """Looks whether it is sound and brings its tables to this version."""
        try:
            with self.reading() as conn:
                found = migrating.version(conn)
                old = migrating.behind(conn)
            if found is None:
                raise damaged(self.where, "The database holds no practice")
            if old:
                if self.folder:
                    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
                    folder = self.folder / files.BACKUPS
                    with files.files_told_plainly(folder):
                        folder.mkdir(mode=0o700, exist_ok=True)
                    self.backup(folder / f"before-tables-{migrating.newest()}-{stamp}{backups.SUFFIX}")
                self._migrate()
        except BaseException:
            self.close()
            raise
        return self

    def _migrate(self) -> None:
        with self._transaction(MIGRATING) as conn:
            if migrating.behind(conn):  # another process may have been first
                migrating.upgrade(conn)
                if problems := checks(conn):
                    raise damaged(self.where, problems[0])

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Connection]:
        with self._turn(), told_plainly(self.where), self._connect(mode) as conn:
            yield conn

    @contextmanager
    def _connect(self, mode: str) -> Iterator[Connection]:
        with self._engine.connect().execution_options(**{MODE: mode}) as conn, conn.begin():
            yield conn

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This process's writers, one after the other."""
        if self._writer == threading.get_ident():
            raise RuntimeError("begin() within begin()")
        if not self._one_writer.acquire(timeout=WAIT_SECONDS):
            raise busy(self.where)
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None
            self._one_writer.release()

    def _set_slot(self, kind: SlotKind, secret: str) -> None:
        with self.begin() as conn:  # the one writer, other processes included
            if self.folder:
                new = keyring.with_slot(files.read_keys(self.folder), self._key, kind, secret)
                files.write_keys(self.folder, new)
                return
            new = keyring.with_slot(_keys_row(conn, self.where), self._key, kind, secret)
            row = store_state.c.name == KEYS_ROW
            conn.execute(update(store_state).where(row).values(value=new.to_json()))

    def _keep_log(self) -> None:
        """Sets SQLite to a write-ahead log, so that readers and the writer do not wait for each other."""
        with told_plainly(self.where), self._outside() as conn:
            conn.exec_driver_sql("PRAGMA journal_mode = WAL")

    def _rewrite_file(self) -> None:
        """Copies all rows into fresh pages, then the log into the file, which empties it."""
        with self._outside() as conn:
            conn.exec_driver_sql("VACUUM")
            readers_in_the_way, *_ = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if readers_in_the_way:
            raise BusyError(
                "What was deleted is gone from the practice, but not yet from its file, as somebody is reading",
                mend="Clean up again when the practice is at rest",
                path=self.where,
            )

    def _rewrite_tables(self) -> None:
        with self._outside() as conn:
            for name in inspect(conn).get_table_names():
                conn.exec_driver_sql(f'VACUUM (FULL) "{name}"')

    @contextmanager
    def _outside(self) -> Iterator[Connection]:
        """A connection for what the databases do outside of a transaction only."""
        options = {MODE: OUTSIDE} if self.folder else {MODE: OUTSIDE, "isolation_level": "AUTOCOMMIT"}
        with self._engine.connect().execution_options(**options) as conn:
            yield conn


def restore(
    backup: Path, where: str | Path, passphrase: str | None = None, *, recovery_code: str | None = None
) -> Database:
    """Makes a practice from a backup, in a new folder or in an empty PostgreSQL database, and opens it.

    Before anything takes its place, the backup's check sums, its pages, its references and its audit log are checked.

    Args:
        passphrase, recovery_code: one of them, as it was when the backup was made.

    Raises:
        WrongKeyError: passphrase or code do not fit.
        DamagedError: the backup is cut short or altered.
        NewerSchemaError: a newer reattune wrote it.
        StoreError: there is something at ``where`` already, or it cannot be written.
    """
    kind, secret = _secret(passphrase, recovery_code)
    with backups.opened(backup) as (keys, archive):
        key = keyring.unlock(keys, kind, secret)
        if engines.is_url(str(where)):
            with tempfile.TemporaryDirectory(prefix="reattune-") as name:
                found = _unpacked(archive, Path(name), keys, key, str(backup))
                try:
                    found._migrate()
                    with found.reading() as source:
                        return _make_on_server(
                            str(where), keys, key, lambda conn: copying.copy_rows(source, conn)
                        )
                finally:
                    found.close()
        folder = Path(where)
        with files.new_folder(folder) as part:
            _unpacked(archive, part, keys, key, str(backup)).close()
    database = Database(str(folder), engines.sqlite_engine(folder / files.DATABASE, key), key, folder)
    return database._ready()


def _unpacked(archive: ZipFile, folder: Path, keys: Keys, key: bytes, backup: str) -> Database:
    """The practice in a backup, unpacked into ``folder`` and found sound."""
    backups.unpack(archive, folder / files.DATABASE)
    files.write_keys(folder, keys)
    (folder / files.BACKUPS).mkdir(mode=0o700)
    database = Database(backup, engines.sqlite_engine(folder / files.DATABASE, key), key, folder)
    try:
        with database.reading() as conn:
            migrating.behind(conn)
        health = database.check()
        if not health.ok:
            raise damaged(backup, health.problems[0])
        database._keep_log()
    except BaseException:
        database.close()
        raise
    return database


def make(where: str, keys: Keys, key: bytes) -> Database:
    """A new practice with these keys, without rows.

    Raises:
        StoreError: there is something at ``where`` already, or it cannot be written.
    """
    if engines.is_url(where):
        return _make_on_server(where, keys, key)
    folder = Path(where)
    with files.new_folder(folder) as part:
        files.make_private(part / files.DATABASE)
        (part / files.BACKUPS).mkdir(mode=0o700)
        database = Database(where, engines.sqlite_engine(part / files.DATABASE, key), key, part)
        try:
            database._keep_log()
            with database._transaction(MIGRATING) as conn:
                migrating.upgrade(conn)
                audit.start(conn)
        finally:
            database.close()
        files.write_keys(part, keys)
    return Database(where, engines.sqlite_engine(folder / files.DATABASE, key), key, folder)


def checks(conn: Connection) -> list[str]:
    """What SQLite finds amiss, a sentence each; PostgreSQL looks after itself, so that there is nothing to ask."""
    if conn.dialect.name != "sqlite":
        return []
    found = []
    if conn.exec_driver_sql("PRAGMA cipher_integrity_check").first() is not None:
        found.append("Some pages were altered or are cut short")
    elif conn.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
        found.append("Tables and indices do not fit together")
    elif conn.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        found.append("Some rows belong to rows that are not there")
    return found


def _make_on_server(where: str, keys: Keys, key: bytes, fill: Fill = audit.start) -> Database:
    url = engines.parse_url(where)
    shown = url.render_as_string(hide_password=True).replace("+psycopg", "", 1)
    database = Database(shown, engines.postgres_engine(url), key, None)
    try:
        with database._transaction(MIGRATING) as conn:
            if inspect(conn).has_table(store_state.name):
                raise StoreError(
                    "There is a practice in this database already", mend="Name another database", path=shown
                )
            migrating.upgrade(conn)
            fill(conn)
            conn.execute(insert(store_state).values(name=KEYS_ROW, value=keys.to_json()))
    except BaseException:
        database.close()
        raise
    return database


def _open_server(where: str, kind: SlotKind, secret: str) -> Database:
    url = engines.parse_url(where)
    shown = url.render_as_string(hide_password=True).replace("+psycopg", "", 1)
    engine = engines.postgres_engine(url)
    try:
        with told_plainly(shown), engine.connect() as conn:
            if not inspect(conn).has_table(store_state.name):
                raise StoreError(
                    "There is no practice in this database", mend="Check the address, or make one", path=shown
                )
            keys = _keys_row(conn, shown)
        key = keyring.unlock(keys, kind, secret)
    except BaseException:
        engine.dispose()
        raise
    return Database(shown, engine, key, None)._ready()


def _keys_row(conn: Connection, where: str) -> Keys:
    value = conn.execute(select(store_state.c.value).where(store_state.c.name == KEYS_ROW)).scalar()
    return keyring.parse(value or "", where)


def _secret(passphrase: str | None, recovery_code: str | None) -> tuple[SlotKind, str]:
    if recovery_code is not None:
        return "recovery", recovery_code
    if passphrase is None:
        raise WrongKeyError("The practice is locked", mend="Give its passphrase or its recovery code")
    return "passphrase", passphrase
