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
        level_mean, level_sd: the level in the first session, over clients (range; 0 is the strained end). A client may lie above
            the form's upper end: such a client gives the highest score again and again.
        growth_mean, growth_sd: the rise of the level per unit of log session number, over clients (range): people warm to each
            other, fastest at first.
        level_growth: correlation of the two.
        drift: how far the level wanders from session to session (own SD).
        sizes: sizes of a drop (own SD), each above 0.
        onset: chance of a drop at each session, where there is none.
        onset_weights: share of each size among new drops; sums to 1.
        early: the same chance as long as there has been one rating alone, as a share of ``onset``: there is hardly a level yet
            from which to drop.
        stay: chance that a drop of a session is still there in the next.
        plunge: share of drops that are of any depth beyond their size.
        slip: chance of a score that has nothing to do with the level (a form filled in anyhow).
        caseload_weight: how many clients ``noise_weights`` count for, beside those of the caseload.
        threshold: log odds of a drop not flagged before, from which on the rule flags.
    """

    noise: tuple[float, ...]
    noise_weights: tuple[float, ...]
    level_mean: float
    level_sd: float
    growth_mean: float
    growth_sd: float
    level_growth: float
    drift: float
    sizes: tuple[float, ...]
    onset: float
    onset_weights: tuple[float, ...]
    early: float
    stay: tuple[float, ...]
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
