"""Signing in by name, where a practice has accounts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.web.context import (
    current_visit,
    go,
    next_path,
    open_practice_of,
    query,
    render,
    secret,
    sign_in,
    state_of,
    text,
)
from reattune.web.limits import address_key

router = APIRouter()


@router.get("/login")
def ask(request: Request) -> Response:
    """Ask for name and password."""
    if not open_practice_of(request).users.list():
        return go("/unlock")
    visit = current_visit(request)
    return go(next_path(request)) if visit is not None and visit.user is not None else _page(request)


@router.post("/login")
def login(request: Request) -> Response:
    """Sign in. A wrong name, a wrong password and a closed account give the same answer."""
    practice, limits = open_practice_of(request), state_of(request).limits
    name = text(request, "name")[:200]
    account = f"login:{' '.join(name.casefold().split())}"
    address = address_key("login", request.client.host if request.client else None)
    limits.attempt(account, address)
    user = practice.users.authenticate(name, secret(request, "password"))
    if user is None:
        return _page(request, name, "Name and password do not fit together. Try again.")
    limits.passed(account)
    limits.take_back(address)
    sign_in(request, user.id)
    return go(next_path(request) if user.role != "admin" else "/accounts")


def _page(request: Request, name: str = "", mend: str = "") -> Response:
    left = "left" in request.query_params
    return render(
        request, "login.html.j2", 422 if mend else 200, name=name, mend=mend, left=left, query=query(request)
    )
