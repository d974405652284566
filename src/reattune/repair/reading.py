"""From the knowledge base's TOML files to statements, each part checked. Errors name the file and the statement."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from reattune.errors import InputError
from reattune.record import RuptureStatus
from reattune.repair.areas import AREA_KEYS
from reattune.repair.knowledge import (
    SIGNS,
    STAGES,
    WORDED,
    Evidence,
    Kind,
    Knowledge,
    Phase,
    Scope,
    Stage,
    Statement,
    Strength,
)
from reattune.scheme import load_profiles, load_scheme

SOURCES_FILE = "sources.toml"
STAGES_FILE = "stages.toml"
STAGED_FAMILIES: tuple[str, ...] = ("withdrawal", "confrontation")

_MEND = "Compare it with the file that comes with reattune"
_WHERE_IN_TOML = re.compile(r"\(at line (\d+), column (\d+)\)")
_Word = TypeVar("_Word", bound=StrEnum)


def parse(text: str, file: str) -> dict[str, Any]:
    """A TOML text as a dict.

    Raises:
        InputError: not TOML; says at which line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _WHERE_IN_TOML.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (None, None)
        what = f"not valid TOML: {_WHERE_IN_TOML.sub('', str(error)).strip()}"
        raise InputError(what, path=file, line=line, column=column, mend=_MEND) from error


def build_knowledge(texts: Mapping[str, str]) -> Knowledge:
    """The knowledge base from the texts of its files, by file name: sources, stages, and any number with statements.

    Raises:
        InputError: a file or a part of one is missing, double, or not what it should be.
    """
    for name in (SOURCES_FILE, STAGES_FILE):
        if name not in texts:
            raise InputError("the knowledge base's file is missing", path=name, mend="Install reattune again")
    sources = tuple(
        _source(Entry(fields, SOURCES_FILE))
        for fields in _tables(texts[SOURCES_FILE], SOURCES_FILE, "source")
    )
    stages = tuple(
        _stage(Entry(fields, STAGES_FILE)) for fields in _tables(texts[STAGES_FILE], STAGES_FILE, "stage")
    )
    statements = [
        _statement(Entry(fields, name), {s.key for s in sources})
        for name, text in texts.items()
        if name not in (SOURCES_FILE, STAGES_FILE)
        for fields in _tables(text, name, "statement")
    ]
    double = [key for key, count in Counter(s.key for s in statements).items() if count > 1]
    if double:
        raise InputError(f"the statement {double[0]!r} stands there twice", mend=_MEND)
    if sorted((s.family, s.number) for s in stages) != sorted(
        (f, n) for f in STAGED_FAMILIES for n in STAGES
    ):
        raise InputError("each family needs its stages 1 to 5, once each", path=STAGES_FILE, mend=_MEND)
    return Knowledge(tuple(statements), stages, sources)


def _tables(text: str, file: str, name: str) -> list[dict[str, Any]]:
    found = parse(text, file)
    tables = found.pop(name, [])
    if not tables or found:
        odd = f"{next(iter(found))!r} is no table here" if found else f"it has no [[{name}]]"
        raise InputError(odd, path=file, mend=_MEND)
    return list(tables)


def _source(entry: Entry) -> Evidence:
    made = Evidence(entry.text("key"), entry.text("short"), entry.text("title"), entry.text("note", ""))
    entry.done()
    return made


def _stage(entry: Entry) -> Stage:
    made = Stage(
        entry.text("family"),
        entry.number("number"),
        entry.text("title"),
        entry.words("strategies", _strategies()),
    )
    entry.done()
    return made


def _statement(entry: Entry, sources: set[str]) -> Statement:
    kind = entry.one_of("kind", Kind)
    scheme = load_scheme()
    scope = Scope(
        profiles=entry.words("profiles", tuple(load_profiles())),
        families=entry.words("families", (*STAGED_FAMILIES, "unknown")),
        markers=entry.words("markers", tuple(c.code for c in scheme.markers)),
        stages=entry.numbers("stages", STAGES),
        statuses=entry.words("statuses", tuple(RuptureStatus)),
        signs=entry.words("signs", SIGNS),
        min_tried=entry.number("min_tried", 0),
        min_sessions_since=entry.number("min_sessions_since", 0),
    )
    phase = entry.one_of("phase", Phase) if kind is Kind.SAY else None
    made = Statement(
        key=entry.text("key"),
        kind=kind,
        text=entry.text("text"),
        wordings=entry.words("wordings"),
        phase=phase,
        order=entry.number("order") if kind is Kind.SAY else 0,
        strategy=next(iter(entry.words("strategy", _strategies())), None),
        scope=scope,
        sources=entry.words("sources", tuple(sources)),
        strength=entry.one_of("strength", Strength),
        frame=entry.words("frame", AREA_KEYS),
        danger=entry.flag("danger"),
        violation=entry.flag("violation"),
    )
    entry.done()
    few, many = WORDED.get(kind, (0, 0))
    if not few <= len(made.wordings) <= many:
        raise entry.error(f"it has {len(made.wordings)} wordings; {kind.value!r} takes {few} to {many}")
    if not made.sources:
        raise entry.error("'sources' is missing")
    return made


def _strategies() -> tuple[str, ...]:
    return tuple(c.code for c in load_scheme().strategies)


class Entry:
    """A TOML table from which fields are taken one by one; ``done`` complains about what is left."""

    def __init__(self, fields: Mapping[str, Any], file: str) -> None:
        self.fields = dict(fields)
        self.file = file
        self.name = str(fields.get("key", fields.get("title", "?")))

    def error(self, what: str) -> InputError:
        """An error that names the file and the entry."""
        return InputError(f"{self.name}: {what}", path=self.file, mend=_MEND)

    def text(self, key: str, default: str | None = None) -> str:
        """A string without space around it; an empty or missing one only where there is a default."""
        value = self.fields.pop(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(f"{key!r} should be a text")
        return " ".join(value.split())

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number, at least 0."""
        value = self.fields.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(f"{key!r} should be a number")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is missing."""
        value = self.fields.pop(key, False)
        if not isinstance(value, bool):
            raise self.error(f"{key!r} should be true or false")
        return value

    def words(self, key: str, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts (or a single text), each one of ``allowed``; empty where it is missing."""
        value = self.fields.pop(key, [])
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(v, str) and v.strip() for v in found):
            raise self.error(f"{key!r} should be a list of texts")
        odd = [v for v in found if allowed is not None and v not in allowed]
        if odd:
            raise self.error(f"{key}: {odd[0]!r} is none of {', '.join(allowed or ())}")
        return tuple(" ".join(v.split()) for v in found)

    def numbers(self, key: str, allowed: tuple[int, ...]) -> tuple[int, ...]:
        """A list of numbers, each one of ``allowed``; empty where it is missing."""
        found = self.fields.pop(key, [])
        if not isinstance(found, list) or any(v not in allowed for v in found):
            raise self.error(f"{key!r} should be a list of numbers from {allowed[0]} to {allowed[-1]}")
        return tuple(found)

    def one_of(self, key: str, words: type[_Word]) -> _Word:
        """A word of an enumeration."""
        value = self.text(key)
        if value not in tuple(words):
            raise self.error(f"{key}: {value!r} is none of {', '.join(words)}")
        return words(value)

    def done(self) -> None:
        """Complain about a field that nobody asked for."""
        if self.fields:
            raise self.error(f"{next(iter(self.fields))!r} is no field here")
