"""``reattune formats``: what can be read and written."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from reattune.cli import console


@console.guarded
def formats(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON: a list of objects.")] = False,
) -> None:
    """Show the transcript formats. Which one a file is in is found by its content."""
    from reattune.formats import FORMATS

    if as_json:
        listed = [
            {
                "name": one.name,
                "title": one.title,
                "endings": list(one.endings),
                "what": one.what,
                "writable": one.writable,
                "many": one.many,
            }
            for one in FORMATS
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for one in FORMATS:
        what = Text.assemble((one.title, "bold"), f"\n{one.what}")
        if one.many:
            what.append("; several sessions in a file")
        table.add_row(Text(one.name), Text(" ".join(one.endings), "dim"), what)
    console.out().print(table)
