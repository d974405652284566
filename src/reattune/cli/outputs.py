"""Files that the command line writes: whole or not at all, readable by their owner, never over an input."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reattune.errors import SettingError
from reattune.report import CSV_COLUMNS, csv_rows
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.report import IndexEntry

_PAGE_ENDINGS = (".html", ".htm")
_NAME_LENGTH = 80


@contextmanager
def whole_file(path: Path, *, keep: Callable[[], bool] = lambda: True) -> Iterator[TextIO]:
    """A text file that takes its name only once it is complete.

    It is given up on an error, or where ``keep`` says no in the end.

    Raises:
        SettingError: it cannot be written there.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=".reattune-", suffix=".part")
        with open(handle, "w", encoding="utf-8", errors="replace", newline="") as stream:  # noqa: PTH123
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if keep():
            Path(temporary).replace(path)
            temporary = None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SettingError(
            f"this file cannot be written ({error.strerror or type(error).__name__})",
            mend="Choose another place, or make room or the folder",
            path=path,
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()


def check_output(path: Path, inputs: Sequence[Path]) -> None:
    """See that a file may be written.

    Raises:
        SettingError: it is an input, a folder, or its folder does not exist.
    """
    if any(same_file(path, one) for one in inputs):
        raise SettingError(
            "this is one of the inputs and would be overwritten", mend="Choose another name", path=path
        )
    if path.is_dir():
        raise SettingError("this is a folder", mend="Name a file in it", path=path)
    if not path.absolute().parent.is_dir():
        raise SettingError("its folder does not exist", mend="Make the folder first", path=path)


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, through links too."""
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute() == other.absolute()


@dataclass
class Pages:
    """HTML pages: one file for one session, or a folder with a page for each and an index.

    Args:
        target: what the user named.
        inputs: the transcripts, which are never overwritten.
        folder: whether ``target`` is a folder.
    """

    target: Path
    inputs: Sequence[Path]
    folder: bool
    _entries: list[IndexEntry] = field(default_factory=list, repr=False)
    _names: set[str] = field(default_factory=lambda: {"index"}, repr=False)

    @classmethod
    def at(cls, target: str, inputs: Sequence[Path]) -> Pages:
        """What ``--html TARGET`` stands for: a name that ends in .html is a file, any other a folder.

        Raises:
            SettingError: a file for several transcripts, or one that may not be written.
        """
        path = Path(target)
        is_page = path.suffix.lower() in _PAGE_ENDINGS and not target.endswith(("/", os.sep))
        folder = path.is_dir() or not is_page
        pages = cls(path, inputs, folder)
        if not folder:
            pages.expect(len(inputs))
            check_output(path, inputs)
        elif path.exists() and not path.is_dir():
            raise SettingError("this is a file", mend="Name a folder, or a file ending in .html", path=path)
        return pages

    def expect(self, sessions: int) -> None:
        """See that so many sessions have room.

        Raises:
            SettingError: several sessions for one file.
        """
        if not self.folder and sessions > 1:
            raise SettingError(
                f"{sessions} sessions do not go into one page",
                mend=f"Name a folder: --html {self.target.with_suffix('')}/",
                path=self.target,
            )

    def add(self, findings: Findings) -> None:
        """Write the page of one session."""
        from reattune.report import IndexEntry, to_html

        if not self.folder:
            with whole_file(self.target) as stream:
                stream.write(to_html(findings))
            return
        name = f"{self._name(findings.session.id)}.html"
        self._write(name, to_html(findings, index="index.html"))
        self._entries.append(IndexEntry.of(findings, name))

    def close(self) -> Path | None:
        """Write the index, and say where to begin to read; None where no page was written."""
        from reattune.report import to_html_index

        if not self.folder:
            return self.target
        return self._write("index.html", to_html_index(self._entries)) if self._entries else None

    def _write(self, name: str, page: str) -> Path:
        path = self.target / name
        try:
            self.target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                f"this folder cannot be made ({error.strerror or type(error).__name__})",
                mend="Choose another place",
                path=self.target,
            ) from error
        check_output(path, self.inputs)
        with whole_file(path) as stream:
            stream.write(page)
        return path

    def _name(self, session_id: str) -> str:
        """A file name for a session: its letters and digits, unique without regard to case."""
        stem = re.sub(r"[^\w-]+", "-", session_id).strip("-_")[:_NAME_LENGTH] or "session"
        name, n = stem, 1
        while name.casefold() in self._names:
            n += 1
            name = f"{stem}-{n}"
        self._names.add(name.casefold())
        return name


class Rows:
    """A CSV file in the making: a row for each turn, session after session."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\r\n")
        self._writer.writerow(CSV_COLUMNS)

    def add(self, findings: Findings) -> None:
        """Write a session's rows."""
        self._writer.writerows(csv_rows(findings))
