"""The ledger for a terminal: what to look at first and why, the words, what was tried, doubts, the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reattune.ledger import Hint, Ledger
from reattune.record import Attendance, Case, HistoryEntry, Rupture, RuptureStatus, Source, TurnRef
from reattune.repair import Advice, Plan
from reattune.repair.frame_talk import FrameSuggestion
from reattune.report import words
from reattune.report.clean import for_terminal, shorten
from reattune.report.words import Accuracy, Parties
from reattune.ruptures.findings import Findings

_QUOTE = 180
_TRIED = 3
_HINTS = 6
_THREAD = 3

STATUS_WORDS = {
    RuptureStatus.OPEN: "open",
    RuptureStatus.IN_REPAIR: "in repair",
    RuptureStatus.REPAIRED: "perhaps repaired",
    RuptureStatus.LOST: "not settled, the client has not come back",
    RuptureStatus.REFERRED: "goes on with somebody else",
}
"""A status in words for people."""
_BY_HAND = (Source.THERAPIST, Source.CLIENT)


@dataclass(frozen=True)
class LedgerView:
    """What the page is drawn from.

    Attributes:
        case: the case.
        findings: its coded transcripts by session number.
        ledger: its ledger.
        plans: by the ids of the entries that have one.
        frame_talk: session number and suggestion to record a change of the frame.
    """

    case: Case
    findings: Mapping[int, Findings]
    ledger: Ledger
    plans: Mapping[str, Plan]
    frame_talk: tuple[tuple[int, FrameSuggestion], ...] = ()

    @property
    def parties(self) -> Parties:
        """What to call the two."""
        sessions = [found.session for found in self.findings.values()]
        return Parties.of(sessions[0]) if sessions else Parties("the client", "the therapist")

    def quote(self, at: TurnRef) -> Text | None:
        """A turn's words with its place, or None where there is no transcript of it."""
        found = self.findings.get(at.session)
        if found is None or at.turn is None:
            return None
        turn = found.session.turns[at.turn]
        text = Text(f"{at.session}:{words.number(at.turn)} ", style="dim")
        text.append(f"{shorten(for_terminal(turn.speaker), 24)}: ", style="bold")
        return text.append(f"“{shorten(for_terminal(turn.text), _QUOTE)}”")


def ledger_to_terminal(view: LedgerView) -> RenderableType:
    """A case for Rich to print."""
    waiting = view.ledger.unsettled
    settled = [r for r in view.ledger.ruptures if r not in waiting]
    parts: list[RenderableType] = [_title(view), _first(view)]
    parts += [_entry(view, one) for one in (*waiting, *settled)]
    parts += _hints(view.ledger.hints)
    parts += _frame_talk(view)
    parts += [_lines("Also", view.ledger.remarks)] if view.ledger.remarks else []
    parts.append(_footer(view))
    return Group(*parts, Text())


def _title(view: LedgerView) -> RenderableType:
    held = sum(m.attendance is Attendance.HELD for m in view.case.meetings)
    away = len(view.case.meetings) - held
    facts = [words.count(held, "session"), words.count(len(view.findings), "transcript")]
    facts += [f"{away} not held"] if away else []
    facts += (
        [words.count(len({(r.session, r.rater) for r in view.case.ratings}), "rating")]
        if view.case.ratings
        else []
    )
    title = Text(for_terminal(view.case.id), style="bold")
    return title.append("  ").append(" · ".join(facts), style="dim")


def _first(view: LedgerView) -> RenderableType:
    text = Text()
    waiting = view.ledger.unsettled
    if waiting:
        one = waiting[0]
        step = one.history[0]
        text.append(f"{words.HEADLINE}\n", style="bold")
        text.append(f"Look first at {one.id}, {STATUS_WORDS[one.status]} since session {_since(one)}. ")
        text.append(for_terminal(step.why))
        others = len(waiting) - 1
        if others:
            text.append(
                f" {words.count(others, 'other entry', 'other entries')} not settled yet.", style="dim"
            )
    elif view.ledger.ruptures:
        text.append("Nothing waits. ", style="bold")
        text.append("What was found seems settled, or the work with this client is over.")
    else:
        text.append("No entry. ", style="bold")
        text.append(
            "Nothing here weighs enough to open one. That is no proof that there was no strain: much is never said."
        )
    return Padding(text, (1, 0, 0, 2))


def _since(rupture: Rupture) -> int:
    """The session from which the status that stands has stood."""
    since = rupture.history[-1].session
    for step in reversed([h for h in rupture.history if not h.overruled]):
        if step.status is not rupture.status:
            break
        since = step.session
    return since


