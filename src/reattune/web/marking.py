"""Emphasis in the texts of the language files: ``**strong**`` and ``*emphasised*``, nothing else."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_STRONG = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"\*(.+?)\*")


def marked(text: str) -> Markup:
    """The text as markup; everything in it is escaped first."""
    safe = str(escape(text))
    strong = _STRONG.sub(r"<strong>\1</strong>", safe)
    return Markup(_EMPHASIS.sub(r"<em>\1</em>", strong))
