"""Case folders in and out of a practice.

An import comes in steps, each one transaction: first the case with its tables and the list of transcripts to come, then
one transcript after another. Cut short at any point, the practice holds whole transcripts alone and knows which are
missing; importing the same folder again goes on with those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from reattune.casework import CaseFolder, open_case
from reattune.errors import NotAllowedError, ReattuneError, SettingError
from reattune.formats.casefolder import Consent, FilledForm, rows, write_case_files
from reattune.formats.casefolder.tables import Reading
from reattune.practice.access import part_of
from reattune.practice.clock import day_text, stamp
from reattune.practice.ledgerkeeping import refresh
from reattune.practice.parts.cases import LONGEST_LABEL
from reattune.practice.seat import new_id
from reattune.practice.users import User, UserRole
from reattune.practice.views import CaseKind, JobState
from reattune.practice.worker import ANALYSE, enqueue
from reattune.practice.writing import put_checkin, put_frame, put_meetings, put_note, put_ratings
from reattune.record import Case, Meeting, Notice, Sharing
from reattune.store import audit, codec
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.practice.opening import Practice

IMPORT = "import"
"""Kind of the job that remembers an import until it is done."""
PARTS = ("all", "process", "record")
"""What can be exported: everything; transcripts and the therapist's own notes; the client's record."""


@dataclass(frozen=True)
class Imported:
    """What an import took in.

    Attributes:
        case: the case's id.
        label: what it is called.
        sessions: numbers of the transcripts taken in now.
        resumed: whether an import that was cut short was gone on with.
        problems: what could not be used, each with its place and how to mend it.
        notices: what is worth knowing.
    """

    case: str
    label: str
    sessions: tuple[int, ...]
    resumed: bool
    problems: tuple[ReattuneError, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An import that was cut short.

    Attributes:
        case: the case's id; ``label`` what it is called.
        folder: where it came from: import it again to go on.
        missing: numbers of the transcripts that did not get in.
    """

    case: str
    label: str
    folder: str
    missing: tuple[int, ...]


def import_case(
    practice: Practice,
    folder: str | Path,
    *,
    label: str | None = None,
    kind: str = "therapy",
    consent: str = "unknown",
    user: User | None = None,
    before: Callable[[int], None] | None = None,
) -> Imported:
    """Take in a case folder; its transcripts are queued for analysis (``practice.worker.run_pending()`` does it at once).

    Args:
        practice: an open one.
        folder: as ``casework.open_case`` reads it.
        label: what the case is called; None for the folder's name.
        kind: "therapy", "couple" or "work".
        consent: for transcripts of which the folder's ``meetings.csv`` says nothing.
        user: whose case it becomes; None for the owner.
        before: called with each transcript's number before it is stored; for a progress bar.

    Raises:
        InputError: there is no such folder, or nothing of a case in it.
        SettingError: there is a case of this name already, or the kind is none.
        NotAllowedError: this account keeps no cases.
    """
    place = Path(folder).resolve()
    opened, told = _agreed(open_case(place), _consents(place), consent)
    name = " ".join((label or opened.case.id).split())
    if not 0 < len(name) <= LONGEST_LABEL:
        raise SettingError(
            "this cannot be a case's label", mend=f"Give 1 to {LONGEST_LABEL} characters", path=folder
        )
    if kind not in list(CaseKind):
        raise SettingError(
            f"{kind[:40]!r} is no kind of case", mend=f"Choose one of: {', '.join(CaseKind)}", path=folder
        )
    role, actor = part_of(user)
    if role not in (UserRole.OWNER, UserRole.THERAPIST):
        raise NotAllowedError("this account keeps no cases of its own", mend="Ask a therapist to import it")
    with practice.database.begin() as conn:
        begun = _begun(conn, actor, name, place)
        case = begun or _first_step(conn, opened, place, (name, kind, actor), told)
    taken = []
    for meeting in opened.case.meetings:
        if meeting.session is None:
            continue
        if before is not None:
            before(meeting.number)
        with practice.database.begin() as conn:
            if _store(conn, case, meeting, told[meeting.number]):
                _note_progress(conn, case)
                audit.append(conn, actor, "transcript.imported", case, f"session {meeting.number}")
                taken.append(meeting.number)
    with practice.database.begin() as conn:
        _last_step(conn, case, actor)
    return Imported(case, name, tuple(taken), begun is not None, opened.problems, opened.notices)


def unfinished(practice: Practice) -> list[Unfinished]:
    """Imports that were cut short, oldest first, with what is missing of each."""
    query = (
        select(t.jobs.c.case, t.jobs.c.payload, t.cases.c.label)
        .join(t.cases, t.cases.c.id == t.jobs.c.case)
        .where(t.jobs.c.kind == IMPORT, t.jobs.c.state != str(JobState.DONE))
        .order_by(t.jobs.c.created)
    )
    with practice.database.reading() as conn:
        return [
            Unfinished(
                r.case,
                r.label,
                r.payload["folder"],
                tuple(n for n in r.payload["sessions"] if n not in _stored(conn, r.case)),
            )
            for r in conn.execute(query)
        ]


