"""The filter against closed forms and sums over a fine grid of what a client may be, its probabilities against the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from reattune.alliance.statespace.belief import Form
from reattune.alliance.statespace.forward import beliefs, look_back, walk
from reattune.alliance.statespace.posterior import _told, posterior
from reattune.alliance.statespace.settings import default_settings

from .conftest import FORM, panel

SERIES = {
    "a dip": [3.9, 4.0, 4.1, 3.4, 4.0],
    "gaps": [None, 4.0, None, 3.9, 3.2, None, 3.3],
    "the ceiling": [5.0, 5.0, 4.9, 5.0, 4.3, 5.0],
    "the floor": [1.2, 1.0, 1.0, 1.1, 1.0],
    "lasting": [3.0, 3.2, 3.1, 2.5, 2.6, 2.4],
}


@pytest.fixture
def still():
    """A level that does not wander, so that what a client may be is a grid of level and growth."""
    return replace(default_settings(), drift=0.0, noise=(0.08,), noise_weights=(1.0,), early=0.5)


def by_grid(model, scores, first=1):
    """Filtered and smoothed chance of a drop and the log chances of one series: no normal, no mixture taken for one."""
    form = Form.of(FORM)
    noise, shifts = model.noise[0], np.array([0.0, *model.sizes])
    level = np.linspace(-5, 5, 241) * model.level_sd + model.level_mean
    growth = np.linspace(-4.5, 4.5, 61) * model.growth_sd + model.growth_mean
    both = model.level_growth * model.level_sd * model.growth_sd
    law = multivariate_normal(
        [model.level_mean, model.growth_mean], [[model.level_sd**2, both], [both, model.growth_sd**2]]
    )
    start = law.pdf(np.stack(np.meshgrid(level, growth, indexing="ij"), -1))
    start /= start.sum()

    def change(early):
        n = len(shifts)
        onset = model.onset * (model.early if early else 1)
        table = np.zeros((n, n))
        table[0] = [1 - onset, *(onset * np.array(model.onset_weights))]
        for d in range(1, n):
            table[d, d], table[d, 0] = model.stay[d - 1], 1 - model.stay[d - 1]
        return table

    def likely(x, t):
        if np.isnan(x):
            return np.ones((len(shifts), *start.shape))
        mean = level[:, None] + np.log(first + t) * growth - noise * shifts[:, None, None]
        upto = 1 if x >= 1 else ndtr((x + form.step / 2 - mean) / noise)
        below = 0 if x <= 0 else ndtr((x - form.step / 2 - mean) / noise)
        deep = np.where(x < np.maximum(mean, form.step / 2), form.step / np.maximum(mean, form.step), 0)
        plunge = np.where(shifts > 0, model.plunge, 0)[:, None, None]
        return (1 - model.slip) * ((1 - plunge) * (upto - below) + plunge * deep) + model.slip * form.step

    begin = int(np.flatnonzero(~np.isnan(scores))[0])
    now = np.zeros((len(shifts), *start.shape))
    now[0] = start
    forth, moves, rated = [], [], 0
    for t in range(begin, len(scores)):
        if t > begin:
            moves.append(change(rated == 1))
            now = np.einsum("ij,ilg->jlg", moves[-1], now)
        now = now * likely(scores[t], t)
        forth.append(now)
        rated += ~np.isnan(scores[t])
    after = np.ones_like(now)
    smooth = []
    for t in range(len(scores) - 1, begin - 1, -1):
        joint = forth[t - begin] * after
        smooth.append(joint[1:].sum() / joint.sum())
        if t > begin:
            after = np.einsum("ij,jlg->ilg", moves[t - begin - 1], after * likely(scores[t], t))
    filtered = [f[1:].sum() / f.sum() for f in forth]
    return begin, filtered, smooth[::-1], [np.log(f.sum()) for f in forth]


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)
def test_the_filter_equals_the_sum_over_a_grid(still, series):
    form = Form.of(FORM)
    scores = form.fractions(panel(series).values)
    begin, filtered, smooth, loglik = by_grid(still, scores[0])
    found, back = walk(still, form, scores, 1), look_back(still, form, scores, 1)
    np.testing.assert_allclose(found.dropped[0, begin:, 0], filtered, atol=0.03)
    np.testing.assert_allclose(found.loglik[0, begin:, 0], loglik, atol=0.35)
    np.testing.assert_allclose(back.dropped[0, begin:, 0], smooth, atol=0.1)


def test_without_drops_and_ends_it_is_a_normal_law():
    model = replace(
        default_settings(), noise=(0.05,), noise_weights=(1.0,), onset=0.0, slip=0.0, drift=0.4, plunge=0.0
    )
    form = Form.of(FORM)
    scores = form.fractions(panel([3.2, None, 3.4, 3.0, 3.3, None, None, 3.8]).values)
    rated = np.flatnonzero(~np.isnan(scores[0]))
    time = np.log(rated + 4)
    both = model.level_growth * model.level_sd * model.growth_sd
    wander = (0.4 * 0.05) ** 2 * np.minimum.outer(rated, rated)
    cov = model.level_sd**2 + both * np.add.outer(time, time) + model.growth_sd**2 * np.outer(time, time)
    cov += wander + np.eye(len(rated)) * (0.05**2 + form.step**2 / 12)
    mean = model.level_mean + model.growth_mean * time
    wanted = multivariate_normal(mean, cov).logpdf(scores[0, rated]) + len(rated) * np.log(form.step)
    assert walk(model, form, scores, 4).loglik[0, -1, 0] == pytest.approx(wanted, abs=1e-4)


def test_chances_are_chances_and_variances_variances(caseload):
    model = default_settings()
    form = Form.of(caseload.panel.measure)
    scores = form.fractions(caseload.panel.values)
    for t, (now, carried) in enumerate(beliefs(model, form, scores)):
        now.see(scores[:, t], np.log(t + 1))
        np.testing.assert_allclose(now.chance.sum(1), 1, atol=1e-9)
        assert (now.chance >= 0).all()
        assert (now.level_var > 0).all()
        assert (now.level_var * now.growth_var - now.both_var**2 > 0).all()
        assert ((carried >= 0) & (carried <= 1)).all()


def test_a_drop_is_flagged_once_and_another_one_again():
    statistic = np.array([[-3.0, 0.0, 1.0, 1.0]])
    nothing_new = _told(statistic, np.full((1, 4), 0.9), -2.0)
    # After the flag in the second session nine tenths of what may be a drop is the one already told of.
    np.testing.assert_allclose(nothing_new[0, :3], [0, 0, -np.log(0.1)])
    another = _told(statistic, np.full((1, 4), 0.0), -2.0)
    np.testing.assert_allclose(another, 0)


def test_the_probability_means_what_it_says():
    """Series drawn from the model itself: of sessions with a probability of about p, a share of about p has a drop."""
    model = default_settings()
    random = np.random.default_rng(8)
    n, sessions = 5000, 10
    own = np.array(model.noise)[random.choice(len(model.noise), n, p=model.noise_weights)]
    both = model.level_growth * model.level_sd * model.growth_sd
    law = [[model.level_sd**2, both], [both, model.growth_sd**2]]
    level, growth = random.multivariate_normal([model.level_mean, model.growth_mean], law, n).T
    size = np.zeros(n, int)
    values, dropped = np.empty((n, sessions)), np.zeros((n, sessions), bool)
    sizes, stay = np.array([0, *model.sizes]), np.array([0, *model.stay])
    missed = random.random(values.shape) < 0.15
    rated = np.zeros(n, int)
    for t in range(sessions):
        if t:
            onset = np.where(rated == 1, model.early, 1) * model.onset * (rated > 0)
            new = (random.random(n) < onset) * random.choice([1, 2], n, p=model.onset_weights)
            size = np.where(size > 0, np.where(random.random(n) < stay[size], size, 0), new)
            level += model.drift * own * random.standard_normal(n)
        latent = level + growth * np.log(t + 1) - sizes[size] * own + own * random.standard_normal(n)
        plunges = (size > 0) & (random.random(n) < model.plunge)
        latent = np.where(plunges, random.random(n) * (latent.clip(0, 1)), latent)
        values[:, t] = 1 + np.rint(latent.clip(0, 1) / FORM.step * 4) * FORM.step
        dropped[:, t] = size > 0
        rated += ~missed[:, t]
    values[missed] = np.nan
    for prospective, slack in ((True, 0.015), (False, 0.05)):
        found = posterior(panel(*values), model, prospective=prospective).dropped
        for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1)):
            inside = (found >= low) & (found < high) & ~np.isnan(values)
            inside[:, 0] = False
            count = inside.sum()
            if count < 200:
                continue
            said, true = found[inside].mean(), dropped[inside].mean()
            assert abs(said - true) < slack + 4 * np.sqrt(said * (1 - said) / count), (prospective, low)
