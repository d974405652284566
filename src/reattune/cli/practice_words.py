"""What the practice's commands print for people: cases, a ledger as it is kept, a plan."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from reattune.repair.printing import STRENGTHS
from reattune.report import words
from reattune.report.clean import for_terminal
from reattune.report.ledgerview import STATUS_WORDS

if TYPE_CHECKING:
    from reattune.practice.views import CaseCard
    from reattune.store.audit import Entry

WIDTH = 100
_ID = 8
_PARTS = (
    ("avoid", "Not now"),
    ("ask_at_end", "At the end"),
    ("supervision", "Supervision"),
    ("referral", "Another therapist"),
    ("know", "Worth knowing"),
)


def status_words(status: str) -> str:
    """A status as people say it."""
    return {str(k): v for k, v in STATUS_WORDS.items()}.get(status, status)


def case_table(cards: Sequence[CaseCard]) -> Table:
    """Cases, one a row, in the order given."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("id", "case", "kind", "last session", "not settled", ""):
        table.add_column(Text(heading, style="dim"), overflow="fold")
    for card in cards:
        last = f"{card.sessions}" + (f", {card.last_date}" if card.last_date else "")
        table.add_row(
            Text(card.id[:_ID], style="dim"),
            Text(for_terminal(card.label), style="bold"),
            str(card.kind),
            last if card.sessions else "none yet",
            ", ".join(f"{one.id} {status_words(one.status)}" for one in card.open) or "none",
            for_terminal(card.why) if card.ending is None else f"ended: {card.ending}",
        )
    return table


def ledger_text(ledger: Mapping[str, Any], label: str) -> str:
    """The ledger as it is kept, from its JSON: each entry with its life and what speaks against it."""
    ruptures = ledger.get("ruptures", [])
    lines = [f"{for_terminal(label)}: as of session {ledger.get('as_of', 0)}"]
    if not ruptures:
        lines.append("No possible strain was found. That is no proof that there was none.")
    for one in sorted(ruptures, key=lambda r: r["status"] not in ("open", "in_repair")):
        sure = f"{words.certainty(one['probability'])}, about {words.chance(one['probability'])}"
        lines += ["", f"{one['id']}  {status_words(one['status'])} · {_kind(one)} · {sure}"]
        for step in one["history"]:
            aside = " (overruled, kept beside)" if step["overruled"] else ""
            lines += _wrap(f"session {step['session']}: {step['why']}{aside}", "    ", "      ")
        for reason in one["reasons"]:
            lines += _wrap(reason, "    ", "      ")
        for warning in one["frame_warnings"]:
            lines += _wrap(
                f"Frame, session {warning['session']}: {warning['what']}. {warning['why']}", "    ", "      "
            )
        if one["plan"]:
            lines.append(f"    What to do next: reattune practice plan ... {one['id']}")
    if ledger.get("remarks"):
        lines += ["", *(line for said in ledger["remarks"] for line in _wrap(said, "", "  "))]
    return "\n".join(lines)


def _kind(one: Mapping[str, Any]) -> str:
    """What kind of strain it may be."""
    if one["omission"]:
        return "something was due and was not said"
    return f"possible {one['type']}" if one["type"] else "from a form or a note alone"


def plan_text(plan: Mapping[str, Any]) -> str:
    """A plan from its JSON, as plain text."""
    if plan["route"]:
        return "\n".join(["First of all", *_items(plan["route"])])
    lines: list[str] = []
    if plan["stage"]:
        stage = plan["stage"]
        lines += _wrap(f"{plan['rupture']}: stage {stage['number']}, {stage['title']}", "", "  ")
        lines += _wrap(stage["why"], "  ", "  ")
    for step in plan["steps"]:
        when = "" if step["when"] == "now" else f" ({step['when']})"
        lines += [f"{step['title']}{when}", *_items(step["items"])]
    for key, title in _PARTS:
        if plan[key]:
            lines += [title, *_items(plan[key])]
    if plan.get("held_back"):
        lines += _wrap(plan["held_back"], "", "")
    lines += _wrap("The wordings are there to be made your own.", "", "")
    return "\n".join(lines)


def _items(items: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for item in items:
        strength = STRENGTHS.get(item["strength"], item["strength"])
        lines += _wrap(f"{item['text']} [{strength}]", "  - ", "    ")
        for wording in item["wordings"]:
            lines += _wrap(f"\u201c{wording}\u201d", "      ", "       ")
    return lines


def audit_table(entries: Sequence[Entry], labels: Mapping[str, str]) -> Table:
    """The audit log, newest first; ``labels``: what cases that are still there are called, by id."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "when (UTC)", "who", "what", "case", ""):
        table.add_column(Text(heading, style="dim"), overflow="fold")
    for one in entries:
        case = labels.get(one.case, one.case[:_ID]) if one.case else ""
        table.add_row(
            Text(str(one.seq), style="dim"), one.at, for_terminal(one.actor), one.action, for_terminal(case),
            for_terminal(one.what),
        )  # fmt: skip
    return table


def _wrap(text: str, first: str, rest: str) -> list[str]:
    """Lines of ``WIDTH`` columns, without anything that a terminal would obey."""
    return textwrap.wrap(for_terminal(text), WIDTH, initial_indent=first, subsequent_indent=rest)
