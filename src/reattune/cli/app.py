"""The commands, put together; what goes wrong below ends here as a message and an exit code."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from reattune.cli import analyze, formats, ledger, monitor, practice, scheme, serve
from reattune.cli.console import EXIT_FAULT, complain, fault

app = typer.Typer(
    name="reattune",
    help="Notice ruptures in a working relationship, repair them, learn from them. All on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("analyze")(analyze.analyze)
app.command("ledger")(ledger.ledger)
app.command("monitor")(monitor.monitor)
app.add_typer(practice.app)
app.command("serve")(serve.serve)
app.command("scheme")(scheme.scheme)
app.command("formats")(formats.formats)


def _version(wanted: bool) -> None:
    if wanted:
        from reattune import __version__

        typer.echo(f"reattune {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Notice ruptures in a working relationship, repair them, learn from them. All on this machine."""


def run() -> None:
    """Run the command line. No transcript's words are ever part of what an unexpected error prints."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        complain(fault(error))
        sys.exit(EXIT_FAULT)
