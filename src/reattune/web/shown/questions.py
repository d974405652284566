"""The check-in's questions as a therapist reads them, by the items' keys."""

from __future__ import annotations

from collections.abc import Mapping

QUESTIONS: Mapping[str, str] = {
    "heard": "Heard",
    "matters": "On what matters",
    "way": "The way was right",
    "say": "Could say what was on the mind",
    "hard": "Something was hard to say",
}
"""Short forms: the client saw whole questions (``web/languages``)."""
