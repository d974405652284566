"""Which client turns go back, with strain, to an earlier moment between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reattune.record import Coding, Session
from reattune.ruptures.threads.cues import CUES, heard
from reattune.ruptures.threads.weights import Weights, load_weights

FEATURES = (*CUES, "both", "told_you", "p_rupture", "p_confrontation", "invited", "met", "fed", "fresh")
"""The cues; ``both``: their deed or my telling, and a time or an after, and a hurt; ``told_you``: past and *you* together; what
the coder says of the turn; the therapist asking just before, meeting it or feeding it just after; ``fresh``: a contribution just
before, so that the turn rather answers that."""
NO_ANSWER_FEATURES = ("no_answer", "i_told")
NEAR = 10
"""Turns of one session at most this far apart speak of the same strain: the strongest stands for them."""
FEW_WORDS = 6
"""A turn with fewer words is too short to go back to anything."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A client turn with its score (0-1), the probability that it is about an omission, and the cues that were heard."""

    turn: int
    score: float
    omission: float
    cues: tuple[str, ...]


def find_disclosures(
    session: Session, coding: Coding, at_least: float | None = None, weights: Weights | None = None
) -> list[Disclosure]:
    """The turns of a session from a score on (None: the shipped threshold), one for each stretch of talk, in order."""
    weights = weights or load_weights()
    threshold = weights.threshold if at_least is None else at_least
    found: list[Disclosure] = []
    for turn in session.turns:
        if not turn.role.strains or len(turn.text.split()) < FEW_WORDS:
            continue
        values = features(session, coding, turn.index)
        score = weights.disclosure(values)
        if score < threshold:
            continue
        named = dict(zip(FEATURES, values, strict=True))
        heard_here = tuple(name for name in CUES if named[name] > 0)
        one = Disclosure(
            turn.index, score, weights.omission([named[n] for n in NO_ANSWER_FEATURES]), heard_here
        )
        if found and turn.index - found[-1].turn <= NEAR:
            if one.score > found[-1].score:
                found[-1] = one
        else:
            found.append(one)
    return found


def features(session: Session, coding: Coding, turn: int) -> list[float]:
    """The values of ``FEATURES`` for one client turn, each 0-1."""
    text = session.turns[turn].text
    cue = heard(text)
    deed = max(cue["you_did"], cue["i_told"], cue["no_answer"])
    past = max(cue["back_then"], cue["afterwards"], cue["unsaid"])
    strain = max(cue["feeling"], cue["as_if"], cue["small"], cue["no_answer"])
    coded = coding.turns[turn]
    after = _helper_turns(session, turn, 1)
    before = _helper_turns(session, turn, -1)
    return [
        *(cue[name] for name in CUES),
        float(deed > 0) * float(past > 0) * float(strain > 0),
        cue["you"] * cue["past"],
        coded.p_rupture or 0.0,
        coded.p_confrontation or 0.0,
        max((coding.turns[i].p_strategy or 0.0 for i in before[:2]), default=0.0),
        max((coding.turns[i].p_strategy or 0.0 for i in after[:2]), default=0.0),
        max((coding.turns[i].p_contribution or 0.0 for i in after[:1]), default=0.0),
        max((coding.turns[i].p_contribution or 0.0 for i in before[:2]), default=0.0),
    ]


def _helper_turns(session: Session, turn: int, step: int) -> Sequence[int]:
    """Therapist turns among the four nearest in one direction, the nearest first."""
    reach = range(turn + step, turn + 5 * step, step)
    return [i for i in reach if 0 <= i < len(session) and session.turns[i].role.helps]
