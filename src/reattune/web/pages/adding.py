"""A new session: its transcript, who is who where the file does not tell, and what the client agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - a parameter below is called date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import InputError, NotAllowedError, ReattuneError, SettingError
from reattune.formats import FORMATS, read_bytes
from reattune.practice.desk import Desk
from reattune.practice.views import CaseCard, Consent
from reattune.record import Attendance, Role, Session
from reattune.web.context import (
    current_desk,
    current_user,
    flash,
    go,
    render,
    state_of,
    text,
    upload,
)
from reattune.web.holding import Held, holding_of
from reattune.web.shown import talk
from reattune.web.shown.asked import day_of, number, session_number
from reattune.web.uploads import take

router = APIRouter()
THERE = "This session has a transcript already"
PARTS = (
    ("therapist", "the therapist"),
    ("client", "the client, or one of the clients"),
    ("third", "neither: an interpreter, a voice from outside"),
)
AT_WORK = (("self", "you"), ("other", "the other"), ("third", "neither"))


@router.get("/cases/{case}/sessions/new")
def new(request: Request, case: str) -> Response:
    """The form."""
    return _form(request, current_desk(request), case)


@router.post("/cases/{case}/sessions/new")
def add(request: Request, case: str) -> Response:
    """Take a transcript. Without the client's agreement the words are not kept, not even for a moment on the disk."""
    desk = current_desk(request)
    card = _own(desk, case)
    try:
        n, day = session_number(request), day_of(request)
        said = text(request, "consent")
        consent = Consent(said) if said in list(Consent) else Consent.UNKNOWN
        if consent is not Consent.GIVEN:
            made = _appointment(desk, case, n, day)
            desk.set_consent(case, made, consent)
            flash(request, "The appointment is noted. Its words were not kept.")
            return go(f"/cases/{case}/sessions/{made}")
        if (
            any(m.number == n and m.format for m in desk.case(case).meetings)
            and text(request, "replace") != "yes"
        ):
            raise InputError(THERE, mend="Choose another number, or tick below that this one takes its place")
        sessions = _read(request)
    except ReattuneError as error:
        return _form(request, desk, case, error)
    if len(sessions) == 1 and not talk.uncertain(sessions[0]):
        return _added(request, desk, case, n, day or sessions[0].date, sessions[0])
    token = holding_of(request).put(_owner(request), case, n, day, tuple(sessions))
    held = holding_of(request).find(token, _owner(request), case)
    if held is None:
        raise InputError("The file did not stay", mend="Bring it once more")
    return _voices(request, card, token, held, 0)


@router.post("/cases/{case}/sessions/who")
def who(request: Request, case: str) -> Response:
    """Take a person's word on who is who."""
    desk = current_desk(request)
    card, token = _own(desk, case), text(request, "held")
    held = holding_of(request).find(token, _owner(request), case)
    if held is None:
        error = InputError(
            "The file is not here any more", mend="It was kept for half an hour. Bring it once more"
        )
        return _form(request, desk, case, error)
    which = min(number(text(request, "which"), 0), len(held.sessions) - 1)
    session = held.sessions[which]
    given = {}
    for n, voice in enumerate(talk.voices(held.sessions[number(text(request, "shown"), 0)])):
        role = text(request, f"role-{n}")
        if role in list(Role):
            given[voice.speaker] = Role(role)
    if any(one.speaker not in given for one in session.roles):
        return _voices(request, card, token, held, which)
    told = talk.with_roles(session, given)
    lacking = _lacking(told)
    if lacking is not None:
        return _voices(request, card, token, held, which, lacking)
    answer = _added(request, desk, case, held.number, held.date or told.date, told)
    holding_of(request).done(token)
    return answer


@router.post("/cases/{case}/sessions/away")
def away(request: Request, case: str) -> Response:
    """Note an appointment without a transcript."""
    desk = current_desk(request)
    _own(desk, case)
    said = text(request, "attendance")
    attendance = Attendance(said) if said in list(Attendance) else Attendance.HELD
    made = desk.add_meeting(case, day_of(request), attendance)
    flash(request, f"Appointment {made} is noted.")
    return go(f"/cases/{case}")


def _own(desk: Desk, case: str) -> CaseCard:
    card: CaseCard = desk.case(case).card
    if not card.mine:
        raise NotAllowedError("this case is shared with you to read", mend="Ask its therapist to add it")
    return card


def _owner(request: Request) -> str:
    user = current_user(request)
    return "" if user is None else user.id


def _read(request: Request) -> Sequence[Session]:
    came = upload(request, "file")
    if came is None:
        raise InputError("There is no file yet", mend="Choose the transcript, or drop it on the field")
    file = take(came, state_of(request).config)
    therapist, client = text(request, "therapist"), text(request, "client")
    clients = [label.strip() for label in client.split(",") if label.strip()]
    try:
        return read_bytes(file.data, file.name, therapist=therapist or None, client=clients or None)
    except SettingError as error:
        raise InputError(_plain(error.what), mend=_plain(error.mend)) from error


def _plain(sentence: str) -> str:
    """The options of the command line by their names on this page."""
    return sentence.replace("--therapist", "therapist's label").replace("--client", "client's label")


def _appointment(desk: Desk, case: str, n: int, day: Date | None) -> int:
    if any(m.number == n for m in desk.case(case).meetings):
        return n
    return desk.add_meeting(case, day, number=n)


def _added(request: Request, desk: Desk, case: str, n: int, day: Date | None, session: Session) -> Response:
    job = desk.add_transcript(case, n, session, day, Consent.GIVEN)
    flash(request, "The transcript is kept, and is now being looked through.")
    return go(f"/jobs/{job}")


def _lacking(session: Session) -> ReattuneError | None:
    roles = {one.role for one in session.roles}
    if not any(role.helps for role in roles):
        return InputError("Nobody is the therapist", mend="Say who holds the helping part")
    if not any(role.strains for role in roles):
        return InputError("Nobody is the client", mend="Say who is being helped")
    return None


def _form(request: Request, desk: Desk, case: str, error: ReattuneError | None = None) -> Response:
    card = _own(desk, case)
    asked = request.query_params.get("session") or text(request, "session")
    return render(
        request,
        "session/new.html.j2",
        400 if error else 200,
        card=card,
        home=f"/cases/{case}",
        session=number(asked, card.sessions + 1),
        date=text(request, "date") or Date.today().isoformat(),
        formats=list(dict.fromkeys(ending for one in FORMATS for ending in one.endings)),
        error=None if error is None else {"what": _plain(error.what), "mend": _plain(error.mend)},
        labels=error is not None and ("speaker" in error.what or bool(text(request, "therapist"))),
        there=error is not None and error.what == THERE,
        therapist=text(request, "therapist"),
        client=text(request, "client"),
    )


def _voices(
    request: Request, card: CaseCard, token: str, held: Held, which: int, error: ReattuneError | None = None
) -> Response:
    session = held.sessions[which]
    return render(
        request,
        "session/voices.html.j2",
        400 if error else 200,
        card=card,
        home=f"/cases/{card.id}",
        held=token,
        which=which,
        several=[(i, f"{s.id} ({len(s)} turns)") for i, s in enumerate(held.sessions)],
        voices=talk.voices(session),
        parts=AT_WORK if any(v.role in (Role.SELF, Role.OTHER) for v in talk.voices(session)) else PARTS,
        error=None if error is None else {"what": error.what, "mend": error.mend},
    )
