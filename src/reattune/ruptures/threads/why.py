"""Why a thread is offered, in sentences: what was heard, what was said earlier, and what leaves it open."""

from __future__ import annotations

from collections.abc import Sequence

from reattune.record import ThreadLink
from reattune.ruptures.threads.disclosure import Disclosure
from reattune.ruptures.threads.exchanges import Earlier

QUOTE = 160
"""Characters of a quote, at most."""
PHRASES = {
    "you_did": "names something the therapist said or did",
    "i_told": "recalls having told something",
    "back_then": "points back in time",
    "afterwards": "tells what it was like afterwards",
    "unsaid": "says that it was not said then",
    "small": "makes it small before telling it",
    "as_if": "tells how it came across",
    "feeling": "names a hurt",
    "no_answer": "misses an answer",
}
CLOSE = 1.5
"""The first two are told apart poorly when the first has less than this many times the belief of the second."""


def reasons(
    earlier: Earlier, number: int, one: Disclosure, links: Sequence[ThreadLink], *, omission: bool
) -> tuple[str, ...]:
    """Evidence first, counter-evidence last; turns as readers count them, from 1."""
    found = [f"Session {number}, turn {one.turn + 1}: “{_quote(earlier, number, one.turn)}”"]
    phrases = [PHRASES[cue] for cue in one.cues if cue in PHRASES]
    if phrases:
        found.append(f"There the client {', '.join(phrases)}.")
    if links:
        to = links[0].to
        turn = to.turn or 0
        what = "What perhaps went unanswered" if omission else "What it perhaps goes back to"
        found.append(f"{what}: session {to.session}, turn {turn + 1}: “{_quote(earlier, to.session, turn)}”")
    if "thanks" in one.cues:
        found.append("Words of thanks are heard in it too, which speaks against strain.")
    if len(links) > 1 and links[0].score < CLOSE * links[1].score:
        found.append("The first and the second of the earlier turns are hard to tell apart.")
    found.append("Clients seldom repeat the words and often misremember the session: worth asking, not sure.")
    return tuple(found)


def _quote(earlier: Earlier, number: int, turn: int) -> str:
    text = earlier.sessions[earlier.numbers.index(number)].turns[turn].text
    if len(text) <= QUOTE:
        return text
    return text[:QUOTE].rsplit(" ", 1)[0] + " ..."
