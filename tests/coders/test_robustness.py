"""The shipped coder's reading of two example sessions, written down differently: it moves little.

The limits hold off a coder that hangs on commas or names. How far each way moves it over many sessions, and which ways move it
more than they should, stands in the model card (``benchmarks/robustness.py``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reattune
from reattune.coders import load_coder
from reattune.record import Session
from variants import AGAINST, WAYS, rewrite

EXAMPLES = Path(__file__).parents[2] / "examples/sessions"
SESSIONS = ("school-year-nine.txt", "two-years.txt")
MEAN = {
    "no capitals": 0.0,
    "capitals only": 0.0,
    "no punctuation": 0.07,
    "hesitations put in": 0.06,
    "as misheard by a recogniser": 0.1,
    "other names": 0.02,
    "other genders": 0.02,
    "addressed by a man's name": 0.03,
    "addressed by a name from elsewhere": 0.03,
    "American spelling": 0.02,
    "British spelling": 0.02,
}
"""How far p(rupture) may move, mean over client turns."""


def said(session: Session, texts: list[str]) -> Session:
    return replace(
        session, turns=tuple(replace(t, text=x) for t, x in zip(session.turns, texts, strict=True))
    )


def chances(session: Session) -> np.ndarray:
    found = (t.p_rupture for t in load_coder().code(session).turns)
    return np.array([p for p in found if p is not None])


@pytest.fixture(scope="module")
def plain() -> list[tuple[Session, np.ndarray]]:
    sessions = [reattune.read(EXAMPLES / name) for name in SESSIONS]
    return [(s, chances(s)) for s in sessions if isinstance(s, Session)]


def test_every_way_has_its_limit():
    assert set(MEAN) == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_talk_written_differently_reads_nearly_the_same(way, plain):
    moved = []
    for session, p in plain:
        before, after = rewrite(way, [t.text for t in session.turns], "0")
        first = chances(said(session, before)) if way in AGAINST else p
        moved.append(np.abs(chances(said(session, after)) - first))
    assert np.concatenate(moved).mean() <= MEAN[way] + 1e-6


def test_other_words_do_move_it(plain):
    """So that the limits above mean something: the talk's turns of two other speakers, put in their place."""
    (one, p), (other, _) = plain
    words = [t.text for t in other.turns if t.role.strains]
    turns = tuple(replace(t, text=words[t.index % len(words)]) if t.role.strains else t for t in one.turns)
    assert np.abs(chances(replace(one, turns=turns)) - p).mean() > max(MEAN.values()) / 2
