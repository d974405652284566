"""Work that takes longer than a click: kept in the database, done in a thread, taken up again whatever ended the process."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select, update

from reattune.errors import BusyError, ReattuneError
from reattune.practice.analysing import analyse
from reattune.practice.clock import now, stamp
from reattune.practice.reading import job_of
from reattune.practice.settings import DELETE_TRANSCRIPTS
from reattune.practice.views import Job, JobState
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.practice.core import Core

ANALYSE = "analyse"
PURGE = "purge"
"""Make deletion real: rewrite the file, so that nothing deleted stays in it."""
SILENT_SECONDS = 60.0
"""Work of another machine that has given no sign for so long is taken up here."""
LOOK_EVERY = 2.0
"""Seconds between looks for work that another process has put down."""
BEAT = 15.0
"""Seconds between signs of life."""


def enqueue(conn: Connection, kind: str, case: str | None = None, session: int | None = None) -> str:
    """Put work down within the transaction that makes it needed. Gives its id; work that waits already is not put down twice."""
    same = (t.jobs.c.kind == kind) & (t.jobs.c.state == str(JobState.QUEUED))
    same &= t.jobs.c.case.is_(None) if case is None else t.jobs.c.case == case
    same &= t.jobs.c.session.is_(None) if session is None else t.jobs.c.session == session
    waiting: str | None = conn.execute(select(t.jobs.c.id).where(same)).scalar()
    if waiting is not None:
        return waiting
    job, at = secrets.token_hex(16), stamp()
    conn.execute(
        t.jobs.insert().values(
            id=job,
            kind=kind,
            case=case,
            session=session,
            state=str(JobState.QUEUED),
            progress=0.0,
            message="Waiting",
            payload={},
            created=at,
            updated=at,
        )
    )
    return job


class Worker:
    """Does what is put down, one piece after the other."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in a thread of its own until ``stop``. Work that a killed process has left is taken up first."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._loop, name="reattune-worker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish the piece at hand and stop."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """Something has been put down."""
        self._wake.set()

    def run_pending(self) -> list[Job]:
        """Do all that waits, here and now; gives what was done, failures included. Work that others hold up stays waiting."""
        done = []
        while not self._stop.is_set():
            row = self._claim()
            if row is None:
                break
            if not self._do(row):
                break
            with self._core.database.reading() as conn:
                after = conn.execute(select(t.jobs).where(t.jobs.c.id == row["id"])).mappings().first()
            if after is not None:  # else its case was deleted meanwhile
                done.append(job_of(after))
        return done

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.run_pending()
            except BusyError:
                pass  # somebody else writes for long; look again later
            except ReattuneError:
                # The database cannot be written to (a full disk): what waits is kept, and is tried again.
                self._stop.wait(10 * LOOK_EVERY)
            self._wake.wait(LOOK_EVERY)

    def _claim(self) -> RowMapping | None:
        """The next piece: one that waits, or one whose worker is gone."""
        states = [str(JobState.QUEUED), str(JobState.RUNNING)]
        # Work of other kinds (an import that waits for its folder) is none for a thread.
        ours = t.jobs.c.kind.in_((ANALYSE, PURGE))
        query = select(t.jobs).where(ours, t.jobs.c.state.in_(states)).order_by(t.jobs.c.created)
        with self._core.database.reading() as conn:
            if not any(self._free(row) for row in conn.execute(query).mappings()):
                return None
        with self._core.database.begin() as conn:
            rows = conn.execute(query).mappings()
            row = next((row for row in rows if self._free(row)), None)
            if row is not None:
                self._set(conn, row["id"], state=str(JobState.RUNNING), payload={"worker": self._name})
            return row

    def _free(self, row: RowMapping) -> bool:
        if row["state"] == JobState.QUEUED:
            return True
        worker = str(row["payload"].get("worker", ""))
        host, _, rest = worker.partition(":")
        if worker == self._name:
            return False
        if host == socket.gethostname() and not _alive(int(rest.partition(":")[0] or 0)):
            return True
        silent = now() - timedelta(seconds=SILENT_SECONDS)
        return bool(row["updated"] < silent.isoformat(timespec="milliseconds"))

    def _do(self, row: RowMapping) -> bool:
        """Do one piece. Gives False where somebody is in the way, and the piece waits again."""
        stop = threading.Event()
        beat = threading.Thread(target=self._beat, args=(row["id"], stop), daemon=True)
        beat.start()
        try:
            self._work(row)
        except BusyError:
            self._end(row["id"], JobState.QUEUED, "Waiting for others to finish")
            return False
        except ReattuneError as error:
            self._end(row["id"], JobState.FAILED, str(error))
        except Exception as error:
            # Whatever it was, the page must say that it did not come off, and other work must go on.
            self._end(row["id"], JobState.FAILED, f"It did not come off ({type(error).__name__}). Try again.")
        else:
            self._end(row["id"], JobState.DONE, "Done")
        finally:
            stop.set()
        return True

    def _work(self, row: RowMapping) -> None:
        core = self._core
        if row["kind"] == PURGE:
            core.database.purge()
            return

        def tell(progress: float, message: str) -> None:
            with core.database.begin() as conn:
                self._set(conn, row["id"], progress=progress, message=message)

        forget = core.settings.retention == DELETE_TRANSCRIPTS
        analyse(core.database, core.coder, core.card, row["case"], row["session"], tell, forget=forget)
        if forget:
            core.forget()
            self._purge_daily()

    def _purge_daily(self) -> None:
        """Words that retention deleted leave the file within a day of work; each time would be slow in a large practice."""
        since = (now() - timedelta(days=1)).isoformat(timespec="milliseconds")
        done = select(t.jobs.c.id).where(t.jobs.c.kind == PURGE, t.jobs.c.updated > since)
        with self._core.database.begin() as conn:
            if conn.execute(done).first() is None:
                enqueue(conn, PURGE)

    def _beat(self, job: str, stop: threading.Event) -> None:
        """A sign of life now and then, so that nobody else takes the work up."""
        while not stop.wait(BEAT):
            try:
                with self._core.database.begin() as conn:
                    self._set(conn, job)
            except ReattuneError:
                continue

    def _end(self, job: str, state: JobState, message: str) -> None:
        with self._core.database.begin() as conn:
            values = {"progress": 1.0} if state is JobState.DONE else {}
            self._set(conn, job, state=str(state), message=message, **values)

    def _set(self, conn: Connection, job: str, **values: object) -> None:
        conn.execute(update(t.jobs).where(t.jobs.c.id == job).values(updated=stamp(), **values))


def _alive(process: int) -> bool:
    """Whether a process of this machine runs."""
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
