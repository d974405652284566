"""From a case to a folder that ``read_case_files`` reads again: whole or not at all."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reattune.errors import InputError, SettingError
from reattune.formats.casefolder import rows
from reattune.formats.writing import dump
from reattune.record import Case, CheckIn, Meeting, Note, Rating

RATINGS = ("case", "session", "date", "rater", "instrument", "item", "value")
"""Columns of ``ratings.csv``, a row an answer."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as it was filled in.

    Attributes:
        session, date, rater, instrument: as in ``Rating``.
        items: item and value as ticked; None for an item left out.
    """

    session: int
    date: date | None
    rater: str
    instrument: str
    items: Mapping[str, float | None]


def write_case_files(
    case: Case,
    folder: str | Path,
    *,
    forms: Sequence[FilledForm] = (),
    consents: Mapping[int, rows.Consent] | None = None,
) -> tuple[Path, ...]:
    """Write a case as a folder.

    Transcripts become CSV, which holds every label, role and time. What there is nothing of gets no file.

    Args:
        case: what to write; its ``id`` stands in ``ratings.csv``.
        folder: is made; it may exist if it is empty.
        forms: the answers behind ``case.ratings``, where they are known. Scores without their answers are written as scores.
        consents: by session number.

    Returns:
        The files, in the order of their names.

    Raises:
        SettingError: there is something in the folder already.
        InputError: it cannot be written.
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise SettingError(
            "there is something here already", mend="Name a folder that is new or empty", path=folder
        )
    made: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=place.parent, prefix=".reattune-", suffix=".part"))
        for name, table in _tables(case, forms, consents or {}):
            _write_table(made / name, table)
        _write_sessions(case, made / "sessions")
        if place.exists():
            place.rmdir()
        made.rename(place)
        made = None
    except OSError as error:
        what = f"the folder cannot be written ({error.strerror or type(error).__name__})"
        raise InputError(what, mend="Choose another place, or make room", path=folder) from error
    finally:
        if made is not None:
            with suppress(OSError):
                shutil.rmtree(made)
    return tuple(sorted(path for path in place.rglob("*") if path.is_file()))


def _write_sessions(case: Case, folder: Path) -> None:
    for meeting in case.meetings:
        if meeting.session is None:
            continue
        folder.mkdir(exist_ok=True)
        day = meeting.date or meeting.session.date
        name = f"{meeting.number:02d}-{day}.csv" if day else f"{meeting.number:02d}.csv"
        (folder / name).write_bytes(dump(meeting.session, "csv"))


Table = tuple[Sequence[str], list[Sequence[object]]]


def _tables(
    case: Case, forms: Sequence[FilledForm], consents: Mapping[int, rows.Consent]
) -> Iterator[tuple[str, Table]]:
    """The tables that hold anything, by file name."""
    tables: dict[str, Table] = {
        "meetings.csv": (rows.MEETINGS, [_meeting(m, consents.get(m.number)) for m in case.meetings]),
        "ratings.csv": (RATINGS, list(_ratings(case.id, case.ratings, forms))),
        "frame.csv": (rows.FRAME, [(e.session, _day(e.date), e.what, e.area or "") for e in case.frame]),
        "checkins.csv": (rows.CHECKINS, [_check_in(c) for c in case.checkins]),
        "notes.csv": (rows.NOTES, [*(_note(n) for n in case.notes), *_ending(case)]),
    }
    for name, table in tables.items():
        if table[1]:
            yield name, table


def _meeting(one: Meeting, consent: rows.Consent | None) -> Sequence[object]:
    agreed = ("", "") if consent is None else (consent.given, _day(consent.date))
    return (one.number, _day(one.date), one.attendance.value, *agreed)


def _ratings(name: str, ratings: Iterable[Rating], forms: Sequence[FilledForm]) -> Iterator[Sequence[object]]:
    """A row an answer; a row a score where the answers are not known."""
    filled = {(f.session, f.rater, f.instrument) for f in forms if f.items}
    for form in sorted(forms, key=lambda f: (f.session, f.rater, f.instrument)):
        for item, value in form.items.items():
            if value is not None:
                yield name, form.session, _day(form.date), form.rater, form.instrument, item, _number(value)
    for one in ratings:
        if (one.session, one.rater, one.instrument) not in filled:
            yield (
                name,
                one.session,
                _day(one.date),
                one.rater,
                one.instrument,
                one.scale,
                _number(one.score),
            )


def _check_in(one: CheckIn) -> Sequence[object]:
    answers = dict(one.answers)
    said = {None: "", True: "yes", False: "no"}[one.hard_to_say]
    return (
        one.session,
        _day(one.date),
        *("" if (value := answers.get(key)) is None else _number(value) for key in rows.ITEMS),
        said,
        ";".join(one.kinds),
        "" if one.strength is None else one.strength,
        one.words,
        one.sharing.value,
        ";".join(one.made_hard),
    )


def _note(one: Note) -> Sequence[object]:
    return (
        one.session,
        _day(one.date),
        one.author.value,
        one.kind,
        one.rupture or "",
        one.status or "",
        one.text,
        one.shelf,
    )


def _ending(case: Case) -> list[Sequence[object]]:
    if case.ending is None:
        return []
    last = max((m.number for m in case.meetings), default=1)
    return [(last, "", "therapist", "ending", "", case.ending.value, "", "record")]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _number(value: float) -> str:
    """Without a fraction where there is none; else in full, so that it reads back the same."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _write_table(path: Path, table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(table[0])
        writer.writerows(table[1])
