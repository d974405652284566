"""Accounts of a practice: who can log in, in which part, with which password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select, update

from reattune.errors import SettingError
from reattune.practice.clock import now, read_moment, stamp
from reattune.store import audit
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.store.database import Database

OWNER = "owner"
"""Id of the one who holds the passphrase; the user of a practice without accounts."""
SHORTEST = 10
"""Characters that a password has at least."""
_N, _R, _P = 2**16, 8, 1
"""Cost of scrypt: about 64 MiB and a fifth of a second for each try."""


class UserRole(StrEnum):
    """The part of an account: the owner (no account; whoever has the passphrase), admin, therapist or supervisor."""

    OWNER = "owner"
    ADMIN = "admin"
    THERAPIST = "therapist"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account.

    Attributes:
        id: hex UUID, or ``OWNER``.
        name: to log in with, and how the person is called.
        role: the person's part.
        active: False where the account was closed: its history stays, nobody logs in with it.
        created: when, UTC.
    """

    id: str
    name: str
    role: UserRole
    active: bool
    created: datetime


class Users:
    """The accounts. Who may change them is asked by the face: the owner, or an admin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[User]:
        """All accounts by name, closed ones too; the owner is none. Empty: a practice of one person."""
        query = select(t.users).where(t.users.c.id != OWNER).order_by(t.users.c.name)
        with self._database.reading() as conn:
            return [user_of(row) for row in conn.execute(query).mappings()]

    def get(self, id: str) -> User | None:
        """The account of this id, or the owner; None where there is none."""
        with self._database.reading() as conn:
            row = conn.execute(select(t.users).where(t.users.c.id == id)).mappings().first()
        return None if row is None else user_of(row)

    def add(
        self, name: str, role: UserRole | str, password: str, *, by: str = OWNER, take_over: bool = False
    ) -> User:
        """Open an account.

        Args:
            name: not used yet.
            role: admin, therapist or supervisor.
            password: ``SHORTEST`` characters at least.
            by: id of who opens it.
            take_over: a therapist's: the cases kept by the owner go to this account.

        Raises:
            SettingError: the name is taken or empty, the role is none, or the password is short.
        """
        name = " ".join(name.split())
        part = _role(role)
        if not name:
            raise SettingError("an account needs a name", mend="Write one")
        if take_over and part is not UserRole.THERAPIST:
            raise SettingError(
                "only a therapist can take over cases", mend="Open a therapist's account for them"
            )
        hashed = hash_password(_checked(password))
        user = User(secrets.token_hex(16), name, part, True, now())
        with self._database.begin() as conn:
            taken = conn.execute(select(t.users.c.id).where(t.users.c.name == name)).first()
            if taken is not None:
                raise SettingError(f"there is an account called {name!r}", mend="Take another name")
            conn.execute(
                t.users.insert().values(
                    id=user.id,
                    name=name,
                    role=str(part),
                    password_hash=hashed,
                    active=True,
                    created=user.created.isoformat(timespec="milliseconds"),
                )
            )
            audit.append(conn, by, "user.added", None, f"{part} {user.id}")
            if take_over:
                conn.execute(update(t.cases).where(t.cases.c.therapist == OWNER).values(therapist=user.id))
                audit.append(conn, by, "cases.handed_over", None, f"from the owner to {user.id}")
        return user

    def set_password(self, user: str, password: str, *, by: str = OWNER) -> None:
        """Give an account another password.

        Raises:
            SettingError: no such account, or the password is short.
        """
        self._change(user, {"password_hash": hash_password(_checked(password))}, by, "user.password_set")

    def deactivate(self, user: str, *, by: str = OWNER) -> None:
        """Close an account: nobody logs in with it any more. Its cases stay with it until they are handed over.

        Raises:
            SettingError: no such account, or it is the last admin's.
        """
        with self._database.reading() as conn:
            admins = select(t.users.c.id).where(t.users.c.role == str(UserRole.ADMIN), t.users.c.active)
            left = {row.id for row in conn.execute(admins)}
        if left == {user}:
            raise SettingError("this is the last admin", mend="Open another admin's account first")
        self._change(user, {"active": False}, by, "user.closed")

    def activate(self, user: str, *, by: str = OWNER) -> None:
        """Open a closed account again.

        Raises:
            SettingError: no such account.
        """
        self._change(user, {"active": True}, by, "user.opened")

    def authenticate(self, name: str, password: str) -> User | None:
        """Who this is; None where name and password do not fit. Takes as long for a name that there is not."""
        query = select(t.users).where(t.users.c.name == " ".join(name.split()))
        with self._database.reading() as conn:
            row = conn.execute(query).mappings().first()
        kept = None if row is None or not row["active"] else row["password_hash"]
        fits = check_password(password, kept or _NOBODY)
        found = user_of(row) if fits and kept is not None and row is not None else None
        with self._database.begin() as conn:
            actor = found.id if found else "unknown"
            audit.append(conn, actor, "user.logged_in" if found else "user.login_refused")
        return found

    def _change(self, user: str, values: dict[str, object], by: str, action: str) -> None:
        with self._database.begin() as conn:
            query = update(t.users).where(t.users.c.id == user, t.users.c.id != OWNER).values(**values)
            if conn.execute(query).rowcount != 1:
                raise SettingError("there is no such account", mend="Choose one of the list")
            audit.append(conn, by, action, None, user)


def make_owner(conn: Connection) -> None:
    """The row of the one who holds the passphrase; once, when a practice is made."""
    conn.execute(
        t.users.insert().values(
            id=OWNER, name=OWNER, role=OWNER, password_hash=None, active=True, created=stamp()
        )
    )


def user_of(row: RowMapping) -> User:
    """A row of the table as a ``User``."""
    part = UserRole(row["role"])
    return User(row["id"], row["name"], part, bool(row["active"]), read_moment(row["created"]))


def hash_password(password: str) -> str:
    """``scrypt$N$r$p$salt$hash`` in hex; another salt each time."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def check_password(password: str, kept: str) -> bool:
    """Whether it is the one that ``hash_password`` was given."""
    _, n, r, p, salt, hashed = kept.split("$")
    made = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(hashed))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    room = 132 * n * r * p + 2**20
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=room, dklen=32)


_NOBODY = f"scrypt${_N}${_R}${_P}${'00' * 16}${'00' * 32}"


def _role(role: UserRole | str) -> UserRole:
    options = [str(r) for r in UserRole if r is not UserRole.OWNER]
    if role not in options:
        raise SettingError(
            f"{str(role)!r} is no part to play here", mend=f"Choose one of: {', '.join(options)}"
        )
    return UserRole(role)


def _checked(password: str) -> str:
    if len(password) < SHORTEST:
        raise SettingError(
            f"the password is shorter than {SHORTEST} characters",
            mend="Take a few words that belong together only for you",
        )
    return password
