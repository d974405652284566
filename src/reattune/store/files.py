"""A practice's folder and files: made for their owner alone, and written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reattune.errors import FullDiskError, StoreError
from reattune.store.keys import Keys, parse
from reattune.store.troubles import damaged

DATABASE, KEYS, BACKUPS = "practice.db", "practice.keys", "backups"
"""The names inside the folder."""
LOG = f"{DATABASE}-wal"
"""SQLite's write-ahead log, there while the practice is open."""
PAGE = 4096
"""Size of a page in bytes, SQLCipher's own choice."""
NO_ROOM = {28, 122}
"""The numbers of "no space left on device" and "disk quota exceeded"."""


@contextmanager
def files_told_plainly(where: Path) -> Iterator[None]:
    """Turns the system's errors about files into ``StoreError``."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise FullDiskError(
                "There is no room left on the disk",
                mend="Make room and try again; nothing was changed",
                path=where,
            ) from None
        raise StoreError(
            f"Files cannot be read or written here ({error.strerror or 'unknown reason'})",
            mend="Check that the folder is there and may be written to; nothing was changed",
            path=where,
        ) from None


@contextmanager
def new_folder(where: Path) -> Iterator[Path]:
    """A folder beside ``where`` that takes its name when all went well, and is gone when not.

    Raises:
        StoreError: there is something at ``where`` already.
    """
    with files_told_plainly(where):
        if where.exists() and (not where.is_dir() or any(where.iterdir())):
            raise StoreError(
                "There is something here already", mend="Name a folder that does not exist yet", path=where
            )
        where.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".reattune-", suffix=".part", dir=where.parent))
        try:
            yield part
            if where.exists():
                where.rmdir()
            part.rename(where)
            sync(where.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def make_private(file: Path) -> None:
    """An empty file that its owner alone can read."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def read_keys(folder: Path) -> Keys:
    """The keys of the practice in this folder.

    Raises:
        StoreError: there is no practice here.
        DamagedError: a file is missing, empty or altered.
    """
    file = folder / KEYS
    with files_told_plainly(folder):
        database, keys = (folder / DATABASE).exists(), file.exists()
        if not database and not keys:
            raise StoreError(
                "There is no practice here",
                mend="Check the folder's name, or make a new practice",
                path=folder,
            )
        size = (folder / DATABASE).stat().st_size if database else 0
        if size == 0:
            raise damaged(str(folder), f"{DATABASE} is missing or empty")
        if (
            size % PAGE and not (folder / LOG).exists()
        ):  # with a log, a power cut explains it, and the log mends it
            raise damaged(str(folder), f"{DATABASE} is cut short")
        if not keys:
            raise damaged(str(folder), f"{KEYS} is missing")
        text = file.read_text(encoding="utf-8", errors="replace")
    return parse(text, str(file))


def write_keys(folder: Path, keys: Keys) -> None:
    """Puts the keys in place of the old ones, whole or not at all."""
    with files_told_plainly(folder):
        handle, name = tempfile.mkstemp(prefix=".reattune-", suffix=".part", dir=folder)  # mode 0600
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(keys.to_json())
                out.flush()
                os.fsync(out.fileno())
            part.replace(folder / KEYS)
            sync(folder)
        finally:
            part.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Asks the system to keep a file or a folder's names through a power cut."""
    with suppress(OSError):  # Windows cannot open a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
