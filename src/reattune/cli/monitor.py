"""``reattune monitor``: ratings in, drops worth asking about out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reattune.cli import console

_FIELDS = "Which column holds which field, as FIELD=COLUMN,... (case=client_code,session=visit)."


@console.guarded
def monitor(  # noqa: PLR0913, PLR0917 - one an option
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Ratings: CSV, Excel or Parquet.")],
    instrument: Annotated[
        list[str] | None,
        typer.Option(
            "--instrument", metavar="KEY", help="The form, or a TOML file of one's own; may be repeated."
        ),
    ] = None,
    scale: Annotated[
        str | None, typer.Option("--scale", metavar="KEY", help="A subscale instead of the total.")
    ] = None,
    rater: Annotated[
        str | None, typer.Option("--rater", metavar="NAME", help="Only what this rater filled in.")
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="NAME", help="Show only this case; may be repeated."),
    ] = None,
    rule: Annotated[
        str, typer.Option("--rule", metavar="NAME", help="The rule; with --power also several: A,B.")
    ] = "level",
    baseline: Annotated[
        int | None,
        typer.Option(
            "--baseline",
            metavar="K",
            help="Limits from the first K ratings, for rules that have such limits.",
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="X", help="Makes the rule stricter or laxer.")
    ] = None,
    recover_within: Annotated[
        int,
        typer.Option(
            "--recover-within",
            metavar="N",
            help="Sessions within which a drop that is back counts as back in time.",
        ),
    ] = 3,
    retrospective: Annotated[
        bool,
        typer.Option(
            "--retrospective", help="Look back over whole series, with what nobody knew at the time."
        ),
    ] = False,
    as_of: Annotated[
        int | None, typer.Option("--as-of", metavar="N", min=1, help="What was known after session N.")
    ] = None,
    date_order: Annotated[
        str | None,
        typer.Option("--date-order", metavar="ORDER", help="dmy, mdy or ymd, where the dates do not tell."),
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--columns", metavar="FIELD=COLUMN,...", help=_FIELDS)
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="A mapping file, for exports such as REDCap's."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="The sheet, for Excel.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a case, one a line, and nothing else.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a table with a row for each rating.")
    ] = None,
    episodes: Annotated[
        Path | None,
        typer.Option("--episodes", metavar="FILE", help="Write a table with a row for each drop."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to read and print.")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg",
            metavar="FILE",
            help="Write a picture: one case's chart, or the cases with a drop side by side.",
        ),
    ] = None,
    png: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", help="The same picture as PNG.")
    ] = None,
    power: Annotated[
        bool,
        typer.Option(
            "--power", help="Print how often the rule is wrong on this form, in simulation, and nothing else."
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No report in the terminal and no notes; errors only.")
    ] = False,
) -> None:
    """Show where a client's ratings dropped, whether they came back, and how sure that is.

    Nothing leaves this machine.

    Exit code 0: everything was read. 1: some values could not be, and are listed. 2: nothing could be, or an
    option is wrong.
    """
    from reattune.cli.job import parse_columns
    from reattune.cli.watching import Outputs, Reading, Watching

    reading = Reading(
        path, tuple(instrument or ()), parse_columns(columns or ()), mapping, date_order, rater, sheet
    )
    settings = {"baseline": baseline, "threshold": threshold}
    watching = Watching(
        reading,
        rule,
        {name: value for name, value in settings.items() if value is not None},
        scale=scale,
        cases=tuple(case or ()),
        recover_within=recover_within,
        prospective=not retrospective,
        as_of=as_of,
        quiet=quiet,
    )
    if power:
        watching.power()
    else:
        watching.run(Outputs(as_json, csv, episodes, html, svg, png))
    if watching.problems:
        raise typer.Exit(console.EXIT_SOME_BAD)
