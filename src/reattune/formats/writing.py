"""From sessions to a file, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from reattune.errors import InputError, SettingError
from reattune.formats.catalog import FORMATS, by_ending, named
from reattune.formats.srt import holds_label
from reattune.record import Session

_BY_PREFIX = ("srt", "text", "docx")  # formats that hold a speaker as "Name: " before the words


def dump(sessions: Session | Iterable[Session], format: str) -> bytes:
    """The sessions as the content of a file in that format.

    Raises:
        SettingError: no such format, several sessions for a format that holds one, or something in a session
            that the format cannot hold (no times for captions; a label that would not be recognised again).
        MissingExtraError: Word without the extra ``docx``.
    """
    found = [sessions] if isinstance(sessions, Session) else list(sessions)
    kind = named(format)
    if not found:
        raise SettingError("there is no session to write", mend="Give at least one")
    if kind.dump is None:
        raise SettingError(f"{kind.title} cannot be written", mend=f"Formats that can: {_writable()}")
    if len(found) > 1 and not kind.many:
        several = ", ".join(f.name for f in FORMATS if f.many and f.writable)
        raise SettingError(
            f"{kind.title} holds one session, not {len(found)}", mend=f"Write one file each, or use {several}"
        )
    if kind.name in _BY_PREFIX:
        for label in dict.fromkeys(turn.speaker for turn in found[0].turns):
            if not holds_label(label):
                raise SettingError(
                    f"the label {label!r} cannot stand before a colon in {kind.title}",
                    mend="Write WebVTT or CSV, which hold any label",
                )
    return kind.dump(found)


def write(sessions: Session | Iterable[Session], path: str | Path, format: str | None = None) -> None:
    """Write sessions to ``path`` in ``format`` (None: by the file's ending). An existing file is replaced in
    one step.

    Raises:
        SettingError: as ``dump``, or an ending that stands for no format.
        InputError: the file cannot be written.
        MissingExtraError: Word without the extra ``docx``.
    """
    place = Path(path)
    if format is None:
        kind = by_ending(place.name)
        if kind is None:
            raise SettingError(
                f"the ending {place.suffix!r} stands for no transcript format",
                mend=f"Say which one: {_writable()}",
            )
        format = kind.name
    data = dump(sessions, format)
    try:
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".reattune-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).replace(place)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"the file cannot be written ({error.strerror or error})"
        raise InputError(what, mend="Check the directory and its permissions", path=path) from error


def _writable() -> str:
    return ", ".join(one.name for one in FORMATS if one.writable)
