"""How well the shipped coders and the episode rules do on transcripts they have not seen.

Reads the predictions out of fold that ``make model`` left in ``out_of_fold_*.npz`` (five folds, grouped by transcript and by
videos that belong together) and the coded transcripts in ``--shared``. Calibration and thresholds are fitted anew without the
fold they are measured on. Prints tables in Markdown and writes ``results/accuracy.json``.

    python benchmarks/accuracy.py [--shared ../shared] [--json FILE] [--errors FILE]

``--errors`` writes twenty examples of each kind of error to read, with the transcripts' words: a file outside the repository.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import code_table
import mistakes
import strata
import threshold_table
from accuracy_tables import render
from baseline import predict as predict_baseline
from measures import Floats, icc_agreement, matched, weighted_kappa
from reattune.coders.embedded import EmbeddedCoder
from reattune.coders.human import HumanCoder
from reattune.coders.training.calibrate import DECIDED
from reattune.coders.training.data import CodedSession, annomi, mibot, written
from reattune.coders.training.figures import load_predictions
from reattune.coders.training.folds import assign_folds
from reattune.record import Coding
from reattune.ruptures import Findings, find_findings, rate_session
from scoring import Scale, as_session, scales_in_folds, turn_table

HERE = Path(__file__).parent
DEFAULT, QUICK = "accurate", "fast"
"""The model that every table is about, and the one that stands beside it."""
OUTCOMES = ("unaddressed", "attempted", "partial", "resolved")
SCALES = ("withdrawal", "confrontation", "resolution", "contribution")
FOLDS = 5


def kept(model: str) -> Path:
    """The predictions out of fold of this model."""
    return HERE / f"out_of_fold_{model}.npz"


def episode_table(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, Any]:
    """Episodes found against episodes coded, and session ratings against coded ratings."""
    hits = found = coded = triggers = hit_triggers = before = 0
    outcomes: tuple[list[int], list[int]] = ([], [])
    types: list[bool] = []
    ratings: dict[str, list[tuple[int, int]]] = {s: [] for s in SCALES}
    quiet = false_alarms = 0
    for session, finding in zip(sessions, findings, strict=True):
        true, ours = session.codes.episodes, finding.episodes
        found, coded = found + len(ours), coded + len(true)
        if not true:
            quiet, false_alarms = quiet + 1, false_alarms + len(ours)
        for i, j in matched([(e.start, e.end) for e in ours], [(e.start, e.end) for e in true]):
            hits += 1
            types.append(ours[i].type == true[j].type)
            outcomes[0].append(OUTCOMES.index(ours[i].outcome))
            outcomes[1].append(OUTCOMES.index(true[j].outcome))
            if true[j].trigger is not None:
                triggers += 1
                hit_triggers += ours[i].trigger == true[j].trigger
                before += ours[i].start - 1 == true[j].trigger
        scales = rate_session(finding.session, finding.coding, ours)
        for s in SCALES:
            a, b = getattr(scales, s), getattr(session.codes.scales, s)
            if s == "resolution" and (a is None or b is None):
                continue
            ratings[s].append((a, b))
    return {
        "found": found,
        "coded": coded,
        "matched": hits,
        "precision": hits / max(1, found),
        "recall": hits / max(1, coded),
        "overlap_f1": 2 * hits / max(1, found + coded),
        "type_agreement": float(np.mean(types)) if types else None,
        "trigger_hit_rate": hit_triggers / max(1, triggers),
        "trigger_turn_before": before / max(1, triggers),
        "outcome_kappa": weighted_kappa(*outcomes, len(OUTCOMES)),
        "sessions_without_rupture": quiet,
        "false_episodes_there": false_alarms,
        "icc": {s: icc_agreement(np.array(r, dtype=float)) for s, r in ratings.items() if len(r) > 2},
    }


def baseline_in_folds(
    sessions: Sequence[CodedSession], ours: Sequence[CodedSession], fold: Sequence[int], labels: Sequence[str]
) -> list[Floats]:
    """The baseline's logits of each session, learned from the other folds and from our own sessions."""
    words: list[Floats] = [np.empty(0)] * len(sessions)
    for k in range(FOLDS):
        held = [i for i, f in enumerate(fold) if f == k]
        learn = [*(s for s, f in zip(sessions, fold, strict=True) if f != k), *ours]
        found = predict_baseline(learn, [sessions[i] for i in held], labels)
        for i, x in zip(held, found, strict=True):
            words[i] = x
    return words


