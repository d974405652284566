"""The areas of the frame, by key: the words for what a boundary can be about."""

from __future__ import annotations

AREA_KEYS: tuple[str, ...] = (
    "time",
    "place",
    "fee",
    "contact",
    "gifts",
    "clothing",
    "language",
    "self_disclosure",
    "touch",
    "role",
    "social_media",
    "recording",
)
"""Keys of the areas, in the order in which they are listed everywhere."""
