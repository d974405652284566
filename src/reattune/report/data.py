"""Findings for machines: the JSON contract, and a table with a row for each turn."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from reattune.record import Episode, Explanation, Turn, TurnCoding
from reattune.report.clean import for_cell
from reattune.ruptures.findings import Findings

CSV_COLUMNS = (
    "session",
    "file",
    "turn",
    "id",
    "speaker",
    "role",
    "start_ms",
    "end_ms",
    "text",
    "p_withdrawal",
    "p_confrontation",
    "p_rupture",
    "p_strategy",
    "p_contribution",
    "unsure",
    "codes",
    "episode",
)
"""Columns of ``to_csv``. ``episode`` counts from 1; ``codes`` reads ``code=probability;code=probability``."""

_PLACES = 4


def to_dict(findings: Findings) -> dict[str, Any]:
    """The findings in the shape of the JSON contract: plain dicts, lists, strings, numbers and None.

    Turns count from 0; probabilities are rounded to 4 places; None where a rating does not apply. Explanations stand on
    their turns where there are any.
    """
    session = findings.session
    scales = findings.scales
    explained = {one.turn: one for one in findings.explanations}
    return {
        "session": session.id,
        "file": session.source,
        "coder": {"name": findings.coder.name, "version": findings.coder.version},
        "turns": [
            _turn(turn, coded) | _explanation(turn, explained.get(turn.index))
            for turn, coded in zip(session.turns, findings.coding.turns, strict=True)
        ],
        "episodes": [_episode(episode) for episode in findings.episodes],
        "summary": {
            "withdrawal": scales.withdrawal,
            "confrontation": scales.confrontation,
            "resolution": scales.resolution,
            "contribution": scales.contribution,
        },
    }


def to_json_line(findings: Findings) -> str:
    """``to_dict`` as one line of JSON in ASCII, so that any pipe carries it; without the line end."""
    return json.dumps(to_dict(findings), ensure_ascii=True, allow_nan=False)


def to_csv(findings: Findings) -> str:
    """A table with a header and a row for each turn.

    Words that a spreadsheet would run as a formula get an apostrophe before them.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(csv_rows(findings))
    return text.getvalue()


def csv_rows(findings: Findings) -> Iterator[list[object]]:
    """The rows of ``to_csv`` without the header, for a table of several sessions."""
    return (_row(findings, turn) for turn in findings.session.turns)


def _turn(turn: Turn, coded: TurnCoding) -> dict[str, Any]:
    return {
        "turn": turn.index,
        "id": turn.id,
        "speaker": turn.speaker,
        "role": str(turn.role),
        "start_ms": turn.start_ms,
        "end_ms": turn.end_ms,
        "text": turn.text,
        "p_withdrawal": _rounded(coded.p_withdrawal),
        "p_confrontation": _rounded(coded.p_confrontation),
        "p_rupture": _rounded(coded.p_rupture),
        "p_strategy": _rounded(coded.p_strategy),
        "p_contribution": _rounded(coded.p_contribution),
        "codes": [
            {"code": code.code, "family": code.family, "probability": _rounded(code.probability)}
            for code in coded.codes
        ],
        "unsure": coded.unsure,
    }


def _explanation(turn: Turn, one: Explanation | None) -> dict[str, Any]:
    if one is None:
        return {}
    return {
        "explanation": {
            "label": one.label,
            "probability": _rounded(one.probability),
            "without": _rounded(one.without),
            "words": [
                {
                    "start": w.start,
                    "end": w.end,
                    "text": turn.text[w.start : w.end],
                    "weight": _rounded(w.weight),
                }
                for w in one.words
            ],
            "earlier": [{"turn": e.turn, "weight": _rounded(e.weight)} for e in one.earlier],
        }
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "start": episode.start,
        "end": episode.end,
        "trigger": episode.trigger,
        "type": str(episode.type),
        "significance": episode.significance,
        "probability": _rounded(episode.probability),
        "outcome": str(episode.outcome),
        "strategies": [{"turn": use.turn, "code": use.code} for use in episode.strategies],
        "evidence": list(episode.evidence),
        "counter_evidence": list(episode.counter_evidence),
    }


def _row(findings: Findings, turn: Turn) -> list[object]:
    coded = findings.coding.turns[turn.index]
    inside = [n for n, e in enumerate(findings.episodes, 1) if e.start <= turn.index <= e.end]
    return [
        for_cell(findings.session.id),
        for_cell(findings.session.source or ""),
        turn.index,
        for_cell(turn.id or ""),
        for_cell(turn.speaker),
        str(turn.role),
        turn.start_ms,
        turn.end_ms,
        for_cell(turn.text),
        *(
            _rounded(value)
            for value in (
                coded.p_withdrawal,
                coded.p_confrontation,
                coded.p_rupture,
                coded.p_strategy,
                coded.p_contribution,
            )
        ),
        "yes" if coded.unsure else "no",
        ";".join(f"{code.code}={_rounded(code.probability)}" for code in coded.codes),
        ";".join(str(n) for n in inside),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _PLACES)
