"""What a form says: shipped where that is allowed, else loaded from a file by those who are licensed for it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from reattune.alliance.instruments.fields import Fields, parse
from reattune.alliance.instruments.loading import read_text
from reattune.alliance.instruments.model import Instrument, Item
from reattune.errors import InputError

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_ANSWER = re.compile(r"(?:(?P<item>[a-z0-9_]+) )?answer (?P<value>-?\d+(?:\.\d+)?)")
_CSV = ("item", "language", "text")


@dataclass(frozen=True)
class Wording:
    """A form's words in one language.

    Attributes:
        instrument: key of the form.
        language: a language tag ("en", "de-AT").
        items: text of every item, by key, in the form's order.
        title, intro: what stands above, or "".
        answers: item key -> answer -> its label, where there are labels.
        licence: on what terms the words are used, or "".
    """

    instrument: str
    language: str
    items: Mapping[str, str]
    title: str = ""
    intro: str = ""
    answers: Mapping[str, Mapping[float, str]] = field(default_factory=dict)
    licence: str = ""


def shipped_wording(instrument: Instrument) -> dict[str, Wording]:
    """The words that come with reattune, by language; empty for a form whose words may not be shipped.

    Raises:
        InputError: the data file is damaged.
    """
    name = f"{instrument.key}.toml"
    source = files("reattune.alliance.instruments") / "data" / "wording" / name
    if not source.is_file():
        return {}
    return _from_toml(source.read_text(encoding="utf-8"), name, instrument)


def load_wording(path: str | Path, instrument: Instrument) -> dict[str, Wording]:
    """The words of a form from a file, by language, checked against the form.

    TOML: ``instrument``, ``licence``, and for each language a table with ``title``, ``intro``, ``items`` (item -> text),
    ``answers`` (answer -> label, for all items) and ``answers_of`` (item -> answer -> label). CSV: ``item,language,text``, where
    ``item`` may also be ``title``, ``intro``, ``answer 1`` or ``hard answer 1``.

    Raises:
        InputError: the file cannot be read, is of another form, or leaves out an item or names one that the form does not have;
            the message names the line.
    """
    text = read_text(path)
    if str(path).casefold().endswith(".toml"):
        return _from_toml(text, str(path), instrument)
    return _from_csv(text, str(path), instrument)


def _from_toml(text: str, file: str, form: Instrument) -> dict[str, Wording]:
    return _checked(parse(text, file), form)


def _checked(top: Fields, form: Instrument) -> dict[str, Wording]:
    """The words by language, every item there and no other."""
    of = top.text("instrument")
    if of != form.key:
        raise top.error("instrument", f"these are the words of {of!r}", f"Give those of {form.key!r}")
    licence = top.text("licence", "")
    found = {}
    for language in [key for key in top.values if key not in ("instrument", "licence")]:
        if not _LANGUAGE.fullmatch(language):
            raise top.error(language, f"{language!r} is no language tag", "Such as en, de or pt-BR")
        table = top.table(language)
        title, intro = table.text("title", ""), table.text("intro", "")
        items = _texts(table.table("items"))
        answers = _labels(table.table("answers"), form.items)
        own = table.table("answers_of")
        for key in own.values:
            if key not in [item.key for item in form.items]:
                raise own.error(key, "there is no such item", _items(form))
            answers[key] = {**answers.get(key, {}), **_labels(own.table(key), (form.item(key),)).get(key, {})}
        table.done(("title", "intro", "items", "answers", "answers_of"))
        for key in items:
            if key not in [item.key for item in form.items]:
                raise table.table("items").error(key, "there is no such item", _items(form))
        missing = [item.key for item in form.items if item.key not in items]
        if missing:
            raise table.error("items", f"there are no words for item {missing[0]!r}", _items(form))
        ordered = {item.key: items[item.key] for item in form.items}
        found[language] = Wording(form.key, language, ordered, title, intro, answers, licence)
    if not found:
        raise top.error("", "there is no language in it", "Begin with a table such as [en.items]")
    return found


def _texts(table: Fields) -> dict[str, str]:
    return {key: table.text(key) for key in table.values}


def _labels(table: Fields, items: tuple[Item, ...]) -> dict[str, dict[float, str]]:
    """Answer -> label for each of these items; every answer must be one that some of them takes."""
    made: dict[str, dict[float, str]] = {item.key: {} for item in items} if table.values else {}
    for key, label in _texts(table).items():
        try:
            value = float(key)
        except ValueError:
            raise table.error(key, f"{key!r} is no number", "Give the answer's number") from None
        takes = [item for item in items if item.low <= value <= item.high]
        if not takes:
            raise table.error(key, f"{key} is no answer of the form", f"It takes {items[0].allowed}")
        for item in takes:
            made[item.key][value] = label
    return {key: labels for key, labels in made.items() if labels}


def _from_csv(text: str, file: str, form: Instrument) -> dict[str, Wording]:
    """The same from a table, by way of the tables of TOML, so that both are checked alike."""
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    values: dict[str, dict[str, object]] = {}
    lines: dict[tuple[str | int, ...], int] = {}
    before = 0
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        if not set(_CSV) <= set(header):
            mend = f"The first line is {','.join(_CSV)}"
            raise InputError("the table lacks a column", mend=mend, path=file, line=1)
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            if any(row.values()):
                _put(values, lines, row, line, file)
    except csv.Error as error:
        raise InputError(
            f"the table is damaged ({error})", mend="Save it again", path=file, line=before + 1
        ) from error
    top = Fields({"instrument": form.key, **values}, file, lines)
    return _checked(top, form)


def _put(
    values: dict[str, dict[str, object]],
    lines: dict[tuple[str | int, ...], int],
    row: Mapping[str, str],
    line: int,
    file: str,
) -> None:
    """One row of the table at its place."""
    item, language, text = (row.get(name, "") for name in _CSV)
    if not (item and language and text):
        raise InputError(
            "the row leaves a cell empty", mend="Fill in item, language and text", path=file, line=line
        )
    answer = _ANSWER.fullmatch(item)
    if item in ("title", "intro"):
        path: tuple[str, ...] = (language, item)
    elif answer is None:
        path = (language, "items", item)
    elif answer["item"] is None:
        path = (language, "answers", answer["value"])
    else:
        path = (language, "answers_of", answer["item"], answer["value"])
    lines.setdefault((language,), line)
    if path in lines:
        what = f"{item!r} has words in {language!r} already, in line {lines[path]}"
        raise InputError(what, mend="Keep one of the two", path=file, line=line)
    lines[path] = line
    table: dict[str, object] = values.setdefault(language, {})
    for part in path[1:-1]:
        table = table.setdefault(part, {})  # type: ignore[assignment]
    table[path[-1]] = text


def _items(form: Instrument) -> str:
    return f"Its items: {', '.join(item.key for item in form.items)}"
