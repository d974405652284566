"""WebVTT and SubRip: true to what Zoom, Teams and others export."""

from __future__ import annotations

from reattune.record import Role

ZOOM = """WEBVTT

1
00:00:02.330 --> 00:00:04.010
Dr Lee: Good morning, Sam.

2
00:00:04.500 --> 00:00:06.000
Dr Lee: How was the week?

3
00:00:06.900 --> 00:00:09.120
Sam Okafor: Fine. To be honest: not great.

4
00:00:09.500 --> 00:00:11.000
I slept badly.

5
00:00:11.200 --> 00:00:12.000
Dr Lee: Mm.
"""

TEAMS = """\ufeffWEBVTT

8c2f5a4e-1111-4f1d-9a57-000000000001/11-0
00:00:03.120 --> 00:00:05.880
<v Lee, Jordan (Dr)>What would you like
to look at today?</v>

8c2f5a4e-1111-4f1d-9a57-000000000001/15-0
00:00:06.000 --> 00:00:08.400
<v Sam Okafor>I don&#39;t know &amp; I don't care &lt;much&gt;.</v>

8c2f5a4e-1111-4f1d-9a57-000000000001/15-1
00:00:08.400 --> 00:00:10.000
<v Sam Okafor>It's your job.</v>
"""


def test_zoom_prefixes_merge_and_an_unlabelled_cue_goes_on(read_text):
    (session,) = read_text(ZOOM, "GMT20260302-140000_Recording.transcript.vtt")
    assert [(t.speaker, t.role, t.text) for t in session] == [
        ("Dr Lee", Role.THERAPIST, "Good morning, Sam. How was the week?"),
        ("Sam Okafor", Role.CLIENT, "Fine. To be honest: not great. I slept badly."),
        ("Dr Lee", Role.THERAPIST, "Mm."),
    ]
    assert (session.turns[0].start_ms, session.turns[0].end_ms, session.turns[0].id) == (2330, 6000, "1")
    assert session.turns[1].end_ms == 11000
    assert session.format == "webvtt"
    assert session.date.isoformat() == "2026-03-02"
    assert [r.how for r in session.roles] == ["label", "label"]


def test_teams_voices_entities_and_cue_ids(read_text):
    (session,) = read_text(TEAMS, "x.vtt")
    assert [(t.speaker, t.text) for t in session] == [
        ("Lee, Jordan (Dr)", "What would you like to look at today?"),
        ("Sam Okafor", "I don't know & I don't care <much>. It's your job."),
    ]
    assert session.turns[1].id == "8c2f5a4e-1111-4f1d-9a57-000000000001/15-0"
    assert session.turns[0].role is Role.THERAPIST


def test_notes_styles_settings_tags_and_two_voices_in_a_cue(read_text):
    text = """WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE
00:00:00.000 --> 00:00:01.000
commented out

intro
00:01.000 --> 00:02.500 align:start position:10%
<v.loud Therapist><i>So</i> <00:01.500>what <c.yellow>now</c>?</v>
<v Client>Nothing.</v>

100:00:00.000 --> 100:00:01.000
<v Therapist>Bye.
"""
    (session,) = read_text(text, "x.vtt")
    assert [(t.speaker, t.text, t.start_ms, t.id) for t in session] == [
        ("Therapist", "So what now?", 1000, "intro"),
        ("Client", "Nothing.", 1000, None),
        ("Therapist", "Bye.", 360_000_000, None),
    ]
    assert not [n for n in session.notices if "overlap" in n.what]


def test_srt_with_comma_times_dashes_and_blank_lines_inside(read_text):
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nTherapist: Hello.\r\n\r\n"
        "2\r\n00:00:02,500 --> 00:00:04,000\r\n- Client: Hi.\r\n\r\nStill me.\r\n\r\n"
        "3\r\n00:00:05,000 --> 00:00:06,000\r\n{\\an8}<b>Therapist: Go on.</b>\r\n"
    )
    (session,) = read_text(text, "01.srt")
    assert [(t.speaker, t.text, t.start_ms, t.end_ms, t.id) for t in session] == [
        ("Therapist", "Hello.", 1000, 2000, None),
        ("Client", "Hi. Still me.", 2500, 4000, None),
        ("Therapist", "Go on.", 5000, 6000, None),
    ]
    assert session.format == "srt"


def test_times_backwards_and_overlaps_are_said_and_kept(read_text):
    text = """WEBVTT

00:10.000 --> 00:12.000
<v T>One.

00:11.000 --> 00:13.000
<v C>Two.

00:05.000 --> 00:04.000
<v T>Three.

00:99.000 --> 00:07.000
<v C>Four.
"""
    (session,) = read_text(text, "x.vtt")
    assert [t.text for t in session] == ["One.", "Two.", "Three.", "Four."]
    assert session.turns[2].end_ms == 5000
    assert session.turns[3].start_ms is None
    said = " | ".join(map(str, session.notices))
    assert "x.vtt:9: the times run backwards" in said
    assert "x.vtt:6: 1 turn(s) begin before" in said
    assert "x.vtt:9: the cue ends before it starts" in said
    assert "x.vtt:12: cannot read the times" in said


def test_words_before_the_first_voice_are_kept_as_unknown(read_text):
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHum.\n\n00:02.000 --> 00:03.000\n<v T>Yes?\n\n"
        "00:03.000 --> 00:04.000\n<v C>No.\n"
    )
    (session,) = read_text(text, "x.vtt")
    assert session.turns[0].speaker == "unknown"
    assert session.turns[0].role is Role.THIRD


def test_an_arrow_in_the_words_and_a_cue_without_words_are_no_ids_and_no_times(read_text):
    text = (
        "WEBVTT\n\n00:00.000 --> 00:00.500\n00:01.000 --> 00:02.000\n<v T>A --> B?\n\n"
        "00:03.000 --> 00:04.000\n<v C>no --> yes\n"
    )
    (session,) = read_text(text, "x.vtt")
    assert [(t.id, t.start_ms, t.text) for t in session] == [
        (None, 1000, "A --> B?"),
        (None, 3000, "no --> yes"),
    ]
    assert not session.notices
