"""How an entry's status moves, and on what: each step is one entry of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reattune.ledger.closing import Tone, defends, tone_after
from reattune.ledger.signs import STEP, STEP_GAP, Kind, Sign, by
from reattune.ledger.strand import NEAR, PEOPLE, Strand
from reattune.record import (
    Ending,
    HistoryEntry,
    Note,
    Outcome,
    RepairMove,
    RuptureStatus,
    Source,
    StrategyUse,
    TurnRef,
)
from reattune.ruptures.findings import Findings
from reattune.ruptures.outcome import judge_outcome

SURE_STEP = 0.4
"""Without a step of at least this probability, a return to the work is not yet called a repair."""
INVITED = 2
"""A step at most so many turns before the client speaks of it has invited it, and counts as part of the repair."""


ANSWERS = 4
"""Therapist turns at most so many turns after the client has spoken of a strain answer it."""
ANSWER_ODDS = 6.0
"""There the odds that a turn is a step towards repair are so many times those of any other turn with the same words: the coder
gives its probability for all talk, and an answer to a strain that was just spoken of is far more often a step. A judgement, held
low. An answer that only explains or defends itself has so many times lower odds: it owns nothing."""


def move(strand: Strand, session: int, status: RuptureStatus, why: str, source: Source) -> None:
    """A step that the machine takes. Where a person's word stands, a differing step is kept beside it, without effect."""
    standing = strand.standing
    if standing is not None and standing.status is status:
        return
    fact = source in (Source.ENDING, Source.ATTENDANCE)
    overruled = standing is not None and standing.source in PEOPLE and not fact
    strand.history.append(HistoryEntry(session, status, why, source, overruled))


def open_entry(strand: Strand, session: int) -> None:
    """The first step: which signs opened it."""
    first = max(strand.signs, key=lambda s: s.weight)
    others = [s for s in strand.signs if s is not first]
    beside = sorted({_called(s) for s in others if s.kind is not first.kind})
    also = f" Also: {', '.join(beside)}." if beside else ""
    strand.history.append(HistoryEntry(session, RuptureStatus.OPEN, f"{first.what}{also}", first.source))


def by_word(strand: Strand, note: Note) -> None:
    """A person's word on where it stands. What the machine said last is kept beside it where it differs."""
    status = RuptureStatus(note.status or RuptureStatus.OPEN)
    at = next((i for i in reversed(range(len(strand.history))) if not strand.history[i].overruled), None)
    # An entry's first step stays: that it was opened is no view on how it ended.
    if at and strand.history[at].source not in PEOPLE and strand.history[at].status is not status:
        strand.history[at] = replace(strand.history[at], overruled=True)
    words = f": “{note.text}”" if note.text else "."
    who = "The client" if note.author == "client" else f"The {note.author}"
    strand.history.append(HistoryEntry(note.session, status, f"{who} says so{words}", by(note.author)))


def after_words(strand: Strand, session: int, findings: Findings, fresh: Sequence[Sign]) -> None:
    """What the transcript of one session changes. ``fresh``: the strand's signs of this session, from its words."""
    thread = next((s for s in fresh if s.thread is not None), None)
    if thread is not None and thread.thread is not None and thread.thread.disclosed.turn is not None:
        spoken = thread.thread.disclosed.turn
        steps, outcome = aftermath(findings, spoken)
        lead = f"The client speaks of it (turn {spoken + 1})"
        _answered(strand, session, findings, steps, outcome, lead, spoken)
        return
    episodes = [s.episode for s in fresh if s.episode is not None]
    taken_up = sorted((u for s in fresh for u in s.steps), key=lambda u: u.turn)
    if taken_up:
        steps = tuple(sorted([*(u for e in episodes for u in e.strategies), *taken_up], key=lambda u: u.turn))
        outcome = _outcome(findings, [i for e in episodes for i in e.markers], steps)
        lead = f"The therapist takes it up (turn {taken_up[0].turn + 1})"
        _answered(strand, session, findings, steps, outcome, lead)
        return
    if episodes:
        steps = tuple(u for e in episodes for u in e.strategies)
        lead = f"It is heard in this session (turn {episodes[-1].start + 1})"
        _answered(strand, session, findings, steps, episodes[-1].outcome, lead)
        return
    if strand.status is RuptureStatus.IN_REPAIR:
        why = "After the attempt at repair, a whole session without a sign of it."
        move(strand, session, RuptureStatus.REPAIRED, why, Source.TRANSCRIPT)