def measure(shared: Path, data: Path, errors: Path | None = None) -> dict[str, Any]:
    """Everything; examples of errors go to ``errors``."""
    predicted = set(np.load(kept(DEFAULT)).files)
    sessions, chats, ours = annomi(shared), mibot(shared), written(data)
    apart = [s for s in ours if s.key in predicted]
    ours = [s for s in ours if s.key not in predicted]
    fold = assign_folds(sessions, FOLDS)

    def logits(of: Sequence[CodedSession], model: str = DEFAULT) -> list[Floats]:
        return load_predictions(kept(model), of)

    network = logits(sessions)
    words = baseline_in_folds(sessions, ours, fold, [*DECIDED, *code_table.common(sessions)])
    scales, plain_scales = scales_in_folds(sessions, network, fold), scales_in_folds(sessions, words, fold)
    scored = [c.read(s, x) for c, s, x in zip(scales, sessions, network, strict=True)]
    plain = [c.read(s, x) for c, s, x in zip(plain_scales, sessions, words, strict=True)]
    # Elsewhere calibration and thresholds are those that ship: fitted on AnnoMI.
    ships, ships_plain = Scale.of(sessions, network), Scale.of(sessions, words)

    quick = logits(sessions, QUICK)
    quick_scales, ships_quick = scales_in_folds(sessions, quick, fold), Scale.of(sessions, quick)

    def carried(of: Sequence[CodedSession], learn: Sequence[CodedSession]) -> dict[str, Any]:
        coder = [ships.read(s, x) for s, x in zip(of, logits(of), strict=True)]
        fast = [ships_quick.read(s, x) for s, x in zip(of, logits(of, QUICK), strict=True)]
        base = [ships_plain.read(s, x) for s, x in zip(of, predict_baseline(learn, of), strict=True)]
        return {
            "coder": turn_table(of, coder),
            "fast": turn_table(of, fast),
            "baseline": turn_table(of, base),
        }

    readers = [find_findings(as_session(s), _codes_only(s)) for s in sessions]
    second = code_table.reader_table(shared, sessions)
    probability = [c.probability(x) for c, x in zip(scales, network, strict=True)]
    wrong = mistakes.mistakes(sessions, scored)
    if errors is not None:
        errors.write_text(mistakes.examples(sessions, scored, wrong), encoding="utf-8")
    card = EmbeddedCoder(DEFAULT).card
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "annomi": {
            "coder": turn_table(sessions, scored),
            "fast": turn_table(
                sessions, [c.read(s, x) for c, s, x in zip(quick_scales, sessions, quick, strict=True)]
            ),
            "baseline": turn_table(sessions, plain),
        },
        "chat": carried(chats, [*sessions, *ours]),
        "written": carried(apart, [*sessions, *chats, *ours]),
        "readers": {name: second[name] for name in DECIDED},
        "codes": code_table.code_table(sessions, probability, words, second),
        "episodes": {
            "coder": episode_table(sessions, scored),
            "baseline": episode_table(sessions, plain),
            "readers' codes": episode_table(sessions, readers),
        },
        "quality_auc": {
            "coder": strata.separation(sessions, scored),
            "baseline": strata.separation(sessions, plain),
            "readers' codes": strata.separation(sessions, readers),
        },
        "by_quality": strata.by_quality(sessions, scored),
        "by_topic": strata.by_topic(sessions, scored),
        "thresholds": {
            "annomi": threshold_table.table(sessions, network, scales),
            "chat": threshold_table.table(chats, logits(chats), [ships] * len(chats)),
            "written": threshold_table.table(apart, logits(apart), [ships] * len(apart)),
            "shipped": threshold_table.shipped(sessions, network, card.decisions["rupture"]),
        },
        "errors": mistakes.count(sessions, wrong),
    }


def _codes_only(session: CodedSession) -> Coding:
    """The reader's codes without the reader's session ratings."""
    coding = HumanCoder(session.codes, "reader").code(as_session(session))
    return Coding(coding.coder, coding.turns)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--data", type=Path, default=HERE.parent / "data")
    parser.add_argument("--json", type=Path, default=HERE / "results/accuracy.json")
    parser.add_argument(
        "--errors", type=Path, help="write examples of errors to this file, outside the repository"
    )
    options = parser.parse_args()
    if options.errors and not mistakes.may_hold_words(options.errors, HERE.parent):
        print(
            f"{options.errors}: it would hold transcripts' words; name a file outside the repository",
            file=sys.stderr,
        )
        return 2
    if not (options.shared / "rupture-codings").is_dir():
        print(
            f"{options.shared}: the coded transcripts are not there; name their folder with --shared",
            file=sys.stderr,
        )
        return 2
    found = measure(options.shared, options.data, options.errors)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
