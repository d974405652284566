"""A case from its folder to its ledger: read, code, find what goes back to earlier sessions, keep the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reattune.errors import ReattuneError
from reattune.formats.casefolder import read_case_files
from reattune.ledger import Evidence, Ledger, keep_ledger
from reattune.record import Case, Meeting, Notice
from reattune.ruptures import find_findings
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.coders.protocol import Coder


@dataclass(frozen=True)
class CaseFolder:
    """A case as its folder tells it.

    Attributes:
        case: meetings, scored ratings, frame, check-ins, notes, ending.
        problems: what could not be used, each with its place and how to mend it. All else was kept.
        notices: what is worth knowing.
    """

    case: Case
    problems: tuple[ReattuneError, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class CaseReview:
    """A case, what was found in it, and its ledger.

    Attributes:
        case: as it was given.
        findings: coded transcripts by session number.
        ledger: as it stands with the last session.
    """

    case: Case
    findings: Mapping[int, Findings]
    ledger: Ledger

    def to_dict(self) -> dict[str, Any]:
        """The ledger in the shape that ``reattune ledger --json`` prints: plain dicts, lists, strings, numbers and None."""
        from reattune.report.ledgerdata import ledger_to_dict

        return ledger_to_dict(self.ledger)


def open_case(
    folder: str | Path, *, therapist: Sequence[str] | None = None, client: Sequence[str] | None = None
) -> CaseFolder:
    """Read a case folder, ratings scored.

    Args:
        folder: see ``docs/reference-formats.md``, "Case folders".
        therapist, client: speaker labels in the transcripts, where they do not tell by themselves.

    Raises:
        InputError: there is no such folder, or nothing of a case in it.
    """
    files = read_case_files(folder, therapist=therapist, client=client)
    return CaseFolder(files.case, files.problems, files.notices)


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


def evidence_of(case: Case, findings: Mapping[int, Findings]) -> Evidence:
    """What the ledger is kept from: coded transcripts, threads between them, drops in ratings as they stood at the time."""
    return Evidence(findings)


def review_case(case: Case, coder: Coder | str | None = None, as_of: int | None = None) -> CaseReview:
    """The ledger of a case.

    Args:
        case: what ``open_case`` gives.
        coder: a coder, the name of one, or None for the embedded model.
        as_of: the ledger as it stood after this session; None for today's.

    Raises:
        ModelError: the coder's model file is missing or damaged.
        SettingError: no coder has this name.
    """
    if coder is None or isinstance(coder, str):
        from reattune.coders import load_coder

        coder = load_coder(coder or "embedded")
    if as_of is not None:
        case = replace(case, meetings=tuple(m for m in case.meetings if m.number <= as_of), ending=None)
    return review_coded(case, code_case(case, coder))


def review_coded(case: Case, findings: Mapping[int, Findings]) -> CaseReview:
    """As ``review_case``, where the transcripts are coded already."""
    return CaseReview(case, findings, keep_ledger(case, evidence_of(case, findings)))
