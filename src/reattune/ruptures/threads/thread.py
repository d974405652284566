"""The result: a later client turn, and the earlier turns that it may go back to."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.record import ThreadLink, TurnRef


@dataclass(frozen=True, slots=True)
class Thread:
    """A client turn that seems to go back to an earlier strain between the two.

    Attributes:
        disclosed: the later client turn.
        omission: it seems to be about something that was *not* said; the links then begin with client turns that went unanswered.
        links: earlier turns, best first, at most ``search.LINKS``; the scores are shares of belief and sum to at most 1.
        score: 0-1, how much the turn sounds like such a going back; not calibrated on real talk.
        why: what speaks for it, with the quoted words, and what speaks against it, in sentences.
    """

    disclosed: TurnRef
    omission: bool
    links: tuple[ThreadLink, ...]
    score: float
    why: tuple[str, ...] = ()
