"""A session: what was found in it, the whole transcript with its marks, and a person's corrections."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import NotAllowedError
from reattune.practice.desk import Desk
from reattune.practice.views import Consent, Correction, CorrectionCard, JobState, SessionFile
from reattune.record import Session
from reattune.report.view import View, marks
from reattune.report.view import view as viewed
from reattune.report.words import number as numbered
from reattune.scheme import load_scheme
from reattune.web.context import current_desk, flash, go, render, text, texts
from reattune.web.shown import sessionpage, talk
from reattune.web.shown.asked import number

router = APIRouter()
AROUND = 4
"""Turns shown before the one that is corrected."""
FAMILIES = {
    "withdrawal": "Withdrawal: away from you or the work",
    "confrontation": "Confrontation: against you or the work",
    "strategy": "A step towards repair",
    "contribution": "What may have added to it",
}


@router.get("/cases/{case}/sessions/{n}")
def show(request: Request, case: str, n: int) -> Response:
    """What was found in a session."""
    desk = current_desk(request)
    file = desk.session(case, n)
    home, base = _paths(case, n)
    view = viewed(file.findings) if file.findings is not None else None
    job = file.meeting.job
    numbers = [m.number for m in desk.case(case).meetings]
    standing = [e for e in file.episodes if e.episode is not None]
    return render(
        request,
        "session/show.html.j2",
        case=file.card,
        number=n,
        home=home,
        base=base,
        mine=file.card.mine,
        facts=sessionpage.facts(file.meeting, file.session),
        earlier=max((m for m in numbers if m < n), default=None),
        later=min((m for m in numbers if m > n), default=None),
        waiting=None
        if job is None or job.state is JobState.FAILED
        else {"message": job.message, "percent": round(100 * job.progress)},
        failed=job.message if job is not None and job.state is JobState.FAILED else "",
        view=view,
        told=[sessionpage.told(e) for e in standing],
        aside=sessionpage.set_aside(file),
        threads=sessionpage.goes_back(file.threads, _around(desk, case, file), home),
        at=lambda turn: sessionpage.turn_path(home, n, turn),
        nothing=_nothing(file),
        consent=str(file.meeting.consent),
        words_kept=file.meeting.words_kept,
    )


def _nothing(file: SessionFile) -> str:
    if file.session is None:
        return "There is no transcript of this session."
    return "The transcript is here, and has not been looked through yet."


def _around(desk: Desk, case: str, file: SessionFile) -> dict[int, Session]:
    """This session's words and those of the sessions that its threads lead to."""
    found = {} if file.session is None else {file.meeting.number: file.session}
    for n in sorted({link.to.session for one in file.threads for link in one.links[: sessionpage.EARLIER]}):
        if n not in found:
            try:
                other = desk.session(case, n).session
            except NotAllowedError:  # deleted in the meantime
                continue
            if other is not None:
                found[n] = other
    return found


@router.get("/cases/{case}/sessions/{n}/transcript")
def transcript(request: Request, case: str, n: int) -> Response:
    """The whole transcript with marks, a part at a time."""
    desk = current_desk(request)
    file = desk.session(case, n)
    home, base = _paths(case, n)
    if file.findings is None or file.coding is None:
        return go(base)
    view = viewed(file.findings)
    total = len(view.lines)
    turn = min(number(request.query_params.get("turn"), 0), total)
    pages = talk.pages(total)
    asked = number(request.query_params.get("page"), 1)
    page = min(max(talk.page_of(turn - 1) if turn else asked, 1), pages)
    return render(
        request,
        "session/transcript.html.j2",
        case=file.card,
        number=n,
        home=home,
        base=base,
        mine=file.card.mine,
        facts=sessionpage.facts(file.meeting, file.session),
        view=view,
        page=page,
        pages=pages,
        lines=talk.marked(
            view, file.coding.turns, file.findings.coding.turns, page, _links(file, home)
        ),
        back=_back(request.query_params.get("from", ""), home),
    )  # fmt: skip


def _links(file: SessionFile, home: str) -> dict[int, list[dict[str, Any]]]:
    """By turn, the ways to the earlier turns that it may go back to."""
    found: dict[int, list[dict[str, Any]]] = {}
    for one in file.threads:
        if one.disclosed.turn is None:
            continue
        back = f"{one.disclosed.session}.{numbered(one.disclosed.turn)}"
        for link in one.links[:2]:
            if link.to.turn is not None:
                turn = numbered(link.to.turn)
                there = sessionpage.turn_path(home, link.to.session, turn, back)
                found.setdefault(one.disclosed.turn, []).append(
                    {"session": link.to.session, "number": turn, "there": there}
                )
    return found


