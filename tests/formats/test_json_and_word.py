from __future__ import annotations

import io
import json
import zipfile

import pytest

from reattune.errors import InputError, MissingExtraError
from reattune.formats import read_bytes, word
from reattune.record import Role


def test_whisperx_merges_and_fills_missing_speakers(read_text):
    segments = [
        {"start": 0.031, "end": 1.2, "text": " How are you?", "speaker": "SPEAKER_01", "words": []},
        {"start": 1.3, "end": 2.0, "text": " What brings you?", "speaker": "SPEAKER_01"},
        {"start": 2.1, "end": 3.0, "text": " I am tired.", "speaker": "SPEAKER_00"},
        {"start": 3.1, "end": 4.0, "text": " My back hurts."},
        {"start": float("nan"), "end": 5.0, "text": "So you feel stuck?", "speaker": "SPEAKER_01"},
        {"start": 5.0, "text": "", "speaker": "SPEAKER_00"},
        7,
    ]
    (session,) = read_text(json.dumps({"segments": segments, "language": "en"}), "a.json")
    assert [(t.speaker, t.text, t.start_ms, t.end_ms) for t in session] == [
        ("SPEAKER_01", "How are you? What brings you?", 31, 2000),
        ("SPEAKER_00", "I am tired. My back hurts.", 2100, 4000),
        ("SPEAKER_01", "So you feel stuck?", None, 5000),
    ]
    assert session.turns[0].role is Role.THERAPIST
    assert session.roles[0].how == "guess" and 0.5 < session.roles[0].confidence < 1
    assert any("1 segment(s) without a speaker" in n.what for n in session.notices)


def test_truncated_json_says_line_and_column(read_text):
    with pytest.raises(InputError, match="cut off") as caught:
        read_text('{"segments": [\n {"start": 0, "text": "Hel', "a.json")
    assert (caught.value.place.line, caught.value.place.column) == (2, 23)


def test_convokit(read_text):
    lines = [
        {"id": "a0", "conversation_id": "a", "speaker": "lee", "text": "So?", "timestamp": 1772460000,
         "reply-to": None, "meta": {"role": "therapist"}},
        {"id": "b0", "conversation_id": "b", "speaker": {"id": "T"}, "text": "Hi.", "timestamp": 1.5,
         "meta": {}},
        {"id": "a1", "conversation_id": "a", "speaker": "sam", "text": "No.", "timestamp": 1772460004,
         "reply-to": "a0"},
        {"id": "b1", "root": "b", "user": "C", "text": "Hm.", "timestamp": None},
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, lines)) + '\n{"id": "b2", "te'
    first, second = read_text(text, "utterances.jsonl")
    assert (first.id, first.date.isoformat()) == ("a", "2026-03-02")
    assert [(t.id, t.speaker, t.role, t.start_ms) for t in first] == [
        ("a0", "lee", Role.THERAPIST, 0),
        ("a1", "sam", Role.CLIENT, 4000),
    ]
    assert [(t.id, t.speaker, t.start_ms) for t in second] == [("b0", "T", 1500), ("b1", "C", None)]
    assert (first.notices[0].place.line, "cut off" in first.notices[0].what) == (5, True)


def docx_bytes(paragraphs=(), table=()):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def test_word_paragraphs_as_teams_writes_them():
    data = docx_bytes(
        ["Meeting transcript", "Dr Lee   0:03\nHow was it?", "Sam   0:07\nBad.", "Dr Lee   0:09\nMm."]
    )
    (session,) = read_bytes(data, "a.docx")
    assert [(t.speaker, t.text, t.start_ms) for t in session] == [
        ("Dr Lee", "How was it?", 3000),
        ("Sam", "Bad.", 7000),
        ("Dr Lee", "Mm.", 9000),
    ]
    assert session.format == "docx"


@pytest.mark.parametrize("head", [[("Speaker", "Text")], []])
def test_word_tables(head):
    (session,) = read_bytes(docx_bytes(table=[*head, ("T", "Hello."), ("C", "Hi.")]), "a.txt")
    assert [(t.role, t.text) for t in session] == [(Role.THERAPIST, "Hello."), (Role.CLIENT, "Hi.")]


def test_a_zip_bomb_is_not_opened():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (65 * 2**20) + b"</a>")
    assert len(held.getvalue()) < 100_000
    with pytest.raises(InputError, match="unpacks to far more"):
        read_bytes(held.getvalue(), "a.docx")


def test_a_damaged_word_file():
    data = docx_bytes(["T: Hello."])
    with pytest.raises(InputError):
        read_bytes(data[: len(data) // 2], "a.docx")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", "<broken")
    with pytest.raises(InputError, match="damaged"):
        read_bytes(held.getvalue(), "a.docx")


def test_word_without_python_docx_names_the_extra(monkeypatch):
    data = docx_bytes(["T: Hello.", "C: Hi."])
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'reattune\[docx\]'"):
        read_bytes(data, "a.docx")
    assert word.is_word(data)
