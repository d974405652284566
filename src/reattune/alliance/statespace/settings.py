"""What the model takes for granted before it has seen a rating."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """Assumptions of the model. Lengths are fractions of the form's range where they say "range", else in a client's own
    session-to-session standard deviation ("own SD").

    Attributes:
        noise: own SD of each class of clients, from steady to jumpy (range), ascending.
        noise_weights: how common each class is, before the caseload has spoken; sums to 1.
        level_mean, level_sd: the level with which clients begin (range; 0 is the strained end), before the caseload has spoken.
        points: number of points on the grid of levels.
        grid_low, grid_high: the grid's ends (range). They lie beyond the form's own: a client whose true level is above the
            ceiling gives the highest score again and again.
        sizes: sizes of a drop (own SD), ascending, all above 0.
        onset: chance of a drop at each session, where there is none.
        onset_weights: share of each size among new drops; sums to 1.
        stay: chance that a drop of a session is still there in the next.
        step_back: share of a drop's endings that go through the next smaller size instead of all the way back.
        drift: how far the level wanders from session to session (own SD).
        growth: expected rise of the level per unit of log session number (range): people warm to each other, fastest at first.
        plunge: share of drops that are of any depth beyond their size.
        slip: chance of a score that has nothing to do with the level (a form filled in anyhow).
        caseload_weight: how many clients the assumptions above count for, beside those of the caseload.
        threshold: log odds of a drop from which on the rule flags.
    """

    noise: tuple[float, ...]
    noise_weights: tuple[float, ...]
    level_mean: float
    level_sd: float
    points: int
    grid_low: float
    grid_high: float
    sizes: tuple[float, ...]
    onset: float
    onset_weights: tuple[float, ...]
    stay: tuple[float, ...]
    drift: tuple[float, ...]
    growth: float
    plunge: float
    slip: float
    caseload_weight: float
    threshold: float

    @classmethod
    def of(cls, data: dict[str, Any]) -> Settings:
        """Settings from a JSON object whose keys are the attributes."""
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**given)


@cache
def default_settings() -> Settings:
    """The settings that ship, fitted by ``benchmarks/fit_level.py``."""
    text = (files("reattune.alliance.statespace") / "settings.json").read_text(encoding="utf-8")
    return Settings.of(json.loads(text)["settings"])
