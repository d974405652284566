"""Records to bytes and back."""

from __future__ import annotations

import json
import pickle
import zlib
from dataclasses import dataclass, make_dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.errors import DamagedError, NewerSchemaError
from reattune.formats import read
from reattune.record import (
    Case,
    CheckIn,
    Coding,
    Episode,
    Explanation,
    FrameEvent,
    Meeting,
    Note,
    Rating,
    RatingEpisode,
    Role,
    Rupture,
    Session,
    Sharing,
    Turn,
)  # fmt: skip
from reattune.ruptures.findings import Findings
from reattune.store import codec

ROOT = Path(__file__).parents[2]
KINDS = (
    Session, Coding, Episode, Explanation, Findings, CheckIn, FrameEvent, Note, Rating, RatingEpisode, Rupture, Meeting, Case,
    tuple[Episode, ...], dict[str, Note],
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_record_comes_back_as_it_was(kind):
    @settings(max_examples=15, deadline=None)
    @given(record=st.from_type(kind))
    def holds(record):
        data = codec.dumps(record)
        again = codec.loads(kind, data)
        assert repr(again) == repr(record)  # types too; and nan is like itself
        assert codec.dumps(again) == data

    holds()


def test_the_example_sessions_come_back_and_get_smaller():
    for path in sorted((ROOT / "examples/sessions").iterdir())[:6]:
        for session in read(path):
            data = codec.dumps(session)
            assert codec.loads(Session, data) == session
            assert len(data) < sum(len(t.text.encode()) for t in session)


def test_what_is_at_its_default_is_not_written():
    text = zlib.decompress(codec.dumps(CheckIn(3, words="so"))[1:]).decode()
    assert json.loads(text) == {"session": 3, "words": "so"}
    assert codec.loads(CheckIn, codec.dumps(CheckIn(3))) == CheckIn(3, sharing=Sharing.READ_NOW)


def test_old_bytes_read_when_a_record_has_gained_a_field():
    old = make_dataclass("Thing", [("name", str)], frozen=True)
    new = make_dataclass("Thing", [("name", str), ("more", int, 5)], frozen=True)
    assert codec.loads(new, codec.dumps(old("x"))) == new("x", 5)


def test_newer_bytes_say_so():
    new = make_dataclass("Thing", [("name", str), ("more", int, 5)], frozen=True)
    old = make_dataclass("Thing", [("name", str)], frozen=True)
    with pytest.raises(NewerSchemaError, match="Thing has parts unknown"):
        codec.loads(old, codec.dumps(new("x", 6)))
    with pytest.raises(NewerSchemaError):
        codec.loads(Turn, b"\x02" + codec.dumps(Turn(0, "T", Role.CLIENT, "hm"))[1:])


TURN = Turn(0, "T", Role.CLIENT, "something private")


@pytest.mark.parametrize(
    "plain",
    [
        "[]", "null", "7", "{", '{"index":0}',
        '{"index":"0","speaker":"T","role":"client","text":"something private"}',
        '{"index":0,"speaker":"T","role":"nobody","text":"something private"}',
        '{"index":true,"speaker":"T","role":"client","text":"something private"}',
    ],
)  # fmt: skip
def test_bytes_that_are_something_else(plain):
    with pytest.raises(DamagedError, match="stored Turn cannot be read") as caught:
        codec.loads(Turn, codec.VERSION + zlib.compress(plain.encode()))
    assert "private" not in str(caught.value)


def test_bytes_that_were_altered_or_cut():
    data = codec.dumps(TURN)
    for n in range(1, len(data)):
        for altered in (data[:n], data[:n] + bytes([data[n] ^ 8]) + data[n + 1 :]):
            with pytest.raises((DamagedError, NewerSchemaError)):
                codec.loads(Turn, altered)


def test_nothing_is_built_but_what_the_type_names():
    with pytest.raises((DamagedError, NewerSchemaError)):
        codec.loads(Turn, pickle.dumps(TURN))


@dataclass(frozen=True)
class _Odd:
    what: object


def test_what_cannot_be_stored_is_a_mistake_in_the_code():
    with pytest.raises(TypeError, match="set cannot be stored"):
        codec.dumps(_Odd({1}))
    with pytest.raises(NotImplementedError):
        codec.loads(_Odd, codec.dumps(_Odd(1)))


def test_days():
    day = Rating("c", 1, "client", "ors", "total", 30, date(2026, 3, 2))
    assert codec.loads(Rating, codec.dumps(day)) == day