def _entry(view: LedgerView, rupture: Rupture) -> RenderableType:
    kind = words.TYPE_WORDS[rupture.type] if rupture.type else "strain, seen in a form only"
    by_hand = next((h for h in reversed(rupture.history) if not h.overruled), None)
    status = "repaired" if rupture.status is RuptureStatus.REPAIRED else STATUS_WORDS[rupture.status]
    stands = status if by_hand and by_hand.source in _BY_HAND else STATUS_WORDS[rupture.status]
    title = Text(f"{rupture.id}  ", style="bold")
    title.append(f"possible {kind} · {stands}")
    title.append(
        f" · {words.certainty(rupture.probability)}, {words.chance(rupture.probability)}", style="dim"
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    _rows(grid, "passed over" if rupture.omission else "just before", _quotes(view, [rupture.trigger]))
    _rows(grid, "said", _quotes(view, [rupture.first_marker]))
    _rows(grid, "spoken of", _quotes(view, [rupture.disclosed]))
    others = [link.to for link in rupture.thread[:_THREAD] if link.to != rupture.trigger]
    _rows(grid, "or about", _quotes(view, others))
    tried = list(dict.fromkeys(move.at for move in rupture.repairs))
    _rows(grid, "tried", _tried(view, rupture, tried[:_TRIED], len(tried)))
    _rows(
        grid,
        "ratings",
        [
            Text(_rated(d.rater, d.instrument, d.scale, d.onset, d.reference, d.worst, d.recovery))
            for d in rupture.ratings
        ],
    )
    _rows(
        grid,
        "frame",
        [Text(for_terminal(f"Session {w.session}: {w.what}. {w.why}")) for w in rupture.frame_warnings],
    )
    _rows(grid, "its life", [_step(step) for step in rupture.history])
    doubts = [r for r in rupture.reasons if r.startswith("Against: ")]
    grounds = [r for r in rupture.reasons if r not in doubts]
    _rows(grid, "for", [Text(for_terminal(r)) for r in grounds])
    _rows(grid, "against", [Text(for_terminal(words.capital(r.removeprefix("Against: ")))) for r in doubts])
    plan = view.plans.get(rupture.id)
    if plan is not None:
        _rows(grid, "next", _plan(plan))
    return Padding(Group(title, Padding(grid, (0, 0, 0, 3))), (1, 0, 0, 2))


def _rows(grid: Table, label: str, items: Iterable[Text]) -> None:
    for number, item in enumerate(items):
        grid.add_row("" if number else label, item)


def _quotes(view: LedgerView, places: Iterable[TurnRef | None]) -> list[Text]:
    return [quote for at in places if at is not None and (quote := view.quote(at)) is not None]


def _tried(view: LedgerView, rupture: Rupture, shown: list[TurnRef], total: int) -> list[Text]:
    made = []
    for at in shown:
        quote = view.quote(at)
        codes = [move.strategy for move in rupture.repairs if move.at == at]
        if quote is not None:
            said = "; ".join(for_terminal(words.phrase(code)) for code in codes)
            made.append(quote.append(f"\n→ perhaps {said}", style="dim italic"))
    if total > len(shown):
        made.append(Text(f"and {words.count(total - len(shown), 'more turn')}", "dim"))
    return made


def _rated(
    rater: str, instrument: str, scale: str, onset: int, before: float, worst: float, back: int | None
) -> str:
    came = f"back with session {back}" if back is not None else "not back yet"
    return for_terminal(
        f"{rater}, {instrument} {scale}: {round(worst, 2):g} after {round(before, 2):g} from session {onset}, {came}"
    )


def _step(step: HistoryEntry) -> Text:
    text = Text(f"session {step.session}  ", style="dim")
    text.append(STATUS_WORDS[step.status], style="dim" if step.overruled else "bold")
    kept = " (kept beside your word)" if step.overruled else ""
    return text.append(f"{kept}  {for_terminal(step.why)}", style="dim" if step.overruled else "")


def _plan(plan: Plan) -> list[Text]:
    """The plan in short: where the two stand, what to say, what to leave, what to ask."""
    said = []
    if plan.stage is not None:
        said.append(Text(for_terminal(f"{plan.stage.title}. {plan.stage.why}")))
    for advice in plan.say[:1]:
        said.append(_advice("say, in your own words", advice))
    for advice in plan.avoid[:1]:
        said.append(_advice("not now", advice))
    for advice in plan.ask_at_end[:1]:
        said.append(_advice("at the end", advice))
    for advice in plan.supervision[:1]:
        said.append(_advice("supervision", advice))
    return said


def _advice(label: str, advice: Advice) -> Text:
    text = Text(f"{label}: ", style="dim").append(for_terminal(advice.text))
    for wording in advice.wordings[:1]:
        text.append(f" “{for_terminal(wording)}”", style="italic")
    return text


def _hints(hints: tuple[Hint, ...]) -> list[RenderableType]:
    if not hints:
        return []
    strongest = sorted(hints, key=lambda h: -h.probability)[:_HINTS]
    shown = [hint for hint in hints if hint in strongest]
    lines = [
        f"{' '.join(hint.what)} ({words.certainty(hint.probability)}, {words.chance(hint.probability)})"
        for hint in shown
    ]
    if len(hints) > len(shown):
        lines.append(f"and {len(hints) - len(shown)} weaker ones")
    return [_lines("Weak hints, kept apart", lines)]


def _frame_talk(view: LedgerView) -> list[RenderableType]:
    """Talk about the frame in sessions from the first sign of something unsettled on."""
    began = min((h.session for one in view.ledger.unsettled for h in one.history), default=None)
    talk = [(n, one) for n, one in view.frame_talk if began is not None and n >= began]
    if not talk:
        return []
    lines = [
        f"{n}:{words.number(one.turn)} “{shorten(for_terminal(one.quote), _QUOTE)}” ({one.area.replace('_', ' ')})"
        for n, one in talk[:_HINTS]
    ]
    return [_lines("Talk about the frame, to record if something changed", lines)]


def _lines(title: str, lines: Iterable[str]) -> RenderableType:
    body = Group(*(Text(for_terminal(line), style="dim") for line in lines))
    return Padding(Group(Text(title, style="bold"), Padding(body, (0, 0, 0, 3))), (1, 0, 0, 2))


def _footer(view: LedgerView) -> RenderableType:
    said = []
    if view.findings:
        coding = next(iter(view.findings.values())).coding
        name = " ".join(part for part in (coding.coder.name, coding.coder.version) if part)
        said = [f"Coder: {for_terminal(name)}.", *Accuracy.of(coding.settings).sentences]
    said.append(
        "Places read session:turn. Your word goes before all of this: write it in notes.csv. No verdict and no grade."
    )
    return Padding(Text(" ".join(said), style="dim"), (1, 0, 0, 2))
