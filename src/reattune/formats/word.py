"""Word (.docx): paragraphs as in plain text, or a table with the speaker in one column and the words in
another.

Needs the extra ``docx`` (python-docx). A file is weighed before it is opened, so that a small one cannot
unpack to gigabytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from reattune.errors import InputError, MissingExtraError
from reattune.formats import plain, table
from reattune.formats.draft import Draft, Format, Source
from reattune.record import Session

_PARTS = 10_000
_DOCUMENT_BYTES = 64 * 2**20
_ALL_BYTES = 512 * 2**20
_MAIN = "word/document.xml"
_BROKEN = "Open it in Word and save it again, or save it as plain text (.txt)"


def is_word(data: bytes) -> bool:
    """Whether ``data`` is a zip archive with a Word document in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _MAIN in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def parse(source: Source) -> list[Draft]:
    """One session (several where a table has a session column). Lines are counted by paragraphs and table
    rows.

    Raises:
        InputError: damaged, or too large when unpacked.
        MissingExtraError: python-docx is not installed.
    """
    _weigh(source.data)
    docx = _library()
    try:
        document = docx.Document(io.BytesIO(source.data))
        lines, grids = _content(document)
    except (
        Exception
    ) as error:  # python-docx and lxml raise many kinds for a damaged file; each means the same here
        raise InputError(f"this Word file is damaged ({type(error).__name__})", mend=_BROKEN) from error
    for grid in grids:
        text = _as_csv(grid)
        if table.known_columns(table.header_of(text), ",", source.columns) >= 2:
            return table.parse(Source(text, columns=source.columns))
    return [plain.parse_lines(lines)]


def _weigh(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InputError("this Word file is damaged: its archive cannot be opened", mend=_BROKEN) from error
    sizes = {part.filename: part.file_size for part in parts}
    if _MAIN not in sizes:
        raise InputError(
            "this archive holds no Word document", mend="Give a .docx or another transcript format"
        )
    texts = max((size for name, size in sizes.items() if name.endswith((".xml", ".rels"))), default=0)
    if len(parts) > _PARTS or texts > _DOCUMENT_BYTES or sum(sizes.values()) > _ALL_BYTES:
        raise InputError(
            "this Word file unpacks to far more than a transcript holds, and was not opened",
            mend="Save the transcript alone as a new file, or as plain text (.txt)",
        )


def _library() -> Any:
    try:
        import docx
    except ImportError as error:
        raise MissingExtraError(
            "reading and writing Word files needs python-docx",
            mend="Install it: pip install 'reattune[docx]' (or save the file as .txt)",
        ) from error
    return docx


def _content(document: Any) -> tuple[list[str], list[list[list[str]]]]:
    """The document's lines in order (a table's row is ``first cell: other cells``), and its tables cell by
    cell."""
    lines: list[str] = []
    grids: list[list[list[str]]] = []
    for item in document.iter_inner_content():
        if not hasattr(item, "rows"):
            lines += item.text.split("\n")
            continue
        grid = [[cell.text for cell in row.cells] for row in item.rows]
        grids.append(grid)
        lines += _table_lines(grid)
    return lines, grids


def _table_lines(grid: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in grid:
        filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
        if len(filled) >= 2 and not any(cell.rstrip().endswith(":") for cell in filled[:-1]):
            yield f"{' '.join(filled[:-1])}: {filled[-1]}"
        else:
            yield " ".join(filled)


def _as_csv(grid: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        ",".join('"' + " ".join(c.split()).replace('"', '""') + '"' for c in row) for row in grid
    )


def dump(sessions: Sequence[Session]) -> bytes:
    """One paragraph a turn, as in plain text."""
    document = _library().Document()
    for line in plain.lines_of(sessions[0]):
        document.add_paragraph(line)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


FORMAT = Format(
    "docx",
    "Word",
    (".docx",),
    "paragraphs as in plain text, or a table with speaker and words (needs the extra docx)",
    parse,
    dump,
)
