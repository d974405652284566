"""Who else sees a case, the client's links, alerts and their answers, and the audit log."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from reattune.errors import SettingError
from reattune.practice.access import nothing_there
from reattune.practice.clock import now, stamp
from reattune.practice.ledgerkeeping import answer_on_card, ledger_of
from reattune.practice.reading import links_of
from reattune.practice.seat import Seat, new_id
from reattune.practice.tokens import new_token, token_hash
from reattune.practice.users import UserRole
from reattune.practice.views import LinkCard
from reattune.practice.writing import put_meetings
from reattune.store import tables as t
from reattune.store.audit import AuditCheck, Entry, entries, verify

LONGEST_LINK_DAYS = 90
ANSWERS = ("yes", "not_so")
SHARED_WITH = (str(UserRole.SUPERVISOR), str(UserRole.THERAPIST))


class SharingPart(Seat):
    """What one can let others do."""

    def share(self, case: str, user: str, replaced_names: bool = True) -> None:
        """Let a supervisor or another therapist read a case; shared again, it is shared in the new way.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: no such supervisor or therapist.
        """
        known = select(t.users.c.id).where(
            t.users.c.id == user, t.users.c.active, t.users.c.role.in_(SHARED_WITH)
        )
        with self._db.begin() as conn:
            row = self._may_write(conn, case)
            if conn.execute(known).first() is None or user == row["therapist"]:
                raise SettingError(
                    "it cannot be shared with this account", mend="Choose a supervisor or a therapist"
                )
            conn.execute(t.shares.delete().where(t.shares.c.case == case, t.shares.c.user == user))
            conn.execute(
                t.shares.insert().values(case=case, user=user, replaced_names=replaced_names, created=stamp())
            )
            how = "names replaced" if replaced_names else "with names"
            self._log(conn, "case.shared", case, f"with {user}, {how}")

    def unshare(self, case: str, user: str) -> None:
        """Take a share back.

        Raises:
            NotAllowedError: the case is not theirs.
        """
        with self._db.begin() as conn:
            self._may_write(conn, case)
            conn.execute(t.shares.delete().where(t.shares.c.case == case, t.shares.c.user == user))
            self._log(conn, "case.unshared", case, f"with {user}")

    def make_link(self, case: str, session: int, days: int = 14) -> tuple[str, str]:
        """A link by which the client can say something after one session.

        Returns:
            The link's id, and its token, which is shown this once: only a hash of it is kept.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: a number of days that a link cannot last.
        """
        if not 1 <= days <= LONGEST_LINK_DAYS:
            raise SettingError(f"a link cannot last {days} days", mend=f"Choose 1 to {LONGEST_LINK_DAYS}")
        if session < 1:
            raise SettingError("sessions count from 1", mend="Name the session that it is for")
        link, token = new_id(), new_token()
        until = (now() + timedelta(days=days)).isoformat(timespec="milliseconds")
        with self._db.begin() as conn:
            self._may_write(conn, case)
            put_meetings(conn, case, {session: None})
            conn.execute(
                t.links.insert().values(
                    id=link,
                    case=case,
                    session=session,
                    token_hash=token_hash(token),
                    created=stamp(),
                    expires=until,
                )
            )
            self._log(conn, "link.made", case, f"session {session}")
        return link, token

    def revoke_link(self, link: str) -> None:
        """Close a link for good; what the client said by it stays.

        Raises:
            NotAllowedError: no such link in a case of theirs.
        """
        with self._db.begin() as conn:
            row = conn.execute(select(t.links).where(t.links.c.id == link)).mappings().first()
            if row is None:
                raise nothing_there()
            self._may_write(conn, row["case"])
            conn.execute(update(t.links).where(t.links.c.id == link).values(revoked_at=stamp()))
            self._log(conn, "link.revoked", row["case"], f"session {row['session']}")

    def links(self, case: str) -> list[LinkCard]:
        """A case's links, newest first.

        Raises:
            NotAllowedError: the case is not theirs.
        """
        with self._db.reading() as conn:
            self._may_write(conn, case)
            return list(links_of(conn, case, stamp()))

    def answer_alert(self, case: str, rupture: str, answer: str) -> None:
        """Whether there was something ("yes") or not ("not_so"). It is kept and learnt from; the entry stays in the ledger.

        Raises:
            NotAllowedError: the case is not theirs.
            SettingError: no such answer, or no such entry.
        """
        if answer not in ANSWERS:
            raise SettingError(f"{answer!r} is no answer", mend=f"Choose one of: {', '.join(ANSWERS)}")
        with self._db.begin() as conn:
            row = self._may_write(conn, case)
            known = {one["id"]: one for one in row["overview"].get("open", ())}
            standing = {one["id"]: one for one in ledger_of(conn, case)["ruptures"]}
            if rupture not in standing:
                raise SettingError(f"there is no entry {rupture!r}", mend="Choose one of the ledger")
            kind = known[rupture]["kind"] if rupture in known else "transcript"
            conn.execute(
                t.alert_answers.insert().values(
                    id=new_id(),
                    case=case,
                    rupture=rupture,
                    kind=kind,
                    probability=standing[rupture]["probability"],
                    answer=answer,
                    by=self._me,
                    at=stamp(),
                )
            )
            answer_on_card(conn, row, rupture, answer)
            self._log(conn, "alert.answered", case, f"{rupture}: {answer}")

    def audit(self, case: str | None = None, limit: int = 200) -> list[Entry]:
        """Who did what, newest first: of one case for who may see it; all of it for owner and admin, own acts for others.

        Raises:
            NotAllowedError: no such case for who asks.
        """
        with self._db.reading() as conn:
            if case is not None:
                self._may_write(conn, case)
                return entries(conn, case, limit)
            if self._role in (UserRole.OWNER, UserRole.ADMIN):
                return entries(conn, None, limit)
            query = (
                select(t.audit).where(t.audit.c.actor == self._me).order_by(t.audit.c.seq.desc()).limit(limit)
            )
            return [
                Entry(r["seq"], r["at"], r["actor"], r["action"], r["case"], r["what"])
                for r in conn.execute(query).mappings()
            ]

    def check_audit(self) -> AuditCheck:
        """Walk the whole log: whether it is as it was written."""
        with self._db.reading() as conn:
            return verify(conn)
