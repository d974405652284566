"""Links for a client: make one, hand it over as a code or a slip, open it on the practice's tablet, revoke it, see its state."""

from __future__ import annotations

import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import NotAllowedError, SettingError
from reattune.practice.desk import Desk
from reattune.practice.views import CaseFile
from reattune.record import Attendance
from reattune.web.client import language_of
from reattune.web.context import (
    current_desk,
    current_user,
    flash,
    go,
    open_practice_of,
    render,
    sign_out,
    state_of,
    text,
)
from reattune.web.i18n import languages, translator
from reattune.web.qr import base_address, only_here, qr_code
from reattune.web.seal import Seal
from reattune.web.tablet import HOURS, hand_over, take_back

router = APIRouter()

DAYS = (7, 14, 28)
"""For how long a link may be good."""


@router.get("/cases/{case}/links")
def show(request: Request, case: str) -> Response:
    """The case's links, and what a new one is for."""
    response = _page(request, current_desk(request).case(case))
    # Someone is signed in: the device is back from the waiting room.
    take_back(response)
    return response


@router.post("/cases/{case}/links")
def make(request: Request, case: str) -> Response:
    """Make a link and show it, this once: the practice keeps only its hash."""
    desk = current_desk(request)
    days = int(text(request, "days")) if text(request, "days") in {str(d) for d in DAYS} else 14
    session = _session(request, desk, case)
    link, token = _make(request, desk, case, session, days)
    language = language_of(request, open_practice_of(request).settings.languages)
    file = desk.case(case)
    address = f"{base_address(request)}/c/{token}"
    card = next(c for c in file.links if c.id == link)
    return render(
        request,
        "links/slip.html.j2",
        card=file.card,
        link=card,
        date=next((m.date for m in file.meetings if m.number == session), None),
        address=address,
        qr=qr_code(f"{address}?lang={language.code}"),
        only_here=only_here(request),
        slip=translator(language),
        slip_language=language,
    )


@router.post("/cases/{case}/links/tablet")
def tablet(request: Request, case: str) -> Response:
    """Hand the device to the client: sign out here first, then lead to the check-in."""
    desk = current_desk(request)
    session = _session(request, desk, case)
    _, token = _make(request, desk, case, session, 14)
    path = f"/t/{token}"
    language = language_of(request, open_practice_of(request).settings.languages)
    sign_out(request)
    response = go(f"{path}?lang={language.code}")
    hand_over(response, path, secure=state_of(request).config.tls)
    return response


@router.post("/cases/{case}/links/{link}/revoke")
def revoke(request: Request, case: str, link: str) -> Response:
    """Close a link at once."""
    desk = current_desk(request)
    if all(one.id != link for one in desk.links(case)):
        raise NotAllowedError("there is no such link in this case", mend="Choose one of the list")
    desk.revoke_link(link)
    flash(request, "The link is closed. What was answered by it stays.")
    return go(f"/cases/{case}/links")


def _make(request: Request, desk: Desk, case: str, session: int, days: int) -> tuple[str, str]:
    """A link's id and token. The seals' secret is made here, so that no first answer shows in the log by it."""
    made = desk.make_link(case, session, days=days)
    Seal(open_practice_of(request)).make("")
    return made


def _session(request: Request, desk: Desk, case: str) -> int:
    """The session that a link is for: one there is, or today's, which is then added."""
    chosen = text(request, "session")
    if chosen == "today":
        return desk.add_meeting(case, _today())
    known = {str(m.number): m.number for m in desk.case(case).meetings}
    if chosen not in known:
        raise SettingError("there is no such session in this case", mend="Go back and choose one of the list")
    return known[chosen]


def _today() -> datetime.date:
    """The day on the wall of the practice."""
    return datetime.date.today()


def _page(request: Request, file: CaseFile) -> Response:
    practice, user = open_practice_of(request), current_user(request)
    today = _today()
    held = [m for m in reversed(file.meetings) if m.attendance is Attendance.HELD]
    return render(
        request,
        "links/index.html.j2",
        card=file.card,
        links=sorted(file.links, key=lambda one: one.created, reverse=True),
        meetings=held,
        dates={m.number: m.date for m in file.meetings},
        today=None if any(m.date == today for m in held) else today,
        days=DAYS,
        hours=HOURS,
        offered=[languages()[c] for c in practice.settings.languages if c in languages()],
        danger_missing=[
            languages()[c].name
            for c in practice.settings.languages
            if c in languages() and not practice.settings.danger_text.get(c)
        ],
        may_set=user is None,
        only_here=only_here(request),
        states={
            "open": "open, not answered yet",
            "answered": "answered",
            "expired": "run out",
            "revoked": "closed",
        },
    )
