"""What the ledger is kept from: transcripts coded, threads between them, drops in ratings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reattune.casework.drops import drops_in
from reattune.ledger import Evidence
from reattune.record import Case, Meeting
from reattune.ruptures import find_findings
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.alliance.instruments import Instrument
    from reattune.coders.protocol import Coder
    from reattune.ruptures.threads import Thread

STEP_AT = 0.4
"""Probability of a step towards repair from which a session is looked through for weaker candidates of a thread."""
CANDIDATE = 0.1
"""So much of the threads' own threshold makes a turn a candidate there."""


def code_case(
    case: Case, coder: Coder, before: Callable[[Meeting], None] | None = None
) -> dict[int, Findings]:
    """Code every transcript of a case, one after another.

    Args:
        case: its meetings hold the transcripts.
        coder: who codes.
        before: called with each meeting that has a transcript, before it is coded; for a progress bar.
    """
    found = {}
    for meeting in case.meetings:
        if meeting.session is None:
            continue
        if before is not None:
            before(meeting)
        found[meeting.number] = find_findings(meeting.session, coder.code(meeting.session))
    return found


def evidence_of(
    case: Case, findings: Mapping[int, Findings], forms: Mapping[str, Instrument] | None = None
) -> Evidence:
    """What the ledger is kept from: coded transcripts, threads between them, drops in ratings as they stood at the time.

    Args:
        case: its ratings are looked at for drops.
        findings: its coded transcripts.
        forms: instruments beside the shipped ones, by key.
    """
    drops, spans = drops_in(case, forms) if case.ratings else ({}, {})
    return Evidence(findings, threads_in(findings), drops, spans)


def threads_in(findings: Mapping[int, Findings]) -> tuple[Thread, ...]:
    """Client turns that go back to something earlier, each from what had been said by then: ``threads_of_session`` of each."""
    return tuple(thread for n in sorted(findings) for thread in threads_of_session(findings, n))


def threads_of_session(findings: Mapping[int, Findings], number: int) -> tuple[Thread, ...]:
    """Client turns of one session that go back to something earlier, from what had been said by then.

    Where the therapist seems to take a step towards repair, weaker candidates come along: the ledger takes one up only where
    it knows from elsewhere that a strain is spoken of.

    Args:
        findings: coded transcripts of the session and of those before; later ones are not looked at.
        number: of the session. One without a transcript, and the first one, have no threads.
    """
    from reattune.ruptures.threads import find_threads
    from reattune.ruptures.threads.disclosure import find_disclosures
    from reattune.ruptures.threads.weights import load_weights

    by_then = sorted(n for n in findings if n <= number)
    if number not in by_then or by_then[0] == number:
        return ()
    here = findings[number]
    met = any((t.p_strategy or 0.0) >= STEP_AT for t in here.coding.turns)
    at_least = CANDIDATE * load_weights().threshold if met else None
    if not find_disclosures(here.session, here.coding, at_least):
        return ()
    said = [(n, findings[n].session, findings[n].coding) for n in by_then]
    return tuple(find_threads(said, only=number, at_least=at_least))
