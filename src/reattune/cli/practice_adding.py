"""What `reattune practice add` does to one case: sessions, appointments, ratings, frame; the analysis; what came of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reattune.cli import console
from reattune.cli.practice_open import plain
from reattune.errors import InputError, ReattuneError
from reattune.formats import read
from reattune.formats.times import date_in_name

if TYPE_CHECKING:
    from reattune.practice.desk import Desk
    from reattune.practice.opening import Practice

_NUMBER = re.compile(r"0*([1-9][0-9]{0,4})(?![0-9])")


class Adding:
    """Adds to one case and keeps count.

    Args:
        practice: an open one.
        desk: who adds.
        case: the case's id.
    """

    def __init__(self, practice: Practice, desk: Desk, case: str) -> None:
        self._practice = practice
        self._desk = desk
        self._case = case
        self._sessions: list[int] = []
        self._problems: list[ReattuneError] = []

    def transcript(self, path: Path, number: int | None, day: date | None, consent: str) -> None:
        """Add a transcript; one that cannot be used is named and left out.

        Args:
            path: the file; its name may begin with the session's number and hold its day.
            number, day: None for what the name says, else the next number, and no day.
            consent: what the client agreed to.
        """
        try:
            found = read(path)
            if len(found) > 1:
                raise InputError(
                    f"the file holds {len(found)} sessions", mend="Give each session its own file", path=path
                )
            session = found[0]
            wanted = number or _number_in(path.name)
            on = day or date_in_name(path.name) or session.date
            before = {m.number for m in self._desk.case(self._case).meetings}
            self._desk.add_transcript(self._case, wanted, session, on, consent)
            after = {m.number for m in self._desk.case(self._case).meetings}
            self._sessions.append(wanted or next(iter(after - before)))
            for notice in session.notices:
                console.remark(str(notice))
        except ReattuneError as error:
            self._problems.append(error.at(path))

    def meeting(self, number: int | None, day: date | None, attendance: str) -> None:
        """Note an appointment without a transcript."""
        self._sessions.append(self._desk.add_meeting(self._case, day, attendance, number=number))

    def ratings(self, table: Path) -> None:
        """Add a table of ratings, all of this case."""
        from reattune.alliance.ratings import read_ratings

        try:
            found = read_ratings(table)
            self._desk.add_ratings(self._case, found)
        except ReattuneError as error:
            self._problems.append(error.at(table))
            return
        for problem in found.problems:
            at = problem.place
            self._problems.append(
                InputError(problem.what, mend=problem.mend, path=at.path, line=at.line, column=at.column)
            )
        for notice in found.notices:
            console.remark(str(notice))

    def frame(self, number: int | None, day: date | None, what: str, area: str | None) -> None:
        """Record a change of the frame, in the last session where none is named."""
        at = number or max((m.number for m in self._desk.case(self._case).meetings), default=1)
        self._desk.add_frame(self._case, at, what, area, day)

    def analyse(self, *, quiet: bool) -> dict[str, Any]:
        """Code what was added, and give what came of it as JSON has it."""
        with console.progress(max(len(self._sessions), 1), quiet=quiet) as waiting:
            waiting.next("reading")
            jobs = self._practice.worker.run_pending()
        failed = [job.message for job in jobs if job.state == "failed"]
        for error in self._problems:
            console.complain(str(error))
        for message in failed:
            console.complain(message)
        return {
            "case": self._case,
            "sessions": sorted(self._sessions),
            "open": plain(self._card().open),
            "problems": [str(error) for error in self._problems] + failed,
        }

    def report(self, done: dict[str, Any]) -> None:
        """The same in a line or two."""
        card = self._card()
        numbers = ", ".join(map(str, done["sessions"]))
        console.say(f"{card.label}: " + (f"session {numbers} is kept." if numbers else "it is kept."))
        for one in card.open:
            console.say(f"  {one.id}  {one.why}")

    def _card(self) -> Any:
        return next(card for card in self._desk.cases(ended=True) if card.id == self._case)


def _number_in(name: str) -> int | None:
    """The session's number at the beginning of a file's name, as in a case folder."""
    matched = _NUMBER.match(name)
    day = date_in_name(name)
    if matched is None or (day is not None and name.startswith(str(day.year))):
        return None
    return int(matched[1])