def _begun(conn: Connection, actor: str, name: str, place: Path) -> str | None:
    """Id of the case whose import from this folder was cut short; None where it has not begun.

    Raises:
        SettingError: there is another case of this name.
    """
    mine = (t.cases.c.label == name) & (t.cases.c.therapist == actor)
    known = [r.id for r in conn.execute(select(t.cases.c.id).where(mine))]
    open_jobs = select(t.jobs.c.case, t.jobs.c.payload).where(
        t.jobs.c.kind == IMPORT, t.jobs.c.state != str(JobState.DONE), t.jobs.c.case.in_(known)
    )
    for job in conn.execute(open_jobs):
        if job.payload["folder"] == str(place):
            return str(job.case)
    if known:
        raise SettingError(
            f"there is a case called {name!r} already", mend="Give this one another label", path=place
        )
    return None


def _first_step(
    conn: Connection,
    opened: CaseFolder,
    place: Path,
    settings: tuple[str, str, str],
    told: Mapping[int, Consent],
) -> str:
    """The case, its tables, and the list of transcripts to come. ``settings``: label, kind, therapist."""
    name, kind, actor = settings
    case, found, at = new_id(), opened.case, stamp()
    conn.execute(
        insert(t.cases).values(
            id=case,
            label=name,
            kind=kind,
            therapist=actor,
            ending=None if found.ending is None else str(found.ending),
            created=at,
            names=[],
            overview={},
            changed_at=at,
        )
    )
    made = [_meeting_row(case, m, told[m.number]) for m in found.meetings]
    if made:
        conn.execute(insert(t.meetings), made)
    put_ratings(conn, case, found.ratings, list(_forms(place)))
    for event in found.frame:
        put_frame(conn, case, event)
    for said in found.checkins:
        put_checkin(conn, case, said)
    for note in found.notes:
        put_note(conn, case, note, None)
    put_meetings(conn, case, {e.session: e.date for e in found.frame})
    sessions = [m.number for m in found.meetings if m.session is not None]
    conn.execute(
        insert(t.jobs).values(
            id=new_id(),
            kind=IMPORT,
            case=case,
            session=None,
            # Until all is in: should this process end now, that is what it is, and the worker leaves it alone.
            state=str(JobState.FAILED),
            progress=0.0,
            message=_to_come(sessions),
            payload={"folder": str(place), "sessions": sessions},
            created=at,
            updated=at,
        )
    )
    audit.append(conn, actor, "case.imported", case, f"{len(sessions)} transcripts to come")
    refresh(conn, case)
    return case


def _store(conn: Connection, case: str, meeting: Meeting, consent: Consent) -> bool:
    """A transcript in its place; False where there is one already."""
    session = meeting.session
    here = (t.meetings.c.case == case) & (t.meetings.c.number == meeting.number)
    row = conn.execute(select(t.meetings.c.transcript.is_not(None).label("there")).where(here)).first()
    if session is None or (row is not None and row.there):
        return False
    if row is None:
        conn.execute(insert(t.meetings).values(_meeting_row(case, meeting, consent)))
    # The file's path says nothing to the practice, and may hold a name.
    kept = replace(session, source=None, notices=())
    conn.execute(
        update(t.meetings)
        .where(here)
        .values(
            transcript=codec.dumps(kept),
            format=session.format or "unknown",
            turns=len(session),
            words=True,
        )
    )
    return True


def _to_come(missing: Sequence[int]) -> str:
    """What the overview says of an import until it is done. It names no case: others may see it with names replaced."""
    return (
        "An import is not finished: transcripts to come are those of sessions "
        f"{', '.join(map(str, missing)) or 'none'}. If it was cut short, import the folder again: it goes on from there."
    )


def _note_progress(conn: Connection, case: str) -> None:
    """One transcript more is in."""
    job = (t.jobs.c.case == case) & (t.jobs.c.kind == IMPORT) & (t.jobs.c.state != str(JobState.DONE))
    row = conn.execute(select(t.jobs.c.payload).where(job)).first()
    if row is None:
        return
    planned, stored = row.payload["sessions"], _stored(conn, case)
    missing = [n for n in planned if n not in stored]
    share = 1 - len(missing) / max(len(planned), 1)
    conn.execute(update(t.jobs).where(job).values(progress=share, message=_to_come(missing), updated=stamp()))


def _last_step(conn: Connection, case: str, actor: str) -> None:
    """Everything is in: the import is done, and the analysis is queued."""
    job = (t.jobs.c.case == case) & (t.jobs.c.kind == IMPORT) & (t.jobs.c.state != str(JobState.DONE))
    # Where it came from is of no use any more.
    conn.execute(
        update(t.jobs)
        .where(job)
        .values(state=str(JobState.DONE), progress=1.0, message="", payload={}, updated=stamp())
    )
    if _stored(conn, case):
        enqueue(conn, ANALYSE, case)
    audit.append(conn, actor, "case.import_finished", case)


