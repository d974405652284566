"""Rules tried on simulated clients who fill in one's own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reattune.alliance.measure import Measure
from reattune.alliance.power import Operating, operating_characteristics
from reattune.alliance.rules.rule import Rule
from reattune.alliance.simulate import Population, populations

POPULATION = "wai-b"
"""Law of the simulated clients: as the second half of the patients that it was fitted to."""

FEWEST, MOST = 4, 30
"""Sessions that are simulated."""


def on_form(measure: Measure, population: Population | None = None) -> Population:
    """Clients who score on this form as those of the law do on theirs: level, spread and steps in the same shares of the range.

    Args:
        measure: the form. A continuous one is cut into hundredths.
        population: the law; None: the one that ships.
    """
    law = population or populations()[POPULATION]
    width = measure.high - measure.low
    times = width / (law.high - law.low)
    # Rules see scores in which higher is better, whatever the form's own direction: so does the law.
    return replace(
        law,
        low=measure.low,
        high=measure.high,
        step=measure.step or width / 100,
        level_mean=measure.low + times * (law.level_mean - law.low),
        level_sd=times * law.level_sd,
        slope_mean=times * law.slope_mean,
        slope_sd=times * law.slope_sd,
        noise_mean=law.noise_mean + float(np.log(times)),
    )


def trial(rules: Sequence[Rule], measure: Measure, sessions: int, *, clients: int = 4000) -> list[Operating]:
    """Operating characteristics of rules at their own thresholds, on one's own form.

    Args:
        rules: the rules.
        measure: the form.
        sessions: length of the series; kept between 4 and 30.
        clients: how many are simulated, stable ones and again for each kind of drop.
    """
    law = on_form(measure)
    length = min(MOST, max(FEWEST, sessions))
    return [operating_characteristics(rule, law, sessions=length, clients=clients) for rule in rules]
