"""``reattune practice init | import | export | backup | restore``: a practice made, filled, and carried elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reattune.cli import console
from reattune.cli.practice_cases import CONSENTS, KINDS, one_of
from reattune.cli.practice_open import (
    CaseArgument,
    JsonOption,
    PlaceOption,
    QuietOption,
    SecretOption,
    find_case,
    needs_practice,
    opened,
    passphrase,
    place_of,
    plain,
    show,
)
from reattune.errors import InputError, SettingError

if TYPE_CHECKING:
    from reattune.practice.opening import Practice

PARTS = ("all", "process", "record")


@console.guarded
def init(
    example: Annotated[
        bool, typer.Option("--example", help="Fill it with a dozen invented cases, to try things on.")
    ] = False,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a new practice, encrypted with a passphrase of yours, and show its recovery code once."""
    needs_practice()
    from reattune.practice.opening import init_practice

    where = place_of(place)
    said = passphrase(secret, new=True)
    if "://" not in where:
        Path(where).absolute().parent.mkdir(parents=True, exist_ok=True)
    practice, code = init_practice(where, said)
    try:
        cases = _fill(practice, quiet=quiet or as_json) if example else []
        if as_json:
            show({"practice": practice.database.where, "recovery_code": code, "cases": cases})
            return
        console.say(f"The practice is made: {practice.database.where}")
        console.say("")
        console.say("Recovery code, shown this once:")
        console.out().print(f"    {code}")
        console.say("Write it down and keep it apart from this machine. Who has it can read everything;")
        console.say(
            "without it, a forgotten passphrase means that nobody can, not even the makers of reattune."
        )
    finally:
        practice.close()


def _fill(practice: Practice, *, quiet: bool) -> list[str]:
    """The example cases, coded."""
    from reattune.practice.example import example_cases, load_example

    with console.progress(len(example_cases()) + 1, quiet=quiet) as waiting:
        made = load_example(practice, before=waiting.next)
        waiting.next("reading")
        practice.worker.run_pending()
    return made


@console.guarded
def import_folder(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Case folders, one a case.")],
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="LABEL", help="What the case is called. Default: the folder's name."),
    ] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="therapy, couple or work.")] = "therapy",
    consent: Annotated[
        str,
        typer.Option(
            "--consent", metavar="WORD", help="Where the folder does not say: given, withheld or unknown."
        ),
    ] = "unknown",
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take in case folders, as `reattune ledger` reads them. One that was cut short is gone on with where it stopped.

    Exit code 0: all was taken in. 1: some files or rows could not be, and are listed. 2: nothing could be.
    """
    needs_practice()
    from reattune.practice.exchange import import_case

    one_of(kind, KINDS, "--kind")
    one_of(consent, CONSENTS, "--consent")
    if label is not None and len(folders) > 1:
        raise SettingError("several folders cannot share one label", mend="Import them one by one")
    taken, failed = [], 0
    with opened(place, secret) as practice:
        for folder in folders:
            try:
                one = import_case(practice, folder, label=label, kind=kind, consent=consent)
            except (SettingError, InputError) as error:
                console.complain(str(error))
                failed += 1
                continue
            for problem in one.problems:
                console.complain(str(problem))
            if not quiet and not as_json:
                for notice in one.notices:
                    console.remark(str(notice))
            with console.progress(len(one.sessions), quiet=quiet) as waiting:
                waiting.next(one.label)
                practice.worker.run_pending()
            taken.append(one)
            if not as_json and not quiet:
                again = " (gone on with where it had stopped)" if one.resumed else ""
                console.say(f"{one.label}: {len(one.sessions)} transcripts taken in{again}")
        if as_json:
            show({"cases": [plain(one) for one in taken]})
    if failed == len(folders):
        raise typer.Exit(console.EXIT_BAD)
    if failed or any(one.problems for one in taken):
        raise typer.Exit(console.EXIT_SOME_BAD)


@console.guarded
def export(
    case: CaseArgument,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.")],
    part: Annotated[
        str,
        typer.Option(
            "--part",
            metavar="PART",
            help="process: transcripts and your own notes; record: attendance, ratings, frame, check-ins, its notes; all.",
        ),
    ] = "all",
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a case as a folder that `reattune ledger` and `practice import` read. It is not encrypted."""
    needs_practice()
    from reattune.practice.exchange import export_case

    one_of(part, PARTS, "--part")
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        files = export_case(practice, card.id, folder, part=part)
        if as_json:
            show({"case": card.id, "folder": str(folder), "part": part, "files": plain(files)})
            return
        console.say(f"Written: {len(files)} files in {folder}. They are readable by whoever gets at them.")


@console.guarded
def backup(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="TARGET", help="A file or a folder. Default: the practice's own folder of backups."
        ),
    ] = None,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an encrypted copy of the whole practice while it is in use, and try whether it opens."""
    with opened(place, secret) as practice:
        own = practice.database.folder
        if target is None and own is None:
            raise SettingError(
                "a practice on a server has no folder of its own", mend="Name a file or a folder"
            )
        written = practice.database.backup(target or (own or Path()) / "backups")
        if as_json:
            show(written)
            return
        console.say(f"Written and checked: {written.path} ({written.bytes:,} bytes, sha256 {written.sha256})")


@console.guarded
def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="The backup.")],
    recovery: Annotated[
        bool, typer.Option("--recovery", help="Open it with the recovery code instead of the passphrase.")
    ] = False,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a backup back to a place where there is no practice, after a look whether all of it is whole."""
    needs_practice()
    from reattune.store import audit
    from reattune.store import restore as bring_back

    where = place_of(place)
    said = passphrase(secret, what="Recovery code" if recovery else "Passphrase")
    database = bring_back(source, where, recovery_code=said) if recovery else bring_back(source, where, said)
    try:
        with database.reading() as conn:
            log = audit.verify(conn)
    finally:
        database.close()
    if as_json:
        show({"practice": database.where, "audit": plain(log)})
        return
    console.say(f"The practice is back: {database.where}. Its audit log fits, {log.count} entries.")


@console.guarded
def change_passphrase(
    new_file: Annotated[
        Path | None,
        typer.Option(
            "--new-passphrase-file",
            metavar="FILE",
            help="A file whose first line is the new passphrase. Without it you are asked twice.",
        ),
    ] = None,
    recovery: Annotated[
        bool, typer.Option("--recovery", help="Open it with the recovery code: the passphrase is lost.")
    ] = False,
    new_code: Annotated[
        bool, typer.Option("--new-code", help="Make a new recovery code instead; the old one is void.")
    ] = False,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set a new passphrase, or make a new recovery code. Backups made before open with the old ones."""
    with opened(place, secret, recovery=recovery) as practice:
        from reattune.store import audit

        code = None
        if new_code:
            code = practice.database.new_recovery_code()
        else:
            practice.database.change_passphrase(passphrase(new_file, new=True, what="New passphrase"))
        with practice.database.begin() as conn:
            audit.append(conn, "owner", "recovery_code.made" if new_code else "passphrase.changed")
        if as_json:
            show({"practice": practice.database.where, "recovery_code": code})
            return
        if code is None:
            console.say("The new passphrase is set. Backups made before keep the old one.")
            return
        console.say("The new recovery code, shown this once; the old one opens nothing but earlier backups:")
        console.out().print(f"    {code}")
