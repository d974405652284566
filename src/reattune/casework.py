"""A case from its folder to its ledger: read, code, find what goes back to earlier sessions, keep the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reattune.errors import InputError, Place, ReattuneError
from reattune.formats.casefolder import CaseFiles, read_case_files
from reattune.ledger import SETTLED, Evidence, Ledger, keep_ledger, same_drop
from reattune.record import Attendance, Case, Meeting, Notice, Rating, RatingEpisode, Rupture
from reattune.ruptures import find_findings
from reattune.ruptures.findings import Findings

if TYPE_CHECKING:
    from reattune.alliance.instruments import Instrument
    from reattune.alliance.panel import Panel
    from reattune.alliance.rules import Rule
    from reattune.coders.protocol import Coder
    from reattune.formats.ratings import Problem
    from reattune.repair import Plan
    from reattune.repair.frame import OpenSpan
    from reattune.repair.frame_talk import FrameSuggestion
    from reattune.ruptures.threads import Thread

FALL = 0.15
"""A fall by so much of the form's range is looked at: six points of forty, or .6 of one to five."""
STEP_AT = 0.4
"""Probability of a step towards repair from which a session is looked through for weaker candidates of a thread."""
CANDIDATE = 0.1
"""So much of the threads' own threshold makes a turn a candidate there."""
MARKERS = ("withdrawal", "confrontation")
"""Families of the codes that a plan speaks to."""


