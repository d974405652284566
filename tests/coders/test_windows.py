"""Windows: every turn is read once, with its past, and the future changes nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reattune.coders.windows import Window, batch, clip, windows

LIMIT, CONTEXT = 40, 12
TURNS = st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=LIMIT - CONTEXT), max_size=40)


def fresh(found: list[Window]) -> list[int]:
    return [i for w in found for i in range(w.fresh, w.first + len(w.tokens))]


@given(TURNS)
def test_every_turn_is_fresh_exactly_once_and_in_order(turns):
    found = list(windows(turns, LIMIT, CONTEXT))
    assert fresh(found) == list(range(len(turns)))


@given(TURNS)
def test_windows_keep_their_limits_and_hold_the_turns_themselves(turns):
    for w in windows(turns, LIMIT, CONTEXT):
        assert len(w) <= LIMIT
        assert w.first <= w.fresh < w.first + len(w.tokens)
        assert [list(t) for t in w.tokens] == turns[w.first : w.first + len(w.tokens)]
        assert sum(len(t) for t in w.tokens[: w.fresh - w.first]) <= CONTEXT


@given(TURNS, st.data())
def test_what_follows_does_not_move_a_window(turns, data):
    cut = data.draw(st.integers(0, len(turns)))
    first = {i: (w.first, w.fresh) for w in windows(turns[:cut], LIMIT, CONTEXT) for i in fresh([w])}
    whole = {i: (w.first, w.fresh) for w in windows(turns, LIMIT, CONTEXT) for i in fresh([w])}
    assert {i: whole[i] for i in first} == first


def test_a_window_after_the_first_begins_with_earlier_turns():
    turns = [[1] * 5 for _ in range(20)]
    second = list(windows(turns, LIMIT, CONTEXT))[1]
    assert second.fresh - second.first == 2


def test_a_long_turn_keeps_its_beginning_and_its_end():
    assert clip(list(range(10)), 4) == [0, 1, 8, 9]
    assert clip([1, 2], 4) == [1, 2]


def test_padding_belongs_to_no_turn():
    rows = batch([Window(0, 0, ((7, 8), (9,))), Window(0, 0, ((5,),))])
    assert rows.ids.tolist() == [[7, 8, 9], [5, 0, 0]]
    assert rows.turns.tolist() == [[0, 0, 1], [0, -1, -1]]
