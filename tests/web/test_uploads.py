"""Files that come with a form: their names, their sizes, and what they unpack to."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import UploadFile

from reattune.errors import InputError
from reattune.web import WebConfig
from reattune.web.uploads import check_unpacked, safe_name, take

from .conftest import Browser

SMALL = WebConfig("nowhere", upload_limit=200_000, unpacked_limit=1_000_000)


def packed(*parts: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("C:\\Users\\x\\session 4.vtt", "session 4.vtt"),
        ("/abs/olute.txt", "olute.txt"), ("..", "file"), ("", "file"), ("a\x00b\n.txt", "ab.txt"), (".hidden", "hidden"),
        ("Größe – März.docx", "Größe  März.docx"), ("<script>.vtt", "script.vtt"),
    ],
)  # fmt: skip
def test_a_name_leads_nowhere(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("x" * 500 + ".vtt")
    assert len(name) <= 120 and name.endswith(".vtt")


def test_a_plain_file_and_an_honest_archive_are_taken() -> None:
    assert take(UploadFile(io.BytesIO(b"T: hello"), filename="../a.txt"), SMALL).data == b"T: hello"
    data = packed(("word/document.xml", b"<w/>" * 1000))
    assert take(UploadFile(io.BytesIO(data), filename="a.docx"), SMALL).name == "a.docx"


def test_a_bomb_is_measured_and_refused() -> None:
    data = packed(("word/document.xml", b"\0" * 3_000_000))
    assert len(data) < 10_000
    with pytest.raises(InputError, match="unpacks to far more"):
        take(UploadFile(io.BytesIO(data), filename="a.docx"), SMALL)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_kinds_that_cannot_be_measured_piece_by_piece_are_refused(kind: int) -> None:
    data = packed(("word/document.xml", b"\0" * 3_000_000), kind=kind)
    with pytest.raises(InputError, match="damaged or locked"):
        take(UploadFile(io.BytesIO(data), filename="a.docx"), SMALL)


def test_many_parts_count_together() -> None:
    with pytest.raises(InputError, match="unpacks to far more"):
        check_unpacked(
            io.BytesIO(packed(*((f"{i}", b"\0" * 100_000) for i in range(20)))), "a.docx", 1_000_000
        )
    with pytest.raises(InputError, match="unpacks to far more"):
        check_unpacked(io.BytesIO(packed(*((f"{i}", b"") for i in range(5_001)))), "a.docx", 1_000_000)


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(packed(("word/document.xml", b"\0" * 3_000_000)))
    honest = struct.pack("<I", 3_000_000)
    assert data.count(honest) == 2
    lying = bytes(data).replace(honest, struct.pack("<I", 10))
    with pytest.raises(InputError, match="unpacks to far more"):
        check_unpacked(io.BytesIO(lying), "a.docx", 1_000_000)


def test_a_damaged_archive_is_told_as_such() -> None:
    data = bytearray(packed(("word/document.xml", bytes(range(256)) * 200)))
    data[200:260] = b"\xff" * 60
    with pytest.raises(InputError, match="damaged or locked"):
        check_unpacked(io.BytesIO(bytes(data)), "a.docx", 10_000_000)


def test_an_empty_file_and_a_large_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        take(UploadFile(io.BytesIO(b""), filename="a.txt"), SMALL)
    with pytest.raises(InputError, match="larger than"):
        take(UploadFile(io.BytesIO(b"x" * 200_001), filename="a.txt"), SMALL)


class TestLimit:
    @pytest.fixture
    def small(self, practice: Any, browser_of: Any) -> Browser:
        browser: Browser = browser_of(practice, upload_limit=50_000)
        browser.unlock()
        return browser

    def test_too_much_gets_a_clear_page(self, small: Browser) -> None:
        answer = small.post("/settings", files={"file": ("big.txt", b"x" * 60_000)})
        assert answer.status_code == 413
        assert "This file is too large" in answer.text
        assert small.get("/settings").status_code == 200

    def test_too_much_is_counted_where_no_length_is_stated(self, small: Browser) -> None:
        def pieces() -> Any:
            for _ in range(100):
                yield b"x" * 1_000

        answer = small.client.post(
            "/settings", content=pieces(), headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 413

    def test_whoever_is_not_signed_in_sends_little(
        self, small: Browser, practice: Any, browser_of: Any
    ) -> None:
        stranger = browser_of(practice, visitor_limit=10_000)
        stranger.client._transport.client = ("10.0.0.7", 1)
        for path in ("/login", "/first-run/restore", "/cases"):
            answer = stranger.post(path, {"passphrase": "x"}, files={"backup": ("x", b"x" * 20_000)})
            assert answer.status_code == 413, path

    def test_a_false_length_is_no_way_in(self, small: Browser) -> None:
        answer = small.client.post("/settings", content=b"a=b", headers={"content-length": "1e9"})
        assert answer.status_code == 413

    def test_uploads_never_touch_the_disk(self, small: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        import tempfile

        def spilt(*_: object) -> None:
            raise AssertionError("an upload was written to a temporary file")

        monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", spilt)
        assert small.post("/settings", files={"file": ("a.txt", b"x" * 40_000)}).status_code == 422
