"""Tables of a TOML file, read field by field; every complaint names the file, the line, the field and what it may be."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from reattune.errors import InputError

_WHERE_IN_TOML = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r""""[^"]*"|'[^']*'|[\w-]+""")

Path = tuple[str | int, ...]


class Fields:
    """A TOML table. Fields are taken one by one; ``done`` complains about what nobody took.

    Args:
        values: the table.
        file: its file, for messages.
        lines: line of each field by its path; see ``parse``.
        path: where the table stands in the file.
    """

    def __init__(
        self, values: Mapping[str, Any], file: str, lines: Mapping[Path, int], path: Path = ()
    ) -> None:
        self.values = values
        self.file = file
        self.lines = lines
        self.path = path
        self._taken: set[str] = set()

    def error(self, key: str, what: str, mend: str = "") -> InputError:
        """An error about the field ``key`` (or about the table, where it is "")."""
        path = (*self.path, key) if key else self.path
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)
        return InputError(f"{name}: {what}" if name else what, mend=mend, path=self.file, line=line)

    def has(self, key: str) -> bool:
        """Whether the table has this field."""
        return key in self.values

    def take(self, key: str, kind: tuple[type, ...], wanted: str) -> Any:
        """The field's value, of one of these types.

        Raises:
            InputError: the field is missing or something else.
        """
        self._taken.add(key)
        if key not in self.values:
            raise self.error(key, "this field is missing", f"Give {wanted}")
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kind):
            raise self.error(key, f"{_shown(value)} is not {wanted}", f"Give {wanted}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text; empty only where there is a default."""
        if key not in self.values and default is not None:
            return default
        value: str = self.take(key, (str,), "a text in quotation marks")
        if not value.strip() and default is None:
            raise self.error(key, "the text is empty", "Give a text in quotation marks")
        return " ".join(value.split())

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of the texts allowed."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"{value!r} is not allowed", f"Allowed values are {', '.join(allowed)}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number."""
        if key not in self.values and default is not None:
            return default
        value = float(self.take(key, (int, float), "a number"))
        if not math.isfinite(value):
            raise self.error(key, f"{value} is not a number that can be used", "Give a finite number")
        return value

    def maybe(self, key: str) -> float | None:
        """A finite number, or None where the field is absent."""
        return self.number(key) if key in self.values else None

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        if key not in self.values:
            return default
        wanted = f"a whole number from {low} to {high}"
        value: int = self.take(key, (int,), wanted)
        if not low <= value <= high:
            raise self.error(key, f"{value} is not {wanted}", f"Give {wanted}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        if key not in self.values:
            return default
        value: bool = self.take(key, (bool,), "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts or whole numbers, as texts; empty where the field is absent."""
        if key not in self.values:
            return ()
        found = []
        for one in self.take(key, (list,), "a list"):
            if not isinstance(one, str | int) or isinstance(one, bool) or not str(one).strip():
                raise self.error(key, f"{_shown(one)} is neither a text nor a whole number", "Mend the list")
            found.append(str(one))
        return tuple(found)

    def table(self, key: str) -> Fields:
        """The table under ``key``; an empty one where it is absent."""
        self._taken.add(key)
        values = self.take(key, (dict,), "a table") if key in self.values else {}
        return Fields(values, self.file, self.lines, (*self.path, key))

    def tables(self, key: str) -> list[Fields]:
        """The tables under ``[[key]]``; none where it is absent."""
        if key not in self.values:
            return []
        entries = self.take(key, (list,), "one or more tables")
        if not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, "this should be one or more tables", f"Begin each with [[{key}]]")
        return [Fields(one, self.file, self.lines, (*self.path, key, n)) for n, one in enumerate(entries)]

    def only(self, known: Sequence[str]) -> None:
        """Complain about a field that is none of ``known``.

        Raises:
            InputError: the table has a field that it cannot have.
        """
        self._taken |= set(known)
        self.done(known)

    def done(self, known: Sequence[str] = ()) -> None:
        """Complain about a field that nobody took.

        Raises:
            InputError: the table has a field that it cannot have.
        """
        left = [key for key in self.values if key not in self._taken]
        if left:
            fields = ", ".join(known or sorted(self._taken))
            raise self.error(left[0], "there is no such field", f"Fields that can stand here are {fields}")


def parse(text: str, file: str) -> Fields:
    """The file's outermost table, with the line of every field that stands on a line of its own.

    Raises:
        InputError: the text is not TOML.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE_IN_TOML.search(str(error))
        what = _WHERE_IN_TOML.sub("", str(error))
        line = int(where[1]) if where and where[1] else None
        column = int(where[2]) if where and where[2] else None
        raise InputError(
            f"this is not TOML: {what[:1].lower()}{what[1:]}",
            mend="Mend that place; texts stand in quotation marks",
            path=file, line=line, column=column,
        ) from None  # fmt: skip
    except RecursionError:
        raise InputError("this file is nested too deeply", mend="Write it flatter", path=file) from None
    return Fields(values, file, _lines(text))


def _lines(text: str) -> dict[Path, int]:
    """The line on which each field and table begins, by its path."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    inside: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.match(line)
        field = None if header else _FIELD.match(line)
        if header:
            path: Path = ()
            parts = _parts(header[2])
            for place, part in enumerate(parts):
                path = (*path, part)
                if header[1] == "[[" and place == len(parts) - 1:
                    counts[path] = counts.get(path, -1) + 1
                if path in counts:
                    path = (*path, counts[path])
                found.setdefault(path, number)
            inside = path
        elif field:
            found.setdefault((*inside, *_parts(field[1])), number)
    return found


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name)]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    shown = repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
