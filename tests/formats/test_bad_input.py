"""Every bad file gets a message that says what, where and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reattune.errors import InputError, SettingError
from reattune.formats import dump, read, read_bytes, sniff, write

SRT = "1\n00:00:01,000 --> 00:00:02,000\nT: a\n\n2\n00:00:02,000 --> 00:00:03,000\nC: b\n"
CONVOKIT = "\n".join(f'{{"conversation_id": "1", "speaker": "{who}", "text": "b"}}' for who in "TC")
TWO = "T: Hello.\nC: Hi.\n"

BAD = [
    ("empty.vtt", b"", "the file is empty", None),
    ("blank.txt", b" \r\n\t\n", "the file is empty", None),
    ("bom.txt", b"\xef\xbb\xbf\n", "the file is empty", None),
    ("photo.vtt", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), r"photo.*JPEG", None),
    ("photo.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "PNG", None),
    ("paper.txt", b"%PDF-1.7\n%\xe2\xe3", r"a PDF.*save the transcript as Word", None),
    ("talk.vtt", b"RIFF\x00\x00\x00\x00WAVEfmt ", "WAV.*Transcribe it first", None),
    ("talk.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00", "M4A.*Transcribe", None),
    ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "old Office file", None),
    ("a.zip", b"PK\x03\x04" + b"\x00" * 50, "zip archive", None),
    ("bytes.txt", bytes(range(256)) * 8, "binary file", 1),
    ("page.txt", b"<!DOCTYPE html><html><p>T: a</p></html>", "web page", 1),
    ("one.txt", b"T: Hello.\nT: Anyone?\n", "only one speaker", 1),
    ("one.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Sam>Hello.\n", "only one speaker", 3),
    ("none.txt", b"\nHello there.\nNote: well.\n", "no speaker labels", 2),
    ("none.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n", "no speaker labels", 3),
    ("none.json", b'{"segments": [{"start": 0, "end": 1, "text": "Hi"}]}', "no speaker labels", None),
    ("nothing.vtt", b"WEBVTT\n\nNOTE nothing\n", "no spoken words", None),
    ("cut.json", b'{"segments": [{"start": 0,', "cut off", 1),
    ("other.json", b'{\n"a": 1}', "no list of segments", 1),
    ("deep.json", b"[" * 200_000, "nested too deeply|no list|cut off", None),
    ("cut.jsonl", b'{"conversation_id": "a", "text": "x', "cut off", 1),
    ("cols.csv", b"a,b\n1,2\n3,4\n", "no column for the words or the speaker", 1),
    ("rows.csv", b"speaker,text\nT,\nC,\n", "no row of the table can be used", 2),
]


@pytest.mark.parametrize(("name", "data", "what", "line"), BAD, ids=[b[0] for b in BAD])
def test_bad_file(tmp_path: Path, name, data, what, line):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"(?s){what}") as caught:
        read(path)
    assert caught.value.place.path == str(path)
    assert caught.value.mend
    if line is not None:
        assert caught.value.place.line == line


def test_directory_missing_file_and_no_permission(tmp_path: Path, monkeypatch):
    with pytest.raises(InputError, match="a directory"):
        read(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "gone.vtt")
    with pytest.raises(InputError):
        read("a\x00b")
    path = tmp_path / "locked.txt"
    path.write_text(TWO)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"no permission.*chmod"):
        read(path)


STARTS = ["", "T: ", "WEBVTT\n\n", "a,", "[", "{", "<v ", '"', "1\n00:00:01,000 --> 00:00:02,000\n"]
PIECES = ["a", "a ", "<", ": ", "1:", "&", '"', ",", "00:00:01.000 --> ", "<v a", "A: "]


@pytest.mark.parametrize("start", STARTS)
def test_one_line_of_a_megabyte_whatever_it_repeats(start):
    for piece in PIECES:
        with pytest.raises(InputError):
            read_bytes((start + piece * (1_000_000 // len(piece))).encode(), "x.txt")


@pytest.mark.parametrize("start", ["", "T: ", STARTS[-1]])
def test_one_line_of_ten_megabytes(start):
    with pytest.raises(InputError):
        read_bytes((start + "word <b " * 1_250_000).encode(), "x.txt")


def test_a_hundred_thousand_turns():
    data = "".join(
        f"[{i // 60:02d}:{i % 60:02d}] {'TC'[i % 2]}: words {i}\n" for i in range(100_000)
    ).encode()
    (session,) = read_bytes(data, "x.txt")
    assert len(session) == 100_000
    again = read_bytes(dump(session, "webvtt"), "x.vtt", therapist="T")[0]
    assert again.turns[-1].text == "words 99999"


def test_names_lie_and_content_counts(tmp_path: Path):
    cases = {
        "a.txt": ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v T>a\n\n00:02.000 --> 00:03.000\n<v C>b\n", "webvtt"),
        "b.vtt": ("speaker,text\nT,a\nC,b\n", "csv"),
        "c.csv": (TWO, "text"),
        "d.json": (SRT, "srt"),
        "e.txt": ('{"segments": [{"text": "a", "speaker": "T"}, {"text": "b", "speaker": "C"}]}', "whisperx"),
        "f.csv": (CONVOKIT, "convokit"),
        "g.vtt": ("speaker\ttext\nT\ta\nC\tb\n", "tsv"),
        "h": (TWO, "text"),
    }  # fmt: skip
    for name, (content, kind) in cases.items():
        path = tmp_path / name
        path.write_text(content)
        assert sniff(path) == kind, name
        (session,) = read(path)
        assert (session.format, [t.text[0] for t in session][-1].lower()) == (
            kind,
            "h" if content == TWO else "b",
        )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, ends):
    text = ends.join(["T: Grüß Gott – wie geht’s?", "C: Müde. 😔", "T: Mm."])
    (session,) = read_bytes(text.encode(encoding), "x.txt")
    assert [t.text for t in session] == ["Grüß Gott – wie geht’s?", "Müde. 😔", "Mm."]


def test_one_damaged_byte_does_not_make_a_file_windows_1252():
    data = "T: Größe, Übung, Äpfel, süß.\nC: Schön\xff!\n".encode().replace("ÿ".encode(), b"\xff")
    (session,) = read_bytes(data, "x.txt")
    assert session.turns[0].text == "Größe, Übung, Äpfel, süß."
    assert session.turns[1].text == "Schön\ufffd!"
    assert session.notices[0].place.line == 2


def test_settings_that_cannot_be(tmp_path: Path):
    (session,) = read_bytes(TWO.encode(), "x.txt")
    with pytest.raises(SettingError, match="no transcript format"):
        read_bytes(TWO.encode(), "x.txt", format="wav")
    with pytest.raises(SettingError, match="no time"):
        write(session, tmp_path / "x.vtt")
    with pytest.raises(SettingError, match="holds one session"):
        write([session, session], tmp_path / "x.txt")
    with pytest.raises(SettingError, match="ending"):
        write(session, tmp_path / "x.pages")
    with pytest.raises(InputError, match="cannot be written"):
        write(session, tmp_path / "gone" / "x.txt")
    assert not list(tmp_path.iterdir())
