"""What an instrument is made of: items, the scales they add up to, what is published about a score."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reattune.alliance.measure import Measure
from reattune.errors import SettingError

TOTAL = "total"
"""Key of the scale that is meant where none is named."""


class Aggregation(StrEnum):
    """How items become a score. With items missing, within what a scale allows: the mean of those answered, times the number of
    items for a sum."""

    SUM = "sum"
    MEAN = "mean"


class Side(StrEnum):
    """On which side of its value a cut-off speaks."""

    BELOW = "below"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class CutOff:
    """A published threshold.

    Attributes:
        value: in the score's own units.
        side: ``at_most``: scores up to and with ``value`` are meant; and so on.
        meaning: what is said of such scores, in a few words.
        source: who said so.
    """

    value: float
    side: Side
    meaning: str
    source: str

    def holds(self, score: float) -> bool:
        """Whether a score is on the cut-off's side. A NaN never is."""
        match self.side:
            case Side.BELOW:
                return score < self.value
            case Side.AT_MOST:
                return score <= self.value
            case Side.AT_LEAST:
                return score >= self.value
        return score > self.value


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form.

    Attributes:
        key: its name in data ("1", "task1").
        low, high: the least and the greatest answer.
        step: distance of neighbouring answers, counted from ``low``; 0 where any number between is an answer.
        reverse: whether it counts the other way round in its scales: ``low + high - answer``.
        names: other names that a column may have for it ("relationship").
        risk: answers that a person should see at once, whatever the total; None for most items.
    """

    key: str
    low: float
    high: float
    step: float = 1.0
    reverse: bool = False
    names: tuple[str, ...] = ()
    risk: CutOff | None = None

    @property
    def allowed(self) -> str:
        """The answers in words: "1, 2, 3, 4 or 5", or "0 to 10 in steps of 0.1"."""
        if self.step and (self.high - self.low) / self.step <= 7:
            count = round((self.high - self.low) / self.step) + 1
            values = [f"{self.low + n * self.step:g}" for n in range(count)]
            return f"{', '.join(values[:-1])} or {values[-1]}"
        by = f" in steps of {self.step:g}" if self.step not in (0, 1) else ""
        return f"{'whole numbers ' if self.step == 1 else ''}{self.low:g} to {self.high:g}{by}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A score made of items.

    Attributes:
        key: ``total`` or the name of a subscale ("bond").
        title: for headings.
        items: keys of its items.
        aggregation: sum or mean.
        max_missing: how many items may be unanswered before there is no score.
        higher_is_better: False where a high score is the strained end.
        sd, reliability: between people, and 0-1, where published and sourced here.
        reliable_change: a published reliable change, in the score's units.
        norms: source of ``sd``, ``reliability`` and ``reliable_change``; "" where none of them is given.
        cutoffs: published thresholds, in order of their value.
    """

    key: str
    title: str
    items: tuple[str, ...]
    aggregation: Aggregation
    max_missing: int = 0
    higher_is_better: bool = True
    sd: float | None = None
    reliability: float | None = None
    reliable_change: float | None = None
    norms: str = ""
    cutoffs: tuple[CutOff, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """A form that somebody fills in after a session.

    Attributes:
        key: its name in data ("wai-sr"): lower-case letters, digits and hyphens.
        name: its name for people.
        about: what it measures, in a few words.
        rater: who usually fills it in, ``client`` or ``therapist``.
        items: in the form's order.
        scales: the total first, where there is one.
        prefixes: what column names begin with ("wai_sr", "wai").
        validated: False for a form without a published validation.
        licence: what may be done with the form.
        wording: ``shipped`` or ``licensed`` (a clinic loads what it is licensed for).
        source: where the scoring comes from; "(check)" marks what was not read in the source itself.
        notes: things to know when keying it in or reading its scores.
        prorating: source of the rule for missing items.
        item_cutoffs: thresholds for any single item.
        loinc, loinc_total: codes of the panel and of its total score, or None. Alliance measures have none.
    """

    key: str
    name: str
    about: str
    rater: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    prefixes: tuple[str, ...] = ()
    validated: bool = True
    licence: str = ""
    wording: str = "licensed"
    source: str = ""
    notes: tuple[str, ...] = ()
    prorating: str = ""
    item_cutoffs: tuple[CutOff, ...] = ()
    loinc: str | None = None
    loinc_total: str | None = None
    _items: Mapping[str, Item] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_items", {item.key: item for item in self.items})

    def item(self, key: str) -> Item:
        """The item of that key.

        Raises:
            SettingError: no such item.
        """
        found = self._items.get(key)
        if found is None:
            raise SettingError(f"{self.key} has no item {key!r}", mend=f"Its items: {', '.join(self._items)}")
        return found

    @property
    def default_scale(self) -> str:
        """The total where there is one, else the first scale."""
        return self.scales[0].key

    def scale(self, key: str | None = None) -> Scale:
        """The scale of that key; None for the total (or the first scale of a form without one).

        Raises:
            SettingError: no such scale.
        """
        wanted = self.default_scale if key is None else key
        for scale in self.scales:
            if scale.key == wanted:
                return scale
        known = ", ".join(scale.key for scale in self.scales)
        raise SettingError(f"{self.key} has no scale {wanted!r}", mend=f"Its scales: {known}")

    def bounds(self, scale: str | None = None) -> tuple[float, float]:
        """The least and the greatest score of a scale."""
        one = self.scale(scale)
        items = [self.item(key) for key in one.items]
        share = 1 if one.aggregation is Aggregation.SUM else len(items)
        # Rounded to what a double can carry: a mean of many items must not be a hair outside its own range.
        low, high = sum(item.low for item in items) / share, sum(item.high for item in items) / share
        return round(low, 12), round(high, 12)

    def measure(self, scale: str | None = None) -> Measure:
        """The scale as the rules see it.

        Raises:
            SettingError: no such scale.
        """
        one = self.scale(scale)
        low, high = self.bounds(one.key)
        steps = {self.item(key).step for key in one.items}
        step = steps.pop() if len(steps) == 1 else 0.0
        if one.aggregation is Aggregation.MEAN:
            step /= len(one.items)
        return Measure(
            low=low,
            high=high,
            step=step,
            higher_is_better=one.higher_is_better,
            sd=one.sd,
            reliability=one.reliability,
            change=one.reliable_change,
        )


def unknown(what: str, wanted: str, known: list[str]) -> SettingError:
    """The error for a name that is not among those known, with the nearest of them."""
    near = difflib.get_close_matches(wanted.casefold(), known, n=2, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    return SettingError(f"{wanted!r} is no {what}", mend=f"{hint}Known are {', '.join(known)}")
