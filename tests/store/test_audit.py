"""The audit log: every row that is changed, taken out or put in is noticed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, text, update

from reattune.errors import DamagedError
from reattune.store import Database, audit, restore
from reattune.store.tables import audit as log
from reattune.store.tables import store_state

from .making import PASSPHRASE


@pytest.fixture
def logged(practice) -> Database:
    """A practice with six rows in its log."""
    for n in range(1, 7):
        with practice.begin() as conn:
            assert audit.append(conn, f"user{n % 2}", "case.read", f"c{n % 3}", f"session {n}") == n
    return practice


def verified(database: Database) -> audit.AuditCheck:
    with database.reading() as conn:
        return audit.verify(conn)


def test_a_log_as_it_was_written(logged):
    assert verified(logged) == audit.AuditCheck(True, 6, None)


def test_an_empty_log(practice):
    assert verified(practice) == audit.AuditCheck(True, 0)


def test_entries_come_newest_first_and_by_case(logged):
    with logged.reading() as conn:
        assert [e.seq for e in audit.entries(conn)] == [6, 5, 4, 3, 2, 1]
        assert [e.seq for e in audit.entries(conn, limit=2)] == [6, 5]
        mine = audit.entries(conn, case="c1")
    assert [(e.seq, e.actor, e.action, e.case, e.what) for e in mine] == [
        (4, "user0", "case.read", "c1", "session 4"),
        (1, "user1", "case.read", "c1", "session 1"),
    ]
    assert mine[0].at.endswith("Z")


def test_what_is_undone_was_never_logged(logged):
    with pytest.raises(ZeroDivisionError), logged.begin() as conn:
        audit.append(conn, "x", "y")
        raise ZeroDivisionError
    assert verified(logged) == audit.AuditCheck(True, 6)


@pytest.mark.parametrize("field", ["at", "actor", "action", "case", "what", "prev", "hash"])
def test_a_changed_field(logged, field):
    with logged.begin() as conn:
        conn.execute(update(log).where(log.c.seq == 3).values({field: "2026-01-01T00:00:00Z"}))
    assert verified(logged) == audit.AuditCheck(False, 3, 3)
    health = logged.check()
    assert not health.ok
    assert health.problems == ("The audit log does not fit together from entry 3 on",)


def test_a_field_made_empty(logged):
    with logged.begin() as conn:
        conn.execute(update(log).where(log.c.seq == 3).values(case=None))
    assert verified(logged).first_broken == 3


@pytest.mark.parametrize("row", [1, 4])
def test_a_row_taken_out(logged, row):
    with logged.begin() as conn:
        conn.execute(delete(log).where(log.c.seq == row))
    assert verified(logged).first_broken == row


def test_a_row_taken_out_and_the_others_renumbered(logged):
    with logged.begin() as conn:
        conn.execute(delete(log).where(log.c.seq == 3))
        for n in (4, 5, 6):
            conn.execute(update(log).where(log.c.seq == n).values(seq=n - 1))
    assert verified(logged).first_broken == 3


def test_two_rows_that_changed_places(logged):
    with logged.begin() as conn:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            conn.execute(update(log).where(log.c.seq == old).values(seq=new))
    assert verified(logged).first_broken == 2


def test_the_end_cut_off(logged):
    with logged.begin() as conn:
        conn.execute(delete(log).where(log.c.seq > 4))
    assert verified(logged) == audit.AuditCheck(False, 4, 5)
    with pytest.raises(DamagedError), logged.begin() as conn:
        conn.execute(update(store_state).where(store_state.c.name == audit.HEAD).values(value="4 x y"))
        audit.append(conn, "x", "y")


def test_the_end_cut_off_by_someone_who_mends_the_head_but_has_no_passphrase(logged):
    """The hash of the row that is last now can be read, but not the seal that belongs to it."""
    with logged.begin() as conn:
        conn.execute(delete(log).where(log.c.seq > 4))
        last = conn.execute(select(log.c.hash).where(log.c.seq == 4)).scalar_one()
        seal = conn.execute(select(store_state.c.value).where(store_state.c.name == audit.HEAD)).scalar_one()
        forged = f"4 {last} {seal.split()[2]}"
        conn.execute(update(store_state).where(store_state.c.name == audit.HEAD).values(value=forged))
    assert verified(logged).first_broken == 5


def test_a_forged_row_at_the_end(logged):
    with logged.begin() as conn:
        last = conn.execute(select(log.c.hash).where(log.c.seq == 6)).scalar_one()
        conn.execute(
            insert(log).values(
                seq=7,
                at="2026-01-01T00:00:00Z",
                actor="x",
                action="y",
                case=None,
                what="",
                prev=last,
                hash="0" * 64,
            )
        )
    assert verified(logged).first_broken == 7


def test_the_whole_log_emptied(logged):
    with logged.begin() as conn:
        conn.execute(delete(log))
        conn.execute(text("DELETE FROM store_state WHERE name = 'audit.head'"))
    assert not verified(logged).ok


def test_another_practice_has_another_chain(tmp_path):
    """The same deeds in two practices do not hash alike: a row cannot be carried over."""
    hashes = []
    for name in "ab":
        database, _ = Database.create(tmp_path / name, PASSPHRASE)
        with database.begin() as conn:
            audit.append(conn, "x", "y")
            hashes.append(conn.execute(select(log.c.prev, log.c.at, log.c.hash)).one())
        database.close()
    assert hashes[0].hash != hashes[1].hash


def test_the_chain_holds_through_backup_and_restore(logged, tmp_path):
    report = logged.backup(tmp_path / "b.reattune")
    copy = restore(report.path, tmp_path / "copy", PASSPHRASE)
    with copy.begin() as conn:
        assert audit.append(conn, "x", "practice.restored") == 7
    assert verified(copy) == audit.AuditCheck(True, 7)
    copy.close()