def aftermath(findings: Findings, turn: int) -> tuple[tuple[StrategyUse, ...], Outcome]:
    """The therapist's steps around a turn in which a strain is spoken of, and how it ended."""
    coding = findings.coding
    steps: list[StrategyUse] = []
    last = turn
    for coded in coding.turns[max(0, turn - INVITED) :]:
        if coded.turn - last > STEP_GAP:
            break
        uses = [StrategyUse(c.turn, c.code, c.probability) for c in coded.codes if c.family == "strategy"]
        if uses and _weight(findings, coded.turn, turn) >= STEP:
            steps += uses
            last = max(last, coded.turn)
    after = [s for s in steps if s.turn >= turn] or steps
    reach = coding.turns[turn + 1 : last + NEAR + 1]
    marked = [t.turn for t in reach if t.has("withdrawal") or t.has("confrontation")]
    return tuple(steps), _outcome(findings, [turn, *marked], after)


def _weight(findings: Findings, turn: int, spoken: int | None) -> float:
    """The probability that a turn is a step: the coder's, or as the answer to a strain that was spoken of just before."""
    p = findings.coding.turns[turn].p_strategy or 0.0
    if spoken is None or not spoken < turn <= spoken + ANSWERS:
        return p
    odds = 1 / ANSWER_ODDS if defends(findings.session.turns[turn].text) else ANSWER_ODDS
    return odds * p / (1 - p + odds * p)


def _outcome(findings: Findings, markers: Sequence[int], steps: Sequence[StrategyUse]) -> Outcome:
    """How it ended, by the rule for episodes."""
    end = max([s.turn for s in steps] or markers)
    return judge_outcome(findings.session, findings.coding, markers, steps, end)


def _answered(
    strand: Strand,
    session: int,
    findings: Findings,
    steps: Sequence[StrategyUse],
    outcome: Outcome,
    lead: str,
    spoken: int | None = None,
) -> None:
    # What hardly reads as a step neither stands among the repairs nor moves anything.
    weights = {s.turn: _weight(findings, s.turn, spoken) for s in steps}
    steps = [s for s in steps if weights[s.turn] >= STEP]
    known = {(r.at, r.strategy) for r in strand.repairs}
    moves = [RepairMove(TurnRef(session, s.turn), s.code) for s in steps]
    strand.repairs += [m for m in dict.fromkeys(moves) if (m.at, m.strategy) not in known]
    if not steps or outcome is Outcome.UNADDRESSED:
        why = f"{lead}; no step towards repair shows in the words."
        move(strand, session, RuptureStatus.OPEN, why, Source.TRANSCRIPT)
        return
    sure = max(weights[s.turn] for s in steps) >= SURE_STEP
    status, how = _how_it_stands(outcome, tone_after(findings.session, steps[-1].turn), sure)
    move(strand, session, status, f"{lead}; {how}.", Source.TRANSCRIPT)


def _how_it_stands(outcome: Outcome, tone: Tone, sure: bool) -> tuple[RuptureStatus, str]:
    """Where a strain stands that the therapist has answered: by the marks after the last step, and by how the client sounds."""
    if outcome is Outcome.ATTEMPTED:
        return (
            RuptureStatus.IN_REPAIR,
            "the therapist answers it; the words do not show the client coming back yet",
        )
    if tone is Tone.RESERVED:
        return RuptureStatus.IN_REPAIR, "the therapist answers it, and the client keeps something back yet"
    if tone is Tone.SHORT:
        return RuptureStatus.IN_REPAIR, "the therapist answers it, and the client's answers stay short"
    if sure and outcome is Outcome.RESOLVED:
        return RuptureStatus.REPAIRED, "the therapist answers it, and the client seems back in the work"
    if sure and tone is Tone.RELIEVED:
        return RuptureStatus.REPAIRED, "the therapist answers it, and the client tells of relief"
    return RuptureStatus.IN_REPAIR, "the therapist answers it, and some of the working together comes back"


