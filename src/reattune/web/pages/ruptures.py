"""One entry of the ledger: what it rests on, what could be done next (on one printed page), and the therapist's word on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import InputError, NotAllowedError
from reattune.practice.desk import Desk
from reattune.record import Session
from reattune.repair.printing import STRENGTHS
from reattune.report.clean import shorten
from reattune.web.context import current_desk, flash, go, render, text
from reattune.web.shown import entries
from reattune.web.shown.entries import Place
from reattune.web.shown.sessionpage import turn_path

router = APIRouter()
QUOTE = 280
TRIED = 4
STATUSES = (
    ("open", "Still open"),
    ("in_repair", "In repair: it has been taken up"),
    ("repaired", "Repaired"),
    ("referred", "The client goes on with somebody else"),
    ("no_rupture", "It is none: not a strain"),
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """The words of a turn, and the way there."""

    label: str
    session: int
    number: int
    speaker: str
    text: str
    there: str


@router.get("/cases/{case}/ruptures/{rupture}")
def show(request: Request, case: str, rupture: str) -> Response:
    """The entry with its plan."""
    desk = current_desk(request)
    file = desk.case(case)
    found = next((r for r in file.ledger["ruptures"] if r["id"] == rupture), None)
    if found is None:
        raise NotAllowedError("there is no such entry", mend="Choose one of the ledger")
    entry = entries.entry(found, {m.number: m.date for m in file.meetings})
    home = f"/cases/{case}"
    tried = entry.tried[:TRIED]
    sessions = _sessions(desk, case, {p.session for p in (*entry.places, *tried)})
    plan = file.plans.get(rupture)
    return render(
        request,
        "rupture/show.html.j2",
        card=file.card,
        home=home,
        e=entry,
        quotes=list(_quotes(entry.places, sessions, home)),
        tried=list(_quotes(tried, sessions, home)),
        plan=plan,
        strengths=STRENGTHS,
        sources=_sources(plan) if plan else [],
        statuses=STATUSES,
    )


@router.post("/cases/{case}/ruptures/{rupture}")
def settle(request: Request, case: str, rupture: str) -> Response:
    """Keep the therapist's word on how it stands."""
    status, why = text(request, "status"), text(request, "why")
    if status not in dict(STATUSES):
        raise InputError("How it stands was not chosen", mend="Choose one of the list")
    if not why:
        raise InputError("The reason is missing", mend="One sentence is enough")
    current_desk(request).settle(case, rupture, status, why)
    flash(request, "Kept: your word stands in the ledger.")
    return go(f"/cases/{case}/ruptures/{rupture}")


def _sessions(desk: Desk, case: str, numbers: set[int]) -> dict[int, Session]:
    found = {}
    for n in sorted(numbers):
        try:
            session = desk.session(case, n).session
        except NotAllowedError:  # known from a form or a note alone
            continue
        if session is not None:
            found[n] = session
    return found


def _quotes(places: Iterable[Place], sessions: dict[int, Session], home: str) -> Iterable[Quoted]:
    for place in places:
        session = sessions.get(place.session)
        if session is None or not 0 < place.number <= len(session.turns):
            continue
        turn = session.turns[place.number - 1]
        if turn.text:
            yield Quoted(
                place.label, place.session, place.number, turn.speaker, shorten(turn.text, QUOTE),
                turn_path(home, place.session, place.number),
            )  # fmt: skip


def _sources(plan: dict[str, Any]) -> list[str]:
    """Titles of what the plan rests on, each once, without "practice"."""
    found: dict[str, None] = {}
    advice = [a for step in plan["steps"] for a in step["items"]]
    for part in ("route", "avoid", "ask_at_end", "supervision", "referral", "know"):
        advice += plan[part]
    for one in advice:
        for source in one["sources"]:
            if source["key"] != "practice":
                found[source["title"]] = None
    return list(found)
