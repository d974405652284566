"""``reattune analyze``: sessions in, possible strains out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reattune.cli import console

_FIELD_HELP = "For tables: which column holds which field, as FIELD=COLUMN,... (text=utterance,speaker=who)."


@console.guarded
def analyze(  # noqa: PLR0913, PLR0917 - one an option
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Transcript files.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a session, one a line, and nothing else.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a table with a row for each turn.")
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html",
            metavar="FILE_OR_DIR",
            help="Write a page to read and print: FILE.html for one session, a folder for several.",
        ),
    ] = None,
    therapist: Annotated[
        list[str] | None,
        typer.Option("--therapist", metavar="NAME", help="Speaker label of the therapist; may be repeated."),
    ] = None,
    client: Annotated[
        list[str] | None,
        typer.Option("--client", metavar="NAME", help="Speaker label of the client; may be repeated."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="The files' format, if the content does not tell it."),
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--columns", metavar="FIELD=COLUMN,...", help=_FIELD_HELP)
    ] = None,
    coder: Annotated[
        str, typer.Option("--coder", metavar="NAME", help="Who codes: embedded or fast.")
    ] = "embedded",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Also find out which words carried each mark. Takes some seconds a mark."
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No report in the terminal and no notes; errors only.")
    ] = False,
) -> None:
    """Show where a session may have strained, in whose words, and what became of it.

    Nothing leaves this machine.

    Exit code 0: all were analysed. 1: some files could not be, and are listed. 2: none could be, or an
    option is wrong.
    """
    from reattune.cli.job import Job, ReadOptions, parse_columns

    options = ReadOptions(format, tuple(therapist or ()), tuple(client or ()), parse_columns(columns or ()))
    options.check()
    job = Job(paths, options, coder, explain=explain, quiet=quiet)
    job.run(as_json=as_json, csv=csv, html=html)
    if job.failures:
        raise typer.Exit(console.EXIT_SOME_BAD if job.done else console.EXIT_BAD)
