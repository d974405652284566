"""From a file to sessions: decode, find the format, parse, see who is who, and say what was strange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from reattune.errors import InputError, Place, ReattuneError
from reattune.formats import roles
from reattune.formats.catalog import named
from reattune.formats.decode import decode
from reattune.formats.draft import Draft, Remark, Source, notices
from reattune.formats.sniffing import sniff_bytes, sniff_text
from reattune.formats.times import date_in_name
from reattune.record import Notice, Role, Session, Turn

#: Larger files are refused: a session has far less, a corpus belongs into several files.
LIMIT_BYTES = 512 * 2**20


def load(path: str | Path, *, what: str = "transcript", limit: int = LIMIT_BYTES) -> bytes:
    """The bytes of a file; ``what`` it should be is for messages, ``limit`` in bytes.

    Raises:
        InputError: no such file, a directory, no permission, something that is no file, or too large.
    """
    place = Path(path)
    try:
        if place.is_dir():
            raise InputError("this is a directory", mend=f"Name the {what} files in it", path=path)
        if not place.exists():
            raise InputError("there is no such file", mend="Check the name and the directory", path=path)
        if not place.is_file():
            raise InputError("this is not a regular file", mend=f"Save the {what} to a file first", path=path)
        size = place.stat().st_size
        if size > limit:
            why = f"the file has {size >> 20:,} MB, more than the {limit >> 20} MB that can be read"
            raise InputError(why, mend="Split it into several files", path=path)
        return place.read_bytes()
    except PermissionError as error:
        mend = "Change its permissions (chmod u+r) or ask its owner"
        raise InputError("no permission to read this file", mend=mend, path=path) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            f"the file cannot be read ({why})", mend="Check the name and the disk", path=path
        ) from error


def read(
    path: str | Path,
    *,
    format: str | None = None,
    therapist: str | Sequence[str] | None = None,
    client: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Session]:
    """The sessions in a transcript file, at least one.

    Args:
        path: the file.
        format: a name from ``FORMATS``; None finds it by the content.
        therapist: label or labels of the therapist; part of a label will do where it is clear ("Lee" for "Dr
            Lee").
        client: labels of the client or clients.
        columns: for tables, which column holds which field: ``{"text": "utterance", "speaker": "who"}``.

    Raises:
        InputError: the file cannot be read as a transcript (the message says what, where, and how to mend
            it).
        SettingError: an option that does not fit the file.
        MissingExtraError: a Word file without the extra ``docx``.
    """
    return read_bytes(
        load(path), str(path), format=format, therapist=therapist, client=client, columns=columns
    )


def read_bytes(
    data: bytes,
    name: str,
    *,
    format: str | None = None,
    therapist: str | Sequence[str] | None = None,
    client: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Session]:
    """As ``read``, from bytes that are already at hand (an upload); ``name`` is the file's name or path."""
    try:
        wanted = roles.wish(therapist, client)
        drafts, kind = _drafts(data, name, format, columns or {})
        sessions = _sessions(drafts, name, kind, wanted)
        wanted.check()
    except ReattuneError as error:
        raise error.at(name) from error.__cause__
    return sessions


def sniff(path: str | Path, *, columns: Mapping[str, str] | None = None) -> str:
    """The name of the format that a file is in, by its content.

    Raises:
        InputError: the file cannot be opened, is empty, or is no transcript.
    """
    data = load(path)
    try:
        return sniff_bytes(data, PurePath(path).name, columns)
    except ReattuneError as error:
        raise error.at(path) from None


def _drafts(
    data: bytes, name: str, format: str | None, columns: Mapping[str, str]
) -> tuple[list[Draft], str]:
    asked = named(format) if format is not None else None
    if asked is not None and asked.name == "docx":
        return asked.parse(Source("", data, columns)), "docx"
    if data.startswith(b"PK") and sniff_bytes(data) == "docx":
        return named("docx").parse(Source("", data, columns)), "docx"
    text, remarks = decode(data)
    kind = asked or named(sniff_text(text, PurePath(name).name, columns))
    drafts = kind.parse(Source(text, data, columns))
    if drafts:
        drafts[0].remarks[:0] = remarks
    return drafts, kind.name


def _sessions(drafts: Sequence[Draft], name: str, kind: str, wanted: roles.Wish) -> list[Session]:
    """Sessions from drafts; one that cannot be used becomes a remark on the first that can, if any can."""
    stem = PurePath(name).stem or "session"
    day = date_in_name(PurePath(name).name) if len(drafts) == 1 else None
    made: list[Session] = []
    left_out: list[Remark] = []
    carried: list[Remark] = []
    first_error: InputError | None = None
    for draft in drafts:
        try:
            made.append(_session(draft, draft.id or stem, name, kind, wanted))
        except InputError as error:
            first_error = first_error or error
            what = f"session {draft.id or stem!r} left out: {error.what}"
            left_out.append(Remark("session left out", what, error.place.line))
            carried += draft.remarks
    if not made:
        raise first_error or InputError(
            "no spoken words in this file",
            mend="Check that the export holds the transcript, with a speaker for each turn",
        )
    extra = notices([*carried, *left_out], lambda line: Notice("", Place(name, line)))
    first = made[0]
    made[0] = Session(
        first.id, first.turns, first.source, kind, first.date or day, first.roles, (*extra, *first.notices)
    )
    return made


def _session(draft: Draft, session_id: str, name: str, kind: str, wanted: roles.Wish) -> Session:
    rows = draft.rows
    if not rows:
        raise InputError(
            "no spoken words in this file",
            mend="Check that the export holds the transcript, with a speaker for each turn",
        )
    if all(row.speaker is None for row in rows):
        raise InputError(
            "no speaker labels: it cannot be told who says what",
            mend="Export the transcript with speaker names, or put a label before each turn (T: ..., C: ...)",
            line=rows[0].line,
        )
    remarks = list(draft.remarks)
    assigned = roles.resolve(rows, wanted, remarks)
    by_label = {one.speaker: one.role for one in assigned}
    _check_times(draft, remarks)
    turns = tuple(
        Turn(
            index,
            row.speaker or "",
            by_label.get(row.speaker or "", Role.THIRD),
            row.text,
            row.start_ms,
            row.end_ms,
            row.id,
        )
        for index, row in enumerate(rows)
    )
    said = notices(remarks, lambda line: Notice("", Place(name, line)))
    return Session(session_id, turns, name, kind, draft.date, assigned, tuple(said))


def _check_times(draft: Draft, remarks: list[Remark]) -> None:
    """Say where times run backwards or overlap. The file's order stays."""
    back: list[int | None] = []
    overlap: list[int | None] = []
    start: int | None = None
    end: int | None = None
    for row in draft.rows:
        if row.start_ms is None:
            continue
        if start is not None and row.start_ms < start:
            back.append(row.line)
        elif end is not None and row.start_ms < end:
            overlap.append(row.line)
        start, end = row.start_ms, row.end_ms
    if back:
        what = f"the times run backwards at {len(back):,} place(s), first here: the file's order was kept"
        remarks.append(Remark("backwards", what, back[0]))
    if overlap:
        what = f"{len(overlap):,} turn(s) begin before the one above has ended, first here: kept as they are"
        remarks.append(Remark("overlap", what, overlap[0]))
