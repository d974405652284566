"""``reattune practice ledger | plan | audit``: what the practice knows of a case, and who did what."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from reattune.cli import console
from reattune.cli.practice_open import (
    CaseArgument,
    JsonOption,
    PlaceOption,
    SecretOption,
    find_case,
    needs_practice,
    opened,
    plain,
    show,
)
from reattune.errors import SettingError


@console.guarded
def ledger(
    case: CaseArgument,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every possible strain of a case and where it stands. The JSON is that of `reattune ledger`."""
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        kept = desk.case(card.id).ledger
        if as_json:
            show(kept)
            return
        from reattune.cli.practice_words import ledger_text

        console.out().print(ledger_text(kept, card.label), soft_wrap=True)


@console.guarded
def plan(
    case: CaseArgument,
    rupture: Annotated[
        str | None,
        typer.Argument(metavar="RUPTURE", help="The entry (R1). Default: all that are not settled."),
    ] = None,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what to do next about a strain: what to notice, what to say, what to leave, what to ask."""
    with opened(place, secret) as practice:
        desk = practice.desk()
        card = find_case(desk, case)
        kept = desk.case(card.id).ledger.get("ruptures", [])
        if rupture is not None and not any(r["id"] == rupture.upper() for r in kept):
            known = ", ".join(r["id"] for r in kept) or "none"
            raise SettingError(f"there is no entry {rupture[:20]!r} in this case", mend=f"Entries: {known}")
        plans: dict[str, Any] = {
            r["id"]: r["plan"] for r in kept if r["plan"] and (rupture is None or r["id"] == rupture.upper())
        }
        if as_json:
            show({"case": card.id, "plans": plans})
            return
        if not plans:
            console.say("Nothing here is waiting for a next step.")
            return
        from reattune.cli.practice_words import plan_text

        for one in plans.values():
            console.out().print(plan_text(one), soft_wrap=True)
            console.out().print()


@console.guarded
def audit(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Only this case; a deleted one by its id.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="How many entries, newest first.")
    ] = 50,
    place: PlaceOption = None,
    secret: SecretOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who did what and when, and check that no entry was changed or taken out.

    Exit code 0: the log fits together. 1: it does not, from the entry named on.
    """
    needs_practice()
    from reattune.store.audit import entries as rows

    with opened(place, secret) as practice:
        desk = practice.desk()
        labels = {card.id: card.label for card in desk.cases(ended=True)}
        wanted = None if case is None else _case_id(case, labels)
        with practice.database.reading() as conn:
            # Asked of the log itself: a case that was deleted has its entries too.
            entries = rows(conn, wanted, limit)
        check = desk.check_audit()
        if as_json:
            show(
                {
                    "ok": check.ok,
                    "count": check.count,
                    "first_broken": check.first_broken,
                    "entries": plain(entries),
                }
            )
        else:
            from reattune.cli.practice_words import audit_table

            console.out().print(audit_table(entries, labels))
            if check.ok:
                console.say(f"The log fits together: {check.count} entries.")
        if not check.ok:
            console.complain(
                f"The log does not fit together from entry {check.first_broken} on. Compare it with a backup."
            )
            raise typer.Exit(console.EXIT_SOME_BAD)


def _case_id(named: str, labels: dict[str, str]) -> str:
    """A case by label, id or an id's beginning; an id of a case that is gone is taken as it is."""
    same = [i for i, label in labels.items() if i == named or label.casefold() == named.casefold()]
    same = same or [i for i in labels if len(named) >= 4 and i.startswith(named.lower())]
    return same[0] if len(same) == 1 else named
