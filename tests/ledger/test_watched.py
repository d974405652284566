"""Repair watched, from the ledger to the page: what followed an attempt stands as evidence for and against."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from reattune.casework import review_coded
from reattune.report.ledgerpage import ledger_to_html
from reattune.report.ledgerterminal import ledger_to_terminal
from reattune.report.ledgerview import LedgerView

from .making import MENDED, QUIET, STRAIN, case_of

STILL = "t c t c:c.8 t+.8 c t c t c:w.8 t c:w.7 t c"


def review(sessions):
    case, evidence = case_of(sessions)
    return review_coded(case, evidence.findings)


def shown(made) -> tuple[str, str]:
    view = LedgerView(made.case, made.findings, made.ledger, made.plans, made.frame_talk, made.watched)
    console = Console(width=200, record=True, file=StringIO())
    console.print(ledger_to_terminal(view))
    return console.export_text(), ledger_to_html(view)


def test_what_followed_an_attempt_is_told_for_it_and_against_it():
    made = review({1: MENDED, 2: QUIET})
    (one,) = made.to_dict()["ruptures"]
    watched = one["watched"]
    assert watched["move"] == {"session": 1, "turn": 4, "strategy": "acknowledges_contribution"}
    assert watched["reading"] == "mending"
    assert watched["came_back"] is True
    assert any("came to session 2" in said for said in watched["evidence_for"])
    for drawn in shown(made):
        assert "points towards a repair" in drawn
        assert "speaks for it" in drawn
        assert "not known" in drawn


def test_a_strain_that_goes_on_speaks_against_it():
    made = review({1: MENDED, 2: STILL})
    watched = made.watched["R1"].to_dict()
    assert watched["evidence_against"]
    for drawn in shown(made):
        assert "speaks against it" in drawn


def test_without_an_attempt_there_is_nothing_to_watch():
    made = review({1: STRAIN, 2: QUIET})
    (one,) = made.to_dict()["ruptures"]
    assert one["watched"] is None
    for drawn in shown(made):
        assert "speaks for it" not in drawn
