"""From bytes to text: byte-order marks, UTF-8, else Windows-1252; and files that are no text at all."""

from __future__ import annotations

import codecs
import re

from reattune.errors import InputError
from reattune.formats.draft import Remark

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PHOTO = "a photo or picture"
_SOUND = "a sound recording"
_VIDEO = "a video or sound recording"
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", f"{_PHOTO} (JPEG)"),
    (0, b"\x89PNG\r\n\x1a\n", f"{_PHOTO} (PNG)"),
    (0, b"GIF8", f"{_PHOTO} (GIF)"),
    (0, b"BM", f"{_PHOTO} (BMP)"),
    (0, b"II*\x00", f"{_PHOTO} (TIFF)"),
    (0, b"MM\x00*", f"{_PHOTO} (TIFF)"),
    (8, b"WEBP", f"{_PHOTO} (WebP)"),
    (4, b"ftyphei", f"{_PHOTO} (HEIC)"),
    (4, b"ftypmif1", f"{_PHOTO} (HEIC)"),
    (4, b"ftypM4A", f"{_SOUND} (M4A)"),
    (4, b"ftyp", f"{_VIDEO} (MP4)"),
    (8, b"WAVE", f"{_SOUND} (WAV)"),
    (0, b"ID3", f"{_SOUND} (MP3)"),
    (0, b"\xff\xfb", f"{_SOUND} (MP3)"),
    (0, b"\xff\xf3", f"{_SOUND} (MP3)"),
    (0, b"OggS", f"{_SOUND} (Ogg)"),
    (0, b"fLaC", f"{_SOUND} (FLAC)"),
    (0, b"\x1aE\xdf\xa3", f"{_VIDEO} (Matroska or WebM)"),
    (0, b"%PDF-", "a PDF"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls)"),
    (0, b"{\\rtf", "a rich-text file (RTF)"),
    (0, b"SQLite format 3\x00", "a SQLite database"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"PK\x03\x04", "a zip archive or Office file"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90", "a program"),
)
_TEXT_LIKE = (
    "a photo or picture (BMP)",
    "a sound recording (MP3)",
)  # marks that plain text can begin with, too
_HTML = re.compile(r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,20})?(?:<!doctype html|<html)", re.IGNORECASE)
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f]")
_ONLY_SPACE = "the file is empty"
_HEAD = 65_536


def what_binary(data: bytes) -> str | None:
    """What a file that is no text seems to be ("a photo or picture (JPEG)"), or None for text."""
    if any(data.startswith(bom) for bom, _ in _BOMS):
        return None
    nul = b"\x00" in data[:_HEAD]
    for offset, mark, what in _MAGIC:
        if data.startswith(mark, offset) and (nul or what not in _TEXT_LIKE or mark[0] > 127):
            return what
    return None


def _mend(what: str) -> str:
    if _SOUND in what or _VIDEO in what:
        return "Transcribe it first, with speakers (WhisperX writes JSON that reattune reads)"
    if "PDF" in what or "Office" in what or "RTF" in what:
        return "Open it and save the transcript as Word (.docx) or plain text (.txt)"
    if "archive" in what:
        return "Unpack it and give the transcript that is inside"
    return "Give the transcript of the session: .vtt, .srt, .txt, .csv, .json, .jsonl or .docx"


def binary_error(what: str) -> InputError:
    """The error for a file that is not text."""
    return InputError(f"this is not a transcript but {what}", mend=_mend(what))


def decode(data: bytes) -> tuple[str, list[Remark]]:
    """The text of ``data`` with ``\\n`` line ends, and what had to be assumed to read it.

    A byte-order mark decides (UTF-8, UTF-16, UTF-32); else UTF-8; else UTF-8 with a few damaged places; else
    Windows-1252.

    Raises:
        InputError: no text (the message says what the file seems to be), an empty file, or a web page.
    """
    if not data.strip(b" \t\r\n"):
        raise InputError(_ONLY_SPACE, mend="Export the transcript again and check that it has words in it")
    what = what_binary(data)
    if what is not None:
        raise binary_error(what)
    text, remarks = _to_text(data)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        if text.count("\x00") > max(3, len(text) // 10_000):
            raise InputError("this is a binary file, not a transcript", mend=_mend(""), line=line)
        remarks.append(Remark("nul", "NUL characters in the text were left out", line))
        text = text.replace("\x00", "")
    head = text[:_HEAD]
    strange = len(_CONTROL.findall(head)) + head.count("\ufffd")
    if strange > max(4, len(head) // 20):
        raise InputError("this is a binary file, not a transcript", mend=_mend(""), line=1)
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if not text.strip():
        raise InputError(_ONLY_SPACE, mend="Export the transcript again and check that it has words in it")
    if _HTML.match(text):
        raise InputError(
            "this is a web page (HTML), not a transcript",
            mend="Copy the transcript's text into a .txt file, one 'Name: words' a line",
            line=1,
        )
    return text, remarks


def _to_text(data: bytes) -> tuple[str, list[Remark]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError as error:
                text = data.decode(encoding, errors="replace")
                what = f"damaged characters ({encoding.removesuffix('-sig').upper()}) were replaced by \ufffd"
                return text, [Remark("encoding", what, _line_at(data, error.start))]
    wide = _wide(data)
    if wide is not None:
        remark = Remark("encoding", f"read as {wide.upper()}, although the file does not say so")
        return data.decode(wide, errors="replace"), [remark]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = _line_at(data, error.start)
    patched = data.decode("utf-8", errors="replace")
    damaged = patched.count("\ufffd")
    beyond_ascii = sum(len(run) for run in re.findall("[^\x00-\x7f\ufffd]+", patched))
    if damaged * 5 <= beyond_ascii:
        return patched, [Remark("encoding", f"{damaged} damaged characters were replaced by \ufffd", line)]
    what = "not UTF-8: read as Windows-1252 (check accents and quotation marks, or save the file as UTF-8)"
    return data.decode("cp1252", errors="replace"), [Remark("encoding", what, line)]


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte-order mark shows as text with a NUL in every second byte."""
    head = data[:2048]
    if len(head) < 8 or len(data) % 2:
        return None
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.6 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return None
