"""A practice opened: its database, settings, accounts, the work behind it, and a desk for each who sits down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from reattune.practice.core import Core
from reattune.practice.desk import Desk
from reattune.practice.door import Door
from reattune.practice.users import User, make_owner
from reattune.practice.worker import Worker
from reattune.store import audit
from reattune.store.database import Database

if TYPE_CHECKING:
    from reattune.coders.protocol import Coder


class Practice(Core):
    """An open practice; what ``open_practice`` gives. Close it, or use it in a ``with``.

    Attributes:
        database: where everything is kept.
        settings: what the practice has set.
        users: its accounts; none in a practice of one person.
        worker: does what takes long; ``worker.start()`` in a thread, or ``worker.run_pending()`` here and now.
        door: the client's side.
    """

    def __init__(self, database: Database, coder: Coder | None = None) -> None:
        super().__init__(database, coder)
        self.worker = Worker(self)
        self.door = Door(self)

    def desk(self, user: User | None = None) -> Desk:
        """The desk of an account; None: of the owner, who has the passphrase."""
        return Desk(self, self.worker, user)

    def close(self) -> None:
        """Finish the work at hand and close the database."""
        self.worker.stop()
        self.forget()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def init_practice(where: str | Path, passphrase: str, *, coder: Coder | None = None) -> tuple[Practice, str]:
    """Make a practice.

    Args:
        where: a folder that is not there yet or is empty, or the URL of a PostgreSQL database.
        passphrase: opens it; what is kept cannot be read without it or the recovery code.
        coder: who codes transcripts; None for the embedded model.

    Returns:
        The open practice, and the recovery code: it is shown this once.

    Raises:
        SettingError: the passphrase is too short.
        StoreError: there is something at ``where`` already, or it cannot be written.
        MissingExtraError: the extra ``practice`` is not installed.
    """
    database, code = Database.create(where, passphrase)
    with database.begin() as conn:
        make_owner(conn)
        audit.append(conn, "owner", "practice.made")
    return Practice(database, coder), code


def open_practice(
    where: str | Path,
    passphrase: str | None = None,
    *,
    recovery_code: str | None = None,
    coder: Coder | None = None,
) -> Practice:
    """Open a practice.

    Args:
        where: its folder, or the URL of its PostgreSQL database.
        passphrase, recovery_code: either.
        coder: who codes transcripts; None for the embedded model.

    Raises:
        WrongKeyError: passphrase or code do not fit.
        DamagedError, NewerSchemaError, StoreError: it cannot be opened; the message says why.
        MissingExtraError: the extra ``practice`` is not installed.
    """
    database = Database.open(where, passphrase, recovery_code=recovery_code)
    with database.begin() as conn:
        audit.append(conn, "owner", "practice.opened")
    return Practice(database, coder)
