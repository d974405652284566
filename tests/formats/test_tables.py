from __future__ import annotations

import pytest

from reattune.errors import InputError, SettingError
from reattune.formats import read_bytes
from reattune.record import Role

ANNOMI = (
    "transcript_id,mi_quality,video_title,video_url,topic,utterance_id,interlocutor,timestamp,utterance_text,"
    "main_therapist_behaviour,client_talk_type\n"
    '7,high,"A ""title""",http://x,alcohol,0,therapist,00:00:13,"Hello, you.",question,n/a\n'
    '7,high,"A ""title""",http://x,alcohol,1,client,00:00:24,"Sure.\nI think.",n/a,neutral\n'
    '9,low,"B",http://y,smoking,0,therapist,00:00:01,So.,question,n/a\n'
    '9,low,"B",http://y,smoking,1,therapist,00:00:02,So again.,question,n/a\n'
    '9,low,"B",http://y,smoking,2,client,,,n/a,neutral\n'
    '9,low,"B",http://y,smoking,3,client,00:00:04,No.,n/a,neutral\n'
)


def test_annomi_gives_several_sessions_and_rows_stay_rows(read_text):
    first, second = read_text(ANNOMI, "annomi.csv")
    assert (first.id, second.id) == ("7", "9")
    assert [(t.id, t.speaker, t.start_ms, t.text) for t in first] == [
        ("0", "therapist", 13_000, "Hello, you."),
        ("1", "client", 24_000, "Sure. I think."),
    ]
    assert [t.id for t in second] == ["0", "1", "3"]
    assert {r.how for r in first.roles} == {"given"}
    assert [(n.place.line, n.what) for n in first.notices] == [(7, "row left out: it has no words")]


def test_semicolons_mapping_and_seconds(read_text):
    text = 'Wer;Was;Ab\nDr. Ott;"Guten Tag; wie geht es?";1,5\nJana;Gut.;62\nDr. Ott;Schön.;3:04\n'
    options = {"columns": {"speaker": "wer", "text": "Was", "start": "Ab"}}
    (session,) = read_text(text, "x.dat", **options)
    assert [(t.speaker, t.start_ms) for t in session] == [
        ("Dr. Ott", 1500),
        ("Jana", 62_000),
        ("Dr. Ott", 184_000),
    ]
    assert session.format == "csv"


def test_bad_rows_are_reported_with_their_lines_and_the_rest_goes_on(read_text):
    text = (
        "speaker,text\n"
        "T,Hello.\n"
        'C,"two\nlines"\n'
        "C,one,too,many\n"
        'T,"never closed\n'
        "C,But this is read.\n"
        ",Whose?\n"
        'T,5" tall\n'
        "T\n"
    )
    (session,) = read_text(text, "x.csv")
    assert [(t.speaker, t.text) for t in session] == [
        ("T", "Hello."),
        ("C", "two lines"),
        ("C", "But this is read."),
        ("C", "Whose?"),
        ("T", '5" tall'),
    ]
    lines = {n.place.line: n.what for n in session.notices}
    assert set(lines) == {5, 6, 8, 10}
    assert "cells" in lines[5] and "not closed" in lines[6] and "1 of 2 cells" in lines[10]


def test_an_utterance_that_stands_twice_is_kept_once(read_text):
    rows = "transcript_id,utterance_id,interlocutor,annotator_id,utterance_text\n"
    rows += "1,0,therapist,a,Hello.\n1,0,therapist,b,Hello.\n1,1,client,a,Hi.\n"
    (session,) = read_text(rows, "x.csv")
    assert [t.text for t in session] == ["Hello.", "Hi."]
    assert "again" in session.notices[0].what and session.notices[0].place.line == 3


def test_missing_columns_name_those_found_and_the_option(read_text):
    with pytest.raises(InputError, match=r"'a', 'b'.*--columns text=utterance,speaker=who") as caught:
        read_text("a,b\n1,2\n3,4\n", "x.csv")
    assert caught.value.place.line == 1
    with pytest.raises(SettingError, match=r"no column 'zz'.*'speaker', 'text'"):
        read_text("speaker,text\nT,a\nC,b\n", "x.csv", columns={"text": "zz"})
    with pytest.raises(SettingError, match="no field"):
        read_text("speaker,text\nT,a\nC,b\n", "x.csv", columns={"words": "text"})


def test_role_and_speaker_columns(read_text):
    (session,) = read_text(
        "name\trole\ttext\nAnn\tcounsellor\tHi.\nBo\tpatient\tHm.\nCy\tinterpreter\tAh.\n", "x.txt"
    )
    assert session.format == "tsv"
    assert [t.role for t in session] == [Role.THERAPIST, Role.CLIENT, Role.THIRD]


def test_a_session_with_one_voice_is_left_out_of_many():
    text = b"session,speaker,text\n1,T,a\n1,T,b\n2,T,a\n2,C,b\n"
    (session,) = read_bytes(text, "x.csv")
    assert session.id == "2"
    assert any("session '1' left out" in n.what for n in session.notices)


def test_lines_are_right_where_stray_quotation_marks_pair_up(read_text):
    (session,) = read_text('speaker,text\nT,5" tall\n,6" tall\nC,No.\n', "x.csv")
    assert [t.text for t in session] == ['5" tall', '6" tall', "No."]
    assert [n.place.line for n in session.notices] == [3]
