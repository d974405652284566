"""Thresholds of alerts as they stand in the database: where they begin, the answers given, what these make of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from reattune.practice.learning import Answer, learnt
from reattune.practice.settings import DEFAULT_THRESHOLDS, LEARNT_KINDS
from reattune.store import tables as t


def thresholds(conn: Connection) -> dict[str, float]:
    """From which probability on an entry is an alert, by kind, with all that was learnt."""
    start = {**DEFAULT_THRESHOLDS, **(_setting(conn, "thresholds") or {})}
    if _setting(conn, "learn") is False:
        return start
    given = answers(conn)
    return {kind: learnt(start[kind], given.get(kind, [])) for kind in LEARNT_KINDS}


def answers(conn: Connection) -> dict[str, list[Answer]]:
    """Answers by kind; of several to one entry the last counts."""
    a = t.alert_answers.c
    query = select(a.case, a.rupture, a.kind, a.probability, a.answer).order_by(a.at)
    last: dict[tuple[str, str], Any] = {(r.case, r.rupture): r for r in conn.execute(query)}
    found: dict[str, list[Answer]] = {}
    for row in last.values():
        found.setdefault(row.kind, []).append(Answer(row.probability, row.answer == "yes"))
    return found


def _setting(conn: Connection, key: str) -> Any:
    return conn.execute(select(t.settings.c.value).where(t.settings.c.key == key)).scalar()
