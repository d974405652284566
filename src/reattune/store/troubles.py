"""What a database reports, as one of the house's errors: what is wrong and how to mend it, without the words of a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    OperationalError,
    PendingRollbackError,
    ProgrammingError,
    TimeoutError,
)

from reattune.errors import BusyError, DamagedError, FullDiskError, StoreError

FULL = ("database or disk is full",)
DAMAGED = ("file is not a database", "malformed", "hmac check failed")
BUSY = ("database is locked", "database table is locked", "database schema is locked")
UNWRITABLE = ("readonly database", "attempt to write")
INPUT_OUTPUT = ("disk i/o error", "unable to open database")
AWAY = ("connection", "server closed", "could not connect", "failed to resolve")
KINDS = {
    FULL: ("There is no room left on the disk", "Make room and try again; nothing was changed"),
    DAMAGED: ("", ""),
    BUSY: ("", ""),
    UNWRITABLE: ("The practice may not be written to", "Check who owns its files, and their rights"),
    INPUT_OUTPUT: (
        "The practice's files cannot be read or written",
        "Check that the disk is there, has room, and allows it; nothing was changed",
    ),
    AWAY: (
        "The database server does not answer",
        "Check that it runs, the address, the user and the password",
    ),
}
"""What SQLite's and psycopg's messages say, by a part of their text, and the sentence and the remedy for it."""
UNKNOWN = "Nothing was changed; if it stays, check the practice and its newest backup"
STATES = {
    "53100": FULL,
    "55P03": BUSY,
    "57014": BUSY,
    "40P01": BUSY,
    "40001": BUSY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "25006": UNWRITABLE,
    "42501": UNWRITABLE,
}
"""PostgreSQL's SQLSTATE codes, as the kinds above."""


@contextmanager
def told_plainly(where: str) -> Iterator[None]:
    """Turns database errors into ``StoreError`` and its kinds.

    A broken constraint stays SQLAlchemy's ``IntegrityError``: it is for the code that wrote the row. What may quote a row
    is left out of every message.
    """
    try:
        yield
    except IntegrityError as error:
        raise _without_the_row(error) from None
    except (OperationalError, ProgrammingError) as error:
        told = plain(error.orig, where)
        raise told from (error if told.mend == UNKNOWN else None)  # a mistake in the code shows where it is
    except DBAPIError as error:
        raise plain(error.orig, where) from None
    except (TimeoutError, PendingRollbackError):
        raise busy(where) from None


def _without_the_row(error: IntegrityError) -> IntegrityError:
    """The same error with its first line alone: below it PostgreSQL quotes the row that it refused."""
    first = str(error.orig).partition("\n")[0]
    return IntegrityError(
        error.statement, None, type(error.orig or ValueError())(first), hide_parameters=True
    )


def busy(where: str) -> BusyError:
    """Another writer does not let go."""
    return BusyError(
        "The practice is being written to by another program or window",
        mend="Wait a moment and try again; nothing was changed",
        path=where,
    )


def damaged(where: str, what: str = "The practice's database is damaged") -> DamagedError:
    """Something is missing, cut short or altered."""
    return DamagedError(
        what, mend="Keep the files as they are, and restore the newest backup into a new folder", path=where
    )


def plain(error: BaseException | None, where: str) -> StoreError:
    """A driver's error as one of the house's; its own text stays out of it."""
    kind = STATES.get(getattr(error, "sqlstate", None) or "")
    if kind is None:
        text = str(error).casefold()
        kind = next((k for k in KINDS if any(mark in text for mark in k)), ())
    if kind is BUSY:
        return busy(where)
    if kind is DAMAGED:
        return damaged(where)
    if kind is FULL:
        return FullDiskError(KINDS[FULL][0], mend=KINDS[FULL][1], path=where)
    what, mend = KINDS.get(kind, (f"The database reported a problem ({type(error).__name__})", UNKNOWN))
    return StoreError(what, mend=mend, path=where)
