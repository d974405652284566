"""From the names that people give to columns and cells to an instrument's items and scales."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reattune.alliance.instruments.model import TOTAL, Instrument

_TOTAL_NAMES = ("total", "score", "sum", "mean", "totalscore", "sumscore", "meanscore", "gesamt", "summe")
_APART = re.compile(r"[^0-9a-zäöüß]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for: an item of an instrument, or (``scored``) one of its scales."""

    instrument: str
    key: str
    scored: bool


def plain(name: str) -> str:
    """A name without case, spaces and signs: "WAI-SR 1" -> "waisr1"."""
    return _APART.sub("", name.casefold())


def instrument_of(name: str, instruments: Sequence[Instrument]) -> Instrument | None:
    """The instrument that goes by this name ("WAI-SR", "wai sr", "waisr"), or None."""
    wanted = plain(name)
    for one in instruments:
        if wanted in _prefixes(one) or wanted == plain(one.name):
            return one
    return None


def resolve(names: Iterable[str], instruments: Sequence[Instrument], *, bare: bool) -> dict[str, Target]:
    """What each name stands for; names that stand for nothing are absent.

    An item "3" of a form with the prefix "wai" answers to ``wai3``, ``wai_03``, ``WAI item 3``, ``wai_q3`` and so on, and where
    ``bare`` to ``3``, ``item3``, ``q3`` too. "phq9" is the total of a file that has ``phq9_1`` to ``phq9_9``, and the ninth item
    in one that has ``phq1`` to ``phq8``.

    Args:
        names: as they stand in the file.
        instruments: those that may be meant; the first that knows a name has it.
        bare: whether names without a prefix count, because the file or the row says of which form it is.
    """
    found: dict[str, Target] = {}
    doubtful: dict[str, tuple[Target, Target]] = {}
    tables = [_Table(one, bare) for one in instruments]
    for name in names:
        short = plain(name)
        for table in tables:
            item, scale = table.items.get(short), table.scales.get(short)
            if item and scale:
                doubtful[name] = item, scale
            elif item or scale:
                found[name] = item or scale  # type: ignore[assignment]
            else:
                continue
            break
    for name, (item, scale) in doubtful.items():
        others = [t for t in found.values() if t.instrument == item.instrument and not t.scored]
        found[name] = item if others and item not in others else scale
    return found


class _Table:
    """The names of one instrument's items and scales, plain."""

    def __init__(self, instrument: Instrument, bare: bool) -> None:
        key = instrument.key
        items: dict[str, Target] = {}
        scales: dict[str, Target] = {}
        for scale in instrument.scales:
            target = Target(key, scale.key, True)
            names = _TOTAL_NAMES if scale.key == TOTAL else (plain(scale.key), f"{plain(scale.key)}score")
            scales |= dict.fromkeys(names, target)
        for item in instrument.items:
            target = Target(key, item.key, False)
            for name in (item.key, *item.names):
                items |= dict.fromkeys(_forms(plain(name)), target)
        scales = {name: target for name, target in scales.items() if name not in items}
        self.items = dict(items) if bare else {}
        self.scales = dict(scales) if bare else {}
        for prefix in _prefixes(instrument):
            self.items |= {prefix + name: target for name, target in items.items()}
            self.scales |= {prefix + name: target for name, target in scales.items()}
            if instrument.default_scale == TOTAL:
                self.scales[prefix] = Target(key, TOTAL, True)


def _prefixes(instrument: Instrument) -> list[str]:
    return [plain(name) for name in (instrument.key, *instrument.prefixes)]


def _forms(name: str) -> list[str]:
    """The ways to write an item's name; a number may have zeros before it."""
    numbers = [name, *(name.zfill(n) for n in (2, 3) if name.isdigit() and len(name) < n)]
    return [word + number for word in ("", "item", "i", "q", "question", "frage") for number in numbers]
