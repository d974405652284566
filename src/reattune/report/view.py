"""What the HTML page shows, as plain values: quotes, cards, transcript lines. No markup here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reattune.record import Code, Episode, Role, RuptureType, Session, Turn, TurnCoding
from reattune.report import look as looking
from reattune.report import words
from reattune.report.clean import shorten
from reattune.report.look import Look
from reattune.report.timeline import Timeline, lay_out
from reattune.report.weighing import Piece, pieces, weighed
from reattune.report.words import Accuracy, Parties
from reattune.ruptures.findings import Findings

_QUOTE = 320
_HOVER = 220
_SAID = 4
_TRIED = 5
_UNSURE = 8
_MARKERS = ("withdrawal", "confrontation")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one turn, with where they stand (its number, from 1) and what was noticed in them.

    ``pieces`` are the same words with those set apart that carried the mark, ``weighed`` says it in sentences; both are empty
    where no explanation was asked for.
    """

    number: int
    speaker: str
    time: str
    text: str
    notes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    weighed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One strain as a card."""

    number: int
    where: str
    time: str
    kind: str
    label: str
    significance: str
    sure: str
    named_trigger: bool
    before: Quote | None
    said: tuple[Quote, ...]
    said_more: tuple[int, ...]
    tried: tuple[Quote, ...]
    tried_more: tuple[int, ...]
    ended: str
    ended_label: str
    after: Quote | None
    after_within: bool
    evidence: tuple[str, ...]
    counter: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A margin mark on a turn. ``sort``: withdrawal, confrontation, repair, added or unsure."""

    sort: str
    label: str
    chance: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """From a turn to the card of a strain."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the transcript; ``number`` counts from 1."""

    number: int
    speaker: str
    role: str
    side: str
    time: str
    text: str
    hover: str
    kind: str
    marks: tuple[Mark, ...]
    links: tuple[Link, ...]

    @property
    def notable(self) -> bool:
        """Whether there is something to see at this turn."""
        return bool(self.marks or self.links)

    @property
    def sorts(self) -> str:
        """The sorts of its marks, as class names."""
        return " ".join(dict.fromkeys(mark.sort for mark in self.marks))


@dataclass(frozen=True, slots=True)
class View:
    """Everything on one session's page."""

    session: Session
    parties: Parties
    facts: tuple[str, ...]
    guess: str
    notices: tuple[str, ...]
    look: Look
    quote: Quote | None
    before: Quote | None
    nearest: tuple[Quote, ...]
    cards: tuple[Card, ...]
    scales: tuple[tuple[str, str], ...]
    unsure: tuple[Quote, ...]
    unsure_more: tuple[int, ...]
    timeline: Timeline
    lines: tuple[Line, ...]
    coder: str
    coder_is_person: bool
    accuracy: tuple[str, ...]

    @property
    def sorts(self) -> frozenset[str]:
        """The sorts of marks on the page, for the legend."""
        return frozenset(mark.sort for line in self.lines for mark in line.marks)

    @property
    def client_label(self) -> str:
        """The label of the upper lane."""
        return words.capital(self.parties.client.removeprefix("the "))

    @property
    def therapist_label(self) -> str:
        """The label of the lower lane."""
        return words.capital(self.parties.therapist.removeprefix("the "))


def view(findings: Findings) -> View:
    """All that the page of one session shows."""
    session = findings.session
    parties = Parties.of(session)
    head = looking.look(findings)
    open_turns = looking.unsure(findings)
    return View(
        session=session,
        parties=parties,
        facts=facts(session),
        guess=guess(session),
        notices=tuple(notice.what for notice in session.notices),
        look=head,
        quote=None if head.quote is None else _quote(findings, head.quote),
        before=None if head.before is None else _quote(findings, head.before),
        nearest=tuple(_quote(findings, turn, with_chance=True) for turn in head.nearest),
        cards=tuple(_card(findings, n, e, parties) for n, e in enumerate(findings.episodes, 1)),
        scales=words.scales(findings.scales, parties),
        unsure=tuple(_quote(findings, turn, with_chance=True) for turn in open_turns[:_UNSURE]),
        unsure_more=tuple(words.number(i) for i in sorted(open_turns[_UNSURE:])),
        timeline=lay_out(session, [(e.start, e.end) for e in findings.episodes]),
        lines=_lines(findings),
        coder=" ".join(part for part in (findings.coder.name, findings.coder.version) if part),
        coder_is_person=findings.coder.kind == "human",
        accuracy=Accuracy.of(findings.coding.settings).sentences,
    )


