"""Rows for the store's tests."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from reattune.store import tables

PASSPHRASE = "four words with nothing in common"
MARK = "Quittenmarmelade-7319"
"""A word that stands nowhere else: found on the disk, it came from a row."""
NOW = "2026-03-02T10:00:00Z"


def add_case(conn: Connection, case: str = "c1", label: str = "A.") -> None:
    """A case and its therapist."""
    user = f"u-{case}"
    conn.execute(
        insert(tables.users).values(id=user, name=f"Dr {case}", role="therapist", active=True, created=NOW)
    )
    conn.execute(
        insert(tables.cases).values(
            id=case,
            label=label,
            kind="therapy",
            therapist=user,
            created=NOW,
            names=[],
            overview=[],
            changed_at=NOW,
        )
    )


def add_note(conn: Connection, note: str, text: str, case: str = "c1", session: int = 1) -> None:
    """A note of a case."""
    conn.execute(
        insert(tables.notes).values(
            id=note, case=case, session=session, author="therapist", kind="note", text=text, shelf="process",
            changed_at=NOW,
        )
    )  # fmt: skip


def add_meeting(conn: Connection, number: int, transcript: bytes, case: str = "c1") -> None:
    """A session with a transcript."""
    conn.execute(
        insert(tables.meetings).values(
            case=case, number=number, attendance="held", consent="given", transcript=transcript
        )
    )
