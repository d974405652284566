"""Reads ../shared/data/dsem_wai: 57 patients, nine items after each of up to 15 sessions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from reattune.alliance.measure import Measure
from reattune.alliance.panel import Panel

FILE = Path(__file__).parents[2] / "shared/data/dsem_wai/wai_sessions.csv"
LOWEST = {
    "task1": -2.647059, "task2": -2.884615, "task3": -2.84, "goal1": -1.596154, "goal2": -2.56, "goal3": -2.94,
    "bond1": -3.25, "bond2": -2.862745, "bond3": -2.025,
}  # fmt: skip
"""Each item was centred; this is where its answer 1 came to lie (see instruments/wai9-centred.toml)."""
SESSIONS = 15


def panel(items: str = "", sd: float | None = None, reliability: float | None = None) -> Panel:
    """Mean of the answers 1-5 to the items whose names begin with ``items``, a row a patient in the file's order.

    A mean is taken where no more than a quarter of the items is missing.
    """
    names = [n for n in LOWEST if n.startswith(items)]
    data = pl.read_csv(FILE, null_values=["NA", ""]).select(
        "patient", "session", *(pl.col(n).cast(pl.Float64) for n in names)
    )
    answers = np.round(data.select(names).to_numpy() - np.array([LOWEST[n] for n in names])) + 1
    missing = np.isnan(answers).sum(1)
    with np.errstate(invalid="ignore"):
        scores = np.nansum(answers, axis=1) / (len(names) - missing)
    scores[missing > len(names) // 4] = np.nan
    patients = data["patient"].unique(maintain_order=True).to_list()
    values = np.full((len(patients), SESSIONS), np.nan)
    rows = {p: i for i, p in enumerate(patients)}
    for patient, session, score in zip(data["patient"], data["session"], scores, strict=True):
        values[rows[patient], session - 1] = score
    measure = Measure(1, 5, 1 / len(names), True, sd, reliability)
    return Panel(values, measure, 1, tuple((str(p), "client") for p in patients))


def half(of: Panel, which: str) -> Panel:
    """Every other patient: "a" to settle the rule's assumptions, "b" to judge the rules by."""
    rows = slice(0, None, 2) if which == "a" else slice(1, None, 2)
    return Panel(of.values[rows], of.measure, of.first, of.keys[rows])
