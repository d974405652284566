"""Backups: one file with the encrypted database, the wrapped keys and a check sum; made online, tried out before it counts.

The file is a ZIP archive without compression. What is in it is as safe as the practice itself, and opens with the
passphrase and the recovery code that held when it was made. A practice on PostgreSQL is copied, table by table and as of
one moment, into an encrypted SQLite file: so a backup of either kind can be restored as either.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reattune.errors import DamagedError, NewerSchemaError, StoreError
from reattune.store import files, migrating
from reattune.store.keys import Keys, parse

if TYPE_CHECKING:
    from reattune.store.database import Database

FORMAT = "reattune backup 1"
SUFFIX = ".reattune"
ABOUT = "about.json"
CHUNK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError, NotImplementedError)
"""What comes of reading a ZIP archive that is none, or of finding something else in it."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup as it was written.

    Attributes:
        path: the file.
        bytes: its size.
        sha256: of the whole file, to compare copies by.
        verified: the copy was opened and read through: pages, references and audit log fit.
    """

    path: Path
    bytes: int
    sha256: str
    verified: bool


def write(database: Database, target: Path) -> BackupReport:
    """Writes a backup of an open practice.

    Args:
        target: the file to write, or a folder in which to name one by the time.

    Raises:
        StoreError: there is such a file already, or it cannot be written (``FullDiskError``: no room).
    """
    with files.files_told_plainly(target):
        if target.is_dir():
            target = target / f"practice-{datetime.now(UTC).strftime('%Y%m%d-%H%M%S')}{SUFFIX}"
        _free(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".reattune-", suffix=".part", dir=target.parent))
        try:
            keys = database.keys()
            copy = part / files.DATABASE
            files.make_private(copy)
            verified = database.copy_into(copy)
            archive = part / "archive"
            _pack(archive, copy, keys.to_json())
            report = BackupReport(target, archive.stat().st_size, sha256(archive), verified)
            _free(target)
            archive.rename(target)
            files.sync(target.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return report


@contextmanager
def opened(backup: Path) -> Iterator[tuple[Keys, zipfile.ZipFile]]:
    """A backup's keys and its archive, once the check sums fit.

    Raises:
        DamagedError: it is cut short or altered, or no backup at all.
        NewerSchemaError: it is of a newer kind.
        StoreError: it cannot be read.
    """
    with files.files_told_plainly(backup):
        if not backup.is_file():
            raise StoreError("There is no such file", mend="Check the backup's name", path=backup)
        try:
            archive = zipfile.ZipFile(backup)
        except UNREADABLE:
            raise _unfit(backup) from None
    with archive:
        with files.files_told_plainly(backup):
            try:
                text = _checked(archive, backup)
            except UNREADABLE:
                raise _unfit(backup) from None
        yield parse(text, str(backup)), archive


def unpack(archive: zipfile.ZipFile, file: Path) -> None:
    """The database in a backup, into a new file that its owner alone can read."""
    files.make_private(file)
    with archive.open(files.DATABASE) as source, file.open("wb") as out:
        shutil.copyfileobj(source, out, CHUNK)
        out.flush()
        os.fsync(out.fileno())


def sha256(file: Path) -> str:
    """Of a whole file, in hex."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _pack(archive: Path, copy: Path, keys: str) -> None:
    about = {
        "format": FORMAT,
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tables": migrating.newest(),
        "sha256": {
            files.DATABASE: sha256(copy),
            files.KEYS: hashlib.sha256(keys.encode()).hexdigest(),
        },
    }
    files.make_private(archive)
    with archive.open("r+b") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
            packed.writestr(ABOUT, json.dumps(about, indent=1))
            packed.writestr(files.KEYS, keys)
            packed.write(copy, files.DATABASE)
        out.flush()
        os.fsync(out.fileno())


def _checked(archive: zipfile.ZipFile, backup: Path) -> str:
    """The keys' text, where everything in the archive is as it was packed."""
    if any(i.compress_type != zipfile.ZIP_STORED for i in archive.infolist()):
        raise _unfit(backup)
    # Nothing here is ever near this size: it only keeps somebody else's archive from filling the memory.
    if max(archive.getinfo(n).file_size for n in (ABOUT, files.KEYS)) > CHUNK:
        raise _unfit(backup)
    about = json.loads(archive.read(ABOUT))
    kind = str(about["format"])
    if kind != FORMAT and kind.startswith("reattune backup "):
        raise NewerSchemaError(
            "This backup is of a newer kind", mend="Install the newest reattune", path=backup
        )
    for name in (files.DATABASE, files.KEYS):
        with archive.open(name) as data:
            digest = hashlib.sha256()
            while chunk := data.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != about["sha256"][name]:
            raise _unfit(backup)
    return archive.read(files.KEYS).decode()


def _unfit(backup: Path) -> DamagedError:
    return DamagedError(
        "This is no whole backup of a practice",
        mend="Take another copy of it, or an older backup",
        path=backup,
    )


def _free(target: Path) -> None:
    if target.exists():
        raise StoreError("There is a file of this name already", mend="Name another one", path=target)
