"""From a turn's probabilities to what the coder says of it: present, unsure, and the most likely codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reattune.coders.calibration import Decision
from reattune.coders.labels import FAMILY_OF, LABELS
from reattune.record import Code, Turn, TurnCoding

SECOND_CODE = 0.6
"""A second code of a family is named when it is at least this share as probable as the first."""
CODES_A_FAMILY = 2

_AT = {name: j for j, name in enumerate(LABELS)}
_CODES = {
    family: tuple(code for code, f in FAMILY_OF.items() if f == family)
    for family in ("withdrawal", "confrontation", "strategy", "contribution")
}


def turn_coding(
    turn: Turn, probability: NDArray[np.float64], decisions: Mapping[str, Decision]
) -> TurnCoding:
    """What the coder says of one turn. ``probability``: (labels,), 0-1."""

    def p(name: str) -> float:
        return float(probability[_AT[name]])

    if turn.role.strains:
        away, against = p("withdrawal"), p("confrontation")
        # The heads are calibrated apart: "either" can by chance come out below one of the two that it contains.
        either = max(p("rupture"), away, against)
        codes: list[Code] = []
        if either >= decisions["rupture"].threshold:
            families = [f for f in ("withdrawal", "confrontation") if p(f) >= decisions[f].threshold]
            families = families or ["withdrawal" if away >= against else "confrontation"]
            intensity = 1 + int(p("clear") >= 0.5 * either) + int(p("strong") >= 0.5 * either)
            for family in families:
                codes += _likely(turn.index, family, probability, p(family), intensity)
        return TurnCoding(
            turn.index,
            p_rupture=either,
            p_withdrawal=away,
            p_confrontation=against,
            unsure=decisions["rupture"].unsure_from <= either < decisions["rupture"].threshold,
            codes=_ranked(codes),
        )
    if turn.role.helps:
        codes = []
        for family in ("strategy", "contribution"):
            if p(family) >= decisions[family].threshold:
                codes += _likely(turn.index, family, probability, p(family), None)
        return TurnCoding(
            turn.index,
            p_strategy=p("strategy"),
            p_contribution=p("contribution"),
            codes=_ranked(codes),
        )
    return TurnCoding(turn.index)


def _likely(
    turn: int, family: str, probability: NDArray[np.float64], ceiling: float, intensity: int | None
) -> list[Code]:
    """The family's most likely codes; none is called more probable than the family itself."""
    ranked = sorted(_CODES[family], key=lambda c: -probability[_AT[c]])[:CODES_A_FAMILY]
    first = float(probability[_AT[ranked[0]]])
    named = [c for c in ranked if probability[_AT[c]] >= SECOND_CODE * first]
    return [Code(turn, c, family, min(ceiling, float(probability[_AT[c]])), intensity) for c in named]


def _ranked(codes: Sequence[Code]) -> tuple[Code, ...]:
    return tuple(sorted(codes, key=lambda c: -c.probability))
