"""What a reader of ratings has to say: problems (kept out) and notices (assumed), with their places, in the file's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reattune.errors import Place, ReattuneError
from reattune.record import Notice

PER_KIND = 1_000
"""So many of one kind are named one by one; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the file that was kept out of the ratings.

    Attributes:
        what: what is wrong, one sentence without the closing full stop.
        mend: what to do about it.
        place: where; line and column count from 1, the column in cells.
    """

    what: str
    mend: str = ""
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        at = self.place
        return str(ReattuneError(self.what, mend=self.mend, path=at.path, line=at.line, column=at.column))


class Log:
    """Collects problems and notices while a file is read. ``path`` is the file's, for the places."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self._problems: list[Problem] = []
        self._notices: list[Notice] = []

    def problem(self, what: str, mend: str = "", line: int | None = None, column: int | None = None) -> None:
        """Note one thing that was kept out."""
        self._problems.append(Problem(what, mend, Place(self.path, line, column)))

    def notice(self, what: str, line: int | None = None, column: int | None = None) -> None:
        """Note one thing that was assumed."""
        self._notices.append(Notice(what, Place(self.path, line, column)))

    def more(self, count: int, kind: str) -> None:
        """Say how many more there are of a kind of which ``PER_KIND`` have been named."""
        if count > PER_KIND:
            self.problem(f"{count - PER_KIND:,} more {kind} were kept out", "Mend those named above first")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """In order of their lines; those without a line last."""
        return tuple(sorted(self._problems, key=lambda one: _place(one.place)))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """In the order in which they were noted."""
        return tuple(self._notices)


def _place(place: Place) -> tuple[float, float]:
    last = float("inf")
    return (last if place.line is None else place.line, last if place.column is None else place.column)


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 value", "2,000 values"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 30) -> str:
    """Names in quotation marks with commas, at most ``most`` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(repr(name) for name in names[:most]) or "none") + more