def _back(asked: str, home: str) -> dict[str, Any] | None:
    """The way back to the turn that led here, "5.43"."""
    session, _, turn = asked.partition(".")
    if not (session.isdecimal() and turn.isdecimal() and len(asked) < 14):
        return None
    n, t = int(session), int(turn)
    return {"session": n, "number": t, "href": sessionpage.turn_path(home, n, t)}


@router.get("/cases/{case}/sessions/{n}/turns/{turn}")
def turn_page(request: Request, case: str, n: int, turn: int) -> Response:
    """One turn with what it may carry; the coder's version stands beside."""
    file = current_desk(request).session(case, n)
    home, base = _paths(case, n)
    view, i = _view_of(file, turn)
    if file.coding is None or file.findings is None or not file.card.mine:
        return go(base)
    session = file.findings.session
    return render(
        request,
        "session/turn.html.j2",
        case=file.card,
        number=n,
        home=home,
        base=base,
        turn=view.lines[i],
        around=view.lines[max(0, i - AROUND) : i + 1],
        there=sessionpage.turn_path(home, n, turn),
        choices=talk.choices(session.turns[i].role, file.coding.turns[i], file.findings.coding.turns[i]),
        titles=FAMILIES,
        machine=marks(file.coding.turns[i]),
        history=sessionpage.history(file.corrections, i, _when),
    )


@router.post("/cases/{case}/sessions/{n}/turns/{turn}")
def correct_turn(request: Request, case: str, n: int, turn: int) -> Response:
    """Keep a person's codes for a turn."""
    known = {one.code for one in load_scheme().codes}
    codes = tuple(code for code in texts(request, "code") if code in known)
    current_desk(request).correct(case, n, Correction(turn=turn - 1, codes=codes))
    flash(request, f"Kept: your version of turn {turn}.")
    return go(sessionpage.turn_path(_paths(case, n)[0], n, turn))


@router.post("/cases/{case}/sessions/{n}/moments/{start}")
def correct_moment(request: Request, case: str, n: int, start: int) -> Response:
    """Keep a person's view of a moment. ``start`` is the number of its first turn."""
    desk = current_desk(request)
    base = _paths(case, n)[1]
    if text(request, "undo"):
        desk.undo_correction(text(request, "undo"))
        flash(request, "Taken back: the coder's version stands again.")
        return go(base)
    weight = number(text(request, "significance"), 0)
    desk.correct(
        case,
        n,
        Correction(
            episode=start - 1,
            real=text(request, "strain") != "no",
            type=text(request, "type") or None,
            outcome=text(request, "outcome") or None,
            significance=weight if 1 <= weight <= 5 else None,
            note=text(request, "note"),
        ),
    )
    flash(request, "Kept: your view. The coder's version stays beside it.")
    return go(base)


@router.post("/cases/{case}/sessions/{n}/corrections/{correction}/undo")
def undo(request: Request, case: str, n: int, correction: str) -> Response:
    """Take a correction back."""
    current_desk(request).undo_correction(correction)
    flash(request, "Taken back.")
    return go(_paths(case, n)[1])


@router.post("/cases/{case}/sessions/{n}/consent")
def consent(request: Request, case: str, n: int) -> Response:
    """Note what the client said to this session's analysis."""
    said = text(request, "consent")
    if said in list(Consent):
        current_desk(request).set_consent(case, n, Consent(said))
        flash(request, "Noted." if said != "withheld" else "Noted. The words of this session are deleted.")
    return go(_paths(case, n)[1])


@router.post("/cases/{case}/sessions/{n}/words/delete")
def delete_words(request: Request, case: str, n: int) -> Response:
    """Delete the words; marks and places stay."""
    if text(request, "sure") == "yes":
        current_desk(request).delete_words(case, n)
        flash(request, "The words are deleted. Marks and places stay.")
    return go(_paths(case, n)[1])


@router.post("/cases/{case}/sessions/{n}/delete")
def delete(request: Request, case: str, n: int) -> Response:
    """Delete a session for good."""
    if text(request, "sure") != "yes":
        return go(_paths(case, n)[1])
    current_desk(request).delete_session(case, n)
    flash(request, f"Session {n} is deleted.")
    return go(_paths(case, n)[0])


def _paths(case: str, n: int) -> tuple[str, str]:
    home = f"/cases/{case}"
    return home, f"{home}/sessions/{n}"


def _view_of(file: SessionFile, turn: int) -> tuple[View, int]:
    if file.findings is None or not 1 <= turn <= len(file.findings.session.turns):
        raise NotAllowedError("there is no such turn", mend="Choose one of the transcript")
    return viewed(file.findings), turn - 1


def _when(one: CorrectionCard) -> str:
    return f"{one.at:%Y-%m-%d}"
