"""Accounts: opened, given a new password, closed. Whoever looks after them sees no session."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import NotAllowedError, SettingError
from reattune.practice.users import OWNER, SHORTEST, User
from reattune.web.context import (
    current_user,
    flash,
    go,
    open_practice_of,
    render,
    require_role,
    secret,
    sign_out,
    state_of,
    text,
)

router = APIRouter(prefix="/accounts")


@router.get("")
def show(request: Request) -> Response:
    """The accounts; in a practice of one person, how to begin with them."""
    require_role(request, "owner", "admin")
    return _page(request)


@router.post("/begin")
def begin(request: Request) -> Response:
    """The first two accounts at once: the therapist's own, which takes over the cases, and the admin's."""
    require_role(request, "owner")
    users = open_practice_of(request).users
    own, admin = (" ".join(text(request, name).split()) for name in ("own_name", "admin_name"))
    secrets = {name: secret(request, name) for name in ("own_password", "admin_password")}
    # Both are looked at before either is opened, so that there is never one without the other.
    for name, value in (("own_name", own), ("admin_name", admin)):
        if not value:
            return _page(request, "Write a name.", name)
    if own.casefold() == admin.casefold():
        return _page(request, "The two need different names, also where both are yours.", "admin_name")
    for name, value in secrets.items():
        if len(value) < SHORTEST:
            return _page(request, f"At least {SHORTEST} characters are needed.", name)
    try:
        users.add(admin, "admin", secrets["admin_password"])
        users.add(own, "therapist", secrets["own_password"], take_over=True)
    except SettingError as error:
        return _page(request, _said(error), "own_name")
    sign_out(request)
    return go("/login")


@router.post("")
def add(request: Request) -> Response:
    """Open an account."""
    admin = require_role(request, "admin")
    users = open_practice_of(request).users
    role = text(request, "role")
    first = role == "therapist" and not any(u.role == "therapist" for u in users.list())
    try:
        # The first therapist takes over what the owner kept before there were accounts.
        added = users.add(
            text(request, "name"), role, secret(request, "password"), by=_id(admin), take_over=first
        )
    except SettingError as error:
        return _page(request, _said(error), "name")
    flash(request, f"{added.name} has an account now. Tell them the password in person; they can change it.")
    return go("/accounts")


@router.get("/{user}")
def one(request: Request, user: str) -> Response:
    """One account: its password, and whether it is open."""
    require_role(request, "admin")
    return _one_page(request, user)


@router.post("/{user}/password")
def set_password(request: Request, user: str) -> Response:
    """A new password, for someone who has forgotten theirs. They are signed out everywhere."""
    admin = require_role(request, "admin")
    found = _found(request, user)
    try:
        open_practice_of(request).users.set_password(user, secret(request, "password"), by=_id(admin))
    except SettingError as error:
        return _one_page(request, user, _said(error))
    if admin is None or user != admin.id:
        state_of(request).visits.end_all(user)
    state_of(request).limits.passed(f"login:{found.name.casefold()}")
    flash(request, f"The new password of {found.name} is set. Tell it to them in person.")
    return go("/accounts")


@router.post("/{user}/close")
def close(request: Request, user: str) -> Response:
    """Nobody signs in with it any more; what it did stays in the log."""
    admin = require_role(request, "admin")
    found = _found(request, user)
    open_practice_of(request).users.deactivate(user, by=_id(admin))
    state_of(request).visits.end_all(user)
    flash(request, f"The account of {found.name} is closed.")
    return go("/accounts")


@router.post("/{user}/open")
def open_again(request: Request, user: str) -> Response:
    """A closed account, open again."""
    admin = require_role(request, "admin")
    found = _found(request, user)
    open_practice_of(request).users.activate(user, by=_id(admin))
    flash(request, f"The account of {found.name} is open again.")
    return go("/accounts")


def _page(request: Request, mend: str = "", at: str = "") -> Response:
    accounts = open_practice_of(request).users.list()
    template = "accounts/show.html.j2" if accounts else "accounts/begin.html.j2"
    typed = {name: text(request, name) for name in ("name", "role", "own_name", "admin_name")}
    return render(
        request,
        template,
        422 if mend else 200,
        accounts=accounts,
        mend=mend,
        at=at,
        typed=typed,
        shortest=SHORTEST,
    )


def _one_page(request: Request, user: str, mend: str = "") -> Response:
    return render(
        request,
        "accounts/one.html.j2",
        422 if mend else 200,
        account=_found(request, user),
        mend=mend,
        shortest=SHORTEST,
        me=current_user(request),
    )


def _found(request: Request, user: str) -> User:
    found = open_practice_of(request).users.get(user)
    if found is None or user == OWNER:
        raise NotAllowedError("there is no such account", mend="Choose one of the list")
    return found


def _id(user: User | None) -> str:
    return OWNER if user is None else user.id


def _said(error: SettingError) -> str:
    what = error.what.rstrip(".")
    return f"{what[:1].upper()}{what[1:]}. {error.mend}."
