"""Pages to read and to hand out: about strain and repair between people, and a sheet for the first session."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.repair import load_knowledge
from reattune.web.client import client_page, danger_words, language_of
from reattune.web.context import current_visit, render, state_of
from reattune.web.i18n import Language, data, languages
from reattune.web.marking import marked

router = APIRouter()

SHEETS = {"repair": "two_pages", "first_session": "one_page"}
"""The pages, and how much paper each takes."""


@router.get("/help")
def index(request: Request) -> Response:
    """What there is, in every language."""
    pages = [
        (key, [(one, str(data(one, f"help.{key}.title"))) for one in languages().values()]) for key in SHEETS
    ]
    return render(request, "help/index.html.j2", pages=pages)


@router.get("/help/repair")
def repair(request: Request) -> Response:
    """For clients and everyone else: when it snags between two people."""
    return _sheet(request, "repair")


@router.get("/help/first-session")
def first_session(request: Request) -> Response:
    """A sheet for the first session that invites feedback."""
    return _sheet(request, "first_session")


def _sheet(request: Request, key: str) -> Response:
    language, practice = language_of(request), state_of(request).practice
    return client_page(
        request,
        f"help/{key}.html.j2",
        language,
        place="" if practice is None else practice.settings.practice_name,
        sections=_sections(language, key),
        sources=[load_knowledge().source(name) for name in data(language, f"help.{key}.sources")],
        blanks=data(language, f"help.{key}.blank") or [],
        danger=danger_words(None if practice is None else practice.settings.danger_text, language),
        inside=current_visit(request) is not None,
        paper=SHEETS[key],
    )


def _sections(language: Language, key: str) -> list[dict[str, Any]]:
    """The page's sections with their emphasis as markup."""
    return [
        {
            "title": section["title"],
            **{part: [marked(line) for line in section[part]] for part in ("text", "points", "after")},
        }
        for section in data(language, f"help.{key}.section")
    ]
