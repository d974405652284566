"""Where the coder errs, by kind; with examples to read, for a file outside the repository."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reattune.coders.labels import FAMILY_OF, LABELS
from reattune.coders.training.data import CodedSession
from reattune.record import TurnCoding
from reattune.ruptures import Findings

NEAR = 2
"""A mark within so many turns of one that readers set is a near miss."""
EXAMPLES = 20
CONTEXT = 3

KINDS = {
    "missed withdrawal": "readers marked withdrawal alone, the coder marked nothing",
    "missed confrontation": "readers marked confrontation (alone or with withdrawal), the coder marked nothing",
    "wrong way": "both marked the turn, with no family in common",
    "invented, near a mark": f"the coder alone marked it; readers marked a turn within {NEAR} turns of it",
    "invented, elsewhere": "the coder alone marked it, in a session where readers marked other turns",
    "invented, quiet session": "the coder alone marked it, in a session where readers marked none",
    "missed contribution": "readers alone marked a contribution of the helper",
    "invented contribution": "the coder alone marked one",
    "missed strategy": "readers alone marked a step towards repair",
    "invented strategy": "the coder alone marked one",
}
"""Each kind of error and what it means."""


@dataclass(frozen=True)
class Mistake:
    """One turn on which coder and readers differ."""

    kind: str
    session: int
    turn: int
    unsure: bool


def mistakes(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> list[Mistake]:
    """Every one, in order."""
    return [
        Mistake(kind, n, coded.turn, coded.unsure)
        for n, (s, f) in enumerate(zip(sessions, findings, strict=True))
        for coded in f.coding.turns
        for kind in _kinds(s, coded)
    ]


def _kinds(session: CodedSession, coded: TurnCoding) -> Iterator[str]:
    read = {FAMILY_OF[c] for c, _ in session.codes.turns.get(coded.turn, [])}
    said = {c.family for c in coded.codes}
    markers = {"withdrawal", "confrontation"}
    if session.gold[coded.turn, LABELS.index("rupture")] >= 0:
        true, ours = read & markers, said & markers
        if true and not ours:
            yield "missed confrontation" if "confrontation" in true else "missed withdrawal"
        elif ours and not true:
            yield _invented(session, coded.turn)
        elif true and not true & ours:
            yield "wrong way"
    if session.gold[coded.turn, LABELS.index("strategy")] >= 0:
        for family in ("contribution", "strategy"):
            if (family in read) != (family in said):
                yield f"{'missed' if family in read else 'invented'} {family}"


def _invented(session: CodedSession, turn: int) -> str:
    marked = np.flatnonzero(session.gold[:, LABELS.index("rupture")] > 0)
    if not len(marked):
        return "invented, quiet session"
    near = np.abs(marked - turn).min() <= NEAR
    return "invented, near a mark" if near else "invented, elsewhere"


def count(sessions: Sequence[CodedSession], found: Sequence[Mistake]) -> dict[str, dict[str, Any]]:
    """For each kind how many, how many of them the coder called unsure, and the readers' codes most often concerned."""
    table = {}
    for kind in KINDS:
        ours = [m for m in found if m.kind == kind]
        codes = Counter(c for m in ours for c, _ in sessions[m.session].codes.turns.get(m.turn, []))
        table[kind] = {
            "turns": len(ours),
            "sessions": len({m.session for m in ours}),
            "unsure": sum(m.unsure for m in ours),
            "codes": codes.most_common(3),
        }
    return table


def examples(
    sessions: Sequence[CodedSession], findings: Sequence[Findings], found: Sequence[Mistake], seed: int = 0
) -> str:
    """Up to ``EXAMPLES`` of each kind, drawn by chance, with the turns before: transcripts' words, for reading only."""
    rng = random.Random(seed)
    lines = [
        "Errors of the coder, out of fold. Words of transcripts: keep this file out of the repository.",
        "",
    ]
    for kind, meaning in KINDS.items():
        ours = [m for m in found if m.kind == kind]
        shown = rng.sample(ours, min(EXAMPLES, len(ours)))
        lines += [f"=== {kind}: {meaning} ({len(shown)} of {len(ours)})", ""]
        for m in sorted(shown, key=lambda m: (m.session, m.turn)):
            s, coded = sessions[m.session], findings[m.session].coding.turns[m.turn]
            chances = {
                n: getattr(coded, f"p_{n}")
                for n in ("withdrawal", "confrontation", "strategy", "contribution")
            }
            lines.append(f"--- {s.key}, turn {m.turn}")
            lines += [
                f"  {'>' if i == m.turn else ' '} {s.roles[i]}: {s.texts[i]}"
                for i in range(max(0, m.turn - CONTEXT), m.turn + 1)
            ]
            lines.append(
                "    readers: " + (", ".join(c for c, _ in s.codes.turns.get(m.turn, [])) or "nothing")
            )
            lines.append(
                "    coder: "
                + (", ".join(c.code for c in coded.codes) or ("unsure" if coded.unsure else "nothing"))
            )
            lines += ["    " + ", ".join(f"p({n}) {p:.2f}" for n, p in chances.items() if p is not None), ""]
    return "\n".join(lines) + "\n"


def may_hold_words(target: Path, repository: Path) -> bool:
    """Whether a file may hold transcripts' words: anywhere but in the repository."""
    return not target.resolve().is_relative_to(repository.resolve())


def render(table: dict[str, dict[str, Any]]) -> list[str]:
    """The table in Markdown, line by line."""
    lines = [
        "**Errors by kind, AnnoMI, five folds**",
        "",
        "| kind | turns (sessions) | of them called unsure | the readers' codes there, most often |",
        "| --- | --- | --- | --- |",
    ]
    for kind, r in table.items():
        codes = ", ".join(f"{code} {n}" for code, n in r["codes"]) or "-"
        lines.append(f"| {kind}: {KINDS[kind]} | {r['turns']} ({r['sessions']}) | {r['unsure']} | {codes} |")
    return lines
