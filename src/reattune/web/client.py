"""What the pages for clients share: their language, their plain frame without the practice around it, and calm trouble."""

from __future__ import annotations

import datetime
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from reattune.web.context import render, state_of, texts
from reattune.web.i18n import Language, choose, languages, translator

PATHS = re.compile(r"/[ct]/")
"""Where the client's door is: by link, and on the practice's tablet."""
LONGEST_WORDS = 4000
"""Characters that a client's words may have; the form says so to the browser too."""


def is_client(request: Request) -> bool:
    """Whether the page belongs to the client's door."""
    return PATHS.match(request.url.path) is not None


def language_of(request: Request, offered: tuple[str, ...] | None = None) -> Language:
    """The language of a client's page: asked for in the address or form, else the browser's."""
    asked = request.query_params.get("lang") or next(iter(texts(request, "lang")), None)
    return choose(asked, request.headers.get("accept-language"), offered or None)


def client_page(
    request: Request, template: str, language: Language, status: int = 200, **values: Any
) -> Response:
    """A page in the client's frame.

    Args:
        request, template, status, values: as for ``render``; besides its values a template has ``day``
            (a date in words) and ``choice`` (the languages to change to).
        language: the page's language.
    """
    offered = values.pop("offered", tuple(languages()))
    response = render(
        request,
        template,
        status,
        language=language,
        day=lambda value: _day(language, value),
        choice=[languages()[code] for code in offered if code in languages() and code != language.code],
        **values,
    )
    response.headers["content-language"] = language.code
    response.headers["vary"] = "accept-language"
    return response


def _day(language: Language, value: datetime.date | datetime.datetime) -> str:
    """A day as people of this place name it; a moment (stored in UTC) by the server's own clock."""
    return language.date(value.astimezone() if isinstance(value, datetime.datetime) else value)


def danger_words(texts_by_language: Any, language: Language) -> str:
    """The practice's own text about danger in this language, else in another one it has, else ""."""
    chosen = dict(texts_by_language or {})
    own = str(chosen.get(language.code) or "").strip()
    return own or next((str(v).strip() for v in chosen.values() if str(v or "").strip()), "")


def trouble(request: Request, status: int, kind: str, **values: object) -> Response:
    """A calm page for a client when something does not work, with what was typed shown back.

    Args:
        request: what is answered.
        status: the HTTP status.
        kind: which texts of ``door.closed`` it shows: "" (the link is closed), "wait", "locked" or "unsaved".
        values: what these texts take.
    """
    language = language_of(request)
    names = (f"{kind}_title", kind) if kind else ("title", "text")
    t = translator(language)
    practice = state_of(request).practice
    return client_page(
        request,
        "door/closed.html.j2",
        language,
        status,
        title=t(f"door.closed.{names[0]}"),
        text=t(f"door.closed.{names[1]}", **values),
        typed=next(iter(texts(request, "words")), "").strip(),
        danger=danger_words(None if practice is None else practice.settings.danger_text, language),
        place="" if practice is None else practice.settings.practice_name,
        practice_link=False,
    )
