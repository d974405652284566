"""Cases: the list, today, one case whole; opening, renaming, ending, handing over, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, RowMapping, and_, select, update

from reattune.errors import SettingError
from reattune.practice import alerts
from reattune.practice.access import not_yours, nothing_there, visible
from reattune.practice.alerting import thresholds
from reattune.practice.clock import day_text, stamp
from reattune.practice.ledgerkeeping import ledger_of
from reattune.practice.reading import (
    checkins_of,
    frame_of,
    jobs_of,
    links_of,
    meeting_card,
    meeting_rows,
    notes_of,
    ratings_of,
    shares_of,
)
from reattune.practice.seat import Seat, new_id
from reattune.practice.users import UserRole
from reattune.practice.views import CaseCard, CaseFile, CaseKind, Job, JobState, Today
from reattune.record import Ending
from reattune.store import tables as t

LONGEST_LABEL = 200
UNDONE = (str(JobState.QUEUED), str(JobState.RUNNING), str(JobState.FAILED))


class CasesPart(Seat):
    """What one can do with cases."""

    def cases(self, *, ended: bool = False) -> list[CaseCard]:
        """Cases to be seen by who asks, by label; those that ended only when asked for."""
        query = visible(self._role, self._me)
        if not ended:
            query = query.where(t.cases.c.ending.is_(None))
        looks = and_(t.looks.c.case == t.cases.c.id, t.looks.c.user == self._me)
        query = query.add_columns(t.looks.c.at.label("seen_at")).join(t.looks, looks, isouter=True)
        with self._db.reading() as conn:
            rows = conn.execute(query).mappings().all()
        return sorted((self._card(r, r["seen_at"]) for r in rows), key=lambda c: c.label.casefold())

    def today(self) -> Today:
        """Cases that go on, the one to look at first in front, each with why; and at most as many alerts as are wanted."""
        cards = self.cases()
        with self._db.reading() as conn:
            cuts = thresholds(conn)
            jobs = select(t.jobs).where(t.jobs.c.state.in_(UNDONE)).order_by(t.jobs.c.created.desc())
            work = jobs_of(conn, jobs)
        self._note_look("overview.read")
        budget = self._core.settings.alert_budget
        found = alerts.alerts_of(cards, cuts)
        seen = {card.id for card in cards}
        return Today(
            tuple(alerts.in_order(cards, cuts)),
            tuple(found[:budget]),
            max(0, len(found) - budget),
            budget,
            tuple(job for job in work if job.case in seen),
        )

    def case(self, case: str) -> CaseFile:
        """All of a case but its transcripts.

        Raises:
            NotAllowedError: no such case for who asks.
        """
        with self._db.reading() as conn:
            row = self._may_see(conn, case)
            names = self._names(conn, row)
            mine = self._mine(row)
            jobs = self._jobs(conn, case)
            by_session = {job.session: job for job in reversed(jobs)}
            card = self._card(row, self._seen_at(conn, case))
            ledger = {**self._shown(names, ledger_of(conn, case)), "case": card.label}
            file = CaseFile(
                card=card,
                meetings=tuple(
                    meeting_card(m, by_session.get(m["number"])) for m in meeting_rows(conn, case)
                ),
                ratings=ratings_of(conn, case),
                frame=self._shown(names, frame_of(conn, case)),
                checkins=self._shown(names, checkins_of(conn, case)),
                notes=self._shown(names, notes_of(conn, case, self._me, own=mine)),
                ledger=ledger,
                plans={r["id"]: r["plan"] for r in ledger["ruptures"] if r["plan"] is not None},
                frame_talk=ledger["frame_talk"],
                shares=shares_of(conn, case) if mine else (),
                links=links_of(conn, case, stamp()) if mine else (),
                names={one["name"]: one["as"] for one in row["names"]} if mine else {},
                jobs=jobs,
            )
        self._note_look("case.read", case)
        return file

    def add_case(self, label: str, kind: CaseKind | str = CaseKind.THERAPY) -> str:
        """Open a case; it belongs to who opens it.

        Raises:
            SettingError: no label, or no such kind.
            NotAllowedError: an admin or a supervisor keeps no cases.
        """
        if self._role not in (UserRole.OWNER, UserRole.THERAPIST):
            raise not_yours()
        options = [str(k) for k in CaseKind]
        if kind not in options:
            raise SettingError(f"{kind!r} is no kind of case", mend=f"Choose one of: {', '.join(options)}")
        case, at = new_id(), stamp()
        row = {
            "id": case,
            "label": _label(label),
            "kind": str(kind),
            "therapist": self._me,
            "created": at,
            "changed_at": at,
        }
        with self._db.begin() as conn:
            conn.execute(t.cases.insert().values(**row, names=[], overview={}))
            self._log(conn, "case.added", case)
        return case

    def rename_case(self, case: str, label: str) -> None:
        """Call a case otherwise.

        Raises:
            NotAllowedError, SettingError: it is not theirs; no label.
        """
        self._change(case, "case.renamed", label=_label(label))

    def end_case(self, case: str, ending: Ending | str | None) -> None:
        """Say how a case ended; None: it goes on.

        Raises:
            NotAllowedError, SettingError: it is not theirs; no such ending.
        """
        options = [str(e) for e in Ending]
        if ending is not None and ending not in options:
            raise SettingError(f"{ending!r} is no ending", mend=f"Choose one of: {', '.join(options)}")
        told = None if ending is None else str(ending)
        self._change(case, "case.ended" if told else "case.goes_on", refresh=True, ending=told)

    def set_next(self, case: str, day: date | None) -> None:
        """Note the day of the next appointment.

        Raises:
            NotAllowedError: it is not theirs.
        """
        self._change(case, "case.next_set", next_date=day_text(day))

    def set_names(self, case: str, names: Mapping[str, str]) -> None:
        """Keep names with the case, and what stands for each where it is shared: {"Anna": "the client"}.

        Raises:
            NotAllowedError: it is not theirs.
        """
        kept = [{"name": n.strip(), "as": a.strip() or "[name]"} for n, a in names.items() if n.strip()]
        self._change(case, "case.names_set", names=kept, changed_at=stamp())

    def hand_over(self, case: str, therapist: str) -> None:
        """Give a case to another therapist; what it was shared as stays.

        Raises:
            NotAllowedError, SettingError: it is not theirs; no such therapist.
        """
        query = select(t.users.c.id).where(
            t.users.c.id == therapist, t.users.c.role == str(UserRole.THERAPIST), t.users.c.active
        )
        with self._db.reading() as conn:
            if conn.execute(query).first() is None:
                raise SettingError("there is no such therapist", mend="Choose one of the accounts")
        self._change(case, "case.handed_over", therapist, therapist=therapist)

    def delete_case(self, case: str) -> None:
        """Delete a case and everything that belongs to it, for good: rows, what was derived from them, free pages.

        Backups made before still hold it. The audit log keeps that there was a case and what was done, without words.

        Raises:
            NotAllowedError: it is not theirs.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            conn.execute(t.cases.delete().where(t.cases.c.id == case))
            self._log(conn, "case.deleted", case)
        self._purge()

    def mark_seen(self, case: str) -> None:
        """Who asks has looked: what came until now is no longer new to them.

        Raises:
            NotAllowedError: no such case for who asks.
        """
        with self._db.begin() as conn:
            self._may_see(conn, case)
            looked = (t.looks.c.user == self._me) & (t.looks.c.case == case)
            conn.execute(t.looks.delete().where(looked))
            conn.execute(t.looks.insert().values(user=self._me, case=case, at=stamp()))

    def job(self, job: str) -> Job:
        """A piece of work, to show how far it is.

        Raises:
            NotAllowedError: no such work in a case that may be seen.
        """
        with self._db.reading() as conn:
            found = jobs_of(conn, select(t.jobs).where(t.jobs.c.id == job))
            if not found or found[0].case is None:
                raise nothing_there()
            self._may_see(conn, found[0].case)
        return found[0]

    def _jobs(self, conn: Connection, case: str) -> tuple[Job, ...]:
        query = (
            select(t.jobs)
            .where(t.jobs.c.case == case, t.jobs.c.state.in_(UNDONE))
            .order_by(t.jobs.c.created.desc())
        )
        return jobs_of(conn, query)

    def _change(
        self, case: str, action: str, what: str = "", *, refresh: bool = False, **values: object
    ) -> RowMapping:
        with self._db.begin() as conn:
            row = self._may_write(conn, case)
            conn.execute(update(t.cases).where(t.cases.c.id == case).values(**values))
            if refresh:
                self._refresh(conn, case)
            self._log(conn, action, case, what)
            return row


def _label(label: str) -> str:
    text = " ".join(label.split())
    if not text:
        raise SettingError("a case needs a label", mend="Write initials or a number: it need not be a name")
    if len(text) > LONGEST_LABEL:
        raise SettingError("the label is too long", mend=f"Keep it below {LONGEST_LABEL} characters")
    return text
