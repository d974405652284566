"""Whoever codes: the protocol, the shipped models, people."""

from __future__ import annotations

from functools import cache

from reattune.coders.human import HumanCoder, read_codings
from reattune.coders.protocol import Coder
from reattune.errors import SettingError

__all__ = ["CODERS", "Coder", "HumanCoder", "load_coder", "read_codings"]

CODERS = ("accurate", "fast")
"""Names that ``load_coder`` takes: the two shipped models. ``embedded`` means the first."""


def load_coder(name: str = "embedded") -> Coder:
    """The coder of this name, loaded once.

    Raises:
        SettingError: there is none of this name.
        ModelError: its model file is missing, damaged or made for another scheme.
    """
    name = CODERS[0] if name == "embedded" else name
    if name not in CODERS:
        raise SettingError(f"there is no coder {name!r}", mend=f"Known: embedded, {', '.join(CODERS)}.")
    return _loaded(name)


@cache
def _loaded(name: str) -> Coder:
    # Imported here: the run time takes a while to load, and `reattune --help` does not need it.
    from reattune.coders.embedded import EmbeddedCoder

    return EmbeddedCoder(name)
