"""How a strain ended: whether anything was tried, and whether the client came back to the work."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.record import Coding, Outcome, Session, StrategyUse

WATCHED = 3
"""So many client turns after the last strategy are watched for a return of the strain."""
TIME_TO_TELL = 2
"""With no more than so many turns left after the episode, a return to the work cannot be seen."""


def judge_outcome(
    session: Session,
    coding: Coding,
    markers: Sequence[int],
    strategies: Sequence[StrategyUse],
    end: int,
) -> Outcome:
    """The outcome of an episode.

    Without a strategy it is *unaddressed*, whatever the client then does. Otherwise the client's next turns after the last
    strategy decide: free of markers and the talk goes on, *resolved*; free of markers but the session is over, *partial*;
    strained and the session is over, *attempted*; strained while the talk goes on, *partial* when the strain had come back
    more than once since the first strategy, else *resolved*.
    """
    if not strategies:
        return Outcome.UNADDRESSED
    last = strategies[-1].turn
    watched = [t.index for t in session.turns[last + 1 :] if t.role.strains][:WATCHED]
    strained = any(_marked(coding, i) for i in watched)
    over = len(session) - 1 - end <= TIME_TO_TELL
    if not strained:
        return Outcome.PARTIAL if over else Outcome.RESOLVED
    if over:
        return Outcome.ATTEMPTED
    came_back = sum(i > strategies[0].turn for i in markers)
    return Outcome.PARTIAL if came_back > 1 else Outcome.RESOLVED


def _marked(coding: Coding, turn: int) -> bool:
    return coding.turns[turn].has("withdrawal") or coding.turns[turn].has("confrontation")
