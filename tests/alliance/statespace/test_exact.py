"""The filter and the smoother against every path through a small model, and the tables against what they stand for."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reattune.alliance.statespace.forward import look_back, walk
from reattune.alliance.statespace.posterior import posterior
from reattune.alliance.statespace.settings import default_settings
from reattune.alliance.statespace.space import space_for

from .conftest import FORM, SMALL, panel


def by_enumeration(space, noise, scores, first):
    """Chances of all paths of one series, summed by the last state and by the state in each session."""
    sizes, levels = space.change.shape[0], len(space.levels)
    emission = space.emission[noise].astype(float)
    begin = int(np.flatnonzero(scores < space.bins)[0])
    columns = range(begin, len(scores))
    states = list(product(range(sizes), range(levels)))
    filtered, total = {}, 0.0
    smooth = np.zeros((len(scores), sizes))
    level = np.zeros(len(scores))
    paths = {(0, k): (float(space.start[k]),) for k in range(levels)}
    walks = [(((d, k),), p[0] * emission[d, scores[begin], k]) for (d, k), p in paths.items()]
    for t in columns:
        if t > begin:
            drift = space.drift(noise, first + t).astype(float)
            walks = [
                (
                    (*path, (d, k)),
                    chance * space.change[path[-1][0], d] * drift[path[-1][1], k] * emission[d, scores[t], k],
                )
                for path, chance in walks
                for d, k in states
                if chance > 0
            ]
        now = np.zeros(sizes)
        for path, chance in walks:
            now[path[-1][0]] += chance
        filtered[t] = (now.sum(), 1 - now[0] / now.sum())
    for path, chance in walks:
        total += chance
        for t, (d, k) in zip(columns, path, strict=True):
            smooth[t, d] += chance
            level[t] += chance * space.levels[k]
    return filtered, 1 - smooth[:, 0] / total, level / total, total


@pytest.mark.parametrize("noise", [0, 1])
@pytest.mark.parametrize("series", [[3, 1, 3, 4], [None, 4, None, 0], [4, 4, 4, 4], [2]])
def test_the_walk_equals_the_sum_over_all_paths(small, noise, series):
    space = space_for(SMALL, small)
    scores = space.scores(panel(series, measure=SMALL).values, SMALL)
    found = walk(space, noise, scores, 1)
    back = look_back(space, noise, scores, 1)
    filtered, smooth, level, total = by_enumeration(space, noise, scores[0], 1)
    for t, (chance, dropped) in filtered.items():
        assert found.loglik[0, t] == pytest.approx(np.log(chance), rel=1e-4)
        assert found.dropped[0, t] == pytest.approx(dropped, abs=1e-5)
        assert back.dropped[0, t] == pytest.approx(smooth[t], abs=1e-5)
        assert back.level[0, t] == pytest.approx(level[t], abs=1e-5)
        assert back.loglik[0, t] == pytest.approx(np.log(total), rel=1e-4)


def test_chances_are_chances():
    space = space_for(FORM, default_settings())
    np.testing.assert_allclose(space.change.sum(1), 1, atol=1e-6)
    assert space.start.sum() == pytest.approx(1, abs=1e-5)
    for noise, table in enumerate(space.emission):
        np.testing.assert_allclose(table[:, :-1].sum(1), 1, atol=1e-5)
        assert (table[:, -1] == 1).all(), "a missed session says nothing"
        for session in (2, 3, 40):
            np.testing.assert_allclose(space.drift(noise, session).sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("session", [2, 5, 30])
def test_the_level_rises_and_spreads_as_the_settings_say(session):
    settings = default_settings()
    space = space_for(FORM, settings)
    for noise, sd in enumerate(settings.noise):
        middle = len(space.levels) // 2
        after = space.drift(noise, session)[middle].astype(float)
        step = after @ (space.levels - space.levels[middle])
        spread = np.sqrt(after @ (space.levels - space.levels[middle] - step) ** 2)
        assert step == pytest.approx(settings.growth * np.log(session / (session - 1)), rel=1e-3)
        wanted, cell = settings.drift[noise] * sd, space.levels[1] - space.levels[0]
        assert 0.9 * wanted < spread < 1.1 * wanted + (cell * step) ** 0.5, (
            "a rise of less than a cell spreads, and no more"
        )


def test_the_probability_means_what_it_says():
    """Series drawn from the model itself: of sessions with a probability of about p, a share of about p has a drop."""
    settings = default_settings()
    space = space_for(FORM, settings)
    random = np.random.default_rng(8)
    n, sessions = 4000, 10
    classes = random.choice(len(settings.noise), n, p=settings.noise_weights)
    level = random.choice(len(space.levels), n, p=space.start / space.start.sum())
    size = np.zeros(n, int)
    values, dropped = np.empty((n, sessions)), np.zeros((n, sessions), bool)

    def draw(rows):
        return (random.random((len(rows), 1)) > np.cumsum(rows, axis=1)[:, :-1]).sum(1)

    for t in range(sessions):
        if t:
            size = draw(space.change[size])
            for c in range(len(settings.noise)):
                mine = classes == c
                level[mine] = draw(space.drift(c, t + 1)[level[mine]])
        rows = np.stack([space.emission[c][d, :-1, k] for c, d, k in zip(classes, size, level, strict=True)])
        values[:, t] = FORM.low + draw(rows) * FORM.step
        dropped[:, t] = size > 0
    values[random.random(values.shape) < 0.15] = np.nan
    for prospective in (True, False):
        found = posterior(panel(*values), settings, prospective=prospective).dropped
        for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1)):
            inside = (found >= low) & (found < high) & ~np.isnan(values)
            inside[:, 0] = False
            count = inside.sum()
            if count < 200:
                continue
            said, true = found[inside].mean(), dropped[inside].mean()
            assert abs(said - true) < 0.01 + 4 * np.sqrt(said * (1 - said) / count), (prospective, low)
