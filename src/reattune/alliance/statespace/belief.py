"""What is known of clients at one moment: is there a drop, and where do level and growth lie; and how a session changes it.

Per noise class and size of drop, level and growth are normal (a Kalman filter). A session may begin a drop or end one, which
mixes normals; the mixture is taken for the normal with its mean and variance, as a scorer's "at least the highest score" is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from reattune.alliance.measure import Floats, Measure
from reattune.alliance.statespace.settings import Settings

MOST_STEPS = 120
COARSE = 1 / 100
"""Forms with more distinct scores (visual analogue scales) are taken to have steps of a hundredth of their range."""

LEAST = 1e-300
LOG_ROOT_2_PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Form:
    """A form's scores as fractions of its range.

    Attributes:
        low, width: of the form.
        step: between neighbouring scores, as a fraction.
    """

    low: float
    width: float
    step: float

    @classmethod
    def of(cls, measure: Measure) -> Form:
        """The form of a measure."""
        width = measure.high - measure.low
        share = measure.step / width
        return cls(measure.low, width, share if share >= 1 / MOST_STEPS - 1e-12 else COARSE)

    def fractions(self, values: Floats) -> Floats:
        """Scores on this form's steps, 0 to 1; NaN in the gaps."""
        return np.clip(np.rint((values - self.low) / self.width / self.step) * self.step, 0, 1)


