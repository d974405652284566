"""The audit log: who did what, when, in which case. A chain, so that a row cannot be changed or taken out unseen.

Each row's hash is taken over its own fields and the hash before it, under a key that is derived from the practice's
own; the last one is kept once more, sealed, as the head. Who has the database but not the passphrase (the keeper of a
PostgreSQL server) can neither alter a row nor cut off the end unseen. Who has the passphrase could write the whole
chain anew: against that helps only a copy elsewhere, such as a backup. No words of a session belong in it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from reattune.errors import DamagedError
from reattune.store.tables import audit, store_state

START = ""
"""What stands for the hash before the first row."""
HEAD = "audit.head"
"""The row of ``store_state`` that keeps the last hash."""
KEY = "reattune_audit_key"
"""The connection's execution option under which ``Database`` hands over the key of the chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log.

    Attributes:
        seq: from 1, without gaps.
        at: when, UTC, ISO 8601 with seconds ("2026-03-02T10:11:12Z").
        actor: id of who did it, or a word for it ("owner", "client").
        action: what was done ("case.read", "session.deleted").
        case: id of the case, or None.
        what: what it was done to, in a few words without content ("session 4").
    """

    seq: int
    at: str
    actor: str
    action: str
    case: str | None
    what: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a check of the chain found: ``first_broken`` is the first ``seq`` that does not fit, None where all do."""

    ok: bool
    count: int
    first_broken: int | None = None


def append(conn: Connection, actor: str, action: str, case: str | None = None, what: str = "") -> int:
    """Adds a row within the transaction of ``conn`` and gives its ``seq``.

    Raises:
        DamagedError: the head does not fit the log.
    """
    head = _head(conn)
    if head is None:
        raise DamagedError(
            "The audit log's end was altered or cut off",
            mend="Compare it with a backup; restore the backup if the log cannot be trusted",
        )
    seq, last = head
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {"seq": seq + 1, "at": at, "actor": actor, "action": action, "case": case, "what": what}
    digest = _digest(_key(conn), last, row)
    conn.execute(insert(audit).values(**row, prev=last, hash=digest))
    conn.execute(
        update(store_state)
        .where(store_state.c.name == HEAD)
        .values(value=_sealed(_key(conn), seq + 1, digest))
    )
    return seq + 1


def entries(conn: Connection, case: str | None = None, limit: int = 200) -> list[Entry]:
    """The last ``limit`` rows, newest first; of one case where ``case`` is given."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if case is not None:
        query = query.where(audit.c.case == case)
    return [
        Entry(r["seq"], r["at"], r["actor"], r["action"], r["case"], r["what"])
        for r in conn.execute(query).mappings()
    ]


def verify(conn: Connection) -> AuditCheck:
    """Walks the whole chain."""
    key, last, count = _key(conn), START, 0
    for row in conn.execute(select(audit).order_by(audit.c.seq)).mappings():
        count += 1
        if row["seq"] != count or row["prev"] != last or row["hash"] != _digest(key, last, dict(row)):
            return AuditCheck(False, count, count)
        last = row["hash"]
    if _head(conn) != (count, last):
        return AuditCheck(False, count, count + 1)
    return AuditCheck(True, count)


def start(conn: Connection) -> None:
    """Writes the head of an empty log; once, when a practice is made."""
    conn.execute(insert(store_state).values(name=HEAD, value=_sealed(_key(conn), 0, START)))


def chain_key(key: bytes) -> bytes:
    """The chain's key from the practice's (32 bytes each)."""
    return hmac.digest(key, b"reattune audit chain 1", "sha256")


def _key(conn: Connection) -> bytes:
    key: bytes = conn.get_execution_options()[KEY]
    return key


def _digest(key: bytes, last: str, row: Mapping[str, Any]) -> str:
    fields = [last, *(row[n] for n in ("seq", "at", "actor", "action", "case", "what"))]
    return hmac.new(key, json.dumps(fields).encode(), hashlib.sha256).hexdigest()


def _sealed(key: bytes, seq: int, digest: str) -> str:
    """The head as it is kept: who has seen an older row does not know its seal."""
    seal = hmac.new(key, f"head {seq} {digest}".encode(), hashlib.sha256).hexdigest()
    return f"{seq} {digest} {seal}"


def _head(conn: Connection) -> tuple[int, str] | None:
    """``seq`` and hash of the last row as the head has it; None where the seal is broken."""
    value = conn.execute(select(store_state.c.value).where(store_state.c.name == HEAD)).scalar()
    parts = (value or "").split(" ")
    if len(parts) != 3 or not parts[0].isdecimal():
        return None
    seq = int(parts[0])
    fits = hmac.compare_digest(_sealed(_key(conn), seq, parts[1]), value or "")
    return (seq, parts[1]) if fits else None
