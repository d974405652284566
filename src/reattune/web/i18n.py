"""The words of the pages in several languages: one TOML file a language, read once, with English behind each gap.

To add a language, add ``languages/{code}.toml`` with every key of ``languages/en.toml``; nothing else is needed. ``code`` is a
BCP 47 tag in lower case ("de", "pt-br"). Its ``name`` is what the language calls itself, ``direction`` is ``ltr`` or ``rtl``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from reattune.errors import InputError

FALLBACK = "en"
"""The language behind every gap, and of a visitor whose languages nobody wrote a file for."""

_KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
"""What is looked up in a catalog ("door.heard"); anything else is English text that stands for itself."""


class Translator(Protocol):
    """``_``: a key of the catalog, or plain English, to the words in the page's language; ``{name}`` takes a value."""

    def __call__(self, text: str, /, **values: object) -> str: ...


@dataclass(frozen=True)
class Language:
    """One language file.

    Attributes:
        code: BCP 47 tag in lower case, from the file's name.
        name: what the language calls itself.
        direction: ``ltr`` or ``rtl``.
        tree: the whole file.
    """

    code: str
    name: str
    direction: str
    tree: Mapping[str, Any]

    def find(self, key: str) -> Any:
        """What stands at a dotted key: a text, a list or a table; None where nothing does."""
        here: Any = self.tree
        for part in key.split("."):
            if not isinstance(here, Mapping) or part not in here:
                return None
            here = here[part]
        return here

    def plain(self, english: str) -> str | None:
        """The words for a plain English text, from the file's ``[plain]`` table, or None."""
        found = self.tree.get("plain", {}).get(english)
        return found if isinstance(found, str) else None

    def date(self, day: Any) -> str:
        """A day in words ("12 March 2026"), by the file's own months and pattern."""
        months = self.find("dates.months") or []
        return str(self.find("dates.day")).format(day=day.day, month=months[day.month - 1], year=day.year)


@cache
def languages() -> dict[str, Language]:
    """Every language that there is a file for, by code, English first."""
    found = {}
    for entry in files("reattune.web").joinpath("languages").iterdir():
        if entry.name.endswith(".toml"):
            code = entry.name.removesuffix(".toml")
            found[code] = _read(code, entry.name, entry.read_text(encoding="utf-8"))
    return {code: found[code] for code in sorted(found, key=lambda c: (c != FALLBACK, c))}


def _read(code: str, name: str, text: str) -> Language:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"The language file cannot be read ({error})", mend="Mend it as TOML", path=name
        ) from None
    for field in ("name", "direction"):
        if not isinstance(tree.get(field), str):
            raise InputError(
                f"The language file has no '{field}'",
                mend=f"Set {field} at its top, as en.toml does",
                path=name,
            )
    return Language(code, tree["name"], tree["direction"], tree)


def choose(
    asked: str | None = None, accept: str | None = None, offered: Iterable[str] | None = None
) -> Language:
    """The language of a page.

    Args:
        asked: a code the visitor chose; it counts before everything else.
        accept: the browser's ``Accept-Language`` header.
        offered: the codes that the practice offers; None: all.
    """
    known = languages()
    codes = [c for c in (known if offered is None else offered) if c in known] or [FALLBACK]
    for wanted in (asked or "", *_by_weight(accept or "")):
        for code in (wanted.lower(), wanted.lower().partition("-")[0]):
            if code in codes:
                return known[code]
    return known[FALLBACK if FALLBACK in codes else codes[0]]


def _by_weight(accept: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, the most wanted first; what cannot be read counts least."""
    weighed = []
    for order, part in enumerate(accept[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            value = float(weight or 1)
        except ValueError:
            value = 0.0
        if tag.strip() and value > 0:
            weighed.append((-value, order, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]


def translator(language: Language | str) -> Translator:
    """``_`` for a language. A catalog key that no file has is an error; plain English without a translation stays as it is."""
    chosen = language if isinstance(language, Language) else choose(language)
    behind = languages()[FALLBACK]

    def words(text: str, /, **values: object) -> str:
        if _KEY.fullmatch(text):
            found = chosen.find(text)
            found = behind.find(text) if found is None else found
            if not isinstance(found, str):
                raise KeyError(f"no language file has the text {text!r}")
        else:
            found = chosen.plain(text) or text
        return found.format(**values) if values else found

    return words


def data(language: Language, key: str) -> Any:
    """A list or table of the catalog ("help.repair.sections"), from the language or, where it has none, from English."""
    found = language.find(key)
    return languages()[FALLBACK].find(key) if found is None else found


def keys(tree: Mapping[str, Any], before: str = "") -> set[str]:
    """Every dotted key of a language file, the entries of lists counted ("dates.months.0"); ``[plain]`` is left out."""
    found: set[str] = set()
    for name, value in tree.items():
        if not before and name == "plain":
            continue
        found |= _keys(value, f"{before}.{name}" if before else name)
    return found


def _keys(value: Any, path: str) -> set[str]:
    if isinstance(value, Mapping):
        return keys(value, path)
    if isinstance(value, list):
        return {path} | {k for i, item in enumerate(value) for k in _keys(item, f"{path}.{i}")}
    return {path}
