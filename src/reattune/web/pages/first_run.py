"""The first run: a passphrase, the recovery code, and the example practice to try everything with."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import StoreError
from reattune.web.context import (
    current_desk,
    flash,
    go,
    open_practice_of,
    render,
    require_role,
    secret,
    sign_in,
    state_of,
    text,
    upload,
)
from reattune.web.places import exists, from_this_computer, is_folder
from reattune.web.strength import SHORTEST, strength

router = APIRouter(prefix="/first-run")


@router.get("")
def welcome(request: Request) -> Response:
    """Ask for a passphrase, where there is no practice yet."""
    return _elsewhere(request) or _page(request)


@router.post("")
def make(request: Request) -> Response:
    """Make the practice and show its recovery code, this once."""
    if led := _elsewhere(request):
        return led
    passphrase, again = secret(request, "passphrase"), secret(request, "passphrase_again")
    judged = strength(passphrase)
    if judged.level == 0:
        return _page(request, mend=judged.words)
    if passphrase != again:
        return _page(request, mend="The two are not the same. Type both once more.", at="passphrase_again")
    from reattune.practice.opening import init_practice

    state = state_of(request)
    with state.lock:
        if led := _elsewhere(request):
            return led
        practice, code = init_practice(state.config.where, passphrase)
        state.adopt(practice)
    sign_in(request, None)
    advice = judged.words if judged.level == 1 else ""
    return render(request, "first_run/code.html.j2", code=code.split("-"), advice=advice, again=False)


@router.get("/example")
def offer(request: Request) -> Response:
    """Offer the example practice."""
    current_desk(request)
    return render(request, "first_run/example.html.j2")


@router.post("/example")
def bring_example(request: Request) -> Response:
    """Put the invented cases in, or begin empty."""
    user = require_role(request, "owner", "therapist")
    if text(request, "choice") != "example":
        return go("/today")
    from reattune.practice.example import example_cases, laid_out
    from reattune.practice.exchange import import_case

    practice = open_practice_of(request)
    practice.worker.stop()  # first all cases, then the reading: this answer is there sooner
    try:
        for case in example_cases():
            with laid_out(case) as folder:
                import_case(practice, folder, label=case.label, kind=case.kind, consent="given", user=user)
    finally:
        practice.worker.start()
    flash(
        request,
        "The example cases are here. They are invented; delete them whenever you like. Their transcripts are being read.",
    )
    return go("/today")


@router.get("/restore")
def ask_backup(request: Request) -> Response:
    """Ask for a backup, where there is no practice yet."""
    return _elsewhere(request) or _restore_page(request)


@router.post("/restore")
def restore_backup(request: Request) -> Response:
    """Bring a backup back, after all of it was checked."""
    if led := _elsewhere(request):
        return led
    file = upload(request, "backup")
    if file is None:
        return _restore_page(request, mend="Choose the backup's file first.", at="backup")
    from reattune.web.restoring import restore_upload

    state = state_of(request)
    try:
        with state.lock:
            if led := _elsewhere(request):
                return led
            practice = state.adopt(
                restore_upload(file.file, state.config.where, secret(request, "passphrase"))
            )
    except StoreError as error:
        return _restore_page(request, mend=f"{error.what}. {error.mend}.", at="passphrase")
    if not practice.users.list():
        sign_in(request, None)
        flash(request, "The backup is back in place, all of it checked.")
    return go("/today")


def _page(request: Request, mend: str = "", at: str = "passphrase") -> Response:
    return render(
        request,
        "first_run/welcome.html.j2",
        422 if mend else 200,
        mend=mend,
        at=at,
        shortest=SHORTEST,
        folder=is_folder(state_of(request).config),
        where=state_of(request).config.where if is_folder(state_of(request).config) else "",
    )


def _restore_page(request: Request, mend: str = "", at: str = "backup") -> Response:
    return render(request, "first_run/restore.html.j2", 422 if mend else 200, mend=mend, at=at)


def _elsewhere(request: Request) -> Response | None:
    """Where someone belongs who has nothing to set up; None for whoever has."""
    state = state_of(request)
    if state.practice is not None or exists(state.config):
        return go("/unlock")
    if not from_this_computer(request):
        return render(request, "first_run/not_from_here.html.j2", 403)
    return None
