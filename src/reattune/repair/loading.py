"""The knowledge base that comes with the package, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from reattune.errors import InputError
from reattune.repair.knowledge import Knowledge
from reattune.repair.reading import SOURCES_FILE, STAGES_FILE, build_knowledge

STATEMENT_FILES: tuple[str, ...] = (
    "withdrawal.toml",
    "confrontation.toml",
    "stage_statements.toml",
    "bearing.toml",
    "statuses.toml",
    "signs.toml",
    "support.toml",
    "everyday_markers.toml",
    "everyday.toml",
    "routes.toml",
)
"""The files with statements, the most particular first."""


@cache
def load_knowledge() -> Knowledge:
    """The knowledge base that comes with reattune.

    Raises:
        InputError: a data file is missing or damaged.
    """
    return build_knowledge({name: data_text(name) for name in (SOURCES_FILE, STAGES_FILE, *STATEMENT_FILES)})


def data_text(name: str) -> str:
    """The text of one of this room's data files.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return (files("reattune.repair") / "data" / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the data file cannot be read", path=name, mend="Install reattune again") from error
