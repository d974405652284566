"""The one family of errors: each says what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where something is: a file, and in it a line and a column, both counted from 1 (None: not known)."""

    path: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path or "", *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(p for p in parts if p)


class ReattuneError(Exception):
    """Something that the user can mend.

    Args:
        what: what is wrong, one sentence without the closing full stop.
        mend: what to do about it, one sentence.
        path, line, column: where (line and column from 1).
    """

    def __init__(
        self,
        what: str,
        *,
        mend: str = "",
        path: str | Path | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.what = what
        self.mend = mend
        self.place = Place(None if path is None else str(path), line, column)
        super().__init__(str(self))

    def __str__(self) -> str:
        where = str(self.place)
        sentences = ". ".join(part.rstrip(".") for part in (self.what, self.mend) if part) + "."
        return f"{where}: {sentences}" if where else sentences

    def at(self, path: str | Path) -> ReattuneError:
        """The same error with its file named, where the code that raised it did not know the file."""
        if self.place.path is not None:
            return self
        return type(self)(
            self.what, mend=self.mend, path=path, line=self.place.line, column=self.place.column
        )


class InputError(ReattuneError):
    """A file that cannot be read as what it should be."""


class SettingError(ReattuneError):
    """An option or setting with a value that it cannot take."""


class ModelError(ReattuneError):
    """The coder's model file is missing, damaged, or made for another scheme."""


class MissingExtraError(ReattuneError):
    """A part of reattune that comes with an optional extra is not installed."""


class StoreError(ReattuneError):
    """The practice's store could not do what was asked; nothing in it was changed."""


class WrongKeyError(StoreError):
    """The passphrase or the recovery code is not the one of this practice."""


class DamagedError(StoreError):
    """A file of the practice is missing, cut short or altered."""


class NewerSchemaError(StoreError):
    """The practice was written by a newer reattune than this one."""


class FullDiskError(StoreError):
    """There is no room left to write to."""


class BusyError(StoreError):
    """Somebody else is writing to the practice and did not finish in time."""


class NotAllowedError(ReattuneError):
    """It is not there, or it is not for the one who asks: which of the two is not told."""
