"""Round trips and fuzzing: what a format can hold comes back, and no bytes break a reader."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reattune.errors import ReattuneError, SettingError
from reattune.formats import FORMATS, dump, read_bytes
from reattune.formats.clean import clean, clean_label
from reattune.record import Role, RoleAssignment, Session, Turn

ENDINGS = {f.name: f.endings[0] for f in FORMATS}
MERGING = {"webvtt", "srt", "whisperx"}
PREFIXED = {"srt", "text", "docx"}
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

characters = st.characters(exclude_categories=["Cs"])
words = st.one_of(
    st.text(characters, min_size=1, max_size=40),
    st.sampled_from(
        ["Sam: hm", "a --> b", '"', "<v Bo>x</v>", "&lt;b&gt;", "[00:01:02] C: no", "-", "=1+1", "{\\an8}",
        "NOTE x",
         "T2: x"]
    ),
).map(clean).filter(bool)  # fmt: skip
plain_words = st.from_regex(r"\A[A-Za-z][a-zA-Z ,.?!'é€😔\"-]{0,30}\Z").map(clean).filter(bool)
labels = st.text(characters, min_size=1, max_size=20).map(clean_label).filter(bool)
names = st.sampled_from(
    ["Dr Lee", "Sam", "T", "C", "SPEAKER_00", "Lee, Jordan", "J. Smith", "Anna-Lena Öz", "client 2"]
)
moments = st.integers(0, 400 * 3_600_000)


@st.composite
def sessions(draw: st.DrawFn, kind: str) -> Session:
    """A session that ``kind`` can hold."""
    speakers = draw(st.lists(names if kind in PREFIXED else labels, min_size=2, max_size=4, unique=True))
    assume("unknown" not in speakers)
    parts = [
        Role.THERAPIST,
        Role.CLIENT,
        *draw(st.lists(st.sampled_from([Role.CLIENT, Role.THIRD]), min_size=2)),
    ]
    roles = dict(zip(speakers, parts, strict=False))
    order = [*speakers, *draw(st.lists(st.sampled_from(speakers), max_size=8))]
    if kind in MERGING:
        order = [s for i, s in enumerate(order) if i == 0 or s != order[i - 1]]
    turns = []
    for index, speaker in enumerate(order):
        start = draw(moments if kind in ("webvtt", "srt") else st.none() | moments)
        end = None
        if start is not None:
            end = start + draw(st.integers(0, 60_000))
            if kind not in ("webvtt", "srt"):
                end = draw(st.none() | st.just(end))
        text = draw(plain_words if kind in ("srt", "docx", "text") else words)
        name = None
        if kind not in ("srt",):
            name = draw(st.none() | st.just(f"{index}" if kind in PREFIXED else f"u{index}"))
        turns.append(Turn(index, speaker, roles[speaker], text, start, end, name))
    day = draw(st.none() | st.dates(date(1990, 1, 1))) if kind in ("csv", "tsv", "convokit") else None
    given_roles = tuple(RoleAssignment(s, roles[s], "given", 1.0) for s in speakers)
    return Session("s1", tuple(turns), date=day, roles=given_roles)


def options(session: Session) -> dict[str, list[str]]:
    """The options that give the session's roles, for formats that do not hold them."""
    by = {one.speaker: one.role for one in session.roles}
    return {
        "therapist": [s for s, r in by.items() if r is Role.THERAPIST],
        "client": [s for s, r in by.items() if r is Role.CLIENT],
    }


@pytest.mark.parametrize("kind", [f.name for f in FORMATS if f.writable])
@SETTINGS
@given(data=st.data())
def test_what_a_format_can_hold_comes_back(kind, data):
    session = data.draw(sessions(kind))
    wanted = {} if kind in ("csv", "tsv", "whisperx", "convokit") else options(session)
    try:
        content = dump(session, kind)
    except SettingError:
        assume(False)
    for asked in (None, kind):
        (again,) = read_bytes(content, f"s1{ENDINGS[kind]}", format=asked, **wanted)
        assert again.turns == session.turns
        assert (again.id, again.date, again.format) == (session.id, session.date, kind)


@pytest.mark.parametrize("kind", ["csv", "tsv", "convokit"])
@SETTINGS
@given(data=st.data())
def test_several_sessions_come_back(kind, data):
    many = [replace(data.draw(sessions(kind)), id=f"s{i}") for i in range(data.draw(st.integers(1, 3)))]
    again = read_bytes(dump(many, kind), "x")
    assert [(s.id, s.date, s.turns) for s in again] == [(s.id, s.date, s.turns) for s in many]