def facts(session: Session) -> tuple[str, ...]:
    """Date, length and speakers, a short phrase each."""
    said = []
    if session.date is not None:
        said.append(session.date.isoformat())
    said.append(words.count(len(session), "turn"))
    if session.duration_ms is not None and session.duration_ms >= 60_000:
        said.append(f"{session.duration_ms // 60_000:,} min")
    return tuple(said)


def guess(session: Session) -> str:
    """Who was taken for whom by a guess, or "": all else rests on it, so it is said early."""
    guessed = [
        f"“{one.speaker}” as the {_role(one.role)} ({words.chance(one.confidence)})"
        for one in session.roles
        if one.how == "guess"
    ]
    if not guessed:
        return ""
    return (
        f"Who is who was guessed from the talk: {words.listed(guessed)}. "
        "If that is wrong, name the therapist and analyse again."
    )


def _role(role: Role) -> str:
    return "third voice" if role is Role.THIRD else str(role)


def marks(coded: TurnCoding, kind: RuptureType | None = None) -> tuple[Mark, ...]:
    """The margin marks of a turn. ``kind`` is given for a turn that counts as a marker of a strain."""
    made = [Mark(_sort(code), words.phrase(code.code), _chance(code)) for code in coded.codes]
    if kind is not None and not any(mark.sort in _MARKERS for mark in made):
        made.insert(0, Mark(_leaning(coded, kind), "no single marker stands out", _likely(coded)))
    if coded.unsure:
        made.append(Mark("unsure", "the coder leaves this one to you", _likely(coded)))
    return tuple(made)


def _sort(code: Code) -> str:
    return {"strategy": "repair", "contribution": "added"}.get(code.family, code.family)


def _chance(code: Code) -> str:
    return "" if code.probability >= 1 else words.chance(code.probability)


def _likely(coded: TurnCoding) -> str:
    return "" if coded.p_rupture is None else words.chance(coded.p_rupture)


def _leaning(coded: TurnCoding, kind: RuptureType) -> str:
    if kind is not RuptureType.MIXED:
        return str(kind)
    return "withdrawal" if (coded.p_withdrawal or 0) >= (coded.p_confrontation or 0) else "confrontation"


def _quote(
    findings: Findings, index: int, notes: tuple[str, ...] = (), *, with_chance: bool = False
) -> Quote:
    turn = findings.session.turns[index]
    if with_chance:
        likely = _likely(findings.coding.turns[index])
        notes = (f"strain: about {likely}",) if likely else ()
    return Quote(
        words.number(index), turn.speaker, words.clock(turn.start_ms), shorten(turn.text, _QUOTE), notes
    )


def _said(findings: Findings, index: int) -> Quote:
    """A marked turn, with what carried the mark where that was asked for."""
    quote = _quote(findings, index, _noticed(findings.coding.turns[index]))
    why = next((one for one in findings.explanations if one.turn == index), None)
    if why is None:
        return quote
    text = findings.session.turns[index].text
    return replace(quote, pieces=pieces(text, why, _QUOTE), weighed=weighed(text, why).sentences)


