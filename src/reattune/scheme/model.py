"""What a scheme is made of: families, codes, scales with their anchors, profiles."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from reattune.errors import SettingError

FAMILIES: tuple[str, ...] = ("withdrawal", "confrontation", "strategy", "contribution")
"""Names of the families, markers first, in the order of the scheme."""

MARKER_FAMILIES: tuple[str, ...] = FAMILIES[:2]
"""The families that are coded on the client's turns; the others are coded on the therapist's."""

SCALES: tuple[str, ...] = (
    "intensity",
    "significance",
    "outcome",
    "withdrawal",
    "confrontation",
    "resolution",
    "contribution",
)
"""Names of the scales: of a marker, of an episode (two), of a session (four)."""


class UnknownCodeError(SettingError, KeyError):
    """A name that is no code, scale or profile. Is a KeyError too, as with any mapping."""


@dataclass(frozen=True, slots=True)
class Family:
    """A group of codes.

    Attributes:
        name: one of ``FAMILIES``.
        title: for headings.
        on: whose turns it is coded on, ``client`` or ``therapist`` (``other`` or ``self`` outside therapy).
        intensity: whether its codes carry an intensity 1-3.
        definition: what its codes have in common.
    """

    name: str
    title: str
    on: str
    intensity: bool
    definition: str


@dataclass(frozen=True, slots=True)
class Example:
    """An invented exchange: what came just ``before``, what was ``said``, and ``why`` it counts or not."""

    before: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A code that one might take instead, and how to tell the two apart."""

    code: str
    difference: str


@dataclass(frozen=True, slots=True)
class SchemeCode:
    """One code.

    Attributes:
        code: its name in data ("defends_self").
        name: its name for people ("Defends self against the therapist").
        family: one of ``FAMILIES``.
        phrase: what the speaker does, neutral and plain, without a subject ("gives a bare reply ...").
        definition: what it is.
        neighbours: the nearest other codes, at least one.
        example: a turn that has the code.
        not_this: a turn that looks like it and does not have it.
        source: where the code comes from.
    """

    code: str
    name: str
    family: str
    phrase: str
    definition: str
    neighbours: tuple[Neighbour, ...]
    example: Example
    not_this: Example
    source: str

    @property
    def is_marker(self) -> bool:
        """Whether it marks a rupture on a client's turn."""
        return self.family in MARKER_FAMILIES

    @property
    def on(self) -> str:
        """Whose turns it is coded on: ``client`` or ``therapist``."""
        return "client" if self.is_marker else "therapist"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One value of a scale, a label of a word or two, and what it means."""

    value: int | str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Values in order, lowest first. ``empty`` says what no value means; "" where there is always one."""

    name: str
    title: str
    anchors: tuple[Anchor, ...]
    empty: str = ""

    def __getitem__(self, value: int | str) -> Anchor:
        for anchor in self.anchors:
            if anchor.value == value:
                return anchor
        known = ", ".join(str(a.value) for a in self.anchors)
        raise UnknownCodeError(f"{value!r} is no value of the scale {self.name!r}", mend=f"It takes {known}")

    @property
    def values(self) -> tuple[int | str, ...]:
        """The values, lowest first."""
        return tuple(anchor.value for anchor in self.anchors)


@dataclass(frozen=True)
class Scheme:
    """The code set. ``scheme["denial"]`` is a code, ``"denial" in scheme`` asks for one, a loop gives all.

    Attributes:
        version: raised when a code is added, taken away, renamed, or means something else.
        title: for headings.
        families: the families, in the order of ``FAMILIES``.
        codes: all codes, family by family.
        scales: the scales, in the order of ``SCALES``.
    """

    version: str
    title: str
    families: tuple[Family, ...]
    codes: tuple[SchemeCode, ...]
    scales: tuple[Scale, ...]
    _by_code: Mapping[str, SchemeCode] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", MappingProxyType({c.code: c for c in self.codes}))

    def __getitem__(self, code: str) -> SchemeCode:
        found = self._by_code.get(code)
        if found is None:
            raise UnknownCodeError(f"{code!r} is no code of the scheme", mend=_hint(code, self._by_code))
        return found

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[SchemeCode]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def get(self, code: str) -> SchemeCode | None:
        """The code of that name, or None."""
        return self._by_code.get(code)

    def by_family(self, family: str) -> tuple[SchemeCode, ...]:
        """The codes of one family.

        Raises:
            UnknownCodeError: no such family.
        """
        self.family(family)
        return tuple(c for c in self.codes if c.family == family)

    def family(self, name: str) -> Family:
        """The family of that name.

        Raises:
            UnknownCodeError: no such family.
        """
        for one in self.families:
            if one.name == name:
                return one
        raise UnknownCodeError(f"{name!r} is no family of the scheme", mend=_hint(name, FAMILIES))

    def scale(self, name: str) -> Scale:
        """The scale of that name.

        Raises:
            UnknownCodeError: no such scale.
        """
        for one in self.scales:
            if one.name == name:
                return one
        raise UnknownCodeError(f"{name!r} is no scale of the scheme", mend=_hint(name, SCALES))

    @property
    def markers(self) -> tuple[SchemeCode, ...]:
        """The rupture markers: withdrawal, then confrontation."""
        return tuple(c for c in self.codes if c.is_marker)

    @property
    def strategies(self) -> tuple[SchemeCode, ...]:
        """What a therapist does about a rupture."""
        return self.by_family("strategy")

    @property
    def contributions(self) -> tuple[SchemeCode, ...]:
        """What a therapist does that sets a rupture off or feeds it."""
        return self.by_family("contribution")


@dataclass(frozen=True)
class Profile:
    """What things are called in one kind of relationship.

    Attributes:
        name: its name in data ("co_workers").
        title: for headings.
        self_label: who tries to keep the relationship in repair ("therapist").
        other_label: whose moving away or against is followed ("client").
        meeting: what one meeting is called ("session").
        work: what the two are doing together ("therapy").
        mutual: whether either side may sit in either seat, so that both can be coded for markers.
        phrases: by code, the phrases that differ from the scheme's own.
    """

    name: str
    title: str
    self_label: str
    other_label: str
    meeting: str
    work: str
    mutual: bool = False
    phrases: Mapping[str, str] = field(default_factory=dict)

    def phrase(self, code: SchemeCode) -> str:
        """What the speaker does, in this relationship's words."""
        return self.phrases.get(code.code, code.phrase)


def _hint(wanted: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    near = difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(repr(n) for n in near)}?"
    return f"Known are {', '.join(known)}"
