"""Mapping files: how an export with names of its own (REDCap's, a survey tool's) is to be read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reattune.errors import InputError, SettingError
from reattune.formats.ratings.columns import find
from reattune.formats.ratings.dates import ORDERS
from reattune.formats.reading import load

_TOP = ("case", "session", "date", "rater", "date_order", "missing", "form")
_FORM = ("instrument", "rater", "items", "columns", "total", "where")
_WHERE_IN_TOML = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True)
class Form:
    """One form of an export.

    Attributes:
        instrument: name of the instrument.
        rater: who filled it in, or "" for the file's own column or the instrument's usual rater.
        items: item -> column.
        pattern: columns by pattern, with ``{item}`` for the item ("wai_c_{item}"), or "".
        total: column of a score that the export gives, or "".
        where: column -> value: only rows that have it belong to this form.
    """

    instrument: str
    rater: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    total: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    def columns(self, names: Sequence[str]) -> dict[int, str]:
        """Place of each of its columns (from 0), and what it is called: an item, or "total".

        Raises:
            SettingError: the table has no such column.
        """
        found = {find(column, names): item for item, column in self.items.items()}
        if self.pattern:
            before, _, after = self.pattern.partition("{item}")
            shape = re.compile(f"{re.escape(before)}([0-9A-Za-z_]+){re.escape(after)}", re.IGNORECASE)
            matches = {at: m[1] for at, name in enumerate(names) if (m := shape.fullmatch(name))}
            if not matches:
                what = f"no column of the table looks like {self.pattern!r}"
                raise SettingError(what, mend="Mend 'columns' in the mapping file")
            found |= {at: item for at, item in matches.items() if at not in found}
        if self.total:
            found[find(self.total, names)] = "total"
        return found


@dataclass(frozen=True)
class ExportMap:
    """A mapping file.

    Attributes:
        fields: case, session, date, rater -> column.
        forms: at least one.
        date_order: as ``read_ratings`` takes it, or None.
        missing: codes for answers not given, or None for the usual ones.
    """

    fields: Mapping[str, str]
    forms: tuple[Form, ...]
    date_order: str | None = None
    missing: tuple[str, ...] | None = None


def read_mapping(path: str | Path) -> ExportMap:
    """The mapping in a TOML file.

    Raises:
        InputError: no such file, no TOML, or a field that is missing, unknown or not what it may be.
    """
    try:
        text = load(path, what="mapping file", limit=2**20).decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError:
        raise InputError("the mapping file is not UTF-8", mend="Save it as UTF-8", path=path) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = _WHERE_IN_TOML.search(str(error))
        line, column = (int(n) if n else None for n in where.groups()) if where else (None, None)
        what = _WHERE_IN_TOML.sub("", str(error))
        raise InputError(
            f"the mapping file is not TOML: {what[:1].lower()}{what[1:]}",
            mend="Mend that place; texts stand in quotation marks",
            path=path, line=line, column=column,
        ) from None  # fmt: skip
    return _Reader(values, str(path), text).mapping()


class _Reader:
    """Checks the parts of a mapping; errors name the line where the field stands."""

    def __init__(self, values: dict[str, Any], path: str, text: str) -> None:
        self.values = values
        self.path = path
        self.lines = text.split("\n")

    def mapping(self) -> ExportMap:
        self.known(self.values, _TOP)
        forms = self.values.get("form", [])
        if not isinstance(forms, list) or not forms or not all(isinstance(one, dict) for one in forms):
            raise self.error("form", "it names no form", "Begin each form with [[form]]")
        order = self.text(self.values, "date_order")
        if order and order not in ORDERS:
            raise self.error("date_order", f"{order!r} is no order of dates", f"Allowed: {', '.join(ORDERS)}")
        missing = self.values.get("missing")
        if missing is not None and not isinstance(missing, list):
            raise self.error("missing", "it is no list", 'Such as missing = ["-99", "NA"]')
        fields = {name: self.text(self.values, name) for name in ("case", "session", "date", "rater")}
        return ExportMap(
            fields={name: column for name, column in fields.items() if column},
            forms=tuple(self.form(one) for one in forms),
            date_order=order or None,
            missing=None if missing is None else tuple(str(one) for one in missing),
        )

    def form(self, entry: dict[str, Any]) -> Form:
        self.known(entry, _FORM)
        made = Form(
            instrument=self.text(entry, "instrument"),
            rater=self.text(entry, "rater"),
            items=self.texts(entry, "items"),
            pattern=self.text(entry, "columns"),
            total=self.text(entry, "total"),
            where=self.texts(entry, "where"),
        )
        if not made.instrument:
            raise self.error("instrument", "a form does not say its instrument", 'instrument = "wai-sr"')
        if made.pattern and made.pattern.count("{item}") != 1:
            mend = 'Such as columns = "wai_c_{item}"'
            raise self.error("columns", f"{made.pattern!r} does not have {{item}} in it, once", mend)
        if not (made.items or made.pattern or made.total):
            mend = "Give items, columns or total"
            raise self.error("instrument", f"the form {made.instrument!r} names no column", mend)
        return made

    def known(self, entry: Mapping[str, Any], fields: Sequence[str]) -> None:
        for name in entry:
            if name not in fields:
                raise self.error(name, f"there is no field {name!r}", f"Fields: {', '.join(fields)}")

    def text(self, entry: Mapping[str, Any], name: str) -> str:
        value = entry.get(name, "")
        if not isinstance(value, str):
            raise self.error(name, f"{name!r} is not a text", "Put it in quotation marks")
        return value.strip()

    def texts(self, entry: Mapping[str, Any], name: str) -> dict[str, str]:
        value = entry.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(one, str | int) for one in value.values()):
            raise self.error(name, f"{name!r} is not a table of texts", f'Such as {name} = {{ a = "b" }}')
        return {str(key): str(one) for key, one in value.items()}

    def error(self, name: str, what: str, mend: str) -> InputError:
        begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}[\"']?\s*[=\].]")
        line = next((n for n, text in enumerate(self.lines, 1) if begins.match(text)), None)
        return InputError(what, mend=mend, path=self.path, line=line)
