"""``reattune practice``: cases kept in one encrypted place."""

from __future__ import annotations

import typer

from reattune.cli import practice_cases, practice_files, practice_read

app = typer.Typer(
    name="practice",
    help="Keep cases in one encrypted place: sessions, ratings, notes, the ledger, the plans.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(practice_files.init)
app.command("list")(practice_cases.list_cases)
app.command("add")(practice_cases.add)
app.command("import")(practice_files.import_folder)
app.command("export")(practice_files.export)
app.command("ledger")(practice_read.ledger)
app.command("plan")(practice_read.plan)
app.command("note")(practice_cases.note)
app.command("settle")(practice_cases.settle)
app.command("backup")(practice_files.backup)
app.command("restore")(practice_files.restore)
app.command("passphrase")(practice_files.change_passphrase)
app.command("delete")(practice_cases.delete)
app.command("audit")(practice_read.audit)
