"""Files that come with a form: read in memory, named without a path, and unpacked nowhere before they were measured."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from starlette.datastructures import UploadFile

from reattune.errors import InputError
from reattune.web.config import WebConfig

_STEP = 64 * 1024
_ENTRIES = 5_000
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENDLESS = 1 << 50
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that came with a form.

    Args:
        name: what to call it: its last part, without anything that could lead elsewhere.
        data: its bytes.
    """

    name: str
    data: bytes


def take(upload: UploadFile, config: WebConfig) -> Taken:
    """Read an uploaded file.

    Raises:
        InputError: it is empty, too large, or a compressed file that would grow too far.
    """
    name = safe_name(upload.filename or "")
    upload.file.seek(0)
    data = upload.file.read(config.upload_limit + 1)
    if not data:
        raise InputError(
            "The file is empty", mend="Look at it on your computer, and choose it again", path=name
        )
    if len(data) > config.upload_limit:
        raise InputError(
            f"The file is larger than {config.upload_limit // 1024**2} MB",
            mend="Add its parts one by one",
            path=name,
        )
    check_unpacked(io.BytesIO(data), name, config.unpacked_limit)
    return Taken(name, data)


def safe_name(given: str) -> str:
    """The last part of a file's name, without a path, control characters or a dot in front; ``file`` if nothing is left."""
    last = re.split(r"[/\\:]", given)[-1]
    kept = re.sub(r"[^\w .()&+,'-]", "", last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > _LONGEST_NAME:
        kept = f"{(stem or ending)[: _LONGEST_NAME - 20]}{dot}{ending[:16] if dot else ''}"
    return kept or "file"


def check_unpacked(file: BinaryIO, name: str, limit: int) -> None:
    """Measure what a compressed file grows to, by unpacking it piece by piece and keeping nothing.

    What the file says about itself is not believed.

    Args:
        file: anything; what is no zip archive passes.
        name: what to call it in a message.
        limit: bytes that all its parts may have together.

    Raises:
        InputError: it would grow beyond the limit, or is damaged.
    """
    if not zipfile.is_zipfile(file):
        return
    left = limit
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _ENTRIES:
                left = -1
            if any(entry.compress_type not in _KINDS for entry in entries):
                raise NotImplementedError  # office files have no other kind, and these cannot be unpacked in small pieces
            for entry in entries:
                if left < 0:
                    break
                honest = copy.copy(entry)
                honest.file_size = _ENDLESS  # read on past the size that the archive claims
                with archive.open(honest) as part:
                    while left >= 0 and (piece := part.read(_STEP)):
                        left -= len(piece)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputError(
            "The file is damaged or locked with a password",
            mend="Save it again, and choose it again",
            path=name,
        ) from error
    if left < 0:
        raise InputError(
            "The file unpacks to far more than a transcript holds",
            mend="Save the transcript as plain text, and choose that",
            path=name,
        )
