"""The ledger in words for people, the same for terminal and page: what comes first and why, quotes, doubts, the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reattune.ledger import Ledger
from reattune.record import (
    Attendance,
    Case,
    HistoryEntry,
    RatingEpisode,
    Rupture,
    RuptureStatus,
    Source,
    TurnRef,
)
from reattune.repair import Advice, Plan
from reattune.repair.frame_talk import FrameSuggestion
from reattune.repair.watch import Reading, Watched
from reattune.report import words
from reattune.report.clean import shorten
from reattune.report.words import Accuracy
from reattune.ruptures.findings import Findings

QUOTE = 180
_TRIED = 3
_HINTS = 6
_OTHERS = 2

STATUS_WORDS = {
    RuptureStatus.OPEN: "open",
    RuptureStatus.IN_REPAIR: "in repair",
    RuptureStatus.REPAIRED: "perhaps repaired",
    RuptureStatus.LOST: "not settled, the client has not come back",
    RuptureStatus.REFERRED: "goes on with somebody else",
}
"""A status in words for people."""
READING_WORDS = {
    Reading.MENDING: "What followed points towards a repair.",
    Reading.STILL_OPEN: "What followed rather speaks for a strain that goes on.",
    Reading.TOO_EARLY: "Too early to tell: what followed points neither way yet.",
    Reading.MIXED: "What followed points both ways.",
}
"""What followed an attempt at repair, in words for people."""
_BY_HAND = (Source.THERAPIST, Source.CLIENT)


@dataclass(frozen=True)
class LedgerView:
    """What is drawn.

    Attributes:
        case: the case.
        findings: its coded transcripts by session number.
        ledger: its ledger.
        plans: by the ids of the entries that have one.
        frame_talk: session number and suggestion to record a change of the frame.
        watched: by the ids of the entries with an attempt at repair, what followed it.
    """

    case: Case
    findings: Mapping[int, Findings]
    ledger: Ledger
    plans: Mapping[str, Plan]
    frame_talk: tuple[tuple[int, FrameSuggestion], ...] = ()
    watched: Mapping[str, Watched] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line about an entry: a quote with its place and speaker, or a sentence with what it begins with.

    Attributes:
        text: the sentence, or the words said.
        place: "3:12" for a quote, "session 3" for a step.
        speaker: who said it; "" where it is no quote.
        lead: one or two words in front of a sentence.
        note: what is added.
        aside: it stands beside, without effect.
    """

    text: str
    place: str = ""
    speaker: str = ""
    lead: str = ""
    note: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``rows`` are labels with their lines, in reading order; ``kind`` is the type's name, or ""."""

    id: str
    kind: str
    title: str
    sure: str
    rows: tuple[tuple[str, tuple[Line, ...]], ...]


def facts(view: LedgerView) -> tuple[str, ...]:
    """What the case consists of."""
    held = sum(m.attendance is Attendance.HELD for m in view.case.meetings)
    away = len(view.case.meetings) - held
    found = [words.count(held, "session"), words.count(len(view.findings), "transcript")]
    found += [f"{away} not held"] if away else []
    forms = {(r.session, r.rater, r.instrument) for r in view.case.ratings}
    found += [words.count(len(forms), "rating")] if forms else []
    return tuple(found)


def first(view: LedgerView) -> tuple[str, str]:
    """A headline, and what to look at first."""
    waiting = view.ledger.unsettled
    if waiting:
        one = waiting[0]
        said = f"Look first at {one.id}, {STATUS_WORDS[one.status]} since session {_since(one)}. {one.history[0].why}"
        others = len(waiting) - 1
        if others:
            said += f" {words.count(others, 'other entry is', 'other entries are')} not settled yet."
        return words.HEADLINE, said
    if view.ledger.ruptures:
        return "Nothing waits", "What was found seems settled, or the work with this client is over."
    return (
        "No entry",
        "Nothing here weighs enough to open one. That is no proof that there was no strain: much is never said.",
    )


def entries(view: LedgerView) -> tuple[Entry, ...]:
    """What is not settled, the one to look at first in front; then the others."""
    waiting = view.ledger.unsettled
    return tuple(
        _entry(view, one) for one in (*waiting, *(r for r in view.ledger.ruptures if r not in waiting))
    )


def hints(view: LedgerView) -> tuple[str, ...]:
    """The strongest of the weak signs, in order of place."""
    found = view.ledger.hints
    shown = sorted(found, key=lambda h: -h.probability)[:_HINTS]
    lines = [
        f"{' '.join(h.what)} ({words.certainty(h.probability)}, {words.chance(h.probability)})"
        for h in found
        if h in shown
    ]
    return (*lines, *([f"and {len(found) - len(lines)} weaker ones"] if len(found) > len(lines) else []))


def frame_talk(view: LedgerView) -> tuple[Line, ...]:
    """Talk about the frame in sessions from the first sign of something unsettled on."""
    began = min((h.session for one in view.ledger.unsettled for h in one.history), default=None)
    talk = [(n, one) for n, one in view.frame_talk if began is not None and n >= began]
    return tuple(
        Line(shorten(one.quote, QUOTE), _place(n, one.turn), str(one.by), note=one.area.replace("_", " "))
        for n, one in talk[:_HINTS]
    )


