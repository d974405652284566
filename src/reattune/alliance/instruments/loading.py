"""Instruments from their TOML files: those that come with reattune, and files of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from reattune.alliance.instruments.fields import Fields, parse
from reattune.alliance.instruments.model import (
    TOTAL,
    Aggregation,
    CutOff,
    Instrument,
    Item,
    Scale,
    Side,
    unknown,
)
from reattune.alliance.instruments.naming import instrument_of
from reattune.errors import InputError

SHIPPED = (
    "wai-sr", "wai-srt", "srs", "ors", "sai", "arm-5", "core-10", "tension", "phq-9", "gad-7", "check-in",
)  # fmt: skip
"""Keys of the instruments that come with reattune."""

_KEY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ITEM = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_FIELDS = (
    "key", "name", "about", "rater", "prefixes", "validated", "licence", "wording", "source", "notes", "prorating", "loinc",
    "loinc_total", "items", "item", "item_cutoff", "scale",
)  # fmt: skip
_LIMIT_BYTES = 1_000_000
_MOST_ITEMS = 1_000


@cache
def shipped() -> Mapping[str, Instrument]:
    """The instruments that come with reattune, by key.

    Raises:
        InputError: a data file is missing or damaged.
    """
    folder = files("reattune.alliance.instruments") / "data"
    found = {}
    for key in SHIPPED:
        name = f"{key}.toml"
        try:
            text = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("the data file cannot be read", path=name, mend="Install again") from error
        found[key] = read_instrument(text, name)
    return MappingProxyType(found)


def load_instrument(wanted: str | Path | Instrument) -> Instrument:
    """An instrument by its key or name ("wai-sr", "PHQ-9"), or from a TOML file of one's own.

    Raises:
        SettingError: no instrument goes by that name, and it is no file.
        InputError: the file cannot be read as an instrument; the message names the line and the field.
    """
    if isinstance(wanted, Instrument):
        return wanted
    if isinstance(wanted, Path) or str(wanted).casefold().endswith(".toml"):
        return read_instrument(read_text(wanted), str(wanted))
    found = instrument_of(wanted, list(shipped().values()))
    if found is None:
        raise unknown("instrument", wanted, [*shipped(), "or a file of your own (.toml)"])
    return found


def read_text(path: str | Path) -> str:
    """The text of a small UTF-8 file.

    Raises:
        InputError: no such file, not readable, too large, or not UTF-8.
    """
    try:
        if Path(path).stat().st_size > _LIMIT_BYTES:
            raise InputError("the file is too large", mend="It should have less than 1 MB", path=path)
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            "there is no such file", mend="Check the name and the directory", path=path
        ) from None
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8", mend="Save it as UTF-8", path=path) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"the file cannot be read ({why})", mend="Check the name", path=path) from error


def read_instrument(text: str, file: str) -> Instrument:
    """An instrument from the text of its file; ``file`` is for messages.

    Raises:
        InputError: not TOML, a field missing, unknown or not what it may be.
    """
    top = parse(text, file)
    top.only(_FIELDS)
    key = top.text("key")
    if not _KEY.fullmatch(key):
        mend = "Use lower-case letters, digits and single hyphens, such as my-form"
        raise top.error("key", f"{key!r} cannot be a key", mend)
    items = _items(top)
    scales = _scales(top.table("scale"), items)
    return Instrument(
        key=key,
        name=top.text("name"),
        about=top.text("about", ""),
        rater=top.text("rater", "client"),
        items=items,
        scales=scales,
        prefixes=top.texts("prefixes"),
        validated=top.flag("validated", True),
        licence=top.text("licence", ""),
        wording=top.choice("wording", ("licensed", "shipped"), "licensed"),
        source=top.text("source", ""),
        notes=top.texts("notes"),
        prorating=top.text("prorating", ""),
        item_cutoffs=_cutoffs(top, "item_cutoff"),
        loinc=top.text("loinc", "") or None,
        loinc_total=top.text("loinc_total", "") or None,
    )


def _items(top: Fields) -> tuple[Item, ...]:
    shared = top.table("items")
    own = top.table("item")
    if shared.has("count") == shared.has("keys"):
        raise shared.error("", "give either count or keys", 'Such as count = 12, or keys = ["a", "b"]')
    if shared.has("keys"):
        keys = shared.texts("keys")
    else:
        keys = tuple(str(n) for n in range(1, shared.whole("count", 0, 1, _MOST_ITEMS) + 1))
    if not keys or len(set(keys)) < len(keys) or len(keys) > _MOST_ITEMS:
        raise shared.error("keys", "there is no item, one twice, or too many", "Name each item once")
    for key in keys:
        if not _ITEM.fullmatch(key):
            mend = "Use lower-case letters, digits and single underscores"
            raise shared.error("keys", f"{key!r} cannot be an item's key", mend)
    reverse = shared.texts("reverse")
    _known(shared, "reverse", reverse, keys)
    for key in own.values:
        if key not in keys:
            raise own.error(key, "there is no such item", f"Its items are {', '.join(keys)}")
    made = tuple(_item(key, shared, own.table(key), key in reverse) for key in keys)
    shared.done()
    return made


def _item(key: str, shared: Fields, own: Fields, reverse: bool) -> Item:
    def pick(field: str, default: float | None = None) -> float:
        if own.has(field):
            return own.number(field)
        return shared.number(field, default)

    low, high, step = pick("low"), pick("high"), pick("step", 1.0)
    at = own if own.has("low") or own.has("high") or own.has("step") else shared
    if high <= low:
        raise at.error("high", f"{high:g} is not above low ({low:g})", "Give the greatest answer")
    if step < 0 or step > high - low:
        raise at.error("step", f"{step:g} does not fit {low:g} to {high:g}", "0 means any number between")
    if step and abs((high - low) / step - round((high - low) / step)) > 1e-6:
        raise at.error(
            "step", f"steps of {step:g} from {low:g} do not end at {high:g}", "Mend low, high or step"
        )
    risk = _cutoffs(own, "risk")
    if len(risk) > 1:
        raise own.error("risk", "an item has one such threshold at most", "Keep one")
    made = Item(
        key=key,
        low=low,
        high=high,
        step=step,
        reverse=own.flag("reverse", reverse),
        names=own.texts("names"),
        risk=risk[0] if risk else None,
    )
    own.done(("low", "high", "step", "reverse", "names", "risk"))
    return made


def _scales(table: Fields, items: Sequence[Item]) -> tuple[Scale, ...]:
    if not table.values:
        raise table.error("", "there is no scale", "Add one, such as [scale.total] with aggregation")
    made = []
    for key in sorted(table.values, key=lambda name: name != TOTAL):
        if not _ITEM.fullmatch(key):
            raise table.error(key, f"{key!r} cannot be a scale's key", "Use lower-case letters, digits, _")
        made.append(_scale(key, table.table(key), items))
    return tuple(made)


def _scale(key: str, entry: Fields, items: Sequence[Item]) -> Scale:
    keys = tuple(item.key for item in items)
    chosen = entry.texts("items") or keys
    _known(entry, "items", chosen, keys)
    if len(set(chosen)) < len(chosen):
        raise entry.error("items", "an item stands there twice", "Name each item once")
    reliability = entry.maybe("reliability")
    if reliability is not None and not 0 < reliability < 1:
        raise entry.error("reliability", f"{reliability:g} is not between 0 and 1", "Give it as 0.92")
    for field in ("sd", "reliable_change"):
        value = entry.maybe(field)
        if value is not None and value <= 0:
            raise entry.error(field, f"{value:g} is not above 0", "Leave the field out where it is not known")
    norms = entry.text("norms", "")
    if not norms and any(entry.has(f) for f in ("sd", "reliability", "reliable_change")):
        raise entry.error(
            "norms", "this field is missing", "Say where sd, reliability or reliable_change come from"
        )
    made = Scale(
        key=key,
        title=entry.text("title", key.replace("_", " ").capitalize()),
        items=chosen,
        aggregation=Aggregation(entry.choice("aggregation", [a.value for a in Aggregation])),
        max_missing=entry.whole("max_missing", 0, 0, len(chosen) - 1),
        higher_is_better=entry.flag("higher_is_better", True),
        sd=entry.maybe("sd"),
        reliability=reliability,
        reliable_change=entry.maybe("reliable_change"),
        norms=norms,
        cutoffs=_cutoffs(entry, "cutoff"),
    )
    entry.done()
    return made


def _cutoffs(entry: Fields, key: str) -> tuple[CutOff, ...]:
    made = []
    for one in entry.tables(key):
        side = Side(one.choice("side", [side.value for side in Side]))
        made.append(CutOff(one.number("value"), side, one.text("meaning"), one.text("source")))
        one.done()
    return tuple(sorted(made, key=lambda cutoff: cutoff.value))


def _known(entry: Fields, field: str, wanted: Sequence[str], keys: Sequence[str]) -> None:
    for key in wanted:
        if key not in keys:
            raise entry.error(field, f"there is no item {key!r}", f"The items are {', '.join(keys)}")
