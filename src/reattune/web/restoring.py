"""A backup brought back: checked whole beside the practice, and only then put in its place; what was there before stays."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reattune.errors import WrongKeyError
from reattune.store import files
from reattune.store.database import restore
from reattune.web.state import State

if TYPE_CHECKING:
    from reattune.practice.opening import Practice

_CODE = re.compile(r"(?:[A-Za-z0-9]{5}[ -]*){8}")


def restore_upload(file: BinaryIO, where: str, secret: str) -> Practice:
    """Make a practice from an uploaded backup where there is none yet, and open it.

    Args:
        file: the backup; encrypted, so it may lie in a temporary file.
        where: the new practice's place.
        secret: passphrase or recovery code of the time of the backup.

    Raises:
        StoreError: the backup is damaged, the secret does not fit, or there is something already.
    """
    with tempfile.TemporaryDirectory(prefix="reattune-") as room:
        copy = Path(room) / "backup.reattune"
        with files.files_told_plainly(copy), copy.open("wb") as out:
            file.seek(0)
            shutil.copyfileobj(file, out)
        return _restored(copy, where, secret)


def go_back(state: State, backup: Path, secret: str) -> Path:
    """Put a backup in the place of the practice that is running. Only for a practice in a folder.

    The backup is unpacked and checked in a folder of its own first: where it does not fit, nothing has changed. The folder
    that was there before stays beside the new one.

    Returns:
        Where the folder is now that was there before.

    Raises:
        StoreError: the backup is damaged or the secret does not fit; nothing has changed.
    """
    where = Path(state.config.where)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    fresh, before = (where.with_name(f"{where.name}-{word}-{stamp}") for word in ("restored", "before"))
    with state.lock, files.files_told_plainly(where):
        _restored(backup, str(fresh), secret).close()
        former = state.practice
        state.practice = None  # pages ask for the passphrase meanwhile
        if former is not None:
            former.close()
        where.rename(before)
        fresh.rename(where)
        for old in (before / files.BACKUPS).glob("*"):
            old.rename(where / files.BACKUPS / old.name)
        state.adopt(_opened(str(where), secret))
    state.visits.end_all(everyone=True)
    return before


def _restored(backup: Path, where: str, secret: str) -> Practice:
    try:
        restore(backup, where, secret).close()
    except WrongKeyError:
        if not _CODE.fullmatch(secret.strip()):
            raise
        restore(backup, where, recovery_code=secret).close()
    return _opened(where, secret)


def _opened(where: str, secret: str) -> Practice:
    from reattune.practice.opening import open_practice

    try:
        return open_practice(where, secret)
    except WrongKeyError:
        if not _CODE.fullmatch(secret.strip()):
            raise
        return open_practice(where, recovery_code=secret)
