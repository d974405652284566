"""The shapes, each by a series that has it."""

from __future__ import annotations

import pytest

from reattune.alliance.episodes import find_episodes
from reattune.alliance.patterns import PATTERNS

from .speaking import GAP, flags, panel

SHAPES = {
    "v": [4.5, 4.5, 3.0, 4.5],
    "trough": [4.5, 4.5, 3.0, 3.0, 3.1, 4.5],
    "slow_decline_sudden_repair": [4.5, 4.5, 4.0, 3.5, 3.0, 4.5],
    "sudden_drop_slow_return": [4.5, 4.5, 3.0, 3.5, 4.0, 4.5],
    "slow_decline_slow_return": [4.5, 4.5, 4.0, 3.0, 4.0, 4.5],
    "new": [4.5, 4.5, 3.0],
    "returning": [4.5, 4.5, 3.0, 3.2, 4.1],
    "lasting": [4.5, 4.5, 3.0, 3.1, 3.0],
    "decline_to_end": [4.5, 4.5, 4.0, 3.5, 3.0],
    "low_start": [3.0, 3.0, 4.5],
}


@pytest.mark.parametrize("name", PATTERNS)
def test_every_shape_has_its_series(name: str) -> None:
    series = SHAPES[name]
    made = panel(series)
    flagged = {0} if name == "low_start" else {series.index(3.0)}
    assert [one.pattern for one in find_episodes(made, flags(made, flagged, reference=4.5))] == [name]


def test_a_v_across_a_missed_session() -> None:
    for gaps, name in ((1, "v"), (2, "trough")):
        made = panel([4.5, 4.5, 3.0, *[GAP] * gaps, 4.5])
        assert find_episodes(made, flags(made, {2}, reference=4.5))[0].pattern == name