def after_forms(strand: Strand, session: int, eased: bool, coded: bool) -> None:
    """What ratings and check-ins of one session change.

    Args:
        strand: the entry.
        session: number of the session.
        eased: whether the client's check-in of this session says that nothing was hard to say.
        coded: whether there is a transcript of this session.
    """
    drops = [s.drop for s in strand.signs if s.drop is not None]
    back = [d for d in drops if d.recovery == session]
    if back:
        why = f"The {back[0].rater}'s rating is back to where it was ({back[0].instrument} {back[0].scale})."
        only = all(s.kind in (Kind.RATING, Kind.AWAY) for s in strand.signs)
        if only or strand.status is RuptureStatus.IN_REPAIR:
            move(strand, session, RuptureStatus.REPAIRED, why, Source.RATING)
        elif strand.status is RuptureStatus.OPEN:
            strand.remarks.append(f"Session {session}: {why} That it was spoken of does not show.")
    if eased and not coded and strand.status is RuptureStatus.IN_REPAIR:
        why = "After the attempt at repair the client says that nothing was hard to say."
        move(strand, session, RuptureStatus.REPAIRED, why, Source.CHECK_IN)


def stayed_away(strand: Strand, session: int, missed: int, last_held: int | None) -> None:
    """Appointments in a row that were not held."""
    if strand.unsettled:
        why = f"{missed} appointments in a row were not held, and it was not settled."
        move(strand, session, RuptureStatus.LOST, why, Source.ATTENDANCE)
    elif _hardly_settled(strand, last_held):
        why = f"It had seemed repaired in the last session, but {missed} appointments in a row were not held since."
        move(strand, session, RuptureStatus.LOST, why, Source.ATTENDANCE)


def _hardly_settled(strand: Strand, last_held: int | None) -> bool:
    """Whether it is called repaired by the words of the last session alone: nobody has said so, and nothing came after it."""
    at = strand.standing
    return (
        strand.settled
        and at is not None
        and at.status is RuptureStatus.REPAIRED
        and at.source is Source.TRANSCRIPT
        and at.session == last_held
        and any(move.at.session == last_held for move in strand.repairs)
    )


def came_back(strand: Strand, session: int) -> None:
    """The client is here again."""
    last = strand.standing
    if last is not None and last.status is RuptureStatus.LOST and last.source is Source.ATTENDANCE:
        before = [h for h in strand.history if not h.overruled and h.status is not RuptureStatus.LOST]
        status = before[-1].status if before else RuptureStatus.OPEN
        move(strand, session, status, "The client came again.", Source.ATTENDANCE)


def ended(strand: Strand, session: int, ending: Ending, last_held: int | None) -> None:
    """The case is over."""
    if ending is Ending.LEFT and _hardly_settled(strand, last_held):
        why = "It had seemed repaired in the last session, but the client left after it."
        move(strand, session, RuptureStatus.LOST, why, Source.ENDING)
    if not strand.unsettled:
        return
    if ending is Ending.LEFT:
        why = "The client left, and it was not settled."
        move(strand, session, RuptureStatus.LOST, why, Source.ENDING)
    elif ending is Ending.REFERRED:
        why = "The client goes on with somebody else, and it was not settled here."
        move(strand, session, RuptureStatus.REFERRED, why, Source.ENDING)
    else:
        why = "The work ended by agreement, and that this was settled does not show."
        strand.history.append(HistoryEntry(session, strand.status, why, Source.ENDING))


def _called(sign: Sign) -> str:
    return {
        Kind.EPISODE: "marked turns",
        Kind.STEP: "a step towards repair",
        Kind.THREAD: "the client goes back to it",
        Kind.RATING: "a drop in ratings",
        Kind.CHECK_IN: "the client's check-in",
        Kind.NOTE: "a note by hand",
        Kind.AWAY: "an appointment missed",
    }[sign.kind]
