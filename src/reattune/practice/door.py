"""The client's side: what can be done with a link, and nothing else. No account, no name, no way from here into the case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select, update

from reattune.errors import NotAllowedError, SettingError
from reattune.formats.casefolder.rows import ITEMS, KINDS
from reattune.practice.clock import now, read_day, read_moment, stamp
from reattune.practice.ledgerkeeping import refresh
from reattune.practice.scoring import score_forms
from reattune.practice.tokens import LENGTH, token_hash
from reattune.practice.views import FilledForm, Invitation, News
from reattune.practice.writing import checkin_values, drop_ratings, put_checkin, put_ratings
from reattune.record import CheckIn, Sharing
from reattune.store import audit, codec
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.practice.core import Core

CLIENT = "client"
"""Who acts here, in the audit log: no more is known."""
FORM = "check-in"
"""The form that a check-in's answers are kept as."""
LONGEST_WORDS = 4000
_MOST = 10.0
_STRONGEST = 5
_NEWS = {
    Sharing.READ_NOW: "The client filled in the check-in after session {}.",
    Sharing.TALK_FIRST: "After session {} the client would like to talk about something first.",
}


class Door:
    """What a client can do with a link."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def open(self, token: str) -> Invitation | None:
        """What to show for a link; None where it is unknown, expired or revoked: which of these is not told."""
        with self._core.database.reading() as conn:
            row = self._row(conn, token)
            if row is None:
                return None
            before = self._before(conn, row["id"])
            day = select(t.meetings.c.date).where(
                t.meetings.c.case == row["case"], t.meetings.c.number == row["session"]
            )
            made = Invitation(
                session=row["session"],
                date=read_day(conn.execute(day).scalar()),
                expires=read_moment(row["expires"]),
                readers=_readers(conn, row["case"]),
                danger_text={},
                languages=(),
                said=None if before is None else codec.loads(CheckIn, before["body"]),
                last_changed=None if before is None else read_moment(before["changed_at"]),
            )
        settings = self._core.settings
        return replace(made, danger_text=settings.danger_text, languages=settings.languages)

    def answer(self, token: str, said: CheckIn) -> None:
        """Keep what the client said, in the place of what was said before by this link.

        Read it now: the therapist reads it, and it enters ledger and ratings. Talk about it first: that there is something, and
        no more. Keep it: nobody is told that there is anything.

        Raises:
            NotAllowedError: the link is unknown, expired or revoked.
            SettingError: an answer that there is not.
        """
        with self._core.database.begin() as conn:
            row = self._row(conn, token)
            if row is None:
                raise NotAllowedError("this link no longer works", mend="Ask for a new one")
            case, session = row["case"], row["session"]
            said = replace(checked(said), session=session, date=said.date or now().date())
            before = self._before(conn, row["id"])
            was = None if before is None else Sharing(before["sharing"])
            if before is None:
                put_checkin(conn, case, said, row["id"])
            else:
                own = t.checkins.c.id == before["id"]
                conn.execute(update(t.checkins).where(own).values(**checkin_values(said)))
            conn.execute(update(t.links).where(t.links.c.id == row["id"]).values(last_used=stamp()))
            told = said.sharing is not Sharing.KEEP or was not in (None, Sharing.KEEP)
            if not told:
                return  # neither ledger, card nor log may show that something came
            drop_ratings(conn, case, session, CLIENT, FORM)
            if said.sharing is Sharing.READ_NOW and (form := _form(said)) is not None:
                put_ratings(conn, case, score_forms(case, [form]), [form])
            text = _NEWS.get(said.sharing)
            news = [] if text is None else [News(now(), "check_in", text.format(session))]
            refresh(conn, case, news=news)
            audit.append(conn, CLIENT, "checkin.said", case, f"session {session}")

    def read_back(self, token: str) -> CheckIn | None:
        """What was said by this link; None where nothing was, or the link no longer works."""
        found = self.open(token)
        return None if found is None else found.said

    def _row(self, conn: Connection, token: str) -> RowMapping | None:
        if len(token) != LENGTH:
            return None
        links = t.links.c
        query = select(t.links).where(
            links.token_hash == token_hash(token), links.revoked_at.is_(None), links.expires > stamp()
        )
        return conn.execute(query).mappings().first()

    @staticmethod
    def _before(conn: Connection, link: str) -> RowMapping | None:
        return conn.execute(select(t.checkins).where(t.checkins.c.link == link)).mappings().first()


def checked(said: CheckIn) -> CheckIn:
    """The check-in, if a client can have said it.

    Raises:
        SettingError: an unknown item or kind, a value out of range, too many words.
    """
    for key, value in said.answers:
        if key not in ITEMS or not 0 <= value <= _MOST:
            raise SettingError(
                f"{key!r} cannot be answered with {value!r}", mend=f"Items are {', '.join(ITEMS)}, 0 to 10"
            )
    if any(kind not in KINDS for kind in said.kinds):
        raise SettingError("something was picked that is not offered", mend=f"Offered are {', '.join(KINDS)}")
    if said.strength is not None and not 1 <= said.strength <= _STRONGEST:
        raise SettingError("the strength is 1 to 5", mend="Leave it empty, or choose again")
    if len(said.words) > LONGEST_WORDS:
        raise SettingError("there are too many words", mend=f"Keep it below {LONGEST_WORDS} characters")
    return replace(said, words=said.words.strip())


def _form(said: CheckIn) -> FilledForm | None:
    """The answers as a filled-in form; None where nothing that makes a score was answered."""
    items: dict[str, float | None] = dict(said.answers)
    if len(items) < len(ITEMS):
        return None
    if said.hard_to_say is not None:
        items["hard"] = float(said.hard_to_say)
    return FilledForm(said.session, said.date, CLIENT, FORM, items)


def _readers(conn: Connection, case: str) -> tuple[tuple[str, str], ...]:
    """Who may read what the client lets be read: the therapist, and those with whom the case is shared."""
    own = (
        select(t.users.c.name, t.users.c.role)
        .join(t.cases, t.cases.c.therapist == t.users.c.id)
        .where(t.cases.c.id == case)
    )
    others = (
        select(t.users.c.name, t.users.c.role)
        .join(t.shares, t.shares.c.user == t.users.c.id)
        .where(t.shares.c.case == case)
        .order_by(t.users.c.name)
    )
    found = [*conn.execute(own), *conn.execute(others)]
    return tuple(
        ("", "therapist") if r.role == "owner" else (r.name, "therapist" if i == 0 else r.role)
        for i, r in enumerate(found)
    )
