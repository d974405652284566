"""All cases: the list with its filter, and a new case."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a local name is called date elsewhere

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.practice.views import CaseCard, CaseKind
from reattune.web.context import current_desk, current_user, flash, go, render, role_of, text
from reattune.web.shown import cards

router = APIRouter()
PER_PAGE = 60
SHOWS = ("going", "open", "ended", "all")


@router.get("/cases")
def show(request: Request) -> Response:
    """The list, filtered by words in the label and by what is shown."""
    desk = current_desk(request)
    wanted = request.query_params.get("q", "").strip()
    shown = request.query_params.get("show", "going")
    shown = shown if shown in SHOWS else "going"
    found = desk.cases(ended=shown in ("ended", "all"))
    chosen = [c for c in found if _fits(c, shown) and wanted.casefold() in c.label.casefold()]
    chosen.sort(key=lambda c: c.label.casefold())
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(max(_number(request.query_params.get("page")), 1), pages)
    return render(
        request,
        "cases/list.html.j2",
        rows=[
            cards.row(c, Date.today(), most=1, news=0)
            for c in chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
        ],
        q=wanted,
        show=shown,
        page=page,
        pages=pages,
        count=len(chosen),
        may_add=role_of(current_user(request)) in ("owner", "therapist"),
        any=bool(found),
    )


@router.post("/cases")
def add(request: Request) -> Response:
    """A new case."""
    kind = CaseKind(text(request, "kind")) if text(request, "kind") in list(CaseKind) else CaseKind.THERAPY
    made = current_desk(request).add_case(text(request, "label"), kind)
    flash(request, "The case is there. Next: its first session, or a rating.")
    return go(f"/cases/{made}")


def _fits(card: CaseCard, shown: str) -> bool:
    if shown == "open":
        return bool(card.open)
    if shown == "ended":
        return card.ending is not None
    return True


def _number(text_: str | None) -> int:
    return int(text_) if text_ and text_.isdecimal() and len(text_) < 6 else 1
