"""The ledger for a terminal. Drawn by Rich, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reattune.report import ledgerview
from reattune.report.clean import for_terminal
from reattune.report.ledgerview import Entry, LedgerView, Line


def ledger_to_terminal(view: LedgerView) -> RenderableType:
    """A case for Rich to print."""
    title = Text(for_terminal(view.case.id), style="bold")
    title.append("  ").append(" · ".join(ledgerview.facts(view)), style="dim")
    headline, what = ledgerview.first(view)
    head = Text(f"{headline}\n", style="bold").append(for_terminal(what), style="not bold")
    parts: list[RenderableType] = [title, Padding(head, (1, 0, 0, 2))]
    parts += [_entry(one) for one in ledgerview.entries(view)]
    talk = [_line(line) for line in ledgerview.frame_talk(view)]
    parts += _block("Talk about the frame, to record if something changed", talk)
    parts += _block("Weak hints, kept apart", [_plain(line) for line in ledgerview.hints(view)])
    parts += _block("Also", [_plain(line) for line in view.ledger.remarks])
    foot = Text(for_terminal(ledgerview.footer(view)), style="dim")
    return Group(*parts, Padding(foot, (1, 0, 0, 2)), Text())


def _entry(entry: Entry) -> RenderableType:
    title = Text(f"{entry.id}  {entry.title}", style="bold").append(f" · {entry.sure}", style="dim not bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    for label, lines in entry.rows:
        for number, line in enumerate(lines):
            grid.add_row("" if number else label, _line(line))
    return Padding(Group(title, Padding(grid, (0, 0, 0, 3))), (1, 0, 0, 2))


def _line(line: Line) -> Text:
    text = Text(style="dim" if line.aside else "")
    said = for_terminal(line.text)
    if line.place:
        text.append(f"{line.place}  ", style="dim")
    if line.speaker:
        text.append(f"{for_terminal(line.speaker)}: ", style="bold").append(f"“{said}”")
        return text.append(f"\n→ {for_terminal(line.note)}", style="dim italic") if line.note else text
    if line.lead:
        text.append(f"{line.lead}: ", style="" if line.aside else "bold")
    text.append(said)
    return text.append(f" {for_terminal(line.note)}", style="italic") if line.note else text


def _plain(text: str) -> Text:
    return Text(for_terminal(text), style="dim")


def _block(title: str, lines: Iterable[Text]) -> list[RenderableType]:
    shown = list(lines)
    body = Padding(Group(*shown), (0, 0, 0, 3))
    return [Padding(Group(Text(title, style="bold"), body), (1, 0, 0, 2))] if shown else []
