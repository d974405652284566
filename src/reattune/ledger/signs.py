"""Signs of a strain, from each source, with what each is worth alone.

A weight is the probability that there is a strain, were this the only thing known. Weights of marks are the coder's own
calibrated probabilities; the others are judgements, stated here and in ``docs/method.md``, not measured ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reattune.record import (
    CheckIn,
    Episode,
    Note,
    NoteAuthor,
    RatingEpisode,
    Sharing,
    Source,
    StrategyUse,
    TurnRef,
)
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread

SURE_THREAD = 0.35
"""A client turn that goes back is a sign of its own from this score on; below, it only joins what is known from elsewhere."""
AMONG_CLIENTS = 0.25
"""Where clients answer each other (a couple, a family), a mark is first of all about the two of them, and counts for so much."""
STEP_SHARE = 0.9
"""A therapist's step towards repair counts for so much of its own probability as a sign that there was something to mend: by the
scheme a strategy answers a rupture."""
STEP = 0.3
"""Probability from which a step counts as a sign."""
STEP_GAP = 6
"""Steps at most so many turns apart are one attempt."""
BY_HAND = 0.95
"""A strain that therapist, client or supervisor noted."""
WAITS = 0.7
"""The client noted something, and it waits until the two have talked."""
CHECK_IN = {None: 0.7, 1: 0.5, 2: 0.6, 3: 0.75, 4: 0.85, 5: 0.9}
"""Something was hard to say, by its strength."""
DROP = ((0.25, 0.7), (0.15, 0.4), (0.0, 0.3))
"""A drop in ratings, by its share of the form's range: a quarter is ten points of forty, or one of one to five; .15 is about what
measurement error can do in one of twenty pairs on the forms for which that is published."""
DROP_P = ((0.75, 0.7), (0.5, 0.55), (0.0, 0.0))
"""The same by its probability, where the rule gives one: that the level has fallen beyond measurement error."""
AWAY = 0.2
"""The next appointment after another sign was missed. Never a sign on its own."""

_KINDS = {
    "stung": "something stung",
    "not_said": "something was not said",
    "judged": "feeling judged",
    "too_fast": "it went too fast",
    "agreed_not_meant": "agreeing without meaning it",
    "setting": "something about the setting",
}


class Kind(StrEnum):
    """Where a sign comes from."""

    EPISODE = "episode"
    STEP = "step"
    THREAD = "thread"
    RATING = "rating"
    CHECK_IN = "check_in"
    NOTE = "note"
    AWAY = "away"


SOURCES = {
    Kind.EPISODE: Source.TRANSCRIPT,
    Kind.STEP: Source.TRANSCRIPT,
    Kind.THREAD: Source.TRANSCRIPT,
    Kind.RATING: Source.RATING,
    Kind.CHECK_IN: Source.CHECK_IN,
    Kind.AWAY: Source.ATTENDANCE,
}
"""What a sign's kind rests on; a note rests on its author."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a strain.

    Attributes:
        kind: where it comes from.
        session: number of the session with which it was known.
        at: where the strain lies, as far as the sign tells: for a thread, an earlier session than ``session``.
        weight: 0-1, the probability of a strain if nothing else were known.
        what: the sign in a sentence.
        source: what it rests on.
        episode, thread, drop, steps: the thing itself, by kind.
    """

    kind: Kind
    session: int
    at: TurnRef
    weight: float
    what: str
    source: Source
    episode: Episode | None = None
    thread: Thread | None = None
    drop: RatingEpisode | None = None
    steps: tuple[StrategyUse, ...] = ()


def either(weights: Iterable[float]) -> float:
    """The probability that at least one of independent signs is right (noisy or)."""
    missed = 1.0
    for weight in weights:
        missed *= 1.0 - weight
    return 1.0 - missed


def turn_words(at: TurnRef) -> str:
    """ "session 3, turn 12", turns counted from 1 as readers do."""
    return f"session {at.session}" if at.turn is None else f"session {at.session}, turn {at.turn + 1}"


def of_transcript(number: int, findings: Findings) -> list[Sign]:
    """Signs in the words of one session: its episodes, and attempts at repair where no client turn was marked."""
    signs = []
    for episode in findings.episodes:
        marks = [_worth(findings, i) for i in episode.markers]
        steps = [p for p in step_weights(findings, episode.strategies) if p >= STEP]
        weight = either([*marks, *(STEP_SHARE * p for p in steps)])
        many = f"{len(marks)} client turns carry a mark" if len(marks) > 1 else "a client turn carries a mark"
        answer = ", and the therapist perhaps tried to mend it" if steps else ""
        at = TurnRef(number, episode.start)
        what = f"{_capital(turn_words(at))}: {many} ({episode.type.replace('mixed', 'withdrawal and confrontation')}){answer}."
        signs.append(Sign(Kind.EPISODE, number, at, weight, what, Source.TRANSCRIPT, episode=episode))
    taken = {i for e in findings.episodes for i in range(e.start - STEP_GAP, e.end + STEP_GAP + 1)}
    for run in _runs(findings, taken):
        weight = either(STEP_SHARE * p for p in step_weights(findings, run))
        at = TurnRef(number, run[0].turn)
        what = (
            f"{_capital(turn_words(at))}: the therapist perhaps took a step to mend something, "
            "though no client turn near it carries a mark."
        )
        signs.append(Sign(Kind.STEP, number, at, weight, what, Source.TRANSCRIPT, steps=tuple(run)))
    return signs


def _worth(findings: Findings, turn: int) -> float:
    """What a marked turn is worth: its probability, less where it answers another client and not the therapist."""
    p = findings.coding.turns[turn].p_rupture or 0.0
    before = findings.session.turns[turn - 1] if turn else None
    said = findings.session.turns[turn]
    to_client = before is not None and before.role.strains and before.speaker != said.speaker
    return p * AMONG_CLIENTS if to_client else p


def _runs(findings: Findings, taken: set[int]) -> list[list[StrategyUse]]:
    """Steps outside of episodes, those near each other together."""
    runs: list[list[StrategyUse]] = []
    for turn in findings.coding.turns:
        if turn.turn in taken or (turn.p_strategy or 0.0) < STEP:
            continue
        uses = [StrategyUse(c.turn, c.code, c.probability) for c in turn.codes if c.family == "strategy"]
        if not uses:
            continue
        if runs and turn.turn - runs[-1][-1].turn <= STEP_GAP:
            runs[-1] += uses
        else:
            runs.append(uses)
    return runs


def step_weights(findings: Findings, steps: Iterable[StrategyUse]) -> list[float]:
    """For each turn with a step, the probability that it is one, whichever of the strategies it may be."""
    turns = dict.fromkeys(step.turn for step in steps)
    return [findings.coding.turns[i].p_strategy or 0.0 for i in turns]


def of_thread(thread: Thread) -> Sign:
    """A client turn that goes back to something earlier."""
    at = thread.links[0].to if thread.links else thread.disclosed
    said = f"{_capital(turn_words(thread.disclosed))}: the client goes back to something earlier"
    back = f", most likely {turn_words(at)}" if thread.links else ""
    gap = ", where something was due and was not said" if thread.omission else ""
    return Sign(
        Kind.THREAD,
        thread.disclosed.session,
        at,
        thread.score,
        f"{said}{back}{gap}.",
        Source.TRANSCRIPT,
        thread=thread,
    )


def of_check_in(check_in: CheckIn) -> Sign | None:
    """The client's own word after a session, as far as the client lets it be read; None where it tells of no strain.

    A check-in that the client keeps is as if it were not there. Of one that is to be talked about first, only that it waits.
    """
    told = check_in.hard_to_say or check_in.kinds
    if not told or check_in.sharing is Sharing.KEEP:
        return None
    at = TurnRef(check_in.session)
    if check_in.sharing is Sharing.TALK_FIRST:
        weight = WAITS
        what = (
            f"After session {check_in.session} the client noted something and wants to talk about it first."
        )
    else:
        weight = CHECK_IN[check_in.strength]
        about = ", ".join(_KINDS[k] for k in check_in.kinds if k in _KINDS)
        words = f": “{check_in.words}”" if check_in.words else ""
        what = (
            f"After session {check_in.session} the client noted that something was hard to say"
            f"{f' ({about})' if about else ''}{words}{'' if words else '.'}"
        )
    return Sign(Kind.CHECK_IN, check_in.session, at, weight, what, Source.CHECK_IN)


def of_note(note: Note) -> Sign:
    """A strain noted by hand."""
    words = f": “{note.text}”" if note.text else "."
    return Sign(
        Kind.NOTE,
        note.session,
        TurnRef(note.session),
        BY_HAND,
        f"Noted by the {note.author} of session {note.session}{words}",
        by(note.author),
    )


def by(author: NoteAuthor) -> Source:
    """What a note rests on: the client's word, or that of the therapist's side."""
    return Source.CLIENT if author is NoteAuthor.CLIENT else Source.THERAPIST


def of_drop(session: int, drop: RatingEpisode, span: float | None) -> Sign:
    """A drop in ratings, as it stood with this session. ``span``: from the form's least to its greatest score, if known."""
    size = drop.drop_rci
    share = abs(drop.reference - drop.worst) / span if span else 0.0
    weight = max(
        next(w for least, w in DROP if share >= least),
        next(w for least, w in DROP_P if (drop.probability or 0.0) >= least),
    )
    if drop.missed_after:
        weight = either([weight, AWAY])
    how = "" if size is None else f", {size:.1f} times what measurement error explains"
    return Sign(
        Kind.RATING,
        session,
        TurnRef(drop.onset),
        weight,
        f"From session {drop.onset} the {drop.rater} rated lower ({drop.instrument} {drop.scale}: "
        f"{round(drop.worst, 2):g} after {round(drop.reference, 2):g}{how}).",
        Source.RATING,
        drop=drop,
    )


def of_absence(session: int, before: int) -> Sign:
    """The appointment after a sign was missed."""
    what = f"After session {before} the next appointment, {session}, was missed."
    return Sign(Kind.AWAY, session, TurnRef(before), AWAY, what, Source.ATTENDANCE)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
