"""A case's ledger, kept anew within the transaction that changed something, and the snapshot that overviews read."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, select, update

from reattune.alliance.power import false_alarm_rate
from reattune.casework import drops_in, review_evidence
from reattune.ledger import Evidence
from reattune.practice import alerts
from reattune.practice.access import Row
from reattune.practice.clock import day_text, read_day, read_moment, stamp
from reattune.practice.reading import Heard, heard, record_of
from reattune.practice.views import News, OpenRupture
from reattune.record import Attendance, Case, Rating, RatingEpisode, Rupture, Sharing, Source
from reattune.report.ledgerdata import ledger_to_dict
from reattune.store import tables as t

CODER_ALARMS = "coder_alarms"
"""The row of ``settings`` that says how often the coder at work marks a turn for nothing: nobody needs to load it to know."""
NEWS_KEPT = 12
"""So many pieces of news are kept with a case."""
_KINDS = {
    Source.TRANSCRIPT: "transcript",
    Source.RATING: "rating",
    Source.ATTENDANCE: "rating",
    Source.CHECK_IN: "check_in",
    Source.THERAPIST: "note",
    Source.CLIENT: "check_in",
}
_RATING_RULE = "level"


@dataclass(frozen=True)
class Overview:
    """What a case's row keeps for its card."""

    open: tuple[OpenRupture, ...] = ()
    news: tuple[News, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For the column ``overview``."""
        return {
            "open": [{**asdict(one), "since_date": day_text(one.since_date)} for one in self.open],
            "news": [{**asdict(one), "at": one.at.isoformat(timespec="milliseconds")} for one in self.news],
        }

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Overview:
        """From the column ``overview``."""
        return cls(
            tuple(
                OpenRupture(
                    **{**one, "since_date": read_day(one["since_date"]), "tried": tuple(one["tried"])}
                )
                for one in raw.get("open", ())
            ),
            tuple(News(**{**one, "at": read_moment(one["at"])}) for one in raw.get("news", ())),
        )


def refresh(
    conn: Connection,
    case: str,
    *,
    known: Mapping[int, Heard] | None = None,
    news: Sequence[News] = (),
) -> None:
    """Keep the ledger of a case anew, with its plans, and the snapshot on the case's row.

    Args:
        conn: the transaction in which something changed.
        case: its id.
        known: the case's analysed sessions, where the caller has read them already.
        news: what came, for the card.
    """
    row = conn.execute(select(t.cases).where(t.cases.c.id == case)).mappings().one()
    record = record_of(conn, row)
    sessions = heard(conn, case) if known is None else known
    record = replace(
        record,
        meetings=tuple(
            replace(m, session=sessions[m.number].session) if m.number in sessions else m
            for m in record.meetings
        ),
    )
    drops, spans = _drops(case, record.ratings) if record.ratings else ({}, {})
    evidence = Evidence(
        {n: one.findings for n, one in sessions.items()},
        tuple(thread for n in sorted(sessions) for thread in sessions[n].threads),
        drops,
        spans,
    )
    review = review_evidence(record, evidence, {n: one.talk for n, one in sessions.items()})
    body = ledger_to_dict(review.ledger, review.plans, review.frame_talk, review.watched)
    at = stamp()
    conn.execute(t.ledger.delete().where(t.ledger.c.case == case))
    conn.execute(t.ledger.insert().values(case=case, body=pack(body), as_of=review.ledger.as_of, made_at=at))
    before = Overview.read(row["overview"])
    answers = _answers(conn, case)
    alarms = _Alarms(conn, len({r.session for r in record.ratings}))
    unsettled = tuple(_open(one, record, answers.get(one.id), alarms) for one in review.ledger.unsettled)
    fresh = [*news, *_opened(before.open, unsettled, at)]
    overview = Overview(unsettled, (*before.news, *fresh)[-NEWS_KEPT:])
    numbers = [m.number for m in record.meetings]
    last = max(numbers, default=0)
    days = [m.date for m in record.meetings if m.date is not None]
    conn.execute(
        update(t.cases)
        .where(t.cases.c.id == case)
        .values(
            sessions=last,
            last_date=day_text(max(days, default=None)),
            open_ruptures=len(unsettled),
            first_open_session=min((one.since for one in unsettled), default=None),
            overview=overview.to_json(),
            changed_at=at,
        )
    )


def keep_coder_alarms(conn: Connection, sentence: str) -> None:
    """Note how often the coder that was at work marks a turn for nothing."""
    key = t.settings.c.key == CODER_ALARMS
    if conn.execute(select(t.settings.c.value).where(key)).scalar() != sentence:
        conn.execute(t.settings.delete().where(key))
        conn.execute(t.settings.insert().values(key=CODER_ALARMS, value=sentence))


@lru_cache(maxsize=64)
def _drops(
    case: str, ratings: tuple[Rating, ...]
) -> tuple[Mapping[int, tuple[RatingEpisode, ...]], Mapping[str, float]]:
    """Drops in ratings, which stay as they are while a transcript or a note comes."""
    return drops_in(Case(case, ratings=ratings))


def answer_on_card(conn: Connection, row: Row, rupture: str, answer: str) -> None:
    """Note on the card that an entry's alert was answered."""
    kept = row["overview"]
    for one in kept["open"]:
        if one["id"] == rupture:
            one["answer"] = answer
    conn.execute(update(t.cases).where(t.cases.c.id == row["id"]).values(overview=kept))


def pack(body: Mapping[str, Any]) -> bytes:
    """A ledger as bytes."""
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack(data: bytes) -> dict[str, Any]:
    """A ledger from bytes."""
    body: dict[str, Any] = json.loads(zlib.decompress(data))
    return body


def ledger_of(conn: Connection, case: str) -> dict[str, Any]:
    """The ledger as it was last kept; an empty one where nothing has come yet."""
    body = conn.execute(select(t.ledger.c.body).where(t.ledger.c.case == case)).scalar()
    if body is None:
        return {"case": case, "as_of": 0, "ruptures": [], "hints": [], "frame_talk": [], "remarks": []}
    return unpack(body)


def _answers(conn: Connection, case: str) -> dict[str, str]:
    query = (
        select(t.alert_answers.c.rupture, t.alert_answers.c.answer)
        .where(t.alert_answers.c.case == case)
        .order_by(t.alert_answers.c.at)
    )
    return {r.rupture: r.answer for r in conn.execute(query)}


class _Alarms:
    """How often each kind of alert comes up for nothing."""

    def __init__(self, conn: Connection, rated: int) -> None:
        self._conn = conn
        self._rated = rated

    def of(self, kind: str) -> str:
        if kind == "transcript":
            query = select(t.settings.c.value).where(t.settings.c.key == CODER_ALARMS)
            return str(self._conn.execute(query).scalar() or alerts.transcript_alarms(None))
        if kind == "rating":
            return alerts.rating_alarms(_rate(self._rated), _RATING_RULE)
        return alerts.own_alarms()


@cache
def _rate(length: int) -> float | None:
    return false_alarm_rate(_RATING_RULE, length)


def _open(one: Rupture, record: Case, answer: str | None, alarms: _Alarms) -> OpenRupture:
    standing = [step for step in one.history if not step.overruled]
    since = one.history[0].session
    last = max([step.session for step in one.history] + [move.at.session for move in one.repairs])
    kind = _KINDS.get(one.history[0].source, "transcript")
    days = {m.number: m.date for m in record.meetings}
    waits = any(
        c.sharing is Sharing.TALK_FIRST and c.session >= since
        for c in record.checkins
        if kind == "check_in" or any(c.session == step.session for step in one.history)
    )
    return OpenRupture(
        id=one.id,
        type=None if one.type is None else str(one.type),
        status=str(one.status),
        probability=round(one.probability, 4),
        since=since,
        since_date=days.get(since),
        kind=kind,
        why=standing[-1].why if standing else "",
        tried=tuple(dict.fromkeys(move.strategy for move in one.repairs)),
        stale=sum(m.number > last and m.attendance is Attendance.HELD for m in record.meetings),
        waits=waits,
        answer=answer,
        false_alarms=alarms.of(kind),
    )


def _opened(before: Sequence[OpenRupture], after: Sequence[OpenRupture], at: str) -> list[News]:
    """News of entries that were not there before."""
    known = {one.id for one in before}
    return [
        News(read_moment(at), "rating" if one.kind == "rating" else "strain", alerts.sentence(one))
        for one in after
        if one.id not in known
    ]
