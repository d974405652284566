"""Today: who is coming, what is open and since when, what to look at first and why."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a parameter is called date elsewhere

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.report.ratings.words import day
from reattune.web.context import current_desk, current_user, flash, go, render, role_of, text
from reattune.web.shown import cards

router = APIRouter()
MOST = 25
"""Cases on the page beside those who are coming; the list of all cases has the others."""


@router.get("/today")
def today(request: Request) -> Response:
    """The start page."""
    desk = current_desk(request)
    if role_of(current_user(request)) == "admin":
        return go("/accounts")
    found, date = desk.today(), Date.today()
    coming = cards.coming(found.cards, date)[:MOST]
    by_id = {c.id: c for c in found.cards}
    first = [(a, by_id[a.case]) for a in found.alerts if a.case in by_id]
    expected = {c.id for c in coming} | {a.case for a in found.alerts}
    others = [c for c in found.cards if c.id not in expected and (c.why or c.open or c.news)]
    return render(
        request,
        "today/show.html.j2",
        date=day(date),
        today=found,
        alerts=[
            {
                "said": alert,
                "rupture": next((cards.standing(o) for o in card.open if o.id == alert.rupture), None),
                "also": [cards.standing(o) for o in card.open if o.id != alert.rupture][:2],
                "row": cards.row(card, date, known=alert.what),
            }
            for alert, card in first
        ],
        coming=[cards.row(c, date) for c in coming],
        others=[cards.row(c, date) for c in others[:MOST]],
        more=max(0, len(others) - MOST),
        quiet=len(found.cards) - len(expected) - len(others),
        empty=not found.cards,
        sure=cards.sure_of,
        mine={c.id for c in found.cards if c.mine},
    )


@router.post("/cases/{case}/alerts/{rupture}")
def answer(request: Request, case: str, rupture: str) -> Response:
    """Keep what someone says of an alert: "not so", or "yes"."""
    said = "yes" if text(request, "answer") == "yes" else "not_so"
    current_desk(request).answer_alert(case, rupture, said)
    flash(
        request,
        "Kept: not so. It is out of the way here, and this practice asks for a little more next time."
        if said == "not_so"
        else "Kept: worth checking. It stays open in the ledger.",
    )
    return go("/today")
