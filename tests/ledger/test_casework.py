"""From a case to what the ledger is kept from: each part as it was known at its time; and the example cases as they ship."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reattune.casework import (
    code_case,
    drops_in,
    evidence_of,
    open_case,
    review_coded,
    review_evidence,
    threads_in,
    threads_of_session,
    unsettled_spans,
    up_to,
)
from reattune.ledger import Evidence, keep_ledger
from reattune.record import Code, CoderId, Coding, Rating, Role, RuptureStatus, Session, TurnCoding
from reattune.repair.frame_talk import FrameSuggestion, find_frame_talk

from .making import MENDED, QUIET, STRAIN, case_of, thread

CASES = Path(__file__).parents[2] / "examples/cases"
HURT = ("you thought", "you said", "you told", "you never asked", "you laughed", "you as good as")


class Words:
    """Hears a few plain phrases. Enough to give every part of the ledger something to do."""

    id = CoderId("embedded", "words", "0")

    def code(self, session: Session) -> Coding:
        """See ``Coder``."""
        turns = []
        for turn in session:
            text = turn.text.lower()
            if turn.role.strains:
                p = 0.75 if any(h in text for h in HURT) else 0.4 if len(text.split()) < 3 else 0.03
                codes = (Code(turn.index, "defends_self", "confrontation", p, 1),) if p > 0.3 else ()
                turns.append(TurnCoding(turn.index, p, p / 2, p, codes=codes))
            elif turn.role.helps:
                p = (
                    0.7
                    if "i'm sorry" in text or "i'm glad that you" in text or "i shouldn't" in text
                    else 0.05
                )
                codes = (Code(turn.index, "acknowledges_contribution", "strategy", p),) if p > 0.3 else ()
                turns.append(TurnCoding(turn.index, p_strategy=p, p_contribution=0.05, codes=codes))
            else:
                turns.append(TurnCoding(turn.index))
        return Coding(self.id, tuple(turns))


@pytest.mark.parametrize("name", ["night-shifts", "sunday-lasagne", "second-floor", "harbour-pilot"])
def test_what_was_known_after_a_session_is_not_changed_by_later_ones(name):
    opened = open_case(CASES / name)
    findings = code_case(opened.case, Words())
    whole = evidence_of(opened.case, findings, opened.forms)
    for t in (m.number for m in opened.case.meetings):
        cut = up_to(opened.case, t)
        then = evidence_of(cut, {n: f for n, f in findings.items() if n <= t}, opened.forms)
        assert then.threads == tuple(x for x in whole.threads if x.disclosed.session <= t)
        assert then.drops == {n: d for n, d in whole.drops.items() if n <= t}
        assert keep_ledger(cut, then) == keep_ledger(opened.case, whole, as_of=t)


@pytest.mark.parametrize("folder", sorted(CASES.glob("*/expected.json")), ids=lambda p: p.parent.name)
def test_every_example_case_reads_without_a_problem(folder):
    opened = open_case(folder.parent)
    assert opened.problems == ()
    expected = json.loads(folder.read_text(encoding="utf-8"))
    assert opened.case.id == expected["case"]
    lengths = {m.number: len(m.session) for m in opened.case.meetings if m.session}
    for rupture in expected["ruptures"]:
        for at in (rupture["trigger"], rupture["first_marker"], rupture["disclosed"]):
            assert at is None or at["turn"] < lengths[at["session"]]


def test_a_drop_in_ratings_is_found_with_its_way_back():
    case, _ = case_of(dict.fromkeys(range(1, 9), "form"))
    scores = (37, 38, 37, 20, 19, 21, 37, 38)
    rated = tuple(Rating("one", n, "client", "srs", "total", s) for n, s in enumerate(scores, 1))
    found, spans = drops_in(replace(case, ratings=rated))
    assert spans == {"srs": 40.0}
    assert found[3] == ()
    assert found[4][0].recovery is None
    assert found[8][0].recovery in (7, 8)
    unknown = tuple(replace(r, instrument="own-form") for r in rated)
    assert drops_in(replace(case, ratings=unknown)) == (dict.fromkeys(range(1, 9), ()), {})


def test_threads_need_an_earlier_session():
    opened = open_case(CASES / "night-shifts")
    findings = code_case(opened.case, Words())
    first = min(findings)
    assert threads_in({first: findings[first]}) == ()


def test_one_session_more_adds_what_the_whole_case_has_of_it():
    opened = open_case(CASES / "fee-charity")
    findings = code_case(opened.case, Words())
    by_session = {n: threads_of_session({k: f for k, f in findings.items() if k <= n}, n) for n in findings}
    assert any(by_session.values())
    assert sum(by_session.values(), ()) == threads_in(findings)
    assert threads_of_session(findings, max(findings)) == by_session[max(findings)]
    assert threads_of_session(findings, 99) == ()


def test_a_review_from_kept_evidence_is_the_review_of_the_case():
    opened = open_case(CASES / "fee-charity")
    findings = code_case(opened.case, Words())
    whole = review_coded(opened.case, findings, opened.forms)
    talk = {n: tuple(find_frame_talk(f.session)) for n, f in findings.items()}
    threads = tuple(t for n in findings for t in threads_of_session(findings, n))
    kept = Evidence(findings, threads, *drops_in(opened.case, opened.forms))
    assert review_evidence(opened.case, kept, talk).to_dict() == whole.to_dict()
    first = min(findings)
    said = FrameSuggestion(2, "time", "Could we meet on Friday?", 0, 24, Role.CLIENT)
    some = review_evidence(opened.case, kept, {**dict.fromkeys(findings, ()), first: (said,)})
    assert some.frame_talk == ((first, said),)


def test_plans_are_for_what_is_not_settled():
    case, evidence = case_of({1: STRAIN, 2: QUIET})
    review = review_coded(case, evidence.findings)
    assert set(review.plans) == {"R1"}
    case, evidence = case_of({1: MENDED, 2: QUIET})
    done = review_coded(case, evidence.findings)
    assert done.ledger["R1"].status is RuptureStatus.REPAIRED
    assert done.plans == {}


def test_the_time_that_an_entry_was_not_settled_begins_with_its_first_sign_and_begins_again():
    case, evidence = case_of({1: QUIET, 2: MENDED, 3: QUIET, 4: QUIET}, threads=[thread((4, 3), (2, 2))])
    one = keep_ledger(case, evidence)["R1"]
    assert [(s.start, s.end) for s in unsettled_spans(one)] == [(2, 2), (4, None)]
