"""Whether there is a practice where the server was told to look."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect
from starlette.requests import Request

from reattune.store import engine
from reattune.store.tables import store_state
from reattune.store.troubles import told_plainly
from reattune.web.config import LOOPBACK, WebConfig


def is_folder(config: WebConfig) -> bool:
    """Whether the practice is a folder on this computer, and not on a database server."""
    return not engine.is_url(config.where)


def exists(config: WebConfig) -> bool:
    """Whether a practice has been made there. A damaged one exists, too: it is never made over."""
    if is_folder(config):
        folder = Path(config.where)
        return folder.is_dir() and any(folder.iterdir())
    return _on_server(config.where)


def from_this_computer(request: Request) -> bool:
    """Whether the browser runs on the computer that serves; the first set-up is for it alone."""
    return request.client is not None and (
        request.client.host in LOOPBACK or request.client.host.startswith("127.")
    )


def _on_server(where: str) -> bool:
    url = engine.parse_url(where)
    found = engine.postgres_engine(url)
    try:
        with told_plainly(url.render_as_string(hide_password=True)), found.connect() as conn:
            return bool(inspect(conn).has_table(store_state.name))
    finally:
        found.dispose()
