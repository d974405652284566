"""``reattune practice list | add | note | settle | delete``: the cases of a practice and what is added to them."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reattune.cli import console
from reattune.cli.practice_open import (
    CaseArgument,
    JsonOption,
    PlaceOption,
    QuietOption,
    SecretOption,
    find_case,
    needs_practice,
    opened,
    plain,
    show,
    words,
)
from reattune.errors import InputError, SettingError

if TYPE_CHECKING:
    pass

KINDS = ("therapy", "couple", "work")
CONSENTS = ("given", "withheld", "unknown")
STATUSES = ("open", "in_repair", "repaired", "lost", "referred", "no_rupture")
ENDINGS = ("agreed", "left", "referred")
TextOption = Annotated[
    Path | None,
    typer.Option(
        "--text",
        metavar="FILE",
        help="A file with the words. Without it they are read from a pipe or asked for.",
    ),
]


def one_of(value: str, options: tuple[str, ...], option: str) -> str:
    """A value that an option can take.

    Raises:
        SettingError: it cannot.
    """
    if value not in options:
        raise SettingError(
            f"{option}: {value[:40]!r} is not known", mend=f"Choose one of: {', '.join(options)}"
        )
    return value


def day_of(text: str | None, option: str = "--date") -> date | None:
    """A day given as 2026-03-02.

    Raises:
        SettingError: it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingError(f"{option}: {text[:40]!r} is no date", mend="Write it as 2026-03-02") from None