def _stored(conn: Connection, case: str) -> set[int]:
    """Numbers of the sessions that have a transcript."""
    query = select(t.meetings.c.number).where(t.meetings.c.case == case, t.meetings.c.transcript.is_not(None))
    return {r.number for r in conn.execute(query)}


def _meeting_row(case: str, one: Meeting, consent: Consent) -> dict[str, Any]:
    return {
        "case": case,
        "number": one.number,
        "date": day_text(one.date),
        "attendance": str(one.attendance),
        "consent": consent.given,
        "consent_date": day_text(consent.date),
        "words": False,
    }


def _agreed(
    opened: CaseFolder, told: dict[int, Consent], otherwise: str
) -> tuple[CaseFolder, dict[int, Consent]]:
    """The folder without the transcripts that the client did not agree to, and consent for every session with one."""
    consents = {
        m.number: told.get(m.number, Consent(otherwise if m.session is not None else "unknown"))
        for m in opened.case.meetings
    }
    withheld = [
        m for m in opened.case.meetings if m.session is not None and consents[m.number].given == "withheld"
    ]
    if not withheld:
        return opened, consents
    numbers = ", ".join(str(m.number) for m in withheld)
    left = tuple(replace(m, session=None) if m in withheld else m for m in opened.case.meetings)
    notice = Notice(f"left out, because the client did not agree to it: the transcript of session {numbers}")
    return (
        replace(opened, case=replace(opened.case, meetings=left), notices=(*opened.notices, notice)),
        consents,
    )


def _consents(place: Path) -> dict[int, Consent]:
    """What ``meetings.csv`` says of consent, by session number."""
    reading = Reading([], [])
    told = reading.rows(place / "meetings.csv", ("session",), rows.MEETINGS, rows.consent)
    return {number: one for number, one in told if one.given != "unknown" or one.date is not None}


def _forms(place: Path) -> Iterator[FilledForm]:
    """Answers as they were ticked, a form at a time; of a table with several cases, those of the folder's name."""
    table = place / "ratings.csv"
    if not table.is_file():
        return
    import polars as pl

    from reattune.alliance.ratings import read_ratings

    try:
        answers = read_ratings(table).answers
    except ReattuneError:
        return  # open_case has said so already
    if answers["case"].n_unique() > 1:
        answers = answers.filter(pl.col("case") == place.name)
    keys = ("session", "date", "rater", "instrument")
    for (session, day, rater, instrument), ticked in answers.group_by(keys, maintain_order=True):
        items = dict(zip(ticked["item"].to_list(), ticked["value"].to_list(), strict=True))
        on = day if isinstance(day, date) else None
        yield FilledForm(int(str(session)), on, str(rater), str(instrument), items)


def export_case(
    practice: Practice, case: str, folder: str | Path, *, part: str = "all", user: User | None = None
) -> tuple[Path, ...]:
    """Write a case as a folder that ``import_case`` and ``reattune ledger`` read.

    What the client has not released is not in it: of a check-in to be talked about first, only that there is one; of one that is
    kept, nothing. Nor is what was found by machine, which is found again.

    Args:
        practice: an open one.
        case: the case's id.
        folder: a new or empty one.
        part: "process": transcripts and the therapist's own notes; "record": attendance, ratings, frame, check-ins and the
            record's notes; "all".
        user: who asks; None for the owner. A supervisor cannot export, nor anyone else with whom a case is shared.

    Returns:
        The files.

    Raises:
        NotAllowedError: there is no such case, or it is not this account's own.
        SettingError: there is something in the folder already, or the part is none.
        InputError: it cannot be written.
    """
    if part not in PARTS:
        raise SettingError(f"{part[:40]!r} is no part of a case", mend=f"Choose one of: {', '.join(PARTS)}")
    desk = practice.desk(user)
    found = desk.take_out(case)
    checkins = (
        replace(c, hard_to_say=None) if c.sharing is Sharing.TALK_FIRST else c for c in found.checkins
    )
    name = _file_name(found.id)
    whole = replace(
        found,
        id=name,
        checkins=tuple(checkins),
        ratings=tuple(replace(r, case=name) for r in found.ratings),
    )
    consents = {n: Consent(str(said), day) for n, (said, day) in desk.consents(case).items()}
    forms = desk.forms(case) if part != "process" else ()
    return write_case_files(_part(whole, part), folder, forms=forms, consents=consents)


def _part(case: Case, part: str) -> Case:
    """What belongs to one part."""
    if part == "all":
        return case
    notes = tuple(n for n in case.notes if n.shelf == part)
    if part == "process":
        return replace(case, notes=notes, ratings=(), frame=(), checkins=(), ending=None)
    return replace(case, notes=notes, meetings=tuple(replace(m, session=None) for m in case.meetings))


def _file_name(label: str) -> str:
    """A label as a name for the tables: spreadsheets and file systems take it."""
    return re.sub(r"[^\w.-]+", "-", label).strip("-.") or "case"
