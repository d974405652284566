"""``reattune ledger``: a case folder in, the life of its strains out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from reattune.cli import console


def _files(folder: Path) -> list[Path]:
    """What is read, and so must not be written over."""
    return [p for p in (*folder.glob("*"), *folder.glob("sessions/*")) if p.is_file()]


@console.guarded
def ledger(
    folder: Annotated[Path, typer.Argument(metavar="CASE_DIR", help="The folder of one case.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to read and print.")
    ] = None,
    as_of: Annotated[
        int | None,
        typer.Option("--as-of", metavar="N", min=1, help="The ledger as it stood after session N."),
    ] = None,
    therapist: Annotated[
        list[str] | None,
        typer.Option("--therapist", metavar="NAME", help="Speaker label of the therapist; may be repeated."),
    ] = None,
    client: Annotated[
        list[str] | None,
        typer.Option("--client", metavar="NAME", help="Speaker label of the client; may be repeated."),
    ] = None,
    coder: Annotated[
        str, typer.Option("--coder", metavar="NAME", help="Who codes: embedded or fast.")
    ] = "embedded",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No report in the terminal and no notes; errors only.")
    ] = False,
) -> None:
    """Show every possible strain of a case, where it stands, and what to do next.

    Reads transcripts, ratings, check-ins, notes, and changes of the frame. Nothing leaves this machine.

    Exit code 0: all was read. 1: some files or rows could not be, and are listed. 2: nothing could be, or an
    option is wrong.
    """
    from reattune.casework import code_case, open_case, review_coded, up_to
    from reattune.cli.outputs import check_output, whole_file
    from reattune.report.ledgerview import LedgerView

    if html is not None:
        check_output(html, _files(folder))
    opened = open_case(folder, therapist=therapist, client=client)
    for problem in opened.problems:
        console.complain(str(problem))
    if not quiet:
        for notice in opened.notices:
            console.remark(str(notice))
    if opened.problems and not opened.case.meetings:
        raise typer.Exit(console.EXIT_BAD)
    case = opened.case if as_of is None else up_to(opened.case, as_of)
    sessions = [m for m in case.meetings if m.session is not None]
    findings = {}
    if sessions:
        from reattune.coders import load_coder

        chosen = load_coder(coder)
        with console.progress(len(sessions), quiet=quiet) as waiting:
            findings = code_case(case, chosen, lambda m: waiting.next(f"session {m.number}"))
    review = review_coded(case, findings, opened.forms)
    view = LedgerView(
        review.case, review.findings, review.ledger, review.plans, review.frame_talk, review.watched
    )
    if html is not None:
        from reattune.report.ledgerpage import ledger_to_html

        with whole_file(html) as stream:
            stream.write(ledger_to_html(view))
        if not quiet:
            console.remark(f"written: {html}")
    if as_json:
        sys.stdout.write(json.dumps(review.to_dict(), ensure_ascii=True, allow_nan=False) + "\n")
    elif not quiet:
        from reattune.report.ledgerterminal import ledger_to_terminal

        console.out().print(ledger_to_terminal(view))
    if opened.problems:
        raise typer.Exit(console.EXIT_SOME_BAD)
