"""What the embedded coder says of a turn: its labels, in the order of the network's outputs."""

from __future__ import annotations

from reattune.scheme import load_scheme

FAMILY_OF: dict[str, str] = {c.code: c.family for c in load_scheme().codes}
"""Family of each code of the scheme."""

SUMMARY_LABELS = (
    "rupture", "withdrawal", "confrontation", "strategy", "contribution", "strained", "clear", "strong",
)  # fmt: skip
"""``rupture``: a marker of either family; ``strained``: the turn lies within an episode; ``clear``, ``strong``: a marker of
intensity 2 or more, of 3."""

CLIENT_LABELS = frozenset({"rupture", "withdrawal", "confrontation", "clear", "strong"})
"""Labels, and families of codes, that are for client turns; ``strained`` is for every turn, the others for the helper's."""

LABELS: tuple[str, ...] = (*SUMMARY_LABELS, *FAMILY_OF)

UNRATED = -1.0
"""Target of a label that does not apply to the turn's role."""
