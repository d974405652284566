"""The formats, by name."""

from __future__ import annotations

from pathlib import PurePath

from reattune.errors import SettingError
from reattune.formats import convokit, plain, srt, table, webvtt, whisperx, word
from reattune.formats.draft import Format

#: Every format, in the order in which it is listed for people.
FORMATS: tuple[Format, ...] = (
    webvtt.FORMAT,
    srt.FORMAT,
    plain.FORMAT,
    table.CSV,
    table.TSV,
    whisperx.FORMAT,
    convokit.FORMAT,
    word.FORMAT,
)


def named(name: str) -> Format:
    """The format called ``name``.

    Raises:
        SettingError: there is none.
    """
    for one in FORMATS:
        if one.name == name:
            return one
    raise SettingError(
        f"{name!r} is no transcript format", mend=f"Formats: {', '.join(f.name for f in FORMATS)}"
    )


def by_ending(name: str) -> Format | None:
    """The format that a file name's ending stands for, or None."""
    ending = PurePath(name).suffix.lower()
    return next((one for one in FORMATS if ending in one.endings), None)
