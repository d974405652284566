"""Ruptures to plan for."""

from __future__ import annotations

from collections.abc import Iterator

from reattune.record import (
    HistoryEntry,
    RepairMove,
    Rupture,
    RuptureStatus,
    RuptureType,
    Source,
    TurnRef,
)
from reattune.scheme import load_scheme

SIGN_SOURCES = {
    "transcript": Source.TRANSCRIPT,
    "rating_drop": Source.RATING,
    "check_in": Source.CHECK_IN,
    "omission": Source.TRANSCRIPT,
    "attendance": Source.ATTENDANCE,
}
MARKERS = tuple(m.code for m in load_scheme().markers)
TRIED = (
    (),
    ("acknowledges_contribution",),
    ("acknowledges_contribution", "invites_feelings_about_therapy", "validates_defensive_posture"),
)


def rupture(
    family: str | None = "withdrawal",
    status: str = "open",
    sign: str = "transcript",
    tried: tuple[str, ...] = (),
    disclosed: TurnRef | None = None,
) -> Rupture:
    return Rupture(
        id="R1",
        type=RuptureType(family) if family else None,
        status=RuptureStatus(status),
        probability=0.8,
        omission=sign == "omission",
        disclosed=disclosed,
        repairs=tuple(RepairMove(TurnRef(2, n), code) for n, code in enumerate(tried)),
        history=(HistoryEntry(1, RuptureStatus(status), "a sign", SIGN_SOURCES[sign]),),
    )


def situations() -> Iterator[tuple[str | None, str | None, str, str]]:
    """Every marker (and none) with its family, each status, each sign."""
    kinds: list[tuple[str | None, str | None]] = [(m, load_scheme()[m].family) for m in MARKERS]
    kinds += [(None, family) for family in (None, "withdrawal", "confrontation", "mixed")]
    for marker, family in kinds:
        for status in RuptureStatus:
            for sign in SIGN_SOURCES:
                yield marker, family, status.value, sign
