"""Windows over a session: how turns become the token rows that the network reads.

A window holds whole turns in order, as many as fit. When a turn no longer fits, the next window begins with the last few
turns again, as context, and goes on. Where a window ends depends only on what was said before, so a turn's reading never
changes when the session goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_TOKENS = 512
"""Tokens in one window, at most."""
CONTEXT_TOKENS = 128
"""Tokens of earlier turns that a window begins with, at most."""
TURN_TOKENS = 128
"""Tokens of one turn, at most: a longer one keeps its beginning and its end."""


@dataclass(frozen=True, slots=True)
class Window:
    """Turns ``first`` to ``first + len(tokens) - 1`` of a session; those before ``fresh`` are context only."""

    first: int
    fresh: int
    tokens: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return sum(len(t) for t in self.tokens)


def clip(tokens: Sequence[int], limit: int = TURN_TOKENS) -> list[int]:
    """The turn's tokens, the middle of a turn of more than ``limit`` tokens left out."""
    if len(tokens) <= limit:
        return list(tokens)
    head = limit // 2
    return [*tokens[:head], *tokens[len(tokens) - (limit - head) :]]


def windows(
    turns: Sequence[Sequence[int]], limit: int = WINDOW_TOKENS, context: int = CONTEXT_TOKENS
) -> Iterator[Window]:
    """Cut a session, given as one token row a turn (each at most ``limit - context`` long), into windows.

    Every turn is fresh in exactly one window.
    """
    first = fresh = size = 0
    for i, tokens in enumerate(turns):
        if size + len(tokens) > limit and i > fresh:
            yield Window(first, fresh, tuple(tuple(t) for t in turns[first:i]))
            first, size = i, 0
            while first > 0 and size + len(turns[first - 1]) <= context:
                first -= 1
                size += len(turns[first])
            fresh = i
        size += len(tokens)
    if len(turns) > fresh:
        yield Window(first, fresh, tuple(tuple(t) for t in turns[first:]))


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded: ``ids`` and ``turns`` are (windows, tokens) int64.

    ``turns`` holds each token's turn, counted from 0 in its window; padding has -1.
    """

    ids: NDArray[np.int64]
    turns: NDArray[np.int64]


def batch(group: Sequence[Window]) -> Batch:
    """Lay windows side by side."""
    width = max(len(w) for w in group)
    ids = np.zeros((len(group), width), dtype=np.int64)
    turns = np.full((len(group), width), -1, dtype=np.int64)
    for row, window in enumerate(group):
        at = 0
        for k, tokens in enumerate(window.tokens):
            ids[row, at : at + len(tokens)] = tokens
            turns[row, at : at + len(tokens)] = k
            at += len(tokens)
    return Batch(ids, turns)
