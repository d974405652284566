"""What the knowledge base is made of: statements, what they apply to, the sources they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from reattune.errors import SettingError


class Kind(StrEnum):
    """What a statement is for, in the order in which a plan uses it."""

    NOTICE = "notice"
    BEAR = "bear"
    SAY = "say"
    AVOID = "avoid"
    ASK = "ask"
    SUPERVISION = "supervision"
    REFERRAL = "referral"
    KNOW = "know"
    OUTCOME = "outcome"
    ROUTE = "route"


class Phase(StrEnum):
    """What a thing to say does, in the order in which it may be done.

    The order rule (expert consensus): meet and explore first; link to patterns and change the task or the goal later.
    """

    VALIDATE = "validate"
    OWN_PART = "own_part"
    EXPLORE = "explore"
    EXPLAIN = "explain"
    LINK = "link"
    CHANGE = "change"


LATER: frozenset[Phase] = frozenset({Phase.LINK, Phase.CHANGE})
"""The change-oriented phases, which wait until the strain has been met and explored."""


class Strength(StrEnum):
    """How well the step that a statement advises is supported. The wording itself has never been tested."""

    META_ANALYSIS = "meta_analysis"
    EXPERT_CONSENSUS = "expert_consensus"
    SINGLE_STUDY = "single_study"
    THEORY = "theory"
    SOURCE_TEXT = "source_text"
    PRACTICE = "practice"


SIGNS: tuple[str, ...] = ("transcript", "rating_drop", "check_in", "omission", "attendance", "note")
"""Where a strain shows: in the words, in a rating, in the client's check-in, by what was not said, by staying away, in a note."""

STAGES: tuple[int, ...] = (1, 2, 3, 4, 5)
"""The stages of both models (Safran & Muran), by number."""

WORDED: Mapping[Kind, tuple[int, int]] = MappingProxyType({Kind.SAY: (2, 3), Kind.ASK: (1, 3)})
"""The kinds that come with wordings, and how few and how many; other kinds have none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source: its key, its short name, how to cite it, and what it does or does not show."""

    key: str
    short: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement applies to. An empty part means: whatever it is.

    Attributes:
        profiles: relationships (``scheme`` profiles); empty means therapy.
        families: "withdrawal", "confrontation", "unknown" (only a form tells of it).
        markers: codes of the scheme.
        stages: 1-5.
        statuses: values of ``RuptureStatus``.
        signs: some of ``SIGNS``.
        min_tried: only once so many repair moves have been made.
        min_sessions_since: only once the last sign or move lies so many sessions back.
    """

    profiles: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    stages: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    min_tried: int = 0
    min_sessions_since: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of advice.

    Attributes:
        key: its name ("denial.open").
        kind: what it is for.
        text: the advice, to the therapist.
        wordings: two or three ways to say it, to make one's own; a script in none of them.
        phase: with ``kind=say``, what it does.
        order: place among things to say, 1-99; later ones come after earlier ones.
        strategy: the scheme's strategy that saying it amounts to, or None.
        scope: what it applies to.
        sources: keys of what it rests on.
        strength: how well the step is supported.
        frame: areas of the frame that it speaks of, always in order to hold them.
        danger, violation: with ``kind=route``, what it answers.
    """

    key: str
    kind: Kind
    text: str
    wordings: tuple[str, ...]
    phase: Phase | None
    order: int
    strategy: str | None
    scope: Scope
    sources: tuple[str, ...]
    strength: Strength
    frame: tuple[str, ...] = ()
    danger: bool = False
    violation: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one of the two models: what the therapist does there, and the strategies that belong to it."""

    family: str
    number: int
    title: str
    strategies: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """The knowledge base: statements in the order of their files, stages, sources."""

    statements: tuple[Statement, ...]
    stages: tuple[Stage, ...]
    sources: tuple[Evidence, ...]
    _sources: Mapping[str, Evidence] = field(init=False, repr=False, compare=False)
    _statements: Mapping[str, Statement] = field(init=False, repr=False, compare=False)
    _by_kind: Mapping[Kind, tuple[Statement, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sources", MappingProxyType({s.key: s for s in self.sources}))
        object.__setattr__(self, "_statements", MappingProxyType({s.key: s for s in self.statements}))
        by_kind = {kind: tuple(s for s in self.statements if s.kind is kind) for kind in Kind}
        object.__setattr__(self, "_by_kind", MappingProxyType(by_kind))

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __getitem__(self, key: str) -> Statement:
        if key not in self._statements:
            raise SettingError(
                f"{key!r} is no statement of the knowledge base", mend="Known keys: load_knowledge()"
            )
        return self._statements[key]

    def of(self, kind: Kind) -> tuple[Statement, ...]:
        """The statements of a kind, in the order of the files."""
        return self._by_kind[kind]

    def source(self, key: str) -> Evidence:
        """The source of that key.

        Raises:
            SettingError: no such source.
        """
        if key not in self._sources:
            raise SettingError(f"{key!r} is no source", mend=f"Known are {', '.join(self._sources)}")
        return self._sources[key]

    def stage(self, family: str, number: int) -> Stage:
        """A stage of the model of ``withdrawal`` or ``confrontation``.

        Raises:
            SettingError: no such stage.
        """
        for one in self.stages:
            if (one.family, one.number) == (family, number):
                return one
        raise SettingError(f"{number!r} is no stage of {family!r}", mend="Stages are the numbers 1 to 5")