@dataclass(frozen=True)
class CaseFolder:
    """A case as its folder tells it.

    Attributes:
        case: meetings, scored ratings, frame, check-ins, notes, ending.
        problems: what could not be used, each with its place and how to mend it. All else was kept.
        notices: what is worth knowing.
        forms: the instruments that occur, by key.
    """

    case: Case
    problems: tuple[ReattuneError, ...] = ()
    notices: tuple[Notice, ...] = ()
    forms: Mapping[str, Instrument] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseReview:
    """A case, what was found in it, and its ledger.

    Attributes:
        case: as it was given.
        findings: coded transcripts by session number.
        ledger: as it stands with the last session.
        plans: for each entry that is not settled, by its id, what to do next.
        frame_talk: talk that may have changed the frame and is not recorded: session number and suggestion.
    """

    case: Case
    findings: Mapping[int, Findings]
    ledger: Ledger
    plans: Mapping[str, Plan]
    frame_talk: tuple[tuple[int, FrameSuggestion], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The ledger in the shape that ``reattune ledger --json`` prints: plain dicts, lists, strings, numbers and None."""
        from reattune.report.ledgerdata import ledger_to_dict

        return ledger_to_dict(self.ledger, self.plans, self.frame_talk)


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
    files = replace(files, notices=(*files.notices, *_odd_areas(files)))
    if files.ratings is None:
        return CaseFolder(files.case, files.problems, files.notices)
    from reattune.alliance.ratings import read_ratings

    try:
        ratings = read_ratings(files.ratings)
    except ReattuneError as error:
        return CaseFolder(files.case, (*files.problems, error.at(files.ratings)), files.notices)
    scored = tuple(sorted(_own(ratings.to_ratings(), files.case.id), key=lambda r: r.session))
    known = {m.number for m in files.case.meetings}
    told = {r.session: r.date for r in scored if r.session not in known}
    meetings = [*files.case.meetings, *(Meeting(n, day) for n, day in told.items())]
    others = {r.case for r in ratings.to_ratings()} - {r.case for r in scored}
    beside = [
        Notice(f"ratings of another case left out: {', '.join(sorted(others))}", Place(str(files.ratings)))
    ]
    return CaseFolder(
        replace(files.case, meetings=tuple(sorted(meetings, key=lambda m: m.number)), ratings=scored),
        (*files.problems, *(_as_error(p) for p in ratings.problems)),
        (*files.notices, *ratings.notices, *(beside if others else [])),
        ratings.instruments,
    )


def _odd_areas(files: CaseFiles) -> list[Notice]:
    from reattune.repair.areas import AREA_KEYS

    odd = dict.fromkeys(e.area for e in files.case.frame if e.area is not None and e.area not in AREA_KEYS)
    return [
        Notice(f"frame.csv: {area!r} is no area of the frame (areas: {', '.join(AREA_KEYS)})") for area in odd
    ]


def _as_error(problem: Problem) -> InputError:
    place = problem.place
    return InputError(problem.what, mend=problem.mend, path=place.path, line=place.line, column=place.column)


def _own(ratings: Sequence[Rating], case: str) -> list[Rating]:
    """Those of the case that the folder is named for; all where the file holds one case alone, whatever it is called."""
    if len({r.case for r in ratings}) <= 1:
        return [replace(r, case=case) for r in ratings]
    return [r for r in ratings if r.case == case]


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
    """Client turns that go back to something earlier, each from what had been said by then.

    Where the therapist seems to take a step towards repair, weaker candidates come along: the ledger takes one up only where
    it knows from elsewhere that a strain is spoken of.
    """
    from reattune.ruptures.threads import find_threads
    from reattune.ruptures.threads.disclosure import find_disclosures
    from reattune.ruptures.threads.weights import load_weights

    found: list[Thread] = []
    said = [(n, findings[n].session, findings[n].coding) for n in sorted(findings)]
    for place, (n, session, coding) in enumerate(said):
        met = any((t.p_strategy or 0.0) >= STEP_AT for t in coding.turns)
        at_least = CANDIDATE * load_weights().threshold if met else None
        if place and find_disclosures(session, coding, at_least):
            found += find_threads(said[: place + 1], only=n, at_least=at_least)
    return tuple(found)


def drops_in(
    case: Case, forms: Mapping[str, Instrument] | None = None
) -> tuple[dict[int, tuple[RatingEpisode, ...]], dict[str, float]]:
    """Drops in ratings, and the range of each form.

    Two rules look for them: a fall by ``FALL`` of the form's range below the best so far, and a level that has probably fallen.
    What both see is one drop. Each form counts by its total (or its first scale), each rater apart. A form that is not known
    has no drops.

    Returns:
        By session number, all drops as they stood when that session's ratings were in; and for each form the distance from
        its least to its greatest score.
    """
    import polars as pl

    from reattune.alliance.instruments import shipped
    from reattune.alliance.ratings import SCORES, Ratings
    from reattune.alliance.rules import load_rule

    known = {**shipped(), **(forms or {})}
    rows = [
        (r.case, r.session, r.date, r.rater, r.instrument, r.scale, r.score, 0, 0, False)
        for r in case.ratings
        if r.instrument in known
    ]
    scores = pl.DataFrame(rows, schema=SCORES, orient="row")
    used = {key: known[key] for key in scores["instrument"].unique().sort()}
    ratings = Ratings(scores, instruments=used)
    found: dict[int, list[RatingEpisode]] = {r.session: [] for r in case.ratings}
    spans: dict[str, float] = {}
    for key, form in used.items():
        scale = form.scale(None).key
        panel = ratings.panel(key, scale)
        if panel.values.size == 0:
            continue
        spans[key] = panel.measure.high - panel.measure.low
        fall = load_rule("fixed-drop", points=FALL * spans[key], since="best")
        for rule in (fall, load_rule("level")):
            for session, drops in _history(panel, rule, key, scale).items():
                known_by_then = found.setdefault(session, [])
                known_by_then[:] = _together(known_by_then, drops)
    return {n: tuple(found[n]) for n in sorted(found)}, spans


def _history(panel: Panel, rule: Rule, form: str, scale: str) -> dict[int, list[RatingEpisode]]:
    """By session number, all drops of one scale as they stood then."""
    import polars as pl

    from reattune.alliance.episodes import as_episodes, episode_history

    names = {"rule": pl.lit(rule.name), "instrument": pl.lit(form), "scale": pl.lit(scale)}
    history = episode_history(panel, rule.signals(panel)).with_columns(**names)
    return {
        int(str(session)): as_episodes(table)
        for (session,), table in history.group_by("as_of", maintain_order=True)
    }


def _together(drops: Sequence[RatingEpisode], more: Sequence[RatingEpisode]) -> list[RatingEpisode]:
    """Both lists, each drop once: one that another rule sees as well takes that rule's probability."""
    joined = list(drops)
    for drop in more:
        at = next((i for i, one in enumerate(joined) if same_drop(one, drop)), None)
        if at is None:
            joined.append(drop)
        else:
            joined[at] = replace(joined[at], probability=drop.probability)
    return joined


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
    from reattune.repair.frame import warnings

    kept = keep_ledger(case, evidence_of(case, findings, forms))
    ruptures = tuple(
        replace(one, frame_warnings=tuple(warnings(case.frame, unsettled_spans(one))))
        for one in kept.ruptures
    )
    ledger = replace(kept, ruptures=ruptures)
    plans = {one.id: plan_for(case, findings, one) for one in ledger.unsettled}
    return CaseReview(case, findings, ledger, plans, frame_talk_in(case, findings))


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


def frame_talk_in(case: Case, findings: Mapping[int, Findings]) -> tuple[tuple[int, FrameSuggestion], ...]:
    """Talk about the frame that ``frame.csv`` has nothing of, the first of each area in a session."""
    from reattune.repair.frame import area_of
    from reattune.repair.frame_talk import find_frame_talk

    known = {(event.session, event.area or area_of(event.what)) for event in case.frame}
    found = []
    for n, one in findings.items():
        for talk in find_frame_talk(one.session):
            if (n, talk.area) not in known:
                known.add((n, talk.area))
                found.append((n, talk))
    return tuple(found)


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
