"""Who looked at what, and when: the log of the practice, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.store import audit
from reattune.store.audit import Entry
from reattune.web.context import current_desk, current_user, open_practice_of, render, role_of

router = APIRouter()
SHOWN = 200
MOST = 5_000
ACTORS = {
    "owner": "Owner",
    "client": "Client, by link",
    "unknown": "Somebody unknown",
    "worker": "The program",
}

DEEDS = {
    "alert.answered": "answered a possible strain",
    "backup.deleted": "deleted a backup",
    "backup.fetched": "took a backup along",
    "backup.made": "made a backup",
    "backup.restored": "went back to a backup",
    "case.added": "opened the case",
    "case.brought_in": "brought the case in",
    "case.deleted": "deleted the case",
    "case.ended": "ended the case",
    "case.goes_on": "took the case up again",
    "case.handed_over": "handed the case over",
    "case.import_finished": "finished an import",
    "case.imported": "imported the case",
    "case.names_set": "changed the names to replace",
    "case.next_set": "set the next appointment",
    "case.not_brought_in": "could not bring the case in",
    "case.read": "looked at the case",
    "case.renamed": "renamed the case",
    "case.shared": "shared the case",
    "case.taken_out": "took the case out",
    "case.unshared": "ended sharing",
    "cases.handed_over": "handed cases over",
    "checkin.said": "answered a check-in",
    "correction.made": "corrected the analysis",
    "correction.undone": "undid a correction",
    "frame.added": "noted a change of the frame",
    "frame.deleted": "deleted a change of the frame",
    "link.made": "made a link",
    "link.revoked": "revoked a link",
    "note.added": "wrote a note",
    "note.changed": "changed a note",
    "note.deleted": "deleted a note",
    "overview.read": "looked at the overview",
    "practice.made": "made the practice",
    "practice.opened": "opened the practice",
    "rating.deleted": "deleted a rating",
    "ratings.added": "added ratings",
    "ratings.read": "looked at ratings",
    "session.added": "added a session",
    "session.changed": "changed a session",
    "session.deleted": "deleted a session",
    "session.read": "looked at a session",
    "setting.changed": "changed a setting",
    "transcript.added": "added a transcript",
    "transcript.imported": "imported a transcript",
    "transcript.words_deleted": "deleted a transcript's words",
    "user.added": "opened an account",
    "user.closed": "closed an account",
    "user.logged_in": "signed in",
    "user.login_refused": "was not let in",
    "user.opened": "opened an account again",
    "user.password_set": "set a password",
}
"""What an action of the log is called; one that is missing here is shown by its own name."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown: ``case`` is empty where there is none or where its name is not for this reader."""

    at: str
    who: str
    did: str
    case: str
    href: str
    what: str


@router.get("/audit")
def show(request: Request) -> Response:
    """The newest entries that this reader may see; with ``?more=yes`` many more."""
    desk, user, practice = current_desk(request), current_user(request), open_practice_of(request)
    limit = MOST if "more" in request.query_params else SHOWN
    entries = desk.audit(limit=limit)
    names = {u.id: u.name for u in practice.users.list()} | ACTORS
    labels = {c.id: c.label for c in desk.cases(ended=True)} if role_of(user) != "admin" else {}
    check = None
    if role_of(user) in ("owner", "admin"):
        with practice.database.reading() as conn:
            check = audit.verify(conn)
    return render(
        request,
        "audit.html.j2",
        lines=[_line(e, names, labels) for e in entries],
        check=check,
        more=len(entries) == limit and limit < MOST,
    )


def _line(entry: Entry, names: dict[str, str], labels: dict[str, str]) -> Line:
    moment = datetime.fromisoformat(entry.at).astimezone()
    case, href = "", ""
    if entry.case is not None:
        case = labels.get(entry.case, f"case {entry.case[:6]}")
        href = f"/cases/{entry.case}" if entry.case in labels else ""
    did = DEEDS.get(entry.action, entry.action.replace(".", ": ").replace("_", " "))
    what = " ".join(names.get(word, word) for word in entry.what.split(" "))
    return Line(
        moment.strftime("%Y-%m-%d %H:%M"), names.get(entry.actor, "A former account"), did, case, href, what
    )
