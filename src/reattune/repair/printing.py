"""A plan as plain text on one page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reattune.repair.planned import Advice, Plan

WIDTH = 100
"""Columns of the page."""
LINES = 76
"""Lines of the page: A4 in a nine-point type."""

STRENGTHS = {
    "meta_analysis": "meta-analysis",
    "expert_consensus": "expert consensus",
    "single_study": "one study",
    "theory": "theory",
    "source_text": "source text",
    "practice": "practice, untested",
    "clinic": "your clinic",
}
"""How strong the support is, in words for people."""


def printable(plan: Plan) -> str:
    """The plan as text, at most ``LINES`` lines of ``WIDTH`` columns."""
    if plan.route:
        return "\n".join(["First of all", *_items(plan.route)]) + "\n"
    lines = []
    if plan.stage is not None:
        lines += _wrap(f"{plan.rupture}: stage {plan.stage.number}, {plan.stage.title}", "", "  ")
        lines += _wrap(plan.stage.why, "  ", "  ")
    for step in plan.steps:
        lines += [step.title if step.when == "now" else f"{step.title} ({step.when})", *_items(step.items)]
    outside = plan.profile != "therapy"
    parts = (
        ("Not now", plan.avoid),
        ("At the end", plan.ask_at_end),
        ("Someone outside" if outside else "Supervision", plan.supervision),
        ("More help" if outside else "Another therapist", plan.referral),
        ("Worth knowing", plan.know),
        ("How it stands", (plan.outcome_note,) if plan.outcome_note else ()),
    )
    for title, items in parts:
        if items:
            lines += [title, *_items(items)]
    if plan.held_back:
        lines += _wrap(plan.held_back, "", "")
    return "\n".join([*lines, *_rests_on(plan)]) + "\n"


def _items(items: Iterable[Advice]) -> list[str]:
    lines = []
    for item in items:
        lines += _wrap(f"{item.text} [{STRENGTHS[item.strength]}]", "  - ", "    ")
        for wording in item.wordings:
            lines += _wrap(f"\u201c{wording}\u201d", "      ", "       ")
    return lines


def _rests_on(plan: Plan) -> list[str]:
    names = dict.fromkeys(
        s.short for advice in plan.everything() for s in advice.sources if s.key != "practice"
    )
    return _wrap(f"The wordings are there to be made your own. Sources: {', '.join(names)}.", "", "")


def _wrap(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)
