"""The ledger as a page of its own: nothing is fetched."""

from __future__ import annotations

from reattune.report import ledgerview
from reattune.report.ledgerview import LedgerView
from reattune.report.rendering import render


def ledger_to_html(view: LedgerView) -> str:
    """A case as a self-contained page to read and print."""
    headline, what = ledgerview.first(view)
    return render(
        "ledger.html.j2",
        styles=("page.css", "ledger.css"),
        case=view.case.id,
        facts=ledgerview.facts(view),
        headline=headline,
        what=what,
        entries=ledgerview.entries(view),
        talk=ledgerview.frame_talk(view),
        hints=ledgerview.hints(view),
        remarks=view.ledger.remarks,
        footer=ledgerview.footer(view),
    )