@dataclass
class Belief:
    """Arrays are (classes, 1 + sizes, series); place 0 of the second axis is "no drop".

    Attributes:
        chance: of each place; sums to 1 over the places.
        level, growth: expected, in the first session and per unit of log session number (fractions of the range).
        level_var, both_var, growth_var: their variances and covariance.
    """

    settings: Settings
    form: Form
    chance: Floats
    level: Floats
    growth: Floats
    level_var: Floats
    both_var: Floats
    growth_var: Floats

    @classmethod
    def first(cls, settings: Settings, form: Form, series: int) -> Belief:
        """Before the first rating."""
        shape = len(settings.noise), 1 + len(settings.sizes), series
        chance = np.zeros(shape)
        chance[:, 0] = 1
        both = settings.level_growth * settings.level_sd * settings.growth_sd
        start = settings.level_mean, settings.growth_mean, settings.level_sd**2, both, settings.growth_sd**2
        return cls(settings, form, chance, *(np.full(shape, value) for value in start))

    @property
    def moments(self) -> tuple[Floats, ...]:
        """Level, growth, and their variances."""
        return self.level, self.growth, self.level_var, self.both_var, self.growth_var

    def go_on(self, early: NDArray[np.bool_]) -> Floats:
        """From one session to the next, before its score is known.

        Args:
            early: (series,), True where there has been one rating alone.

        Returns:
            (classes, series), the chance that a drop in that session, if there is one, was there before.
        """
        s = self.settings
        onset = np.where(early, s.early * s.onset, s.onset)
        kept = self.chance[:, 1:] * np.array(s.stay)[:, None]
        ended = self.chance[:, 1:] - kept
        begun = self.chance[:, :1] * onset * np.array(s.onset_weights)[:, None]
        calm = self.chance[:, :1] * (1 - onset)
        none, drop = calm + ended.sum(1, keepdims=True), np.maximum(begun + kept, LEAST)
        self._mix(np.concatenate([calm, ended], axis=1) / none, begun / drop)
        self.level_var += (s.drift * np.array(s.noise))[:, None, None] ** 2
        self.chance = np.concatenate([none, drop], axis=1)
        carried: Floats = kept.sum(1) / drop.sum(1)
        return carried

    def _mix(self, to_none: Floats, from_none: Floats) -> None:
        """Normals in place of mixtures.

        Args:
            to_none: shares, over the places, of those that have no drop now.
            from_none: (classes, sizes, series), share of those with a drop who had none before.
        """
        level, growth, level_var, both_var, growth_var = self.moments
        mean_level = (to_none * level).sum(1, keepdims=True)
        mean_growth = (to_none * growth).sum(1, keepdims=True)
        off, off_growth = level - mean_level, growth - mean_growth
        apart, apart_growth = level[:, :1] - level[:, 1:], growth[:, :1] - growth[:, 1:]
        spread = from_none * (1 - from_none)
        self.level = np.concatenate([mean_level, level[:, 1:] + from_none * apart], axis=1)
        self.growth = np.concatenate([mean_growth, growth[:, 1:] + from_none * apart_growth], axis=1)

        def mixed(var: Floats, here: Floats, between: Floats) -> Floats:
            none = (to_none * (var + here)).sum(1, keepdims=True)
            drop = var[:, 1:] + from_none * (var[:, :1] - var[:, 1:]) + spread * between
            return np.concatenate([none, drop], axis=1)

        self.level_var = mixed(level_var, off * off, apart * apart)
        self.both_var = mixed(both_var, off * off_growth, apart * apart_growth)
        self.growth_var = mixed(growth_var, off_growth * off_growth, apart_growth * apart_growth)

    def centre(self, time: float) -> tuple[Floats, Floats]:
        """Mean and variance of the score, were it not rounded and cut off, at a log session number."""
        s, noise = self.settings, np.array(self.settings.noise)[:, None]
        shift = noise * np.array([0.0, *s.sizes])
        own = noise[:, :, None] ** 2 + self.form.step**2 / 12
        spread = self.level_var + time * (2 * self.both_var + time * self.growth_var) + own
        return self.level + time * self.growth - shift[:, :, None], spread

    def likely(self, score: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Chance of a score, and the part of it that comes from the level.

        Args:
            score: fractions, broadcast over ``mean``; no NaN.
            mean, spread: of ``centre``.
        """
        s, step = self.settings, self.form.step
        top, bottom = score >= 1 - step / 2, score <= step / 2
        sd = np.sqrt(spread)
        z = (score - mean) / sd
        by_level = step * np.exp(-0.5 * z * z - LOG_ROOT_2_PI) / sd
        if top.any() or bottom.any():
            beyond = np.where(top, mean - (1 - step / 2), step / 2 - mean) / sd
            by_level = np.where(top | bottom, ndtr(beyond), by_level)
        by_level *= 1 - s.slip
        by_level[:, 1:] *= 1 - s.plunge
        deep = np.where(score < np.maximum(mean[:, 1:], step / 2), step / np.maximum(mean[:, 1:], step), 0.0)
        every = by_level + s.slip * step
        every[:, 1:] += (1 - s.slip) * s.plunge * deep
        return every, by_level

    def see(self, score: Floats, time: float) -> Floats:
        """Take in a session's scores.

        Args:
            score: (series,), fractions; NaN where there is none: nothing changes.
            time: log session number.

        Returns:
            (classes, series), log chance of the score.
        """
        rated = ~np.isnan(score)
        known = np.where(rated, score, 0.5)
        mean, spread = self.centre(time)
        every, by_level = self.likely(known, mean, spread)
        trust = np.where(rated, by_level / every, 0.0)
        off, sure = self._surprise(known, mean, spread)
        gain = (self.level_var + time * self.both_var) / spread
        gain_growth = (self.both_var + time * self.growth_var) / spread
        # With the chance that the score had nothing to do with the level, it moves the level by so much less.
        less = trust * (sure * spread - (1 - trust) * off * off)
        self.level = self.level + trust * gain * off
        self.growth = self.growth + trust * gain_growth * off
        self.level_var = self.level_var - less * gain * gain
        self.both_var = self.both_var - less * gain * gain_growth
        self.growth_var = self.growth_var - less * gain_growth * gain_growth
        joint = self.chance * np.where(rated, every, 1.0)
        total = joint.sum(1)
        self.chance = joint / total[:, None]
        found: Floats = np.log(total)
        return found

    def rule_out_drop(self) -> Floats:
        """Take for granted that there is no drop; (classes, series), the log chance of that."""
        found: Floats = np.log(self.chance[:, 0])
        self.chance = np.zeros_like(self.chance)
        self.chance[:, 0] = 1
        return found

    def _surprise(self, score: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """How far the score lies from what was expected, and what share of a whole rating's information it brings: an end of the
        form says "at least this much", and no more."""
        step = self.form.step
        off = score - mean
        sure = np.ones_like(mean)
        for at_end, sign, edge in (
            (score >= 1 - step / 2, 1.0, 1 - step / 2),
            (score <= step / 2, -1.0, step / 2),
        ):
            rows = np.flatnonzero(at_end)
            if not len(rows):
                continue
            sd = np.sqrt(spread[:, :, rows])
            short = sign * (edge - mean[:, :, rows]) / sd
            pull = np.exp(-0.5 * short * short - LOG_ROOT_2_PI - log_ndtr(-short))
            off[:, :, rows] = sign * sd * pull
            sure[:, :, rows] = np.clip(pull * (pull - short), 0.0, 1.0)
        return off, sure
