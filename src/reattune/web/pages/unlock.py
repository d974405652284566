"""The practice opened with its passphrase, or with the recovery code and then a new passphrase; locked again; kept awake."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import WrongKeyError
from reattune.web.context import (
    current_visit,
    flash,
    go,
    next_path,
    query,
    render,
    secret,
    sign_in,
    sign_out,
    state_of,
)
from reattune.web.limits import address_key
from reattune.web.opening import open_with_code, open_with_passphrase
from reattune.web.places import exists, from_this_computer
from reattune.web.strength import SHORTEST, strength

router = APIRouter()


@router.get("/unlock")
def ask(request: Request) -> Response:
    """Ask for the passphrase; lead on where it is not needed."""
    return _led_on(request) or _page(request)


@router.post("/unlock")
def unlock(request: Request) -> Response:
    """Open the practice, and sign its owner in where there are no accounts."""
    keys = _keys(request)
    state_of(request).limits.attempt(*keys)
    try:
        practice = open_with_passphrase(state_of(request), secret(request, "passphrase"))
    except WrongKeyError as error:
        return _page(request, mend=f"{error.what}. {error.mend}.")
    state_of(request).limits.passed(*keys)
    if practice.users.list():
        return go(f"/login{query(request)}")
    sign_in(request, None)
    return go(next_path(request))


@router.post("/unlock/code")
def unlock_with_code(request: Request) -> Response:
    """Open the practice with the recovery code, and ask for a new passphrase."""
    keys = _keys(request)
    state_of(request).limits.attempt(*keys)
    try:
        open_with_code(state_of(request), secret(request, "code"))
    except WrongKeyError as error:
        return _page(request, mend_code=f"{error.what}. {error.mend}.")
    state_of(request).limits.passed(*keys)
    sign_in(request, None, recovered=True)
    return go("/unlock/new")


@router.get("/unlock/new")
def ask_new(request: Request) -> Response:
    """Ask for a new passphrase, after the recovery code."""
    return _not_recovered(request) or _new_page(request)


@router.post("/unlock/new")
def set_new(request: Request) -> Response:
    """Set the new passphrase."""
    if led := _not_recovered(request):
        return led
    passphrase = secret(request, "passphrase")
    judged = strength(passphrase)
    if judged.level == 0:
        return _new_page(request, judged.words)
    if passphrase != secret(request, "passphrase_again"):
        return _new_page(request, "The two are not the same. Type both once more.")
    practice, visit = state_of(request).practice, current_visit(request)
    if practice is None or visit is None:
        return go("/unlock")
    practice.database.change_passphrase(passphrase)
    visit.recovered = False
    flash(request, "The new passphrase is set. The recovery code stays the same.")
    return go("/today")


@router.post("/leave")
def leave(request: Request) -> Response:
    """Sign out. The clients' links go on working, so the practice itself stays open until the program ends."""
    visit = current_visit(request)
    sign_out(request)
    return go("/unlock?left=yes" if visit is None or visit.user is None else "/login?left=yes")


@router.post("/still-here", status_code=204)
def still_here(request: Request) -> Response:
    """Someone is writing: their visit does not run out meanwhile."""
    current_visit(request)
    return Response(status_code=204)


def _page(request: Request, mend: str = "", mend_code: str = "") -> Response:
    return render(
        request,
        "unlock.html.j2",
        422 if mend or mend_code else 200,
        mend=mend,
        mend_code=mend_code,
        left="left" in request.query_params,
        query=query(request),
        with_code=bool(mend_code),
    )


def _new_page(request: Request, mend: str = "") -> Response:
    return render(request, "unlock_new.html.j2", 422 if mend else 200, mend=mend, shortest=SHORTEST)


def _not_recovered(request: Request) -> Response | None:
    visit = current_visit(request)
    ready = visit is not None and visit.recovered and state_of(request).practice is not None
    return None if ready else go("/unlock")


def _led_on(request: Request) -> Response | None:
    state = state_of(request)
    if state.practice is None:
        return None if exists(state.config) else go("/first-run")
    if state.practice.users.list():
        return go(f"/login{query(request)}")
    visit = current_visit(request)
    return go(next_path(request)) if visit is not None and visit.user is None else None


def _keys(request: Request) -> tuple[str, str]:
    """What is counted: tries from this computer and from elsewhere apart, so that nobody elsewhere can keep the owner out."""
    client = request.client.host if request.client else None
    spot = "here" if from_this_computer(request) else "elsewhere"
    return f"passphrase:{spot}", address_key("passphrase", client)
