"""Notes of a case: process notes and the record, kept apart."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.errors import InputError
from reattune.web.context import current_desk, flash, go, render, text
from reattune.web.shown.asked import number, session_number
from reattune.web.shown.cards import entry_title, readable

router = APIRouter()
SHELVES = ("process", "record")


@router.get("/cases/{case}/notes")
def show(request: Request, case: str) -> Response:
    """All notes, the latest first, and the form for a new one."""
    file = current_desk(request).case(case)
    notes = list(reversed(readable(file)))
    return render(
        request,
        "notes/show.html.j2",
        card=file.card,
        home=f"/cases/{case}",
        session=number(request.query_params.get("session"), max(file.card.sessions, 1)),
        rupture=request.query_params.get("rupture", ""),
        ruptures=[(r["id"], entry_title(r)) for r in file.ledger["ruptures"]],
        shelves=[
            ("Process notes", [n for n in notes if n.note.shelf == "process"]),
            ("The record", [n for n in notes if n.note.shelf == "record"]),
        ],
    )


@router.post("/cases/{case}/notes")
def add(request: Request, case: str) -> Response:
    """Keep a new note."""
    words, shelf = _words(request), text(request, "shelf")
    current_desk(request).add_note(
        case,
        session_number(request),
        words,
        kind="rupture" if text(request, "strain") == "yes" else "note",
        rupture=text(request, "rupture") or None,
        shelf=shelf if shelf in SHELVES else "process",
    )
    flash(request, "The note is kept.")
    return go(f"/cases/{case}/notes")


@router.post("/cases/{case}/notes/{note}")
def change(request: Request, case: str, note: str) -> Response:
    """Change a note's words."""
    current_desk(request).edit_note(note, _words(request))
    flash(request, "The change is kept.")
    return go(f"/cases/{case}/notes#note-{note}")


@router.post("/cases/{case}/notes/{note}/delete")
def delete(request: Request, case: str, note: str) -> Response:
    """Delete a note for good."""
    current_desk(request).delete_note(note)
    flash(request, "The note is deleted.")
    return go(f"/cases/{case}/notes")


def _words(request: Request) -> str:
    words = text(request, "text")
    if not words:
        raise InputError("The note is empty", mend="Write something, or leave the page")
    return words