@console.guarded
def list_cases(
    ended: Annotated[bool, typer.Option("--ended", help="Also cases that have ended.")] = False,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the cases, the one to look at first in front, and why it stands there."""
    needs_practice()
    from reattune.practice.exchange import IMPORT, unfinished

    with opened(place, secret) as practice:
        desk = practice.desk()
        today = desk.today()
        cards = list(today.cards)
        if ended:
            known = {card.id for card in cards}
            cards += [card for card in desk.cases(ended=True) if card.id not in known]
        left = unfinished(practice)
        if as_json:
            found = {"cases": plain(cards), "unfinished_imports": plain(left), "work": plain(today.work)}
            show({"practice": practice.database.where, **found})
            return
        for one in left:
            missing = ", ".join(map(str, one.missing)) or "none"
            console.remark(
                f"the import of {one.label!r} is not finished; transcripts to come are those of sessions {missing}. "
                f"If it was cut short, go on with it: reattune practice import {one.folder} --label {one.label!r}"
            )
        for job in today.work:
            if job.kind != IMPORT and job.message:
                console.remark(job.message)
        if not cards:
            console.remark(
                "there is no case yet: reattune practice add --new LABEL, or reattune practice import FOLDER"
            )
            return
        from reattune.cli.practice_words import case_table

        console.out().print(case_table(cards))


@console.guarded
def add(  # noqa: PLR0913, PLR0917 - one an option
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="The case, or with --new the label of a new one.")
    ],
    transcripts: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TRANSCRIPT", help="Transcripts to add, one a session."),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Open a new case with this label.")] = False,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="With --new: therapy, couple or work.")
    ] = "therapy",
    session: Annotated[
        int | None,
        typer.Option(
            "--session",
            metavar="N",
            min=1,
            help="The session's number. Default: from the name, or the next one.",
        ),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help="Its day, as 2026-03-02. Default: from the name."),
    ] = None,
    consent: Annotated[
        str,
        typer.Option(
            "--consent", metavar="WORD", help="What the client agreed to: given, withheld or unknown."
        ),
    ] = "unknown",
    attendance: Annotated[
        str | None,
        typer.Option(
            "--attendance",
            metavar="WORD",
            help="An appointment without a transcript: held, missed or cancelled.",
        ),
    ] = None,
    ratings: Annotated[
        Path | None, typer.Option("--ratings", metavar="FILE", help="A table with this case's ratings.")
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option("--frame", metavar="WHAT", help="A change of the frame, in a few neutral words."),
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help="With --frame: time, place, fee, contact ...")
    ] = None,
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="HOW", help="How the work ended: agreed, left or referred."),
    ] = None,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add a case, or to a case: sessions, ratings, a change of the frame, an ending. Transcripts are coded at once."""
    from reattune.cli.practice_adding import Adding

    one_of(kind, KINDS, "--kind")
    one_of(consent, CONSENTS, "--consent")
    if attendance is not None:
        one_of(attendance, ("held", "missed", "cancelled"), "--attendance")
    if ending is not None:
        one_of(ending, ENDINGS, "--ending")
    files = transcripts or []
    if session is not None and len(files) > 1:
        raise SettingError(
            "several transcripts cannot all be one session", mend="Leave --session away, or add one"
        )
    wanted = day_of(day)
    with opened(place, secret) as practice:
        desk = practice.desk()
        opened_case = desk.add_case(case, kind) if new else find_case(desk, case).id
        adding = Adding(practice, desk, opened_case)
        for path in files:
            adding.transcript(path, session, wanted, consent)
        if attendance is not None and not files:
            adding.meeting(session, wanted, attendance)
        if ratings is not None:
            adding.ratings(ratings)
        if frame is not None:
            adding.frame(session, wanted, frame, area)
        if ending is not None:
            desk.end_case(opened_case, ending)
        done = adding.analyse(quiet=quiet or as_json)
        if as_json:
            show({"case": opened_case, **done})
        elif not quiet:
            adding.report(done)
        if done["problems"]:
            raise typer.Exit(console.EXIT_SOME_BAD)


@console.guarded
def note(  # noqa: PLR0913, PLR0917 - one an option
    case: CaseArgument,
    session: Annotated[
        int, typer.Option("--session", metavar="N", min=1, help="The session that it is about.")
    ],
    text: TextOption = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="note; rupture: a strain noted by hand; no_rupture: the entry is none.",
        ),
    ] = "note",
    rupture: Annotated[
        str | None, typer.Option("--rupture", metavar="ID", help="The entry that it is about (R1).")
    ] = None,
    shelf: Annotated[
        str,
        typer.Option(
            "--shelf", metavar="SHELF", help="process: your own notes; record: the client's record."
        ),
    ] = "process",
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a note by hand. Its words are read from a file, from a pipe, or asked for: never an argument."""
    one_of(kind, ("note", "rupture", "no_rupture"), "--kind")
    one_of(shelf, ("process", "record"), "--shelf")
    said = words(text, "Your note")
    if not said and kind != "no_rupture":
        raise InputError("the note is empty", mend="Write something, or stop here")
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        made = desk.add_note(card.id, session, said, kind=kind, rupture=rupture, shelf=shelf)
        _answer(as_json, {"case": card.id, "note": made}, "The note is kept.")


@console.guarded
def settle(
    case: CaseArgument,
    rupture: Annotated[str, typer.Argument(metavar="RUPTURE", help="The entry (R1).")],
    status: Annotated[
        str,
        typer.Argument(
            metavar="STATUS",
            help="Where it stands: open, in_repair, repaired, lost, referred; or no_rupture: it is none.",
        ),
    ],
    text: TextOption = None,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where a strain stands. Your word counts for more than what was found by machine, which is kept beside it."""
    one_of(status, STATUSES, "STATUS")
    why = words(text, "Why, in a sentence (may stay empty)")
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        desk.settle(card.id, rupture.upper(), status, why)
        entry = next((r for r in desk.case(card.id).ledger["ruptures"] if r["id"] == rupture.upper()), None)
        _answer(as_json, {"case": card.id, "rupture": entry}, f"{rupture.upper()}: {status}, on your word.")


@console.guarded
def delete(
    case: CaseArgument,
    session: Annotated[
        int | None,
        typer.Option(
            "--session", metavar="N", min=1, help="Only this session, with all that was made from it."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask. Needed where there is no terminal.")
    ] = False,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a case, or one session of it, for good: words, analysis, notes; free pages too. Backups keep what they hold."""
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        what = f"the case {card.label!r}" if session is None else f"session {session} of {card.label!r}"
        if not yes:
            _sure(what)
        if session is None:
            desk.delete_case(card.id)
        else:
            desk.delete_session(card.id, session)
        _answer(
            as_json,
            {"deleted": {"case": card.id, "session": session}},
            f"Deleted: {what}. Older backups still hold it.",
        )


def _sure(what: str) -> None:
    if not sys.stdin.isatty():
        raise SettingError(f"{what} would be deleted for good", mend="Say --yes if you mean it")
    if not typer.confirm(f"Delete {what} for good?", err=True):
        raise typer.Exit(console.EXIT_BAD)


def _answer(as_json: bool, data: dict[str, Any], sentence: str) -> None:
    if as_json:
        show(data)
    else:
        console.say(sentence)
