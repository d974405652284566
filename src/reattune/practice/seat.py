"""Who sits at the desk, and the questions that every part of it asks first."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, RowMapping, select

from reattune.errors import BusyError
from reattune.practice.access import case_row, may_write, not_yours, part_of, replaced
from reattune.practice.clock import read_day, read_moment
from reattune.practice.ledgerkeeping import Overview, refresh
from reattune.practice.pseudonyms import Pseudonyms, pseudonyms
from reattune.practice.reading import heard
from reattune.practice.views import CaseCard, CaseKind
from reattune.practice.worker import PURGE, enqueue
from reattune.record import Ending
from reattune.store import audit
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.practice.core import Core
    from reattune.practice.users import User
    from reattune.practice.worker import Worker
    from reattune.store.database import Database

T = TypeVar("T")


def new_id() -> str:
    """A new id: 128 random bits in hex."""
    return secrets.token_hex(16)


class Seat:
    """What the parts of a desk share.

    Args:
        core: the practice.
        worker: takes what lasts longer than a click.
        user: who asks; None for the owner.
    """

    def __init__(self, core: Core, worker: Worker, user: User | None = None) -> None:
        self.user = user
        self._core = core
        self._worker = worker
        self._role, self._me = part_of(user)

    @property
    def _db(self) -> Database:
        return self._core.database

    def _may_see(self, conn: Connection, case: str) -> RowMapping:
        return case_row(conn, self._role, self._me, case)

    def _may_write(self, conn: Connection, case: str) -> RowMapping:
        row = self._may_see(conn, case)
        if not may_write(self._role, self._me, row):
            raise not_yours()
        return row

    def _mine(self, row: RowMapping) -> bool:
        return may_write(self._role, self._me, row)

    def _log(self, conn: Connection, action: str, case: str | None = None, what: str = "") -> None:
        audit.append(conn, self._me, action, case, what)

    def _note_look(self, action: str, case: str | None = None, what: str = "") -> None:
        """Put a look into the audit log, before what was seen is given."""
        with self._db.begin() as conn:
            self._log(conn, action, case, what)

    def _purge(self) -> None:
        """Make the deletion just done real. Where somebody is in the way, the worker does it."""
        self._core.forget()
        try:
            self._db.purge()
        except BusyError:
            with self._db.begin() as conn:
                enqueue(conn, PURGE)
            self._worker.wake()

    def _refresh(self, conn: Connection, case: str) -> None:
        refresh(conn, case)

    def _names(self, conn: Connection, row: RowMapping) -> Pseudonyms | None:
        """What to replace for this reader; None: nothing."""
        if not replaced(self._role, self._me, row):
            return None
        case, state = row["id"], row["changed_at"]
        found = self._core.names(case, state)
        if found is None:
            kept = {one["name"]: one["as"] for one in row["names"]}
            sessions = [one.session for one in heard(conn, case).values()]
            found = pseudonyms(kept, sessions, [row["label"]])
            self._core.keep_names(case, state, found)
        return found

    def _card(self, row: RowMapping, seen_at: str | None) -> CaseCard:
        """The case's card, from its row alone."""
        overview = Overview.read(row["overview"])
        hidden = replaced(self._role, self._me, row)
        news = tuple(n for n in overview.news if seen_at is None or n.at > read_moment(seen_at))
        return CaseCard(
            id=row["id"],
            label=f"Case {row['id'][:4]}" if hidden else row["label"],
            kind=CaseKind(row["kind"]),
            therapist=row["therapist"],
            therapist_name=row["therapist_name"],
            ending=None if row["ending"] is None else Ending(row["ending"]),
            created=read_moment(row["created"]),
            next_date=read_day(row["next_date"]),
            sessions=row["sessions"],
            last_date=read_day(row["last_date"]),
            # Why may quote a note; what is a name in it is known only from the whole case.
            open=tuple(replace(one, why="") for one in overview.open) if hidden else overview.open,
            first_open_session=row["first_open_session"],
            changed_at=read_moment(row["changed_at"]),
            seen_at=None if seen_at is None else read_moment(seen_at),
            news=news,
            mine=self._mine(row),
            names_replaced=hidden,
        )

    def _seen_at(self, conn: Connection, case: str) -> str | None:
        query = select(t.looks.c.at).where(t.looks.c.user == self._me, t.looks.c.case == case)
        seen: str | None = conn.execute(query).scalar()
        return seen

    @staticmethod
    def _shown(names: Pseudonyms | None, value: T) -> T:
        return value if names is None else names.within(value)
