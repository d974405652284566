"""The address without a path leads to today's page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from reattune.web.context import go

router = APIRouter()


@router.get("/")
def start() -> RedirectResponse:
    """Lead to today's page; it asks for the passphrase where it must."""
    return go("/today")
