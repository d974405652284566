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
    did = entry.action.replace(".", ": ").replace("_", " ")
    what = " ".join(names.get(word, word) for word in entry.what.split(" "))
    return Line(
        moment.strftime("%Y-%m-%d %H:%M"), names.get(entry.actor, "A former account"), did, case, href, what
    )
