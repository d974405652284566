"""Makes the example files of ratings; everyone in them is invented. From the repository: python examples/ratings/make.py"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
ITEMS, THERAPIST_ITEMS = 12, 10


@dataclass(frozen=True)
class Client:
    """One invented client.

    Attributes:
        name: the case.
        level, slope: of the client's view of the alliance on 1-5, and its change a session.
        sessions: how many appointments.
        missed: appointments that nobody came to.
        dips: session -> how far the alliance is down then, as the client sees it.
        noticed: which share of a dip the therapist sees.
        spread: how much the client's answers vary from session to session.
    """

    name: str
    level: float
    sessions: int
    slope: float = 0.0
    missed: tuple[int, ...] = ()
    dips: dict[int, float] = field(default_factory=dict)
    noticed: float = 0.5
    spread: float = 0.22


CLIENTS = (
    Client("C01", 3.7, 18, slope=0.03),
    Client("C02", 4.3, 20, missed=(9,), dips={12: 1.4}),  # a V, back in the next session
    Client("C03", 4.9, 16, spread=0.12),  # close to the top throughout
    Client("C04", 4.1, 20, dips={7: 1.2, 8: 0.9}, noticed=0.9),  # two sessions down, then back
    Client("C05", 3.4, 14, slope=0.05, missed=(5, 6)),
    Client("C06", 5.2, 12, spread=0.08),  # nothing but the top
    Client("C07", 4.2, 20, dips={5: 1.1, 15: 1.6}, missed=(16,)),  # two of them; the second keeps away once
    Client("C08", 3.0, 19, spread=0.35),  # up and down without a strain
    Client(
        "C09", 4.4, 20, dips={9: 0.4, 10: 0.7, 11: 1.0, 12: 1.4, 13: 1.7}, noticed=0.3
    ),  # slowly down, back at once
    Client("C10", 3.9, 17, missed=(3, 11, 12)),
    Client(
        "C11", 4.3, 15, dips={10: 1.5, 11: 1.8, 13: 2.0}, missed=(12, 14, 15), noticed=0.1
    ),  # down, and gone
    Client("C12", 4.0, 13, slope=-0.02),
)


def answers(rng: np.random.Generator, level: float, ease: NDArray[np.float64]) -> list[int]:
    """Whole numbers 1-5 around a level; ``ease`` is how readily each item is agreed with."""
    drawn = level + ease + rng.normal(0, 0.45, len(ease))
    return np.clip(np.rint(drawn), 1, 5).astype(int).tolist()


def caseload(seed: int = 4) -> list[dict[str, object]]:
    """A row an appointment: client's and therapist's answers, None where nobody came."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for place, client in enumerate(CLIENTS):
        ease = rng.normal(0, 0.25, ITEMS)
        ease_therapist = rng.normal(0, 0.25, THERAPIST_ITEMS)
        day = date(2026, 1, 12) + timedelta(days=place % 5)
        drift = 0.0
        for session in range(1, client.sessions + 1):
            drift = 0.5 * drift + rng.normal(0, client.spread)
            start = -0.3 / session  # the first sessions are a little more careful
            dip = client.dips.get(session, 0.0)
            level = client.level + client.slope * session + start + drift
            seen = 0.8 * level + 0.55 - client.noticed * dip + rng.normal(0, 0.15)
            came = session not in client.missed
            rows.append(
                {
                    "case": client.name,
                    "session": session,
                    "date": day,
                    "client": answers(rng, level - dip, ease) if came else None,
                    "therapist": answers(rng, seen, ease_therapist) if came else None,
                }
            )
            day += timedelta(days=7 if rng.random() < 0.9 else 14)
    # A few answers left empty, as always.
    for row in rng.choice(len(rows), 9, replace=False):
        given = rows[row]["client"]
        if isinstance(given, list):
            given[rng.integers(ITEMS)] = ""
    return rows


def write(name: str, rows: list[list[object]]) -> None:
    """A CSV file in this folder."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as held:
        csv.writer(held, lineterminator="\n").writerows(rows)


def wide(rows: list[dict[str, object]]) -> None:
    """A row a session: the client's items, and the therapist's score."""
    made: list[list[object]] = [
        ["case", "session", "date", *(f"wai_{n}" for n in range(1, ITEMS + 1)), "wai_srt_total"]
    ]
    for row in rows:
        mine, theirs = row["client"], row["therapist"]
        if isinstance(mine, list) and isinstance(theirs, list):
            made.append(
                [row["case"], row["session"], row["date"], *mine, round(sum(theirs) / len(theirs), 2)]
            )
    write("caseload-wide.csv", made)


def long(rows: list[dict[str, object]]) -> None:
    """A row an answer, for three of the clients, both sides."""
    made: list[list[object]] = [["case", "session", "date", "rater", "instrument", "item", "value"]]
    for row in rows:
        if row["case"] not in ("C02", "C09", "C11"):
            continue
        for rater, form in (("client", "wai-sr"), ("therapist", "wai-srt")):
            given = row[rater]
            for n, value in enumerate(given if isinstance(given, list) else (), 1):
                made.append([row["case"], row["session"], row["date"], rater, form, n, value])
    write("caseload-long.csv", made)


def redcap(rows: list[dict[str, object]]) -> None:
    """As REDCap exports a study with an event a session: both sides in one row, missing values as -99."""
    header = [
        "record_id",
        "redcap_event_name",
        "visit_date",
        *(f"pat_wai_{n:02d}" for n in range(1, ITEMS + 1)),
    ]
    header += [*(f"ther_wai_{n:02d}" for n in range(1, THERAPIST_ITEMS + 1)), "wai_complete"]
    made: list[list[object]] = [list(header)]
    for row in rows:
        if row["case"] not in ("C04", "C07", "C10"):
            continue
        record = int(str(row["case"])[1:])
        day = row["date"]
        event = [
            record,
            f"session_{row['session']}_arm_1",
            day.strftime("%d/%m/%Y") if isinstance(day, date) else "",
        ]
        mine, theirs = row["client"], row["therapist"]
        if isinstance(mine, list) and isinstance(theirs, list):
            made.append([*event, *("-99" if v == "" else v for v in mine), *theirs, 2])
        else:
            made.append([*event, *[""] * (ITEMS + THERAPIST_ITEMS), 0])
    write("redcap-export.csv", made)


if __name__ == "__main__":
    all_rows = caseload()
    wide(all_rows)
    long(all_rows)
    redcap(all_rows)
