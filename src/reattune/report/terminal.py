"""Findings for a terminal: what to look at first, quotes, doubts. Drawn by Rich, readable without colour."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reattune.record import Episode
from reattune.report import look as looking
from reattune.report import words
from reattune.report.clean import for_terminal, shorten
from reattune.report.look import Look
from reattune.report.view import facts, guess
from reattune.report.weighing import weighed
from reattune.report.words import Accuracy, Parties
from reattune.ruptures.findings import Findings

_QUOTE = 200
_SAID = 3
_UNSURE = 12


def to_terminal(findings: Findings, *, brief: bool = False) -> RenderableType:
    """A session for Rich to print; ``brief`` gives only its head, for a run over several sessions."""
    head = looking.look(findings)
    parts: list[RenderableType] = [_title(findings), _first(head)]
    if not brief:
        parties = Parties.of(findings.session)
        parts += [_episode(findings, n, episode, parties) for n, episode in enumerate(findings.episodes, 1)]
        parts += _nearest(findings, head)
        parts += [_whole(findings, parties), *_unsure(findings), _footer(findings)]
    return Group(*parts, Text())


def _title(findings: Findings) -> RenderableType:
    title = Text(for_terminal(findings.session.id) or "session", style="bold")
    title.append("  ")
    title.append(" · ".join(facts(findings.session)), style="dim")
    if guessed := guess(findings.session):
        title.append(f"\n{for_terminal(guessed)}", style="italic")
    return title


def _first(head: Look) -> RenderableType:
    text = Text()
    if head.first is not None:
        text.append(f"{words.HEADLINE}\n", style="bold")
    text.append(for_terminal(head.what))
    text.append(f"\n{for_terminal(head.sure)}", style="dim")
    return Padding(text, (1, 0, 0, 2))


def _episode(findings: Findings, number: int, episode: Episode, parties: Parties) -> RenderableType:
    title = Text(f"{number}  ", style="bold")
    title.append(words.capital(words.turns(episode.start, episode.end)), style="bold")
    time = words.clock(findings.session.turns[episode.start].start_ms)
    title.append(
        f"{' from ' + time if time else ''} · possible {words.TYPE_WORDS[episode.type]} · "
        f"{words.outcome_label(episode.outcome, findings.coder.kind)}"
    )
    if findings.coder.kind != "human":
        title.append(f" · {words.certainty(episode.probability)}, {words.chance(episode.probability)}", "dim")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    before = looking.before(findings, episode)
    if before is not None:
        grid.add_row("just before", _quote(findings, before, "contribution"))
    said = looking.markers(episode)
    for turn in said[:_SAID]:
        quote = _quote(findings, turn, "withdrawal", "confrontation")
        grid.add_row("said" if turn == said[0] else "", _with_weights(findings, turn, quote))
    if len(said) > _SAID:
        grid.add_row("", Text(f"and {words.count(len(said) - _SAID, 'more turn')}", "dim"))
    tried = list(dict.fromkeys(use.turn for use in episode.strategies))
    for turn in tried[:_SAID]:
        grid.add_row("tried" if turn == tried[0] else "", _quote(findings, turn, "strategy"))
    if len(tried) > _SAID:
        grid.add_row("", Text(f"and {words.count(len(tried) - _SAID, 'more turn')}", "dim"))
    ended = words.capital(words.ending(episode.outcome, parties))
    grid.add_row("ended", Text(for_terminal(f"{ended}.")))
    for label, reasons in (("for", episode.evidence), ("against", episode.counter_evidence)):
        for reason in reasons:
            grid.add_row(label if reason == reasons[0] else "", Text(for_terminal(reason)))
    return Padding(Group(title, Padding(grid, (0, 0, 0, 3))), (1, 0, 0, 2))


def _nearest(findings: Findings, head: Look) -> list[RenderableType]:
    if not head.nearest:
        return []
    quotes = Group(*(_quote(findings, turn) for turn in head.nearest))
    lead = Text("The turns that came nearest to the line", style="bold")
    return [Padding(Group(lead, Padding(quotes, (0, 0, 0, 3))), (1, 0, 0, 2))]


def _quote(findings: Findings, index: int, *families: str) -> Text:
    turn = findings.session.turns[index]
    codes = [c.code for c in findings.coding.turns[index].codes if c.family in families]
    text = Text(f"{words.number(index)} ", style="dim")
    text.append(f"{shorten(for_terminal(turn.speaker), 24)}: ", style="bold")
    text.append(f"“{shorten(for_terminal(turn.text), _QUOTE)}”")
    if codes:
        text.append(
            f"\n→ {'; '.join(for_terminal(words.phrase(code)) for code in codes)}", style="dim italic"
        )
    return text


def _with_weights(findings: Findings, index: int, quote: Text) -> Text:
    """The quote with what carried its mark, where that was asked for."""
    why = next((one for one in findings.explanations if one.turn == index), None)
    brief = weighed(findings.session.turns[index].text, why).brief if why is not None else ""
    return quote.append(f"\n→ {for_terminal(brief)}", style="dim italic") if brief else quote


def _whole(findings: Findings, parties: Parties) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column()
    for name, value in words.scales(findings.scales, parties):
        grid.add_row(Text(for_terminal(name)), value)
    return Padding(
        Group(Text("The session as a whole", style="bold"), Padding(grid, (0, 0, 0, 3))), (1, 0, 0, 2)
    )


def _unsure(findings: Findings) -> list[RenderableType]:
    turns = looking.unsure(findings)
    if not turns:
        return []
    text = Text("Left to you  ", style="bold")
    text.append(", ".join(f"turn {words.number(turn)}" for turn in sorted(turns[:_UNSURE])))
    if len(turns) > _UNSURE:
        text.append(f" and {len(turns) - _UNSURE} more")
    text.append(": here the coder cannot tell.", style="dim")
    return [Padding(text, (1, 0, 0, 2))]


def _footer(findings: Findings) -> RenderableType:
    name = " ".join(part for part in (findings.coder.name, findings.coder.version) if part)
    said = [f"Coder: {for_terminal(name)}.", *Accuracy.of(findings.coding.settings).sentences]
    said.append("No verdict and no grade: another pair of eyes on the words.")
    return Padding(Text(" ".join(said), style="dim"), (1, 0, 0, 2))
