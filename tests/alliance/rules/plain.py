"""The oracle of the tests: every rule once more, for one series, in plain Python, slow, written from the formulas.

A series is a list of numbers with None in the gaps. Each function gives one statistic a session (None: cannot say) as of the last
session of the list; ``as_known`` asks it session by session, so that it cannot see the future.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import fmean, median, stdev


def as_known(rule, series):
    """What the rule said of each session on its day."""
    return [rule(series[: t + 1])[-1] for t in range(len(series))]


def ratio(distance, unit):
    if unit == 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / unit


def rated(series):
    return [x for x in series if x is not None]


def drops(series, since):
    """Drop of each session from the previous rating, from the top of an unbroken decline, or from the best."""
    found = []
    for t, x in enumerate(series):
        past = rated(series[:t])
        if x is None or not past:
            found.append(None)
        elif since == "previous":
            found.append(past[-1] - x)
        elif since == "best":
            found.append(max(past) - x)
        else:
            walk = [*past, x]
            i = len(walk) - 1
            while i > 0 and walk[i] <= walk[i - 1]:
                i -= 1
            found.append((walk[i] if i < len(walk) - 1 else past[-1]) - x)
    return found


def by_yardstick(series, since, unit):
    return [None if d is None else ratio(d, unit) for d in drops(series, since)]


def own_spread(series, of, least):
    scores = rated(series)
    if of == "changes":
        scores = [b - a for a, b in pairwise(series) if a is not None and b is not None]
        if scores and scores[0] != 0 and all(math.isclose(c, scores[0], abs_tol=1e-9) for c in scores):
            return None  # a steady slope
    return stdev(scores) if len(scores) >= least else None


def own_sd(series, *, of="scores", between=None, since="decline", within=None, least=3):
    """As of the last session: the spread of all that is in the list."""
    spread = own_spread(series, of, least)
    if spread is None:
        return [None] * len(series)
    unit = max(spread, between or 0)
    found = by_yardstick(series, since, unit)
    if within is None:
        return found
    for t, value in enumerate(found):
        if value is None:
            continue
        best, lowest = 0.0, series[t]
        for x in rated(series[t + 1 : t + 1 + within]):
            lowest = min(lowest, x)
            best = max(best, x - lowest)
        found[t] = min(value, ratio(best, unit))
    return found


def ranges_of(series):
    return [abs(b - a) for a, b in pairwise(series) if a is not None and b is not None]


def sigma_of(series, robust, floor):
    ranges = ranges_of(series)
    if len(ranges) < 2:
        return None
    return max(median(ranges) / 0.954 if robust else fmean(ranges) / 1.128, floor)


def xmr(series, *, robust=False, floor=0.0, least=5):
    """As of the last session."""
    sigma = sigma_of(series, robust, floor)
    if sigma is None or len(rated(series)) < least:
        return [None] * len(series)
    mean = fmean(rated(series))
    return [None if x is None else ratio(mean - x, sigma) for x in series]


def baseline_of(series, k, robust, floor):
    """Mean, sigma and the place where the judging begins."""
    places = [t for t, x in enumerate(series) if x is not None]
    if len(places) < k:
        return None
    end = places[k - 1] + 1
    sigma = sigma_of(series[:end], robust, floor)
    return None if sigma is None else (fmean(rated(series[:end])), sigma, end)


def xmr_baseline(series, k=5, *, robust=False, floor=0.0):
    base = baseline_of(series, k, robust, floor)
    if base is None:
        return [None] * len(series)
    mean, sigma, begin = base
    return [None if x is None or t < begin else ratio(mean - x, sigma) for t, x in enumerate(series)]


def ewma(series, weight=0.2, k=5, *, floor=0.0):
    base = baseline_of(series, k, False, floor)
    found = [None] * len(series)
    if base is None:
        return found
    mean, sigma, begin = base
    z, n = mean, 0
    for t in range(begin, len(series)):
        if series[t] is not None:
            n += 1
            z = weight * series[t] + (1 - weight) * z
            error = sigma * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * n)))
            found[t] = ratio(mean - z, error)
    return found


def cusum(series, h=4.0, slack=0.5, k=5, *, reset=True, floor=0.0, sem=None):
    base = baseline_of(series, k, False, floor)
    found = [None] * len(series)
    if base is None:
        return found
    mean, sigma, begin = base
    height, signalled = 0.0, False
    for t in range(begin, len(series)):
        if series[t] is None:
            continue
        back = series[t] >= mean - (sigma if sem is None else sem)
        grown = max(0.0, height + (mean - slack * sigma) - series[t])
        height = 0.0 if reset and signalled and back else grown
        found[t] = ratio(height, sigma)
        signalled = round(found[t], 9) >= h if math.isfinite(found[t]) else True
    return found


def sudden_loss(series, cutoff, share=0.25, low=None):
    """As of the last session."""
    found = [None] * len(series)
    for t in range(1, len(series)):
        before, now = series[t - 1], series[t]
        early, late = rated(series[max(0, t - 3) : t]), rated(series[t : t + 3])
        if before is None or now is None or min(len(early), len(late)) < 2:
            continue
        degrees = len(early) + len(late) - 2
        critical = {4: 2.776, 3: 3.182, 2: 4.303}[degrees]
        squares = sum((x - fmean(side)) ** 2 for side in (early, late) for x in side)
        takes = cutoff if low is None else max(cutoff, share * (before - low))
        lasting = ratio(fmean(early) - fmean(late), critical * math.sqrt(squares / degrees))
        found[t] = min(ratio(before - now, takes), lasting)
    return found


def sudden_loss_as_known(series, cutoff, share=0.25, low=None):
    """Statistic and session of the drop, told at the first rating by which three sessions from the drop on are over."""
    known, onset, told = [None] * len(series), [-1] * len(series), set()
    for t in range(len(series)):
        if series[t] is None:
            continue
        for d in range(t - 1):
            if d in told:
                continue
            told.add(d)
            value = sudden_loss(series[: d + 3], cutoff, share, low)[d]
            if value is not None and (known[t] is None or value > known[t]):
                known[t], onset[t] = value, d
    return known, onset
