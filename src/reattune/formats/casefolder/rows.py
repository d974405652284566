"""From a row of a case folder's table to what it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from reattune.formats.casefolder.tables import Row
from reattune.record import Attendance, CheckIn, Ending, FrameEvent, Note, NoteAuthor, Role, Sharing

FRAME = ("session", "date", "what", "area")
CHECKINS = (
    "session", "date", "heard", "matters", "way", "hard_to_say", "kinds", "strength", "words", "sharing", "made_hard",
)  # fmt: skip
NOTES = ("session", "date", "author", "kind", "rupture", "status", "text", "shelf")
MEETINGS = ("session", "date", "attendance", "consent", "consent_date")
ROLES = ("speaker", "role")

ITEMS = ("heard", "matters", "way")
"""The check-in's scales, 0-10."""
KINDS = ("stung", "not_said", "judged", "too_fast", "agreed_not_meant", "setting")
"""What a hard thing was about."""
NOTE_KINDS = ("note", "rupture", "status", "no_rupture", "ending")
SHELVES = ("process", "record")
CONSENTS = ("given", "withheld", "unknown")
STATUSES = ("open", "in_repair", "repaired", "lost", "referred")

_ID = re.compile(r"R[1-9][0-9]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A row of ``meetings.csv``."""

    number: int
    date: date | None
    attendance: Attendance


@dataclass(frozen=True, slots=True)
class Consent:
    """What the client agreed to for one session's transcript: ``given``, ``withheld`` or ``unknown``, and when."""

    given: str
    date: date | None = None


def frame_event(row: Row) -> FrameEvent:
    """A row of ``frame.csv``. The area is kept as written: the repair room knows which there are."""
    what = row.text("what")
    if not what:
        raise row.wrong("what", "nothing is written here", "Say in a few words what changed")
    area = row.text("area").lower().replace(" ", "_").replace("-", "_")
    return FrameEvent(row.session(), what, area or None, row.day())


def check_in(row: Row) -> CheckIn:
    """A row of ``checkins.csv``.

    An empty cell under ``sharing`` means that the client has not decided, and so the words are kept. A table without that
    column was written by the one who reads it.
    """
    answers = [(name, row.number(name, 0, 10)) for name in ITEMS]
    kinds = [k for k in re.split(r"[\s;,|+]+", row.text("kinds").lower()) if k]
    odd = next((k for k in kinds if k not in KINDS), None)
    if odd is not None:
        raise row.wrong("kinds", f"{odd[:40]!r} is not known here", f"Write some of: {'; '.join(KINDS)}")
    undecided = Sharing.KEEP if "sharing" in row.places else Sharing.READ_NOW
    return CheckIn(
        session=row.session(),
        answers=tuple((name, value) for name, value in answers if value is not None),
        hard_to_say=row.flag("hard_to_say"),
        kinds=tuple(dict.fromkeys(kinds)),
        strength=row.whole("strength", 1, 5),
        words=row.text("words"),
        sharing=Sharing(row.choice("sharing", tuple(Sharing), undecided)),
        date=row.day(),
        made_hard=tuple(dict.fromkeys(re.findall(r"[a-z_]+", row.text("made_hard").lower()))),
    )


def note(row: Row) -> Note | Ending:
    """A row of ``notes.csv``; one of the kind ``ending`` says in its column ``status`` how the case ended."""
    kind = row.choice("kind", NOTE_KINDS, "note")
    if kind == "ending":
        how = row.choice("status", tuple(Ending))
        if not how:
            raise row.wrong("status", "it is not said how it ended", f"Write one of: {', '.join(Ending)}")
        return Ending(how)
    rupture = row.text("rupture")
    if rupture and not _ID.fullmatch(rupture):
        raise row.wrong(
            "rupture", f"{rupture[:40]!r} is no entry's name", "Write R1, R2, ... as the ledger does"
        )
    status = row.choice("status", STATUSES)
    if kind == "status" and not status:
        raise row.wrong("status", "nothing is written here", f"Write one of: {', '.join(STATUSES)}")
    if status and kind != "status":
        raise row.wrong("kind", f"a status stands beside a note of kind {kind!r}", "Write status as the kind")
    if kind == "no_rupture" and not rupture:
        raise row.wrong(
            "rupture", "it is not said which entry is meant", "Write R1, R2, ... as the ledger does"
        )
    return Note(
        session=row.session(),
        author=NoteAuthor(row.choice("author", tuple(NoteAuthor), NoteAuthor.THERAPIST)),
        text=row.text("text"),
        rupture=rupture.upper() or None,
        kind=kind,
        status=status or None,
        date=row.day(),
        shelf=row.choice("shelf", SHELVES, "process"),
    )


def speaker(row: Row) -> tuple[str, Role]:
    """A row of ``roles.csv``: a label and who that is, in every session of the folder."""
    label = row.text("speaker")
    if not label:
        raise row.wrong("speaker", "nothing is written here", "Write the label as in the transcripts")
    role = row.choice("role", (Role.THERAPIST, Role.CLIENT))
    if not role:
        raise row.wrong("role", "nothing is written here", "Write therapist or client")
    return label, Role(role)


def appointment(row: Row) -> Appointment:
    """A row of ``meetings.csv``."""
    attendance = Attendance(row.choice("attendance", tuple(Attendance), Attendance.HELD))
    return Appointment(row.session(), row.day(), attendance)


def consent(row: Row) -> tuple[int, Consent]:
    """What a row of ``meetings.csv`` says of consent, by session number; ``unknown`` where it says nothing."""
    return row.session(), Consent(row.choice("consent", CONSENTS, "unknown"), row.day("consent_date"))
