"""The tables of the accuracy benchmark, on sessions and verdicts that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reattune.coders.calibration import Decision, Platt
from reattune.coders.human import CodedEpisode, TranscriptCodes
from reattune.coders.labels import LABELS
from reattune.coders.training.data import CodedSession, label_turns


def session(key: str, turns: int, marked: dict[int, str], **info: str) -> CodedSession:
    """Turns of helper (even) and client (odd), each marked one an episode of its own."""
    roles = ["therapist", "client"] * (turns // 2)
    codes = TranscriptCodes(
        {i: [(code, 1)] for i, code in marked.items()},
        [CodedEpisode(i, i, i - 1, "withdrawal", 1, "unaddressed") for i in marked if i % 2],
    )
    y = label_turns(roles, codes)
    return CodedSession(key, key, roles, [f"turn {i}" for i in range(turns)], y, y, codes, info)


def logits(of: CodedSession, chances: dict[tuple[int, str], float]) -> np.ndarray:
    """Logits that come to these probabilities under ``scale``; everything else is very unlikely."""
    x = np.full((len(of.texts), len(LABELS)), -9.0)
    for (turn, name), p in chances.items():
        x[turn, LABELS.index(name)] = np.log(p / (1 - p))
    return x


@pytest.fixture
def scale():
    from scoring import Scale

    decisions = {n: Decision(0.5, 0.3) for n in LABELS[:5]}
    return Scale({n: Platt() for n in LABELS}, decisions)


STRAINED = session(
    "s/1", 40, {5: "denial", 21: "defends_self", 20: "lectures"}, topic="smoking ", mi_quality="low"
)
QUIET = session("s/2", 40, {}, topic="smoking; diet", mi_quality="high")
SAID = {
    (5, "rupture"): 0.8, (5, "withdrawal"): 0.8,
    (33, "rupture"): 0.6, (33, "confrontation"): 0.6,
    (20, "contribution"): 0.9,
}  # fmt: skip
FALSE = {
    (9, "rupture"): 0.7,
    (9, "withdrawal"): 0.7,
    (31, "rupture"): 0.55,
    (31, "withdrawal"): 0.55,
    (13, "rupture"): 0.4,
}


def both(scale):
    x = [logits(STRAINED, SAID), logits(QUIET, FALSE)]
    return [STRAINED, QUIET], x, [scale.read(s, y) for s, y in zip((STRAINED, QUIET), x, strict=True)]


def test_errors_are_counted_by_kind(scale):
    from mistakes import count, mistakes

    sessions, _, findings = both(scale)
    table = count(sessions, mistakes(sessions, findings))
    assert {kind: row["turns"] for kind, row in table.items() if row["turns"]} == {
        "missed confrontation": 1,
        "invented, elsewhere": 1,
        "invented, quiet session": 2,
    }
    assert table["missed confrontation"]["codes"] == [("defends_self", 1)]


def test_a_mark_beside_a_readers_mark_is_a_near_miss_and_the_other_family_the_wrong_way(scale):
    from mistakes import mistakes

    x = logits(
        STRAINED,
        {(7, "rupture"): 0.8, (7, "withdrawal"): 0.8, (5, "rupture"): 0.8, (5, "confrontation"): 0.8},
    )
    kinds = {(m.turn, m.kind) for m in mistakes([STRAINED], [scale.read(STRAINED, x)])}
    assert {(7, "invented, near a mark"), (5, "wrong way"), (20, "missed contribution")} <= kinds


def test_examples_show_the_turn_and_what_came_before_and_only_outside_the_repository(scale, tmp_path):
    from mistakes import examples, may_hold_words, mistakes

    sessions, _, findings = both(scale)
    text = examples(sessions, findings, mistakes(sessions, findings))
    assert "--- s/1, turn 21\n    client: turn 19" not in text
    assert (
        "    therapist: turn 18\n    client: turn 19\n    therapist: turn 20\n  > client: turn 21\n" in text
    )
    root = Path(__file__).parents[2]
    assert may_hold_words(tmp_path / "e.txt", root)
    assert not may_hold_words(root / "docs/../out/e.txt", root)


def test_a_higher_threshold_finds_less_and_invents_less(scale):
    from threshold_table import quiet, render, row

    sessions, x, _ = both(scale)
    assert [quiet(s) for s in sessions] == [False, True]
    low, own, high = (row(sessions, x, [scale] * 2, t) for t in (0.35, None, 0.75))
    assert [r["false_in_ten"] for r in (low, own, high)] == [20, 20, 0]
    assert (own["precision"], own["recall"]) == (0.25, 0.5)
    assert (high["precision"], high["recall"], high["strains_found"]) == (1, 0.5, 0.5)
    assert low["marks_in_100_turns"] > own["marks_in_100_turns"] > high["marks_in_100_turns"]
    assert "from 0.75 on, with recall 0.50" in "\n".join(render([own, low, high], "t"))


def test_sessions_are_parted_by_first_topic_and_by_quality(scale):
    from strata import by_quality, separation, topic

    sessions, _, findings = both(scale)
    assert [topic(s) for s in sessions] == ["smoking", "smoking"]
    parts = by_quality(sessions, findings)
    assert {name: part["rupture"]["marked"] for name, part in parts.items()} == {
        "low quality": 2,
        "high quality": 0,
    }
    found = separation(sessions, findings)
    assert found["contribution"]["auc"] == 1
    assert found["rupture"]["auc"] == 0, "the quiet session was given more marks"


def test_single_codes_are_scored_where_there_are_enough_of_them(scale):
    from code_table import LEAST, code_table, render

    many = [session(f"m/{n}", 20, {3: "denial", 7: "denial", 11: "denial"}) for n in range(4)]
    p = [scale.probability(logits(s, {(t, "denial"): 0.9 for t in (3, 7, 11)})) for s in many]
    rows = {r["code"]: r for r in code_table(many, p, p, {})}
    assert rows["denial"]["support"] == 12 > LEAST
    assert rows["denial"]["average_precision"] == rows["denial"]["baseline"] == 1
    assert "average_precision" not in rows["defends_self"]
    assert "| denial | withdrawal | 12 (4) | 0.300 | 1.00 (1.00-1.00) | 1.00 | - |" in render(
        list(rows.values())
    )
