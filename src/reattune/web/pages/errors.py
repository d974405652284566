"""Pages for when something does not work: what happened, what is safe, what to do next. What was typed is shown back."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reattune.errors import FullDiskError, NotAllowedError, ReattuneError
from reattune.web.client import is_client, trouble
from reattune.web.context import AskAgainError, GoTo, render, typed
from reattune.web.guard import ForeignFormError
from reattune.web.limits import TooManyTriesError
from reattune.web.pages import door

_HTTP = {
    404: ("This page is not here", "It may have been deleted, or it belongs to someone else.", ""),
    405: ("This address does something else", "It cannot be opened like this.", ""),
    400: ("The form could not be read", "Something in it did not arrive whole.", "Go back, look at it, and send it again."),
}  # fmt: skip


def handlers() -> Mapping[Any, Callable[[Request, Any], Response]]:
    """What is answered for which exception."""
    return {
        GoTo: lambda _, leads: RedirectResponse(leads.path, status_code=303),
        AskAgainError: _ask_again,
        ForeignFormError: _foreign_form,
        TooManyTriesError: _too_many,
        NotAllowedError: lambda request, _: not_here(request),
        ReattuneError: _mendable,
        RequestValidationError: lambda request, _: page(request, 400, *_HTTP[400]),
        HTTPException: _http,
    }


def page(
    request: Request, status: int, title: str, what: str, mend: str = "", *, keep: bool = True
) -> Response:
    """A page about something that did not work.

    Args:
        request: what is answered.
        status: the HTTP status.
        title, what, mend: the heading, what happened, what to do.
        keep: show back what was typed, where a form came.
    """
    if is_client(request):
        return trouble(
            request, status, "unsaved" if request.method != "GET" else "locked" if status >= 500 else ""
        )
    return render(
        request,
        "error.html.j2",
        status,
        title=title,
        what=what,
        mend=mend,
        typed=typed(request) if keep else [],
    )


def not_here(request: Request) -> Response:
    """The page for what is not there, and for what someone may not see: the same, so that nothing can be guessed."""
    return page(request, 404, *_HTTP[404])


def too_large(request: Request, limit: int) -> Response:
    """The page for a form with too many bytes."""
    size = f"{limit / 1024**2:,.0f} MB"
    return page(
        request, 413, "This file is too large",
        f"At most {size} can be taken at once. Nothing was saved, and nothing that was there has changed.",
        "A transcript is text and is much smaller. If this is a recording, have it transcribed first; "
        "if it holds many sessions, add them one by one.",
    )  # fmt: skip


def fault(request: Request, error: Exception) -> Response:
    """The page for an error of our own, and for a full disk."""
    if disk_full(error):
        return page(
            request, 507, "The disk is full",
            "What you sent could not be saved. What was saved before is whole.",
            "Make room on the disk of this computer, then send it again.",
        )  # fmt: skip
    return page(
        request, 500, "Something went wrong on our side",
        "It was not your doing. What was saved before is whole.",
        "Try once more. If it happens again, whoever looks after this computer finds the place in the "
        "program where `reattune serve` was started; nothing of what was said is in that message.",
    )  # fmt: skip


def disk_full(error: BaseException | None) -> bool:
    """Whether an error, or what led to it, says that there is no room left."""
    while error is not None:
        if isinstance(error, FullDiskError):
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        original = getattr(error, "orig", None) or error
        if isinstance(original, sqlite3.Error) or type(original).__module__.startswith("sqlcipher3"):
            return "disk is full" in str(original)
        error = error.__cause__ or error.__context__
    return False


def _ask_again(request: Request, _: AskAgainError) -> Response:
    return page(
        request, 401, "You were signed out in the meantime",
        "Nothing was saved, and nothing is lost: what you wrote is below.",
        "Copy it, sign in again, and put it back in its place.",
    )  # fmt: skip


def _foreign_form(request: Request, error: ForeignFormError) -> Response:
    if is_client(request) and error.same_site:
        return door.unsaved(request)
    return page(
        request, 403, "This form was not taken",
        "It was too old, or it did not come from a page of this practice. Nothing was saved.",
        "Open the page again, and send the form from there.",
        keep=error.same_site,
    )  # fmt: skip


def _too_many(request: Request, error: TooManyTriesError) -> Response:
    wait = f"{error.wait} seconds" if error.wait < 90 else f"{round(error.wait / 60)} minutes"
    wait = "1 second" if error.wait == 1 else wait
    response = page(
        request, 429, "Please wait a little",
        "There were several tries that did not fit, so the next one is taken only after a pause.",
        f"Try again in {wait}.", keep=False,
    )  # fmt: skip
    response.headers["retry-after"] = str(error.wait)
    return response


def _mendable(request: Request, error: ReattuneError) -> Response:
    if disk_full(error):
        return fault(request, error)
    said = error.what.rstrip(".")
    what = f"{said[:1].upper()}{said[1:]}." + (f" ({error.place})" if error.place.line is not None else "")
    return page(request, 400, "This did not work", what, error.mend and f"{error.mend.rstrip('.')}.")


def _http(request: Request, error: HTTPException) -> Response:
    return page(request, error.status_code, *_HTTP.get(error.status_code, _HTTP[400]))
