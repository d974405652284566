"""From a case folder to a ``Case``, without its ratings: those are scored further up, where the instruments are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reattune.errors import InputError, ReattuneError
from reattune.formats.casefolder import rows
from reattune.formats.casefolder.tables import Reading
from reattune.formats.casefolder.transcripts import read_sessions
from reattune.record import Attendance, Case, Ending, Meeting, Note, Notice, Role, Session

_TABLES = ("ratings.csv", "frame.csv", "checkins.csv", "notes.csv", "meetings.csv")


@dataclass(frozen=True)
class CaseFiles:
    """A case folder as it was read.

    Attributes:
        case: meetings with their transcripts, frame, check-ins, notes, ending; ``ratings`` is empty.
        ratings: path of ``ratings.csv``, or None where there is none.
        problems: what could not be used, each with its place and how to mend it. All else was kept.
        notices: what is worth knowing.
    """

    case: Case
    ratings: Path | None
    problems: tuple[ReattuneError, ...]
    notices: tuple[Notice, ...]


def read_case_files(
    folder: str | Path, *, therapist: Sequence[str] | None = None, client: Sequence[str] | None = None
) -> CaseFiles:
    """Read a case folder.

    Args:
        folder: holds ``sessions/`` with transcripts named by number and day (``02-2026-03-02.vtt``), or tables, or both.
        therapist, client: speaker labels, as in ``formats.read``.

    Raises:
        InputError: there is no such folder, or nothing of a case in it.
    """
    place = Path(folder)
    if not place.is_dir():
        what = "this is a file" if place.exists() else "there is no such folder"
        raise InputError(
            what, mend="Name the folder of a case: it holds sessions/, ratings.csv ...", path=folder
        )
    if not (place / "sessions").is_dir() and not any((place / name).is_file() for name in _TABLES):
        raise InputError(
            "this is no case folder",
            mend=f"It should hold a folder sessions/ with transcripts, or one of: {', '.join(_TABLES)}",
            path=folder,
        )
    reading = Reading([], [])
    named_roles = reading.rows(place / "roles.csv", ("speaker", "role"), rows.ROLES, rows.speaker)
    sessions = read_sessions(
        place / "sessions",
        reading,
        therapist or [label for label, role in named_roles if role is Role.THERAPIST],
        client or [label for label, role in named_roles if role is Role.CLIENT],
    )
    frame = reading.rows(place / "frame.csv", ("session", "what"), rows.FRAME, rows.frame_event)
    checkins = reading.rows(place / "checkins.csv", ("session",), rows.CHECKINS, rows.check_in)
    noted = reading.rows(place / "notes.csv", ("session",), rows.NOTES, rows.note)
    notes = [one for one in noted if isinstance(one, Note)]
    appointments = reading.rows(place / "meetings.csv", ("session",), rows.MEETINGS, rows.appointment)
    # Whatever is noted of a session, the session was held, unless the list of appointments says otherwise.
    named = dict.fromkeys((*(c.session for c in checkins), *(n.session for n in notes)))
    ratings = place / "ratings.csv"
    case = Case(
        id=place.resolve().name,
        meetings=_meetings(sessions, appointments, list(named), reading, place / "meetings.csv"),
        frame=tuple(sorted(frame, key=lambda e: e.session)),
        checkins=tuple(sorted(checkins, key=lambda c: c.session)),
        notes=tuple(sorted(notes, key=lambda n: n.session)),
        ending=next((one for one in reversed(noted) if isinstance(one, Ending)), None),
    )
    return CaseFiles(
        case, ratings if ratings.is_file() else None, tuple(reading.problems), tuple(reading.notices)
    )


def _meetings(
    sessions: dict[int, Session],
    appointments: Sequence[rows.Appointment],
    named: Sequence[int],
    reading: Reading,
    table: Path,
) -> tuple[Meeting, ...]:
    """All appointments that anything tells of, in order."""
    listed: dict[int, rows.Appointment] = {}
    for one in appointments:
        if one.number in listed:
            reading.problems.append(
                InputError(f"session {one.number} is listed twice", mend="Keep one line for each", path=table)
            )
        elif one.attendance is not Attendance.HELD and one.number in sessions:
            reading.problems.append(
                InputError(
                    f"session {one.number} is said to be {one.attendance}, and there is a transcript of it",
                    mend="Correct the line, or the number of the transcript",
                    path=table,
                )
            )
        else:
            listed[one.number] = one
    made = []
    for number in sorted({*sessions, *listed, *named}):
        session, line = sessions.get(number), listed.get(number)
        day: date | None = line.date if line else None
        day = day or (session.date if session else None)
        made.append(Meeting(number, day, session, line.attendance if line else Attendance.HELD))
    return tuple(made)
