"""Operating characteristics for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reattune.alliance.instruments import Instrument, Scale
from reattune.alliance.power import Estimate, Operating
from reattune.alliance.simulate import Drop
from reattune.report.ratings import words
from reattune.report.words import count


def power_to_terminal(form: Instrument, scale: Scale, found: Sequence[Operating]) -> RenderableType:
    """How often rules are wrong on this form, and what they find, for Rich to print."""
    first = found[0]
    title = Text(f"How often the rule is wrong: {words.form_name(form, scale)}", style="bold")
    title.append(
        f"\nSimulated clients, {count(first.sessions, 'session')} each, {first.clients:,} without a change and as many for each "
        f"kind of drop. Sizes of drops in the client's own standard deviations. In brackets: 95% interval.",
        style="not bold dim",
    )
    return Group(title, *(_one(one) for one in found), Text())


def _one(one: Operating) -> RenderableType:
    head = Text(f"{one.rule}  ", style="bold")
    head.append(
        f"false alarms {_figure(one.false_alarms)} in 100 sessions of clients without a change; "
        f"{_percent(one.clients_alarmed)} of such clients have at least one",
        style="not bold",
    )
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("drop")
    table.add_column("found", justify="right")
    table.add_column("sessions until found", justify="right")
    table.add_column("of 100 flags, right", justify="right")
    for row in one.found:
        right = "–" if row.precision != row.precision else f"{100 * row.precision:.0f}"
        table.add_row(drop_in_words(row.drop), _percent(row.sensitivity), _figure(row.delay), right)
    return Padding(Group(head, Padding(table, (0, 0, 0, 3))), (1, 0, 0, 2))


def drop_in_words(drop: Drop) -> str:
    """ "1.5 SD, 2 sessions"; "1.5 SD, lasting"; "1.5 SD, 4 sessions, slowly back"."""
    lasting = "lasting" if drop.length == 0 else count(drop.length, "session")
    return f"{drop.size:g} SD, {lasting}{', slowly back' if drop.gradual else ''}"


def _figure(one: Estimate) -> str:
    if one.value != one.value:
        return "–"
    return f"{one.value:.1f} [{one.low:.1f}–{one.high:.1f}]"


def _percent(one: Estimate) -> str:
    if one.value != one.value:
        return "–"
    return f"{100 * one.value:.0f}% [{100 * one.low:.0f}–{100 * one.high:.0f}]"
