"""Settings: what the practice wants to see, which forms it uses, what becomes of words, and one's own passphrase or password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.alliance.instruments import shipped
from reattune.errors import SettingError, WrongKeyError
from reattune.web.context import (
    current_user,
    flash,
    go,
    open_practice_of,
    render,
    require_role,
    role_of,
    secret,
    sign_in,
    state_of,
    text,
    texts,
)
from reattune.web.i18n import languages
from reattune.web.limits import address_key
from reattune.web.opening import open_with_passphrase
from reattune.web.strength import SHORTEST, strength

if TYPE_CHECKING:
    from reattune.practice.settings import Settings

router = APIRouter(prefix="/settings")


@router.get("")
def show(request: Request) -> Response:
    """The settings; with accounts, those who do not look after the practice see their own part."""
    current_user(request)
    return _page(request, values_of(open_practice_of(request).settings))


@router.post("")
def save(request: Request) -> Response:
    """Keep what was changed: all of it, or, where something cannot be set, nothing."""
    user = require_role(request, "owner", "admin")
    settings = open_practice_of(request).settings
    if user is not None:
        settings = settings.as_user(user.id)
    before, typed, wanted, wrong = values_of(settings), {}, {}, {}
    for name, read in FIELDS.items():
        try:
            typed[name] = read(request)
            wanted[name] = type(settings).__dict__[name].check(typed[name])
        except SettingError as error:
            wrong[name] = error.mend
    if wrong:
        return _page(request, {**before, **typed}, wrong)
    for name, value in wanted.items():
        if value != before[name]:
            setattr(settings, name, value)
    flash(request, "The settings are kept.")
    return go("/settings")


@router.get("/passphrase")
def ask_passphrase(request: Request) -> Response:
    """Ask for the old and a new passphrase."""
    require_role(request, "owner")
    return _passphrase_page(request)


@router.post("/passphrase")
def change_passphrase(request: Request) -> Response:
    """Set a new passphrase, for whoever knows the old one."""
    require_role(request, "owner")
    new = secret(request, "passphrase")
    judged = strength(new)
    if judged.level == 0:
        return _passphrase_page(request, judged.words)
    if new != secret(request, "passphrase_again"):
        return _passphrase_page(request, "The two are not the same. Type both once more.", "passphrase_again")
    if mend := _not_proved(request):
        return _passphrase_page(request, mend, "old_passphrase")
    open_practice_of(request).database.change_passphrase(new)
    flash(request, "The new passphrase is set. Backups made before keep the old one.")
    return go("/settings")


@router.get("/recovery-code")
def ask_code(request: Request) -> Response:
    """Ask for the passphrase before a new recovery code is made."""
    require_role(request, "owner")
    return render(request, "settings/code.html.j2", mend="")


@router.post("/recovery-code")
def new_code(request: Request) -> Response:
    """Make a new recovery code and show it, this once."""
    require_role(request, "owner")
    if mend := _not_proved(request):
        return render(request, "settings/code.html.j2", 422, mend=mend)
    code = open_practice_of(request).database.new_recovery_code()
    return render(request, "first_run/code.html.j2", code=code.split("-"), advice="", again=True)


@router.get("/password")
def ask_password(request: Request) -> Response:
    """Ask for the old and a new password of one's own account."""
    require_role(request, "admin", "therapist", "supervisor")
    return render(request, "settings/password.html.j2", mend="", at="")


@router.post("/password")
def change_password(request: Request) -> Response:
    """Set a new password for one's own account; it is signed out wherever else it was."""
    user = require_role(request, "admin", "therapist", "supervisor")
    practice, state, new = open_practice_of(request), state_of(request), secret(request, "password")

    def again(mend: str, at: str) -> Response:
        return render(request, "settings/password.html.j2", 422, mend=mend, at=at)

    if user is None:
        return go("/settings")
    if new != secret(request, "password_again"):
        return again("The two are not the same. Type both once more.", "password_again")
    state.limits.attempt(f"password:{user.id}")
    if practice.users.authenticate(user.name, secret(request, "old_password")) is None:
        return again("This is not your present password.", "old_password")
    state.limits.passed(f"password:{user.id}")
    try:
        practice.users.set_password(user.id, new, by=user.id)
    except SettingError as error:
        return again(f"{error.mend}.", "password")
    state.visits.end_all(user.id)
    sign_in(request, user.id)
    flash(request, "Your new password is set. Wherever else you were signed in, you no longer are.")
    return go("/settings")


def values_of(settings: Settings) -> dict[str, Any]:
    """All settings as they are."""
    return {name: getattr(settings, name) for name in FIELDS}


def _whole(name: str) -> Callable[[Request], int]:
    def read(request: Request) -> int:
        try:
            return int(text(request, name))
        except ValueError:
            raise SettingError(f"{name} is not a number", mend="Write a whole number") from None

    return read


def _shares(request: Request) -> Mapping[str, float]:
    found = {}
    for kind in ("transcript", "rating"):
        try:
            found[kind] = int(text(request, f"thresholds.{kind}")) / 100
        except ValueError:
            raise SettingError("not a number", mend="Write a whole number from 0 to 100") from None
    return found


FIELDS: Mapping[str, Callable[[Request], Any]] = {
    "practice_name": lambda request: text(request, "practice_name"),
    "session_minutes": _whole("session_minutes"),
    "alert_budget": _whole("alert_budget"),
    "thresholds": _shares,
    "learn": lambda request: text(request, "learn") == "yes",
    "instruments": lambda request: texts(request, "instruments"),
    "retention": lambda request: text(request, "retention"),
    "languages": lambda request: texts(request, "languages"),
    "danger_text": lambda request: {code: text(request, f"danger_text.{code}") for code in languages()},
}
"""Every setting of a practice and how it is read from the form."""


def _page(request: Request, values: Mapping[str, Any], wrong: Mapping[str, str] | None = None) -> Response:
    template = "settings/show.html.j2"
    if role_of(current_user(request)) not in ("owner", "admin"):
        template = "settings/own.html.j2"
    forms = [(key, form.name) for key, form in sorted(shipped().items(), key=lambda f: f[1].name.casefold())]
    known = {code: language.name for code, language in languages().items()}
    return render(
        request, template, 422 if wrong else 200, values=values, wrong=wrong or {}, forms=forms, known=known
    )


def _passphrase_page(request: Request, mend: str = "", at: str = "passphrase") -> Response:
    return render(
        request, "settings/passphrase.html.j2", 422 if mend else 200, mend=mend, at=at, shortest=SHORTEST
    )


def _not_proved(request: Request) -> str:
    """What to say where the present passphrase does not fit; empty where it does."""
    state = state_of(request)
    keys = ("passphrase:here", address_key("passphrase", request.client.host if request.client else None))
    state.limits.attempt(*keys)
    try:
        open_with_passphrase(state, secret(request, "old_passphrase"))
    except WrongKeyError:
        return "This is not the present passphrase."
    state.limits.passed(*keys)
    return ""