SAMPLES = {
    "webvtt": "WEBVTT\n\nNOTE x\n\n1\n00:01.000 --> 00:02.000\nDr Lee: How are you &amp; yours?\n\n"
    "00:02.500 --> 00:03.000\n"
    "Sam: Fine.\nThank you.\n\n3\n00:00:04.000 --> 00:00:05.000 align:start\n<v Dr Lee>So</v>\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\nT: Hello.\n\n"
    "2\n00:00:02,500 --> 00:00:04,000\n- C: <i>Hi.</i>\nMore\n\n3\n",
    "text": "Session 2\n\nT: How are you?\nC: Tired.\nReally: tired.\n"
    "[00:01:02] T: Hm\nSam  0:07\nwords\n12. C: yes\n",
    "csv": 'transcript_id,utterance_id,interlocutor,timestamp,utterance_text\n'
    '1,0,therapist,00:00:13,"a, ""b""\nc"\n'
    "1,1,client,00:00:20,d\n2,0,client,,e\n2,1,therapist,5,f\n",
    "tsv": "speaker\tstart_ms\ttext\nT\t1\ta\nC\t22\tb\nT\t\tc\n",
    "whisperx": '{"segments": [{"start": 0.5, "end": 1, "text": "a", "speaker": "S0"},\n'
    '{"text": "b", "speaker": "S1"}]}',
    "convokit": '{"id": "1", "conversation_id": "c", "speaker": "T", "text": "a", "timestamp": 3, '
    '"meta": {"role": null}}\n'
    '{"id": "2", "conversation_id": "c", "speaker": "C", "text": "b", "reply-to": "1"}\n',
}  # fmt: skip
PIECES = [
    "\n", "\n\n", ":", ": ", "-->", "<v ", ">", '"', ",", "\t", "{", "}", "[", "]", "\\", "0", "9" * 30,
    "&#99999999;",
    "&#xd800;",
    "\ud7ff", "\ufffe", "\x85", "\u2028", "T: ", "C: ", "12. ", "[1:00]", "null", "-1", "1e999", "NaN",
    '"\\ud800"',
    "\r", "\x0b", "T9: ",
    "Sam  0:03", "**", "- ", "(", ")", "unknown: ", "  ", "İ", "ß: ", "Dr ",
]  # fmt: skip


def mutate(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(text))
        what = rng.randint(0, 4)
        if what == 0:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif what == 1:
            text = text[:at] + text[at + rng.randint(1, 12) :]
        elif what == 2:
            start = rng.randint(0, len(text))
            text = text[:at] + text[start : start + rng.randint(1, 60)] + text[at:]
        elif what == 3:
            text = text[:at]
        else:
            lines = text.split("\n")
            rng.shuffle(lines)
            text = "\n".join(lines)
    return text


def check(session: Session) -> None:
    assert [t.index for t in session] == list(range(len(session)))
    assert all(t.text == clean(t.text) != "" and t.speaker for t in session)
    assert {t.speaker for t in session} == {r.speaker for r in session.roles}
    assert all(0 <= r.confidence <= 1 for r in session.roles)
    assert all(t.end_ms is None or t.start_ms is None or t.start_ms <= t.end_ms for t in session)
    assert any(t.role.helps for t in session) and any(t.role.strains for t in session)


@settings(SETTINGS, max_examples=400)
@given(
    data=st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda s: s.encode("utf-8", "replace"))
    ),
    kind=st.sampled_from([None, *ENDINGS]),
)
def test_any_bytes_give_sessions_or_one_of_our_errors(data, kind):
    try:
        found = read_bytes(data, "x.txt", format=kind)
    except ReattuneError as error:
        assert error.mend and error.place.path == "x.txt"
        return
    for session in found:
        check(session)


@pytest.mark.parametrize("kind", list(SAMPLES))
@settings(SETTINGS, max_examples=200)
@given(seed=st.integers(0, 2**32), forced=st.booleans())
def test_a_damaged_file_gives_sessions_or_one_of_our_errors_and_comes_back(kind, seed, forced):
    text = mutate(SAMPLES[kind], random.Random(seed))
    data = text.encode("utf-8", "surrogatepass")
    try:
        found = read_bytes(data, "x.txt", format=kind if forced else None)
    except ReattuneError as error:
        assert error.mend and error.place.path == "x.txt"
        return
    for session in found:
        check(session)
        try:
            content = dump(session, session.format or "")
        except SettingError:
            continue
        (again,) = read_bytes(content, "x.txt", format=session.format, **options(session))
        assert again.turns == session.turns


@SETTINGS
@given(data=st.binary(max_size=200), cut=st.integers(0, 40_000))
def test_damaged_word_files(data, cut):
    whole = dump(read_bytes(b"T: Hello.\nC: Hi.\n", "x.txt"), "docx")
    at = cut % len(whole)
    for damaged in (whole[:at], whole[:at] + data + whole[at + len(data) :], b"PK\x03\x04" + data):
        try:
            read_bytes(damaged, "x.docx")
        except ReattuneError as error:
            assert error.mend
