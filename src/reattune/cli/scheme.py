"""``reattune scheme``: the code set, to read or as data."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from reattune.cli import console

if TYPE_CHECKING:
    from rich.console import RenderableType

    from reattune.scheme import Scheme, SchemeCode


@console.guarded
def scheme(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="One code, with its definition and examples.")
    ] = None,
    family: Annotated[
        str | None,
        typer.Option("--family", metavar="NAME", help="withdrawal, confrontation, strategy or contribution."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON: one object, or a list of them.")] = False,
) -> None:
    """Show the codes: rupture markers, repair strategies, contributions."""
    from reattune.scheme import load_scheme

    loaded = load_scheme()
    if code is not None:
        chosen = loaded[code]
        if as_json:
            typer.echo(json.dumps(asdict(chosen), indent=2))
        else:
            console.out().print(_one(loaded, chosen))
        return
    codes = loaded.by_family(family) if family is not None else loaded.codes
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in codes], indent=2))
        return
    families = [loaded.family(name) for name in dict.fromkeys(one.family for one in codes)]
    for one in families:
        console.out().print(_family(loaded, one.name))
    console.out().print("One code with its examples: reattune scheme CODE", style="dim")


def _family(scheme: Scheme, name: str) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    family = scheme.family(name)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for code in scheme.by_family(name):
        table.add_row(Text(code.code), Text(code.phrase, "dim"))
    title = Text.assemble((family.title, "bold"), (f"  on the {family.on}'s turns", "dim"))
    return Group(title, Padding(table, (0, 0, 1, 2)))


def _one(scheme: Scheme, code: SchemeCode) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    first, second = ("therapist", "client") if code.is_marker else ("client", "therapist")
    grid = Table.grid(padding=(0, 2, 1, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row("what", Text(code.definition))
    for label, example in (("example", code.example), ("not this", code.not_this)):
        exchange = Text(f"{first}: {example.before}\n{second}: {example.said}\n")
        exchange.append(example.why, style="italic")
        grid.add_row(label, exchange)
    for n, near in enumerate(code.neighbours):
        grid.add_row("" if n else "nearest", Text.assemble((f"{near.code}: ", "bold"), near.difference))
    grid.add_row("source", Text(code.source))
    title = Text.assemble(
        (code.code, "bold"), f"  {code.name}", (f"  {scheme.family(code.family).title}", "dim")
    )
    return Group(title, Text(), Padding(grid, (0, 0, 0, 2)))
