"""The transcripts of a case folder: one file a session, and one person in one role from the first to the last."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from reattune.errors import InputError, ReattuneError
from reattune.formats.casefolder.tables import Reading
from reattune.formats.reading import read
from reattune.formats.times import date_in_name
from reattune.record import Role, Session

_NUMBER = re.compile(r"0*([1-9][0-9]{0,4})(?![0-9])")


def read_sessions(
    folder: Path, reading: Reading, therapist: Sequence[str], client: Sequence[str]
) -> dict[int, Session]:
    """Transcripts by session number. ``therapist`` and ``client``: labels that are known; others are found.

    A label that was guessed differently in one session than in the others is read as in the others.
    """
    read_ones: dict[int, Session] = {}
    if not folder.is_dir():
        return read_ones
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        try:
            number = _number(path)
            if number in read_ones:
                raise InputError(
                    f"session {number} is there twice (also {Path(read_ones[number].source or '').name})",
                    mend="Give each session its own number",
                    path=path,
                )
            read_ones[number] = _read(path, therapist, client)
        except ReattuneError as error:
            reading.problems.append(error.at(path))
    agreed = _helper(read_ones)
    for number, session in read_ones.items():
        if agreed is not None and _differs(session, agreed):
            read_ones[number] = _read(Path(session.source or ""), [agreed], client)
    for session in read_ones.values():
        reading.notices += session.notices
    return read_ones


def _read(path: Path, therapist: Sequence[str], client: Sequence[str]) -> Session:
    """One file. Labels that this session does not have are not asked of it."""
    sessions = read(path)
    if len(sessions) > 1:
        raise InputError(
            f"the file holds {len(sessions)} sessions",
            mend="In a case folder each session has its own file",
            path=path,
        )
    here = [one.speaker for one in sessions[0].roles]

    def known(labels: Sequence[str]) -> list[str] | None:
        return [one for one in labels if any(one.casefold() in label.casefold() for label in here)] or None

    if not (known(therapist) or known(client)):
        return sessions[0]
    return read(path, therapist=known(therapist), client=known(client))[0]


def _helper(sessions: Mapping[int, Session]) -> str | None:
    """The label that most surely is the therapist's over all sessions, or None where no session tells."""
    weight: defaultdict[str, float] = defaultdict(float)
    for session in sessions.values():
        for one in session.roles:
            weight[one.speaker] += one.confidence if one.role.helps else -one.confidence
    best = max(weight, key=lambda label: weight[label], default=None)
    return best if best is not None and weight[best] > 0 else None


def _differs(session: Session, agreed: str) -> bool:
    """Whether this session's guess makes somebody else the therapist, though the agreed one speaks in it."""
    by_label = {one.speaker: one for one in session.roles}
    guessed = any(one.role is Role.THERAPIST and one.how == "guess" for one in session.roles)
    return guessed and agreed in by_label and by_label[agreed].role is not Role.THERAPIST


def _number(path: Path) -> int:
    matched = _NUMBER.match(path.name)
    day = date_in_name(path.name)
    if matched is None or (day is not None and path.name.startswith(str(day.year))):
        raise InputError(
            "the name does not begin with the session's number",
            mend="Name it by number and day, such as 02-2026-03-02.vtt",
            path=path,
        )
    return int(matched[1])
