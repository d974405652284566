"""The frame: its areas, changes recorded neutrally, and a quiet word when one falls while a rupture is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reattune.errors import InputError
from reattune.record import FrameEvent, FrameWarning
from reattune.repair.areas import AREA_KEYS
from reattune.repair.loading import data_text
from reattune.repair.reading import Entry, parse

_FILE = "frame.toml"
_ANY_AREA = (
    "While things are strained, what stays the same is what holds. A change of the frame now may be felt as an answer "
    "to the strain."
)


@dataclass(frozen=True, slots=True)
class FrameArea:
    """One area of the frame.

    Attributes:
        key: its name in data ("self_disclosure").
        title: its name for people.
        covers: what belongs to it.
        why: why a change of it is worth a thought while a strain is open.
        words: regular expressions for the words by which a noted change is sorted.
    """

    key: str
    title: str
    covers: str
    why: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """The sessions over which a rupture is open: from its first sign to the session that settled it.

    Attributes:
        start: number of the session with the first sign.
        end: number of the session that settled it, or None while it is open.
        rupture: its id, for the sentence.
    """

    start: int
    end: int | None = None
    rupture: str = ""

    def holds(self, session: int) -> bool:
        """Whether a change in or after this session falls while it is open. The settling session does not count."""
        return self.start <= session and (self.end is None or session < self.end)


def build_areas(text: str) -> Mapping[str, FrameArea]:
    """The areas from the text of their file, by key, in the order of ``AREA_KEYS``.

    Raises:
        InputError: an area is missing, double, or not what it should be.
    """
    found = []
    for fields in parse(text, _FILE).get("area", []):
        entry = Entry(fields, _FILE)
        found.append(
            FrameArea(
                entry.text("key"),
                entry.text("title"),
                entry.text("covers"),
                entry.text("why"),
                entry.words("words"),
            )
        )
        entry.done()
    if tuple(a.key for a in found) != AREA_KEYS:
        raise InputError(f"the areas should be {', '.join(AREA_KEYS)}, in this order", path=_FILE)
    return MappingProxyType({a.key: a for a in found})


@cache
def load_areas() -> Mapping[str, FrameArea]:
    """The areas of the frame that come with reattune.

    Raises:
        InputError: the data file is missing or damaged.
    """
    return build_areas(data_text(_FILE))


AREAS: Mapping[str, FrameArea] = load_areas()
"""The areas of the frame, by key."""


def area_of(what: str) -> str | None:
    """The area that a change noted in a few words belongs to ("moved to Thursdays" -> "time"), or None where it is unclear.

    The area whose words occur most often. At a tie another area comes before time (a day is often named only to say
    when), and then the one whose words come last, where the point mostly is.
    """
    best = (0, False, -1)
    key = None
    for area in AREAS.values():
        hits = list(_words(area.key).finditer(what))
        score = (len(hits), area.key != "time", max((h.end() for h in hits), default=-1))
        if hits and score > best:
            best, key = score, area.key
    return key


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(AREAS[key].words)})\b", re.IGNORECASE)


def warnings(events: Iterable[FrameEvent], spans: Iterable[OpenSpan]) -> list[FrameWarning]:
    """A quiet warning for each change of the frame that falls while a rupture is open, in order of session.

    Nothing is said against the change itself: it may have been right, and the client may have asked for it.
    """
    open_spans = list(spans)
    found = []
    for event in sorted(events, key=lambda e: e.session):
        during = [span for span in open_spans if span.holds(event.session)]
        if during:
            found.append(FrameWarning(event.session, event.what, _reason(event, during)))
    return found


def _reason(event: FrameEvent, during: list[OpenSpan]) -> str:
    area = AREAS.get(event.area or area_of(event.what) or "")
    since = min(span.start for span in during)
    names = [span.rupture for span in during if span.rupture]
    who = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}" if names else "a strain is"
    why = area.why if area else _ANY_AREA
    return f"It falls while {who} open (since session {since}). {why} Worth a thought, and perhaps a word about it."
