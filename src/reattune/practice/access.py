"""Who may see and who may write what. Asked by every method of the desk, within the same transaction as the look itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, or_, select

from reattune.errors import NotAllowedError
from reattune.practice.users import OWNER, UserRole
from reattune.store import tables as t

Row = RowMapping


def nothing_there() -> NotAllowedError:
    """The one error for what is not there and for what is not to be seen."""
    return NotAllowedError(
        "there is no such case here, or it is not shared with you", mend="Choose a case of the list"
    )


def not_yours() -> NotAllowedError:
    """What is shared may be read, and not written in."""
    return NotAllowedError(
        "this case is shared with you to read",
        mend="Ask its therapist to change it, or write a note of your own",
    )


def visible(role: UserRole, user: str) -> Select[Any]:
    """A query for the rows of ``cases`` that someone may see, with ``replaced_names`` (None where the case is theirs).

    The owner sees every case, a therapist their own and what is shared with them, a supervisor what is shared, an admin none.
    """
    shared = and_(t.shares.c.case == t.cases.c.id, t.shares.c.user == user)
    query = (
        select(t.cases, t.users.c.name.label("therapist_name"), t.shares.c.replaced_names)
        .join(t.users, t.users.c.id == t.cases.c.therapist)
        .join(t.shares, shared, isouter=True)
    )
    if role is UserRole.OWNER:
        return query
    if role is UserRole.THERAPIST:
        return query.where(or_(t.cases.c.therapist == user, t.shares.c.user.is_not(None)))
    if role is UserRole.SUPERVISOR:
        return query.where(t.shares.c.user.is_not(None))
    return query.where(t.cases.c.id.is_(None))


def case_row(conn: Connection, role: UserRole, user: str, case: str) -> Row:
    """The case's row.

    Raises:
        NotAllowedError: there is none, or it may not be seen.
    """
    row = conn.execute(visible(role, user).where(t.cases.c.id == case)).mappings().first()
    if row is None:
        raise nothing_there()
    return row


def may_write(role: UserRole, user: str, row: Row) -> bool:
    """Whether the case is the one's own: its therapist's, or the owner's of the practice."""
    return role is UserRole.OWNER or (role is UserRole.THERAPIST and row["therapist"] == user)


def replaced(role: UserRole, user: str, row: Row) -> bool:
    """Whether names are replaced for this reader."""
    return not may_write(role, user, row) and bool(row["replaced_names"])


def admins_only(role: UserRole) -> None:
    """What only the owner and admins may do.

    Raises:
        NotAllowedError: it is someone else.
    """
    if role not in (UserRole.OWNER, UserRole.ADMIN):
        raise NotAllowedError("this is for the practice's admin", mend="Ask the admin")


def part_of(user: Any) -> tuple[UserRole, str]:
    """Role and id of who asks; None: the owner."""
    return (UserRole.OWNER, OWNER) if user is None else (user.role, user.id)
