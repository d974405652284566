"""The practice in the browser: server-rendered pages over the same services as the command line.

Nothing is fetched from elsewhere, nothing is sent elsewhere. ``create_app`` gives the application.
"""

from __future__ import annotations

from reattune.web.app import create_app
from reattune.web.config import WebConfig

__all__ = ["WebConfig", "create_app"]
