"""From the scheme's TOML files to the scheme, each part checked. Errors name the file and the entry."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from reattune.errors import InputError
from reattune.record import Outcome
from reattune.scheme.model import (
    FAMILIES,
    MARKER_FAMILIES,
    SCALES,
    Anchor,
    Example,
    Family,
    Neighbour,
    Profile,
    Scale,
    Scheme,
    SchemeCode,
)

SCHEME_FILES: tuple[str, ...] = ("scheme.toml", "scales.toml", *(f"{family}.toml" for family in FAMILIES))
"""The files that ``build_scheme`` needs."""

_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
_MEND = "Compare it with the file that comes with reattune"
_WHERE_IN_TOML = re.compile(r"\(at line (\d+), column (\d+)\)")
_INTEGERS = {"intensity": 3, **dict.fromkeys(SCALES[1:], 5)}


def build_scheme(texts: Mapping[str, str]) -> Scheme:
    """A scheme from the texts of its files, by file name (``SCHEME_FILES``).

    Raises:
        InputError: a file or a part of one is missing, double, or not what it should be.
    """
    missing = [name for name in SCHEME_FILES if name not in texts]
    if missing:
        raise InputError("the scheme's file is missing", path=missing[0], mend="Install reattune again")
    head = _Table(_parse(texts["scheme.toml"], "scheme.toml"), "scheme.toml", "scheme")
    sources = head.table("sources")
    families: list[Family] = []
    codes: list[SchemeCode] = []
    for name in FAMILIES:
        file = f"{name}.toml"
        table = _Table(_parse(texts[file], file), file, name)
        families.append(_family(table.table("family"), name))
        codes += (_code(entry, name, sources) for entry in table.tables("code"))
        table.done()
    scales = _scales(_Table(_parse(texts["scales.toml"], "scales.toml"), "scales.toml", "scales"))
    scheme = Scheme(head.text("version"), head.text("title"), tuple(families), tuple(codes), scales)
    head.done()
    _check_codes(scheme)
    return scheme


def build_profiles(text: str, scheme: Scheme, file: str = "profiles.toml") -> tuple[Profile, ...]:
    """Profiles from the text of their file.

    Raises:
        InputError: a part is missing, double, not what it should be, or names an unknown code.
    """
    table = _Table(_parse(text, file), file, "profiles")
    profiles = []
    for entry in table.tables("profile"):
        phrases = entry.strings("phrases")
        for code in phrases:
            if code not in scheme:
                raise entry.error(f"phrases: {code!r} is no code of the scheme")
        profiles.append(
            Profile(
                name=entry.text("name"),
                title=entry.text("title"),
                self_label=entry.text("self"),
                other_label=entry.text("other"),
                meeting=entry.text("meeting"),
                work=entry.text("work"),
                mutual=entry.flag("mutual", default=False),
                phrases=MappingProxyType(phrases),
            )
        )
        entry.done()
    table.done()
    _once((p.name for p in profiles), file, "profile")
    return tuple(profiles)


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _WHERE_IN_TOML.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (None, None)
        what = f"not valid TOML: {_WHERE_IN_TOML.sub('', str(error)).strip()}"
        raise InputError(what, path=file, line=line, column=column, mend=_MEND) from error


def _family(entry: _Table, name: str) -> Family:
    family = Family(
        name=entry.text("name"),
        title=entry.text("title"),
        on=entry.text("on"),
        intensity=entry.flag("intensity"),
        definition=entry.text("definition"),
    )
    entry.done()
    marker = name in MARKER_FAMILIES
    expected = (name, "client" if marker else "therapist", marker)
    for what, got, want in zip(
        ("name", "on", "intensity"), (family.name, family.on, family.intensity), expected, strict=True
    ):
        if got != want:
            raise entry.error(f"family: {what} is {got!r}, expected {want!r}")
    return family


def _code(entry: _Table, family: str, sources: _Table) -> SchemeCode:
    code = entry.text("code")
    entry.where = code
    if not _CODE.fullmatch(code):
        raise entry.error("a code is made of lower-case words joined by underscores")
    source = sources.text(entry.text("source"))
    neighbours = []
    for one in entry.tables("neighbour"):
        neighbours.append(Neighbour(one.text("code"), one.text("difference")))
        one.done()
    made = SchemeCode(
        code=code,
        name=entry.text("name"),
        family=family,
        phrase=entry.text("phrase"),
        definition=entry.text("definition"),
        neighbours=tuple(neighbours),
        example=_example(entry.table("example")),
        not_this=_example(entry.table("not_this")),
        source=source,
    )
    entry.done()
    return made


def _example(entry: _Table) -> Example:
    made = Example(entry.text("before"), entry.text("said"), entry.text("why"))
    entry.done()
    return made


def _scales(table: _Table) -> tuple[Scale, ...]:
    scales = {}
    for entry in table.tables("scale"):
        name = entry.text("name")
        entry.where = name
        if name in scales:
            raise entry.error("the scale stands here twice")
        anchors = tuple(_anchor(a) for a in entry.tables("anchors"))
        scales[name] = Scale(name, entry.text("title"), anchors, entry.text("empty", default=""))
        entry.done()
        got = tuple(a.value for a in anchors)
        want: tuple[int | str, ...] = tuple(range(1, _INTEGERS.get(name, 5) + 1))
        if name == "outcome":
            want = tuple(o.value for o in Outcome)
        if got != want:
            raise entry.error(f"its values are {list(got)}, expected {list(want)}")
    table.done()
    if tuple(scales) != SCALES:
        raise table.error(f"the scales are {', '.join(scales)}, expected {', '.join(SCALES)}")
    return tuple(scales.values())


def _anchor(entry: _Table) -> Anchor:
    value = entry.take("value", (int, str))
    made = Anchor(value, entry.text("label"), entry.text("meaning"))
    entry.done()
    return made


def _check_codes(scheme: Scheme) -> None:
    for family in FAMILIES:
        if not scheme.by_family(family):
            raise InputError("it has no code", path=f"{family}.toml", mend=_MEND)
    _once((c.code for c in scheme.codes), "the scheme", "code")
    for code in scheme.codes:
        file = f"{code.family}.toml"
        for near in code.neighbours:
            other = scheme.get(near.code)
            if other is None or other.code == code.code:
                what = f"{code.code}: its neighbour {near.code!r} is no other code of the scheme"
                raise InputError(what, path=file, mend=_MEND)
            if other.on != code.on:
                what = f"{code.code}: its neighbour {near.code!r} is coded on the {other.on}'s turns"
                raise InputError(what, path=file, mend="Neighbours are codes that one turn could have")


def _once(names: Iterable[str], file: str, kind: str) -> None:
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise InputError(f"the {kind} {double[0]!r} stands there twice", path=file, mend=_MEND)


class _Table:
    """A TOML table from which fields are taken one by one; ``done`` complains about what is left."""

    def __init__(self, fields: Mapping[str, Any], file: str, where: str) -> None:
        self.fields = fields
        self.file = file
        self.where = where
        self.taken: set[str] = set()

    def error(self, what: str) -> InputError:
        return InputError(f"{self.where}: {what}", path=self.file, mend=_MEND)

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        self.taken.add(key)
        if key not in self.fields:
            if default is None:
                raise self.error(f"{key!r} is missing")
            return default
        value = self.fields[key]
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not right:
            raise self.error(f"{key!r} is of the wrong type ({type(value).__name__})")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value: str = self.take(key, str, default).strip()
        if not value and default is None:
            raise self.error(f"{key!r} is empty")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        value: bool = self.take(key, bool, default)
        return value

    def table(self, key: str) -> _Table:
        return _Table(self.take(key, dict), self.file, self._below(key))

    def tables(self, key: str) -> list[_Table]:
        entries = self.take(key, list)
        if not entries or not all(isinstance(e, dict) for e in entries):
            raise self.error(f"{key!r} should be one or more tables")
        return [_Table(e, self.file, f"{self._below(key)} {n}") for n, e in enumerate(entries, 1)]

    def strings(self, key: str) -> dict[str, str]:
        inner = _Table(self.take(key, dict, {}), self.file, self._below(key))
        return {name: inner.text(name) for name in inner.fields}

    def done(self) -> None:
        left = [key for key in self.fields if key not in self.taken]
        if left:
            raise self.error(f"{left[0]!r} is no field here")

    def _below(self, key: str) -> str:
        return f"{self.where}: {key}"
