"""A small caseload, the same each time, with everything that a report has to show."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from reattune.alliance.instruments import load_instrument
from reattune.alliance.ratings import SCORES, Ratings
from reattune.monitoring import Monitoring, monitor

START = date(2026, 1, 5)
GAP = None
HOSTILE = "<script>alert(1)</script>"

CASES: dict[str, dict[str, list[float | None]]] = {
    "open": {
        "client": [4.3, 4.4, 4.3, 4.25, 4.5, 2.9, 3.3, 3.1, 3.2],
        "therapist": [GAP, 3.8, 3.8, 3.9, 3.8, 4.0, 3.9, 3.9, 3.8],
    },
    "new": {"client": [4.7, 4.6, 4.75, 4.6, 4.7, 4.6, 3.4]},
    "both": {
        "client": [4.2, 4.3, 4.5, 4.6, 3.0, 4.5, 4.6, GAP, 4.6],
        "therapist": [3.3, 3.5, 3.6, 3.8, 2.4, 3.8, 3.6, 3.8, 3.8],
    },
    "gone": {"client": [4.2, 4.1, 4.2, 4.2, 4.3, 2.8, GAP, GAP, 3.9, 4.2, 4.3]},
    "ceiling": {"client": [5.0, 5.0, 5.0, 5.0, 5.0, 5.0]},
    "steady": {"client": [3.9, 4.0, 3.8, 3.9, 4.0, 3.9, 3.8]},
}


def ratings(cases: dict[str, dict[str, list[float | None]]] | None = None, *, dates: bool = True) -> Ratings:
    """Weekly WAI-SR totals."""
    rows = [
        {
            "case": case, "session": n, "date": START + timedelta(days=7 * n) if dates else None, "rater": rater,
            "instrument": "wai-sr", "scale": "total", "score": score, "answered": 12, "of": 12, "prorated": False,
        }
        for case, raters in (cases if cases is not None else CASES).items()
        for rater, scores in raters.items()
        for n, score in enumerate(scores, 1)
        if score is not None
    ]  # fmt: skip
    form = load_instrument("wai-sr")
    return Ratings(pl.DataFrame(rows, schema=SCORES), instruments={form.key: form})


def watched(**settings: object) -> Monitoring:
    """The caseload after the default rule has looked at it."""
    return monitor(ratings(), **settings)  # type: ignore[arg-type]


def hostile() -> Monitoring:
    """A case and a rater with names that would like to be run."""
    return monitor(
        ratings({HOSTILE: {"client": CASES["open"]["client"]}, "=1+1": {'"><b>': CASES["both"]["client"]}})
    )


def quiet() -> Monitoring:
    """Nothing flagged."""
    return monitor(ratings({name: CASES[name] for name in ("ceiling", "steady")}))
