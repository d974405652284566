"""The application: its pages by name, and what every request passes on its way in and out."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from starlette.formparsers import MultiPartParser
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from reattune.web.config import WebConfig
from reattune.web.edge import BodyLimit, KnownNames, LastResort, SafeHeaders, TokenCookie
from reattune.web.guard import check_form
from reattune.web.pages import errors
from reattune.web.state import State

if TYPE_CHECKING:
    from reattune.practice.opening import Practice

PAGES: tuple[str, ...] = (
    "start", "first_run", "unlock", "login", "accounts", "settings", "backup", "audit",
    "today", "cases", "adding", "case", "session", "ratings", "ruptures", "notes", "jobs",
    "door", "links", "help",
)  # fmt: skip
"""Modules in ``web/pages``, each with a ``router``. All are registered, or the application does not start."""


def create_app(practice: Practice | None, config: WebConfig) -> FastAPI:
    """The pages of one practice.

    Args:
        practice: the open practice; None to begin with the first run or with the passphrase.
        config: how the pages are served.
    """
    # What is uploaded stays in memory: a temporary file would be an unencrypted copy of what was said in a session.
    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, config.upload_limit + 1)
    app = FastAPI(
        title="reattune",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_form)],
    )
    app.state.reattune = State(config, practice)
    for kind, answer in errors.handlers().items():
        app.add_exception_handler(kind, answer)
    for name in PAGES:
        app.include_router(import_module(f"reattune.web.pages.{name}").router)
    with as_file(files("reattune.web").joinpath("static")) as folder:
        app.mount("/static", _Static(directory=folder), name="static")
    # The last that is added is the first that a request meets.
    app.add_middleware(LastResort, fault=errors.fault)
    app.add_middleware(BodyLimit, config=config, too_large=errors.too_large)
    app.add_middleware(KnownNames, names=config.names)
    app.add_middleware(TokenCookie, config=config)
    app.add_middleware(SafeHeaders)
    return app


class _Static(StaticFiles):
    """Our own files. Their address changes with their content, so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
