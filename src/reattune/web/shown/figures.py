"""Charts of a case's ratings, drawn once for a state of the case and kept in memory."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from markupsafe import Markup

from reattune.alliance.watch import RatingFindings
from reattune.report.ratings import words
from reattune.report.ratings.charts import NARROW, WIDTH, chart, to_svg
from reattune.report.ratings.figure import Figure, described, figures
from reattune.report.ratings.marks import key
from reattune.report.ratings.page import Numbers, Told, numbers_of, told_of
from reattune.report.ratings.series import cases, drops_in_order

T = TypeVar("T")
KEPT = 400
"""Cases whose charts stay in memory."""
_STYLE = re.compile(r' style="[^"]*"')


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart for wide and for narrow screens, its key, its numbers as a table, and the drops on it."""

    title: str
    wide: Markup
    narrow: Markup
    key: str
    table: Numbers
    drops: tuple[Told, ...]


class Kept:
    """Values made once for a state of a case. The state is part of the key: what has changed is made anew."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: OrderedDict[tuple[str, str, str], object] = OrderedDict()
        self._lock = Lock()

    def get(self, what: str, case: str, state: str, make: Callable[[], T]) -> T:
        """The value, made if need be. Two may make it at once; both get a whole one."""
        place = (what, case, state)
        with self._lock:
            if place in self._found:
                self._found.move_to_end(place)
                return self._found[place]  # type: ignore[return-value]
        made = make()
        with self._lock:
            for old in [k for k in self._found if k[:2] == place[:2]]:
                del self._found[old]
            self._found[place] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


def all_figures(findings: RatingFindings) -> list[Figure]:
    """The figures of the one case that the ratings are of, the most telling first."""
    found = next(cases(findings), None)
    made = [] if found is None else figures(found)
    return sorted(made, key=lambda f: (-len(f.shades), -len(f.lines[0].series.points)))


def pictures(findings: RatingFindings, label: str) -> tuple[Picture, ...]:
    """Every form of a case as a chart.

    Raises:
        MissingExtraError: what draws charts is not installed.
    """
    found = next(cases(findings), None)
    if found is None:
        return ()
    order = drops_in_order(found)
    made = []
    for n, figure in enumerate(all_figures(findings)):
        named = replace(figure, case=label)
        alt = described(named)
        wide, narrow = (
            _plain(to_svg(chart(named, width=width, heading=False), named.title, alt, f"f{n}{letter}"))
            for width, letter in ((WIDTH, "w"), (NARROW, "n"))
        )
        mine = [line.series for line in figure.lines]
        told = tuple(told_of(series, drop) for series, drop in order if series in mine)
        made.append(
            Picture(
                f"{figure.forms} ({words.range_of(figure.watched)})",
                wide, narrow, key(named), numbers_of(named), told,
            )
        )  # fmt: skip
    return tuple(made)


def _plain(svg: str) -> Markup:
    """Our own drawing, without style attributes: the pages' policy allows none."""
    return Markup(_STYLE.sub("", svg))
