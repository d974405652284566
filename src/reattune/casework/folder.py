"""A case read from its folder, its ratings scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reattune.errors import InputError, Place, ReattuneError
from reattune.formats.casefolder import CaseFiles, read_case_files
from reattune.record import Case, Meeting, Notice, Rating

if TYPE_CHECKING:
    from reattune.alliance.instruments import Instrument
    from reattune.formats.ratings import Problem


@dataclass(frozen=True)
class CaseFolder:
    """A case as its folder tells it.

    Attributes:
        case: meetings, scored ratings, frame, check-ins, notes, ending.
        problems: what could not be used, each with its place and how to mend it. All else was kept.
        notices: what is worth knowing.
        forms: the instruments that occur, by key.
    """

    case: Case
    problems: tuple[ReattuneError, ...] = ()
    notices: tuple[Notice, ...] = ()
    forms: Mapping[str, Instrument] = field(default_factory=dict)


def open_case(
    folder: str | Path, *, therapist: Sequence[str] | None = None, client: Sequence[str] | None = None
) -> CaseFolder:
    """Read a case folder, ratings scored.

    Args:
        folder: see ``docs/reference-formats.md``, "Case folders".
        therapist, client: speaker labels in the transcripts, where they do not tell by themselves.

    Raises:
        InputError: there is no such folder, or nothing of a case in it.
    """
    files = read_case_files(folder, therapist=therapist, client=client)
    files = replace(files, notices=(*files.notices, *_odd_areas(files)))
    if files.ratings is None:
        return CaseFolder(files.case, files.problems, files.notices)
    from reattune.alliance.ratings import read_ratings

    try:
        ratings = read_ratings(files.ratings)
    except ReattuneError as error:
        return CaseFolder(files.case, (*files.problems, error.at(files.ratings)), files.notices)
    scored = tuple(sorted(_own(ratings.to_ratings(), files.case.id), key=lambda r: r.session))
    known = {m.number for m in files.case.meetings}
    told = {r.session: r.date for r in scored if r.session not in known}
    meetings = [*files.case.meetings, *(Meeting(n, day) for n, day in told.items())]
    others = {r.case for r in ratings.to_ratings()} - {r.case for r in scored}
    beside = [
        Notice(f"ratings of another case left out: {', '.join(sorted(others))}", Place(str(files.ratings)))
    ]
    return CaseFolder(
        replace(files.case, meetings=tuple(sorted(meetings, key=lambda m: m.number)), ratings=scored),
        (*files.problems, *(_as_error(p) for p in ratings.problems)),
        (*files.notices, *ratings.notices, *(beside if others else [])),
        ratings.instruments,
    )


def _odd_areas(files: CaseFiles) -> list[Notice]:
    from reattune.repair.areas import AREA_KEYS

    odd = dict.fromkeys(e.area for e in files.case.frame if e.area is not None and e.area not in AREA_KEYS)
    return [
        Notice(f"frame.csv: {area!r} is no area of the frame (areas: {', '.join(AREA_KEYS)})") for area in odd
    ]


def _as_error(problem: Problem) -> InputError:
    place = problem.place
    return InputError(problem.what, mend=problem.mend, path=place.path, line=place.line, column=place.column)


def _own(ratings: Sequence[Rating], case: str) -> list[Rating]:
    """Those of the case that the folder is named for; all where the file holds one case alone, whatever it is called."""
    if len({r.case for r in ratings}) <= 1:
        return [replace(r, case=case) for r in ratings]
    return [r for r in ratings if r.case == case]
