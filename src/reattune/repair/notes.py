"""Sentences of evidence, as they are found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Notes:
    """What speaks for a repair, what against it, and what could not be looked at."""

    good: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
