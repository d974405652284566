"""A device handed to a client: for a while it leads to one check-in and, without signing in again, to nothing else."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "reattune-tablet"
HOURS = 3
"""For how long."""
_PATH = re.compile(r"/t/[A-Za-z0-9_-]{20,200}\Z")


def tablet_path(request: Request) -> str | None:
    """Where a browser belongs that was handed over for a check-in; None for any other."""
    path = request.cookies.get(COOKIE, "")
    return path if _PATH.match(path) else None


def hand_over(response: Response, path: str, *, secure: bool) -> None:
    """Bind the browser to a check-in. Pages seen before are neither shown from memory nor by the button that leads back."""
    response.set_cookie(
        COOKIE, path, max_age=HOURS * 3600, httponly=True, samesite="strict", secure=secure, path="/"
    )
    response.headers["clear-site-data"] = '"cache"'


def take_back(response: Response) -> None:
    """Let the browser lead anywhere again."""
    response.delete_cookie(COOKIE, path="/")
