"""The page that describes the knowledge base, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator

from reattune.repair.frame import AREAS
from reattune.repair.knowledge import Kind, Knowledge, Scope, Statement
from reattune.repair.loading import load_knowledge
from reattune.repair.printing import STRENGTHS

_KINDS = {
    Kind.NOTICE: "What to notice",
    Kind.BEAR: "How to be with it",
    Kind.SAY: "What to say",
    Kind.AVOID: "What to leave for now",
    Kind.ASK: "What to ask at the end",
    Kind.SUPERVISION: "When to take it to supervision",
    Kind.REFERRAL: "When to speak of another therapist",
    Kind.KNOW: "Worth knowing",
    Kind.OUTCOME: "How it stands",
    Kind.ROUTE: "Danger, or a suspected violation",
}


def reference() -> str:
    """Sources, areas of the frame and all statements, as Markdown."""
    knowledge = load_knowledge()
    lines = ["## Sources", "", "| key | source | what it shows |", "| --- | --- | --- |"]
    lines += [f"| `{s.key}` | {s.title} | {s.note} |" for s in knowledge.sources]
    lines += ["", "## Areas of the frame", "", "| key | area | what belongs to it |", "| --- | --- | --- |"]
    lines += [f"| `{a.key}` | {a.title} | {a.covers} |" for a in AREAS.values()]
    lines += ["", "## All statements", ""]
    for kind in Kind:
        lines += [f"### {_KINDS[kind]}", "", *_statements(knowledge, kind), ""]
    return "\n".join(lines).rstrip() + "\n"


def _statements(knowledge: Knowledge, kind: Kind) -> Iterator[str]:
    for statement in knowledge.of(kind):
        phase = f"{statement.phase.value.replace('_', ' ')}; " if statement.phase else ""
        yield f"- `{statement.key}` ({phase}{_applies(statement)})  "
        yield f"  {statement.text}  "
        for wording in statement.wordings:
            yield f"  *{wording}*  "
        yield f"  {STRENGTHS[statement.strength]}: {', '.join(f'`{key}`' for key in statement.sources)}"


def _applies(statement: Statement) -> str:
    scope: Scope = statement.scope
    parts = [", ".join(scope.profiles) or "therapy"]
    parts += [
        ", ".join(part) for part in (scope.families, scope.markers, scope.statuses, scope.signs) if part
    ]
    if scope.stages:
        parts.append(f"stage {', '.join(map(str, scope.stages))}")
    if scope.min_tried:
        parts.append(f"from {scope.min_tried} attempts on")
    if scope.min_sessions_since:
        parts.append(f"when {scope.min_sessions_since} or more sessions have gone by")
    if statement.frame:
        parts.append(f"holds the frame: {', '.join(statement.frame)}")
    return "; ".join(parts)
