"""A case: one time line, its ledger, the client's words, the frame, notes, sharing, its end."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a local name is called date elsewhere

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import InputError
from reattune.practice.desk import Desk
from reattune.practice.users import UserRole
from reattune.practice.views import CaseFile, JobState, MeetingCard
from reattune.record import CheckIn, Ending, Sharing
from reattune.repair.frame import AREAS
from reattune.report import words
from reattune.report.ratings.words import day
from reattune.web.context import (
    current_desk,
    current_user,
    flash,
    go,
    open_practice_of,
    render,
    text,
)
from reattune.web.shown import cards, caseline, entries
from reattune.web.shown.asked import day_of, session_number
from reattune.web.shown.figures import Kept, all_figures
from reattune.web.shown.questions import QUESTIONS
from reattune.web.shown.sessionpage import facts as session_facts

router = APIRouter()
FIGURES = Kept()
"""The figure of each case's time line."""
NOTES, SAIDS, LISTED, TALK = 3, 6, 60, 6
"""Notes, check-ins, sessions and suggestions that stand on the page."""


@router.get("/cases/{case}")
def show(request: Request, case: str) -> Response:
    """The case."""
    desk = current_desk(request)
    file = desk.case(case)
    card = file.card
    dates = {m.number: m.date for m in file.meetings}
    found = entries.entries(file.ledger, dates, [o.id for o in card.open])
    desk.mark_seen(case)
    return render(
        request,
        "case/show.html.j2",
        card=card,
        home=f"/cases/{case}",
        facts=_facts(file),
        jobs=[j for j in file.jobs if j.state is not JobState.DONE][:3],
        news=cards.told(card.news, 5),
        first=next((e for e in found if e.waiting), None),
        l=_line(desk, file),
        sessions=[{"number": m.number, "facts": session_facts(m, None)} for m in _last(file.meetings)],
        saids=[cards.said(c, QUESTIONS) for c in reversed(file.checkins[-SAIDS:])],
        entries=found,
        hints=entries.hints(file.ledger),
        remarks=file.ledger.get("remarks", []),
        frame=file.frame,
        talk=file.frame_talk[-TALK:],
        areas={key: area.title for key, area in AREAS.items()},
        written=list(reversed(cards.readable(file)))[:NOTES],
        shares=file.shares,
        supervisors=_others(request, file),
        names=sorted(file.names.items()),
    )


def _last(meetings: tuple[MeetingCard, ...]) -> list[MeetingCard]:
    return list(reversed(meetings[-LISTED:]))


def _facts(file: CaseFile) -> list[str]:
    card = file.card
    said = [cards.KIND_WORDS[str(card.kind)], words.count(len(file.meetings), "session")]
    if card.last_date:
        said.append(f"last on {day(card.last_date)}")
    if card.next_date:
        said.append(f"next {cards.when(card.next_date, Date.today())}")
    if not card.mine:
        said.append(f"shared by {card.therapist_name}")
    if card.ending:
        said.append(f"ended: {cards.ENDINGS[str(card.ending)]}")
    return said


def _line(desk: Desk, file: CaseFile) -> caseline.CaseLine | None:
    case, state = file.card.id, file.card.changed_at.isoformat()
    figure = None
    if file.ratings:
        made = FIGURES.get("line", case, state, lambda: all_figures(desk.monitor(case))[:1])
        figure = made[0] if made else None
    return caseline.lay_out(
        [
            caseline.Met(
                m.number,
                m.date,
                m.attendance,
                "analysed" if m.analysed_at else "transcript" if m.format else "",
            )
            for m in file.meetings
        ],
        figure=figure,
        ruptures=file.ledger.get("ruptures", []),
        frame=[f.event for f in file.frame],
        checkins=[c.said or CheckIn(c.session, sharing=Sharing.TALK_FIRST) for c in file.checkins],
    )


def _others(request: Request, file: CaseFile) -> list[dict[str, str]]:
    """Accounts that the case could be shared with."""
    user = current_user(request)
    shared = {s.user for s in file.shares} | ({user.id} if user else set())
    return [
        {"id": one.id, "name": one.name}
        for one in open_practice_of(request).users.list()
        if one.active and one.role in (UserRole.SUPERVISOR, UserRole.THERAPIST) and one.id not in shared
    ]


@router.post("/cases/{case}/about")
def about(request: Request, case: str) -> Response:
    """Rename the case; set the next appointment."""
    desk = current_desk(request)
    desk.rename_case(case, text(request, "label"))
    desk.set_next(case, day_of(request, "next"))
    flash(request, "Kept.")
    return _home(case)


@router.post("/cases/{case}/frame")
def add_frame(request: Request, case: str) -> Response:
    """Record a change of the frame."""
    what = text(request, "what")
    if not what:
        raise InputError("What changed is missing", mend="Write it in a few words")
    area = text(request, "area")
    number, day_ = session_number(request), day_of(request)
    current_desk(request).add_frame(case, number, what, area if area in AREAS else None, day_)
    flash(request, "Recorded.")
    return _home(case, "frame-name")


@router.post("/cases/{case}/frame/{event}/delete")
def delete_frame(request: Request, case: str, event: str) -> Response:
    """Take a recorded change back."""
    current_desk(request).delete_frame(event)
    flash(request, "Deleted.")
    return _home(case, "frame-name")


@router.post("/cases/{case}/share")
def share(request: Request, case: str) -> Response:
    """Share the case with another account."""
    replaced = text(request, "replaced_names") == "yes"
    current_desk(request).share(case, text(request, "user"), replaced)
    flash(request, "Shared." + (" Names are replaced there." if replaced else ""))
    return _home(case, "about-name")


@router.post("/cases/{case}/unshare")
def unshare(request: Request, case: str) -> Response:
    """Stop sharing it."""
    current_desk(request).unshare(case, text(request, "user"))
    flash(request, "Not shared any more.")
    return _home(case, "about-name")


@router.post("/cases/{case}/names")
def names(request: Request, case: str) -> Response:
    """Keep the names to replace where the case is shared."""
    found = {}
    for line in text(request, "names").splitlines():
        name, sign, stands = line.partition("=")
        if name.strip() and not (sign and stands.strip()):
            raise InputError(
                f"The line {name.strip()!r} has no equals sign with something behind it",
                mend="Write: Anna = Name1",
            )
        if name.strip():
            found[name.strip()] = stands.strip()
    current_desk(request).set_names(case, found)
    flash(request, "Kept.")
    return _home(case, "about-name")


@router.post("/cases/{case}/end")
def end(request: Request, case: str) -> Response:
    """Say how it ended, or that it goes on."""
    said = text(request, "ending")
    current_desk(request).end_case(case, Ending(said) if said in list(Ending) else None)
    flash(request, "Kept.")
    return _home(case, "about-name")


@router.post("/cases/{case}/delete")
def delete(request: Request, case: str) -> Response:
    """Delete the case for good; its name has to be written."""
    desk = current_desk(request)
    if text(request, "sure") != desk.case(case).card.label:
        raise InputError(
            "The name does not fit, so nothing was deleted", mend="Write it as it stands on the page"
        )
    desk.delete_case(case)
    flash(request, "The case is deleted.")
    return go("/cases")


def _home(case: str, place: str = "") -> Response:
    return go(f"/cases/{case}" + (f"#{place}" if place else ""))
