"""Threads: a later word finds the earlier moment, and what only sounds like a going back finds nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from reattune.coders import load_coder
from reattune.formats import read
from reattune.record import Coding, Session
from reattune.ruptures.threads import find_threads

CASES = Path(__file__).parents[2] / "examples" / "cases"


@cache
def case(name: str) -> tuple[tuple[int, Session, Coding], ...]:
    coder = load_coder("embedded")
    found = []
    for path in sorted((CASES / name / "sessions").iterdir()):
        (session,) = read(path)
        found.append((int(path.name[:2]), session, coder.code(session)))
    return tuple(found)


def test_a_complaint_finds_the_remark_it_goes_back_to():
    (thread,) = find_threads(case("harbour-pilot"))
    assert (thread.disclosed.session, thread.disclosed.turn) == (5, 7)
    assert (2, 10) in [(link.to.session, link.to.turn) for link in thread.links[:5]]
    assert not thread.omission


@pytest.mark.parametrize("name", ["thanks-for-the-bridge", "consultant-phone", "last-orders"])
def test_thanks_and_anger_elsewhere_are_no_threads(name):
    assert find_threads(case(name)) == []
