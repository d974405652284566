"""The ledger of a case, with what to do next about each entry that is not settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reattune.casework.finding import code_case, evidence_of
from reattune.ledger import SETTLED, Evidence, Ledger, keep_ledger
from reattune.record import Attendance, Case, Rupture
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.alliance.instruments import Instrument
    from reattune.coders.protocol import Coder
    from reattune.repair import Plan
    from reattune.repair.frame import OpenSpan
    from reattune.repair.frame_talk import FrameSuggestion
    from reattune.repair.watch import Watched

MARKERS = ("withdrawal", "confrontation")
"""Families of the codes that a plan speaks to."""


@dataclass(frozen=True)
class CaseReview:
    """A case, what was found in it, and its ledger.

    Attributes:
        case: as it was given.
        findings: coded transcripts by session number.
        ledger: as it stands with the last session.
        plans: for each entry that is not settled, by its id, what to do next.
        frame_talk: talk that may have changed the frame and is not recorded: session number and suggestion.
        watched: for each entry with an attempt at repair, by its id, what followed the last one.
    """

    case: Case
    findings: Mapping[int, Findings]
    ledger: Ledger
    plans: Mapping[str, Plan]
    frame_talk: tuple[tuple[int, FrameSuggestion], ...] = ()
    watched: Mapping[str, Watched] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The ledger in the shape that ``reattune ledger --json`` prints: plain dicts, lists, strings, numbers and None."""
        from reattune.report.ledgerdata import ledger_to_dict

        return ledger_to_dict(self.ledger, self.plans, self.frame_talk, self.watched)


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
        case = up_to(case, as_of)
    return review_coded(case, code_case(case, coder))


def up_to(case: Case, session: int) -> Case:
    """The case as it was known after a session: nothing later, and no ending."""
    if all(m.number <= session for m in case.meetings):
        return case
    return replace(
        case,
        meetings=tuple(m for m in case.meetings if m.number <= session),
        ratings=tuple(r for r in case.ratings if r.session <= session),
        frame=tuple(f for f in case.frame if f.session <= session),
        checkins=tuple(c for c in case.checkins if c.session <= session),
        notes=tuple(n for n in case.notes if n.session <= session),
        ending=None,
    )


def review_coded(
    case: Case, findings: Mapping[int, Findings], forms: Mapping[str, Instrument] | None = None
) -> CaseReview:
    """As ``review_case``, where the transcripts are coded already. ``forms``: instruments beside the shipped ones."""
    return review_evidence(case, evidence_of(case, findings, forms))


def review_evidence(
    case: Case, evidence: Evidence, frame_talk: Mapping[int, Sequence[FrameSuggestion]] | None = None
) -> CaseReview:
    """As ``review_coded``, from evidence that is kept: what a session adds is found once, and the ledger is kept anew.

    Args:
        case: meetings, frame, check-ins, notes and ratings.
        evidence: coded transcripts, the threads of each session (``threads_of_session``), the drops (``drops_in``).
        frame_talk: by session number, what ``find_frame_talk`` gave for it; sessions that are missing here are looked
            through. None: all are.
    """
    from reattune.repair.frame import warnings

    kept = keep_ledger(case, evidence)
    ruptures = tuple(
        replace(one, frame_warnings=tuple(warnings(case.frame, unsettled_spans(one))))
        for one in kept.ruptures
    )
    ledger = replace(kept, ruptures=ruptures)
    plans = {one.id: plan_for(case, evidence.findings, one) for one in ledger.unsettled}
    talk = frame_talk_in(case, evidence.findings, frame_talk)
    return CaseReview(
        case, evidence.findings, ledger, plans, talk, watch_repairs(case, evidence.findings, ledger)
    )


def watch_repairs(case: Case, findings: Mapping[int, Findings], ledger: Ledger) -> dict[str, Watched]:
    """For each entry with an attempt at repair, by its id: what the client's answer, the sessions after it and the ratings say
    for it and against it."""
    from reattune.repair.watch import watch

    codings = {n: one.coding for n, one in findings.items()}
    return {
        one.id: watch(one, meetings=case.meetings, codings=codings, ratings=case.ratings)
        for one in ledger.ruptures
        if one.repairs
    }


def unsettled_spans(rupture: Rupture) -> list[OpenSpan]:
    """The stretches of sessions over which it was not settled: from its first sign, and again from where it came back."""
    from reattune.repair.frame import OpenSpan

    known = [at.session for at in (rupture.trigger, rupture.first_marker) if at is not None]
    since: int | None = min([rupture.history[0].session, *known])
    spans = []
    for step in (h for h in rupture.history if not h.overruled):
        if since is not None and step.status in SETTLED:
            spans.append(OpenSpan(since, step.session, rupture.id))
            since = None
        elif since is None and step.status not in SETTLED:
            since = step.session
    if since is not None:
        spans.append(OpenSpan(since, None, rupture.id))
    return spans


def frame_talk_in(
    case: Case,
    findings: Mapping[int, Findings],
    found: Mapping[int, Sequence[FrameSuggestion]] | None = None,
) -> tuple[tuple[int, FrameSuggestion], ...]:
    """Talk about the frame that ``frame.csv`` has nothing of, the first of each area in a session.

    ``found``: what is known already, by session number; the other sessions are looked through.
    """
    from reattune.repair.frame import area_of
    from reattune.repair.frame_talk import find_frame_talk

    known = {(event.session, event.area or area_of(event.what)) for event in case.frame}
    fresh = []
    for n, one in findings.items():
        for talk in find_frame_talk(one.session) if found is None or n not in found else found[n]:
            if (n, talk.area) not in known:
                known.add((n, talk.area))
                fresh.append((n, talk))
    return tuple(fresh)


def plan_for(case: Case, findings: Mapping[int, Findings], rupture: Rupture) -> Plan:
    """What to do next about one entry, for the markers heard where it began and where it was spoken of."""
    from reattune.repair import plan

    codes: dict[str, float] = {}
    for at in (rupture.first_marker, rupture.disclosed):
        found = findings.get(at.session) if at is not None else None
        if found is None or at is None or at.turn is None:
            continue
        near = next((e for e in found.episodes if e.start <= at.turn <= e.end), None)
        for turn in (at.turn,) if near is None else near.markers:
            for code in found.coding.turns[turn].codes:
                if code.family in MARKERS:
                    codes[code.code] = max(codes.get(code.code, 0.0), code.probability)
    last = max([h.session for h in rupture.history] + [m.at.session for m in rupture.repairs])
    since = sum(m.number > last and m.attendance is Attendance.HELD for m in case.meetings)
    return plan(rupture, markers=sorted(codes, key=lambda code: -codes[code]), sessions_since=since)
