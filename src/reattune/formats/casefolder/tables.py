"""The small tables of a case folder: rows with their lines, and cells that say what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from reattune.errors import InputError, Place, ReattuneError
from reattune.formats.clean import clean
from reattune.formats.decode import decode
from reattune.formats.reading import load
from reattune.formats.table import DELIMITERS
from reattune.record import Notice

T = TypeVar("T")

_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, and where it stands. Lines and columns count from 1."""

    path: str
    line: int
    cells: Mapping[str, str]
    places: Mapping[str, int]

    def text(self, name: str) -> str:
        """The cell on one line, or "" where it is empty or there is no such column."""
        return clean(self.cells.get(name, ""))

    def wrong(self, name: str, what: str, mend: str) -> InputError:
        """An error at this cell."""
        return InputError(
            f"{name}: {what}", mend=mend, path=self.path, line=self.line, column=self.places.get(name)
        )

    def session(self) -> int:
        """The session's number.

        Raises:
            InputError: it is missing or no whole number from 1.
        """
        found = self.whole("session", 1, 99_999)
        if found is None:
            raise self.wrong("session", "the number is missing", "Write which session it is about, from 1")
        return found

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number from ``low`` to ``high``, or None where the cell is empty."""
        number = self.number(name, low, high)
        if number is None:
            return None
        if number != int(number):
            raise self.wrong(
                name, f"{self.text(name)[:40]!r} is no whole number", "Write it without a fraction"
            )
        return int(number)

    def number(self, name: str, low: float, high: float) -> float | None:
        """A number from ``low`` to ``high``, a comma or a point before the fraction; None where the cell is empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            raise self.wrong(name, f"{text[:40]!r} is no number", f"Write {low:g} to {high:g}") from None
        if not low <= value <= high:
            raise self.wrong(
                name, f"{text[:40]} is not within {low:g} to {high:g}", "Write a number within that range"
            )
        return value

    def day(self, name: str = "date") -> date | None:
        """A day written as 2026-03-02, or None where the cell is empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.wrong(name, f"{text[:40]!r} is no date", "Write it as 2026-03-02") from None

    def choice(self, name: str, options: Sequence[str], default: str = "") -> str:
        """One of ``options`` in any case, spaces for underscores allowed; ``default`` where the cell is empty."""
        text = self.text(name).lower().replace(" ", "_").replace("-", "_")
        if not text:
            return default
        if text not in options:
            raise self.wrong(name, f"{text[:40]!r} is not known here", f"Write one of: {', '.join(options)}")
        return text

    def flag(self, name: str) -> bool | None:
        """Yes or no, or None where the cell is empty."""
        text = self.text(name).lower()
        if text and text not in _YES:
            raise self.wrong(name, f"{text[:40]!r} is neither yes nor no", "Write yes, no, or nothing")
        return _YES[text] if text else None


@dataclass
class Reading:
    """What reading a folder has to say so far: what could not be used, and what is worth knowing."""

    problems: list[ReattuneError]
    notices: list[Notice]

    def rows(
        self, path: Path, needed: Sequence[str], known: Sequence[str], make: Callable[[Row], T]
    ) -> list[T]:
        """One thing a row. A row that cannot be used becomes a problem with its place; the others are kept."""
        made: list[T] = []
        if not path.exists():
            return made
        try:
            table = self._table(path, needed, known)
        except ReattuneError as error:
            self.problems.append(error.at(path))
            return made
        for row in table:
            try:
                made.append(make(row))
            except ReattuneError as error:
                self.problems.append(error)
        return made

    def _table(self, path: Path, needed: Sequence[str], known: Sequence[str]) -> list[Row]:
        text, remarks = decode(load(path))
        self.notices += [Notice(r.what, Place(str(path), r.line)) for r in remarks]
        lines = text.splitlines(keepends=True)
        if not any(line.strip() for line in lines):
            raise InputError("the table is empty", mend=f"Begin with: {','.join(known)}", path=path)
        first = next(line for line in lines if line.strip())
        delimiter = max(DELIMITERS, key=first.count)
        records = self._records(path, lines, delimiter)
        at, header = records[0]
        names = [clean(cell).lower().replace(" ", "_").replace("-", "_") for cell in header]
        missing = [name for name in needed if name not in names]
        if missing:
            raise InputError(
                f"no column {' and no column '.join(repr(m) for m in missing)} "
                f"(found: {', '.join(n for n in names if n) or 'none'})",
                mend=f"The first line names the columns: {','.join(known)}",
                path=path,
                line=at,
            )
        for odd in (n for n in names if n and n not in known):
            self.notices.append(
                Notice(f"column {odd[:40]!r} is not known here and was left out", Place(str(path), at))
            )
        places = {name: column for column, name in enumerate(names, 1) if name in known}
        rows = []
        for line, cells in records[1:]:
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                self.problems.append(
                    InputError(
                        f"the row has {len(cells)} cells, the first line {len(names)}",
                        mend="Put words that hold a comma in double quotes",
                        path=path,
                        line=line,
                        column=len(names) + 1,
                    )
                )
                continue
            filled = {name: cells[c - 1] for name, c in places.items() if c <= len(cells)}
            rows.append(Row(str(path), line, filled, places))
        return rows

    def _records(self, path: Path, lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
        """Rows that hold anything, with the line on which each begins."""
        records: list[tuple[int, list[str]]] = []
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        begins = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    records.append((begins, cells))
                begins = reader.line_num + 1
        except csv.Error as error:
            wrong = InputError(
                f"from here on the table cannot be read ({error})",
                mend='Close the double quotes, and write a quotation mark within them twice ("")',
                path=path,
                line=begins,
            )
            if not records:
                raise wrong from None
            self.problems.append(wrong)
        return records