def _card(findings: Findings, number: int, episode: Episode, parties: Parties) -> Card:
    said = looking.markers(episode)
    shown = sorted(sorted(said, key=lambda i: -(findings.coding.turns[i].p_rupture or 0))[:_SAID])
    tries: dict[int, list[str]] = {}
    for use in episode.strategies:
        tries.setdefault(use.turn, []).append(words.phrase(use.code))
    tried = list(tries)
    before = looking.before(findings, episode)
    after = _after(findings, episode, said)
    return Card(
        number=number,
        where=words.turns(episode.start, episode.end),
        time=_times(findings.session, episode),
        kind=str(episode.type),
        label=words.TYPE_WORDS[episode.type],
        significance=words.capital(words.significance(episode.significance)),
        sure=looking.how_sure(findings, episode),
        named_trigger=episode.trigger is not None,
        before=None if before is None else _quote(findings, before, _added(findings.coding.turns[before])),
        said=tuple(_said(findings, i) for i in shown),
        said_more=tuple(words.number(i) for i in said if i not in shown),
        tried=tuple(_quote(findings, i, tuple(tries[i])) for i in tried[:_TRIED]),
        tried_more=tuple(words.number(i) for i in tried[_TRIED:]),
        ended=words.capital(words.ending(episode.outcome, parties)),
        ended_label=words.outcome_label(episode.outcome, findings.coder.kind),
        after=None if after is None else _quote(findings, after),
        after_within=after is not None and after <= episode.end,
        evidence=episode.evidence,
        counter=episode.counter_evidence,
    )


def _added(coded: TurnCoding) -> tuple[str, ...]:
    return tuple(words.phrase(code.code) for code in coded.codes if code.family == "contribution")


def _noticed(coded: TurnCoding) -> tuple[str, ...]:
    return tuple(words.phrase(code.code) for code in coded.codes if code.family in _MARKERS)


def _after(findings: Findings, episode: Episode, said: tuple[int, ...]) -> int | None:
    """The client's last words of the episode, or the first after it where those are quoted already."""
    turns = findings.session.turns
    inside = [t.index for t in turns[episode.start : episode.end + 1] if t.role.strains]
    if inside and inside[-1] not in said:
        return inside[-1]
    return next((t.index for t in turns[episode.end + 1 :] if t.role.strains), None)


def _times(session: Session, episode: Episode) -> str:
    first, last = session.turns[episode.start], session.turns[episode.end]
    begin = words.clock(first.start_ms)
    end = words.clock(last.end_ms if last.end_ms is not None else last.start_ms)
    return f"{begin}–{end}" if begin and end and begin != end else begin


def _lines(findings: Findings) -> tuple[Line, ...]:
    links: dict[int, list[Link]] = {}
    kinds: dict[int, str] = {}
    marked: dict[int, RuptureType] = {}
    for number, episode in enumerate(findings.episodes, 1):
        said = looking.markers(episode)
        marked.update(dict.fromkeys(said, episode.type))
        relation = dict.fromkeys((use.turn for use in episode.strategies), f"Tried in strain {number}")
        relation |= dict.fromkeys(said, f"Part of strain {number}")
        relation[episode.start] = f"Strain {number} begins"
        if episode.end != episode.start:
            relation[episode.end] = f"Strain {number} ends"
        if episode.trigger is not None:
            relation[episode.trigger] = f"Just before strain {number}"
        for turn, label in sorted(relation.items()):
            links.setdefault(turn, []).append(Link(number, label))
        for turn in range(episode.start, episode.end + 1):
            kinds.setdefault(turn, str(episode.type))
    return tuple(
        _line(turn, findings.coding.turns[turn.index], kinds, links, marked)
        for turn in findings.session.turns
    )


def _line(
    turn: Turn,
    coded: TurnCoding,
    kinds: dict[int, str],
    links: dict[int, list[Link]],
    marked: dict[int, RuptureType],
) -> Line:
    side = "client" if turn.role.strains else "therapist" if turn.role.helps else "third"
    return Line(
        number=words.number(turn.index),
        speaker=turn.speaker,
        role=_role(turn.role),
        side=side,
        time=words.clock(turn.start_ms),
        text=turn.text,
        hover=shorten(turn.text, _HOVER),
        kind=kinds.get(turn.index, ""),
        marks=marks(coded, marked.get(turn.index)),
        links=tuple(links.get(turn.index, ())),
    )
