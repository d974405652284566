"""From a stored transcript to its place in the ledger, in steps that each are one transaction.

First the coding is kept, then what follows from it (episodes, threads, ledger) together. Whatever ends the process in between
leaves the first step done and the second not begun; doing the work again goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select, update

from reattune.casework import threads_of_session
from reattune.practice.alerts import transcript_alarms
from reattune.practice.clock import now, stamp
from reattune.practice.corrections import corrected
from reattune.practice.kept import (
    Beside,
    Found,
    found_of,
    wordless,
    wordless_talk,
    wordless_threads,
)
from reattune.practice.ledgerkeeping import keep_coder_alarms, refresh
from reattune.practice.reading import Heard, corrections_of, heard
from reattune.practice.views import News
from reattune.record import Coding, Session
from reattune.repair.frame_talk import find_frame_talk
from reattune.ruptures import find_findings
from reattune.ruptures.threads import Thread
from reattune.store import codec
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.coders.card import ModelCard
    from reattune.coders.protocol import Coder
    from reattune.store.database import Database

CODED = 0.8
"""Share of the work that coding is."""


def waiting_sessions(conn: Connection, case: str, session: int | None) -> list[int]:
    """Numbers of the sessions with a transcript that is not analysed; of one session only where it is named."""
    query = select(t.meetings.c.number).where(
        t.meetings.c.case == case, t.meetings.c.transcript.is_not(None), t.meetings.c.analysed_at.is_(None)
    )
    if session is not None:
        query = query.where(t.meetings.c.number == session)
    return [r.number for r in conn.execute(query.order_by(t.meetings.c.number))]


def analyse(
    database: Database,
    coder: Callable[[], Coder],
    card: Callable[[], ModelCard | None],
    case: str,
    session: int | None,
    tell: Callable[[float, str], None],
    *,
    forget: bool,
) -> None:
    """Analyse what is not analysed yet of a case.

    Args:
        database: the practice's.
        coder, card: who codes, and the model's card; asked for when they are needed.
        case, session: which; None for all sessions of the case.
        tell: takes progress, 0-1, and a sentence.
        forget: whether the words are deleted afterwards.

    Raises:
        ModelError: the coder's model is missing or damaged.
    """
    with database.reading() as conn:
        numbers = waiting_sessions(conn, case, session)
    for done, number in enumerate(numbers):
        tell(done / len(numbers) * CODED, f"Reading session {number}")
        _code(database, coder, case, number)
    tell(CODED, "Looking back over the case")
    with database.begin() as conn:
        keep_findings(conn, case, numbers, card(), forget=forget)


def _code(database: Database, coder: Callable[[], Coder], case: str, number: int) -> None:
    at = (t.meetings.c.case == case) & (t.meetings.c.number == number)
    with database.reading() as conn:
        query = select(t.meetings.c.transcript).where(at, t.meetings.c.coding.is_(None))
        packed = conn.execute(query).scalar()
    if packed is None:
        return
    coding = codec.dumps(coder().code(codec.loads(Session, packed)))
    with database.begin() as conn:
        # Another transcript may have taken its place meanwhile.
        same = at & (t.meetings.c.transcript == packed)
        conn.execute(update(t.meetings).where(same).values(coding=coding))


def keep_findings(
    conn: Connection, case: str, numbers: list[int], card: ModelCard | None, *, forget: bool
) -> None:
    """Episodes, threads and the ledger for coded sessions.

    Args:
        conn: one transaction for all of it.
        case: its id.
        numbers: the coded sessions; one that is gone or not coded meanwhile is passed over.
        card: of the model that coded.
        forget: whether the words are deleted afterwards.
    """
    keep_coder_alarms(conn, transcript_alarms(card))
    at, fresh = stamp(), []
    for number in numbers:
        here = (t.meetings.c.case == case) & (t.meetings.c.number == number)
        query = select(t.meetings).where(
            here, t.meetings.c.coding.is_not(None), t.meetings.c.transcript.is_not(None)
        )
        row = conn.execute(query).mappings().first()
        if row is not None:
            _keep_session(conn, case, row, at)
            fresh.append(number)
    known = heard(conn, case)
    rethread(conn, case, known, fresh)
    news = [News(now(), "transcript", f"The transcript of session {n} was analysed.") for n in fresh]
    refresh(conn, case, known=known, news=news)
    if forget:
        for number in fresh:
            forget_words(conn, case, known[number])
        if fresh:
            refresh(conn, case)


def _keep_session(conn: Connection, case: str, row: RowMapping, at: str) -> None:
    session = codec.loads(Session, row["transcript"])
    coding = codec.loads(Coding, row["coding"])
    findings = find_findings(session, coding)
    beside = Beside(tuple(find_frame_talk(session)))
    conn.execute(
        update(t.meetings)
        .where(t.meetings.c.case == case, t.meetings.c.number == row["number"])
        .values(
            findings=codec.dumps(found_of(findings)),
            threads=codec.dumps(()),
            evidence=codec.dumps(beside),
            strains=len(findings.episodes),
            analysed_at=at,
        )
    )


def rethread(conn: Connection, case: str, known: Mapping[int, Heard], fresh: list[int]) -> None:
    """Look for threads in the sessions that changed and in those after them, whose past is another now.

    Where the words of a session are gone, its threads stay as they were, less those that led to a session that is gone.
    """
    if not fresh:
        return
    findings = {n: one.findings for n, one in known.items()}
    for number in (n for n in sorted(known) if n >= min(fresh)):
        one = known[number]
        found = threads_of_session(findings, number) if one.worded else _still_there(one.threads, findings)
        if found != one.threads:
            one.threads = found
            at = (t.meetings.c.case == case) & (t.meetings.c.number == number)
            conn.execute(update(t.meetings).where(at).values(threads=codec.dumps(found)))


def _still_there(threads: tuple[Thread, ...], there: Container[int]) -> tuple[Thread, ...]:
    kept = (replace(one, links=tuple(k for k in one.links if k.to.session in there)) for one in threads)
    return tuple(one for one in kept if one.links)


def correct_session(conn: Connection, case: str, number: int) -> None:
    """Take up a session's corrections: coding and episodes as corrected, threads, ledger."""
    known = heard(conn, case)
    one = known[number]
    made = corrected(one.session, one.coding, corrections_of(conn, case, number))
    one.beside = Beside(one.beside.frame_talk, made)
    strains = len((made.found if made else one.machine).episodes)
    conn.execute(
        update(t.meetings)
        .where(t.meetings.c.case == case, t.meetings.c.number == number)
        .values(evidence=codec.dumps(one.beside), strains=strains)
    )
    rethread(conn, case, known, [number])
    refresh(conn, case, known=known)


def forget_words(conn: Connection, case: str, one: Heard) -> None:
    """Delete a session's words for good: marks, positions and times stay."""
    machine = Found(one.machine.episodes, one.machine.scales)
    conn.execute(
        update(t.meetings)
        .where(t.meetings.c.case == case, t.meetings.c.number == one.number)
        .values(
            transcript=codec.dumps(wordless(one.session)),
            findings=codec.dumps(machine),
            threads=codec.dumps(wordless_threads(one.threads)),
            evidence=codec.dumps(Beside(wordless_talk(one.beside.frame_talk), one.beside.corrected)),
            words=False,
        )
    )