def footer(view: LedgerView) -> str:
    """How far to trust it."""
    said = []
    if view.findings:
        coding = next(iter(view.findings.values())).coding
        name = " ".join(part for part in (coding.coder.name, coding.coder.version) if part)
        said = [f"Coder: {name}.", *Accuracy.of(coding.settings).sentences]
    said.append(
        "Places read session:turn. Your word goes before all of this: write it in notes.csv. No verdict and no grade."
    )
    return " ".join(said)


def _since(rupture: Rupture) -> int:
    """The session from which the status that stands has stood."""
    since = rupture.history[-1].session
    for step in reversed([h for h in rupture.history if not h.overruled]):
        if step.status is not rupture.status:
            break
        since = step.session
    return since


def _entry(view: LedgerView, rupture: Rupture) -> Entry:
    kind = words.TYPE_WORDS[rupture.type] if rupture.type else "strain, seen in a form only"
    standing = next((h for h in reversed(rupture.history) if not h.overruled), rupture.history[-1])
    stands = STATUS_WORDS[rupture.status]
    if rupture.status is RuptureStatus.REPAIRED and standing.source in _BY_HAND:
        stands = "repaired"
    others = [link.to for link in rupture.thread if link.to != rupture.trigger][:_OTHERS]
    doubts = [r for r in rupture.reasons if r.startswith("Against: ")]
    plan = view.plans.get(rupture.id)
    rows = (
        ("passed over" if rupture.omission else "just before", _quotes(view, [rupture.trigger])),
        ("said", _quotes(view, [rupture.first_marker])),
        ("spoken of", _quotes(view, [rupture.disclosed])),
        ("or about", _quotes(view, others)),
        ("tried", _tried(view, rupture)),
        ("after it", _followed(view.watched.get(rupture.id))),
        ("ratings", [_rated(one) for one in rupture.ratings]),
        ("frame", [Line(f"{w.what}. {w.why}", f"session {w.session}") for w in rupture.frame_warnings]),
        ("its life", [_step(step) for step in rupture.history]),
        ("for", [Line(r) for r in rupture.reasons if r not in doubts]),
        ("against", [Line(words.capital(r.removeprefix("Against: "))) for r in doubts]),
        ("next", _plan(plan) if plan is not None else []),
    )
    return Entry(
        rupture.id,
        str(rupture.type or ""),
        f"possible {kind} · {stands}",
        f"{words.certainty(rupture.probability)}, {words.chance(rupture.probability)}",
        tuple((label, tuple(lines)) for label, lines in rows if lines),
    )


def _place(session: int, turn: int) -> str:
    return f"{session}:{words.number(turn)}"


def _quotes(view: LedgerView, places: Iterable[TurnRef | None]) -> list[Line]:
    """The words at some places, where there is a transcript of them."""
    found = []
    for at in places:
        one = view.findings.get(at.session) if at is not None else None
        if one is not None and at is not None and at.turn is not None:
            turn = one.session.turns[at.turn]
            found.append(
                Line(shorten(turn.text, QUOTE), _place(at.session, at.turn), shorten(turn.speaker, 24))
            )
    return found


def _tried(view: LedgerView, rupture: Rupture) -> list[Line]:
    places = list(dict.fromkeys(move.at for move in rupture.repairs))
    made = []
    for at in places[:_TRIED]:
        codes = dict.fromkeys(move.strategy for move in rupture.repairs if move.at == at)
        note = f"perhaps {'; '.join(words.phrase(code) for code in codes)}"
        made += [Line(q.text, q.place, q.speaker, note=note) for q in _quotes(view, [at])]
    if len(places) > _TRIED:
        made.append(Line(f"and {words.count(len(places) - _TRIED, 'more turn')}", aside=True))
    return made


def _followed(watched: Watched | None) -> list[Line]:
    """What followed the last attempt: what it points to, then what speaks for a repair, against it, and what is not known."""
    if watched is None or watched.move is None:
        return []
    told = (
        ("speaks for it", watched.evidence_for),
        ("speaks against it", watched.evidence_against),
        ("not known", watched.not_known),
    )
    lines = [Line(words.capital(said), lead=lead) for lead, sentences in told for said in sentences]
    return [Line(READING_WORDS[watched.reading]), *lines]


def _rated(drop: RatingEpisode) -> Line:
    came = f"back with session {drop.recovery}" if drop.recovery is not None else "not back yet"
    return Line(
        f"{drop.rater}, {drop.instrument} {drop.scale}: {round(drop.worst, 2):g} after "
        f"{round(drop.reference, 2):g}, {came}",
        f"from session {drop.onset}",
    )


def _step(step: HistoryEntry) -> Line:
    kept = " (kept beside a person's word)" if step.overruled else ""
    return Line(
        step.why, f"session {step.session}", lead=f"{STATUS_WORDS[step.status]}{kept}", aside=step.overruled
    )


def _plan(plan: Plan) -> list[Line]:
    """The plan in short: where the two stand, what to say, what to leave, what to ask."""
    said = [Line(f"{a.text}", lead="the clinic's route first") for a in plan.route]
    if plan.stage is not None:
        said.append(Line(f"{plan.stage.title}. {plan.stage.why}"))
    for label, items in (
        ("say, in your own words", plan.say),
        ("not now", plan.avoid),
        ("at the end", plan.ask_at_end),
        ("supervision", plan.supervision),
    ):
        said += [_advice(label, one) for one in items[:1]]
    return said


def _advice(label: str, advice: Advice) -> Line:
    return Line(advice.text, lead=label, note=f"“{advice.wordings[0]}”" if advice.wordings else "")
