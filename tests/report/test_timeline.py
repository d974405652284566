"""Where the timeline puts things."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reattune.record import Session
from reattune.report.timeline import PER_ROW, lay_out

from .conftest import TALK, session_of

TIMES = st.lists(st.tuples(st.integers(0, 10**15), st.integers(-5, 10**9)), min_size=1, max_size=400)


def test_the_clock_is_the_axis_where_all_turns_have_a_time() -> None:
    assert lay_out(session_of(TALK), []).timed
    assert not lay_out(session_of(TALK, timed=False), []).timed


def test_times_that_run_backwards_are_no_axis() -> None:
    session = session_of(TALK)
    turns = (replace(session.turns[0], start_ms=90_000), *session.turns[1:])
    assert not lay_out(replace(session, turns=turns), []).timed


def test_an_empty_session_has_no_rows() -> None:
    assert lay_out(Session("none", ()), []).rows == ()


def test_a_span_over_two_rows_opens_once() -> None:
    session = session_of([("C", "yes")] * (2 * PER_ROW))
    first, second = lay_out(session, [(PER_ROW - 5, PER_ROW + 5)]).rows
    assert [span.opens for span in (*first.spans, *second.spans)] == [True, False]
    assert second.spans[0].x == 0


def test_one_long_turn_does_not_squash_the_others() -> None:
    session = session_of(
        [("T", "Yes?"), ("C", "word " * 20_000)] + [("T", "Go on."), ("C", "I did.")] * 10, timed=False
    )
    (row,) = lay_out(session, []).rows
    assert min(bar.width for bar in row.bars) > 1


@pytest.mark.parametrize("timed", [True, False])
@given(times=TIMES)
def test_everything_lies_within_its_row(times: list[tuple[int, int]], timed: bool) -> None:
    session = session_of([("C", "x" * (n % 50)) for n in range(len(times))])
    starts = sorted(start for start, _ in times) if timed else [start for start, _ in times]
    turns = tuple(
        replace(turn, start_ms=start, end_ms=start + lasts)
        for turn, start, (_, lasts) in zip(session.turns, starts, times, strict=True)
    )
    rows = lay_out(replace(session, turns=turns), [(0, len(turns) - 1)]).rows
    assert [bar.turn for row in rows for bar in row.bars] == list(range(len(turns)))
    for row in rows:
        assert len(row.ticks) <= 60
        for part in (*row.bars, *row.spans):
            assert 0 <= part.x <= 100
            assert part.width > 0
            assert part.x + part.width <= 100.01
