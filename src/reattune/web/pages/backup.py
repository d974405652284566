"""Backups: made, taken along, deleted, and brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from reattune.errors import NotAllowedError, StoreError
from reattune.practice.users import OWNER, User
from reattune.store import audit
from reattune.store.backups import SUFFIX
from reattune.web.context import (
    flash,
    go,
    open_practice_of,
    render,
    require_role,
    secret,
    sign_in,
    state_of,
    text,
)
from reattune.web.limits import address_key
from reattune.web.places import is_folder
from reattune.web.restoring import go_back

router = APIRouter(prefix="/backup")


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the list: its file's name, when it was made, how large it is."""

    name: str
    made: str
    size: str


@router.get("")
def show(request: Request) -> Response:
    """The backups that there are."""
    require_role(request, "owner", "admin")
    return _page(request)


@router.post("")
def make(request: Request) -> Response:
    """Make a backup now, and try it out before it counts."""
    user = require_role(request, "owner", "admin")
    folder = state_of(request).config.backup_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    report = open_practice_of(request).database.backup(folder)
    _log(request, user, "backup.made", report.path.name)
    flash(request, "The backup is made, and was read through to the end. Keep a copy on another medium.")
    return go("/backup")


@router.get("/file/{name}")
def fetch(request: Request, name: str) -> Response:
    """A backup to take along. It is as encrypted as the practice."""
    user = require_role(request, "owner", "admin")
    file = _file(request, name)
    _log(request, user, "backup.fetched", file.name)
    return FileResponse(file, media_type="application/octet-stream", filename=file.name)


@router.get("/delete/{name}")
def ask_delete(request: Request, name: str) -> Response:
    """Ask before a backup is deleted."""
    require_role(request, "owner", "admin")
    return render(request, "backup/delete.html.j2", backup=_kept(_file(request, name)))


@router.post("/delete/{name}")
def delete(request: Request, name: str) -> Response:
    """Delete a backup."""
    user = require_role(request, "owner", "admin")
    file = _file(request, name)
    file.unlink()
    _log(request, user, "backup.deleted", file.name)
    flash(request, "The backup is deleted.")
    return go("/backup")


@router.get("/restore/{name}")
def ask_restore(request: Request, name: str) -> Response:
    """Ask for the passphrase of the time before a backup is brought back."""
    require_role(request, "owner", "admin")
    return _restore_page(request, name)


@router.post("/restore/{name}")
def bring_back(request: Request, name: str) -> Response:
    """Put the backup in the practice's place, after all of it was checked."""
    user, state = require_role(request, "owner", "admin"), state_of(request)
    file = _file(request, name)
    if not is_folder(state.config):
        raise NotAllowedError("a practice on a server is restored there", mend="Use reattune on the server")
    if text(request, "sure") != "yes":
        return _restore_page(request, name, "Tick that you want to go back to this day.")
    keys = ("passphrase:here", address_key("passphrase", request.client.host if request.client else None))
    state.limits.attempt(*keys)
    try:
        go_back(state, file, secret(request, "passphrase"))
    except StoreError as error:
        return _restore_page(request, name, f"{error.what}. {error.mend}.")
    state.limits.passed(*keys)
    practice = open_practice_of(request)
    if practice.users.list():
        return go("/login")
    sign_in(request, None)
    _log(request, user, "backup.restored", file.name)
    flash(request, "The practice is as it was on that day. What was there before is kept beside it.")
    return go("/today")


def _page(request: Request) -> Response:
    config = state_of(request).config
    found = sorted(config.backup_folder.glob(f"*{SUFFIX}"), key=lambda f: f.stat().st_mtime, reverse=True)
    return render(
        request,
        "backup/show.html.j2",
        backups=[_kept(f) for f in found],
        where=str(config.backup_folder),
        folder=is_folder(config),
    )


def _restore_page(request: Request, name: str, mend: str = "") -> Response:
    return render(
        request, "backup/restore.html.j2", 422 if mend else 200, backup=_kept(_file(request, name)), mend=mend
    )


def _file(request: Request, name: str) -> Path:
    """A backup of the list. The name is compared with those that are there, and never made part of a path."""
    for file in state_of(request).config.backup_folder.glob(f"*{SUFFIX}"):
        if file.name == name and file.is_file() and not file.is_symlink():
            return file
    raise NotAllowedError("there is no such backup", mend="Choose one of the list")


def _kept(file: Path) -> Kept:
    facts = file.stat()
    size = (
        f"{facts.st_size / 1024**2:,.1f} MB"
        if facts.st_size >= 1024**2
        else f"{facts.st_size / 1024:,.0f} KB"
    )
    return Kept(file.name, datetime.fromtimestamp(facts.st_mtime).strftime("%Y-%m-%d %H:%M"), size)


def _log(request: Request, user: User | None, action: str, what: str) -> None:
    with open_practice_of(request).database.begin() as conn:
        audit.append(conn, OWNER if user is None else user.id, action, None, what)
