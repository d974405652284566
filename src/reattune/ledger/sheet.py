"""What the ledger is kept from, and what it is when it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reattune.record import RatingEpisode, Rupture, RuptureStatus, TurnRef
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread

SETTLED = frozenset({RuptureStatus.REPAIRED, RuptureStatus.LOST, RuptureStatus.REFERRED})
"""What an entry no longer has to resurface with."""


@dataclass(frozen=True)
class Evidence:
    """What was found in a case's sessions and ratings. Each part is of the time at which it could be known.

    Attributes:
        findings: coded transcripts, by session number.
        threads: client turns that go back to something earlier.
        drops: by session number, all drops in ratings as they stood when that session's ratings were in.
        spans: for each instrument, the distance from the least to the greatest score of the scale that drops were looked for in.
    """

    findings: Mapping[int, Findings] = field(default_factory=dict)
    threads: tuple[Thread, ...] = ()
    drops: Mapping[int, tuple[RatingEpisode, ...]] = field(default_factory=dict)
    spans: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hint:
    """A sign too weak to open an entry on its own: kept apart, worth a glance.

    Attributes:
        at: where, the turn None for a session as a whole.
        probability: 0-1, of a strain.
        what: the signs, in sentences.
    """

    at: TurnRef
    probability: float
    what: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """A case's ruptures as they stood after a session.

    Attributes:
        case: the case's name.
        as_of: the last session that was looked at, 0 where there was none.
        ruptures: in order of their ids.
        hints: in order of place.
        remarks: what could not be placed (a note about an entry that there is not), and what was set aside.
    """

    case: str
    as_of: int
    ruptures: tuple[Rupture, ...]
    hints: tuple[Hint, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def unsettled(self) -> tuple[Rupture, ...]:
        """What is open or in repair, the one to look at first in front: open before in repair, then the more likely."""
        waiting = [r for r in self.ruptures if r.status not in SETTLED]
        return tuple(
            sorted(waiting, key=lambda r: (r.status is not RuptureStatus.OPEN, -r.probability, int(r.id[1:])))
        )

    def __getitem__(self, id: str) -> Rupture:
        """The entry of this id.

        Raises:
            KeyError: there is none.
        """
        for one in self.ruptures:
            if one.id == id:
                return one
        raise KeyError(id)
