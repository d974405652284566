"""How well the shipped coder and the episode rules do on transcripts they have not seen.

Reads the predictions out of fold that ``make model`` left in ``out_of_fold.npz`` (five folds, grouped by transcript and by
videos that belong together) and the coded transcripts in ``--shared``. Calibration and thresholds are fitted anew without the
fold they are measured on. Prints tables in Markdown and writes ``results/accuracy.json``.

    python benchmarks/accuracy.py [--shared ../shared] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from accuracy_tables import render
from baseline import predict as predict_baseline
from measures import (
    Floats,
    calibration_error,
    f1,
    icc_agreement,
    interval,
    matched,
    reliability,
    weighted_kappa,
)
from reattune.coders.calibration import Decision, Platt
from reattune.coders.human import HumanCoder, TranscriptCodes, read_codings
from reattune.coders.labels import FAMILY_OF, LABELS
from reattune.coders.training.calibrate import DECIDED, calibrate, decide_all
from reattune.coders.training.data import CodedSession, annomi, mibot, written
from reattune.coders.training.figures import families_said, load_predictions
from reattune.coders.training.folds import assign_folds
from reattune.coders.verdicts import turn_coding
from reattune.record import CoderId, Coding, Role, Session, Turn
from reattune.ruptures import Findings, find_findings, rate_session

HERE = Path(__file__).parent
PREDICTIONS = HERE / "out_of_fold.npz"
OUTCOMES = ("unaddressed", "attempted", "partial", "resolved")
SCALES = ("withdrawal", "confrontation", "resolution", "contribution")
FOLDS = 5
TIMES = 500
"""Resamples for an interval."""


def as_session(coded: CodedSession) -> Session:
    """The same talk as the package's own record."""
    pairs = enumerate(zip(coded.roles, coded.texts, strict=True))
    return Session(coded.key, tuple(Turn(i, r, Role(r), t) for i, (r, t) in pairs))


@dataclass(frozen=True)
class Scale:
    """Calibration and thresholds, fitted on some sessions' logits."""

    platts: dict[str, Platt]
    decisions: dict[str, Decision]

    @classmethod
    def of(cls, sessions: Sequence[CodedSession], logits: Sequence[Floats]) -> Scale:
        x, gold = np.concatenate(logits), np.concatenate([s.gold for s in sessions]).astype(np.float64)
        platts = calibrate(x, gold)
        return cls(platts, decide_all(x, gold, platts))

    def read(self, coded: CodedSession, logits: Floats) -> Findings:
        """Probabilities, verdicts and episodes of one session."""
        p = np.stack([self.platts[name](logits[:, j]) for j, name in enumerate(LABELS)], axis=-1)
        session = as_session(coded)
        turns = tuple(turn_coding(t, p[t.index], self.decisions) for t in session.turns)
        settings = {f"threshold_{n}": d.threshold for n, d in self.decisions.items()}
        return find_findings(session, Coding(CoderId("embedded", "out of fold"), turns, None, settings))


def score_in_folds(
    sessions: Sequence[CodedSession], logits: Sequence[Floats], fold: Sequence[int]
) -> list[Findings]:
    """Each fold by calibration and thresholds of the others."""
    scales = {}
    for k in set(fold):
        others = [i for i, f in enumerate(fold) if f != k]
        scales[k] = Scale.of([sessions[i] for i in others], [logits[i] for i in others])
    return [scales[f].read(s, x) for s, x, f in zip(sessions, logits, fold, strict=True)]


def said(coding: Coding, name: str) -> Floats:
    """What was decided of each turn: 0 or 1."""
    return np.array([float(name in families_said(t)) for t in coding.turns])


def stated(coding: Coding, name: str) -> Floats:
    """The probability that the coder states for each turn; NaN where it states none."""
    found = (getattr(t, f"p_{name}") for t in coding.turns)
    return np.array([np.nan if p is None else p for p in found])


def turn_table(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> dict[str, dict[str, Any]]:
    """For each decided label: prevalence, average precision, precision, recall, F1, Brier score, calibration error."""
    table = {}
    for name in DECIDED:
        j = LABELS.index(name)
        gold = [s.gold[:, j].astype(np.float64) for s in sessions]
        keep = [g >= 0 for g in gold]
        p = [stated(findings[i].coding, name)[keep[i]] for i in range(len(sessions))]
        d = [said(findings[i].coding, name)[keep[i]] for i in range(len(sessions))]
        g = [gold[i][keep[i]] for i in range(len(sessions))]

        def over(
            measure: Callable[[Floats, Floats], float], x: list[Floats]
        ) -> Callable[[Sequence[int]], float]:
            def of(units: Sequence[int]) -> float:
                y = np.concatenate([g[i] for i in units])  # noqa: B023 - used before the loop moves on
                return measure(y, np.concatenate([x[i] for i in units])) if y.any() else float("nan")

            return of

        def ap(y: Floats, q: Floats) -> float:
            return float(average_precision_score(y, q))

        every = range(len(sessions))
        y, q, s = np.concatenate(g), np.concatenate(p), np.concatenate(d)
        table[name] = {
            "turns": len(y),
            "marked": int(y.sum()),
            "prevalence": float(y.mean()),
            "average_precision": over(ap, p)(every),
            "average_precision_interval": interval(over(ap, p), len(sessions), TIMES),
            "precision": float((y * s).sum() / max(1, s.sum())),
            "recall": float((y * s).sum() / max(1, y.sum())),
            "f1": over(f1, d)(every),
            "f1_interval": interval(over(f1, d), len(sessions), TIMES),
            "brier": float(((q - y) ** 2).mean()),
            "brier_prevalence": float((y.mean() - y) ** 2 @ np.ones(len(y)) / len(y)),
            "calibration_error": calibration_error(y, q),
            "reliability": reliability(y, q),
        }
    return table


def agreement_of_coders(shared: Path, sessions: Sequence[CodedSession]) -> dict[str, float]:
    """F1 of the second coder's codes with the first's, on the same transcripts."""
    passes = [read_codings(shared / f"rupture-codings/annomi.coder{x}.jsonl") for x in "AB"]
    found = {}
    for name in DECIDED:
        families = {"withdrawal", "confrontation"} if name == "rupture" else {name}
        marks = []
        for coder in passes:
            marks.append([_marks(coder[s.key.split("/")[1]], families, len(s.texts)) for s in sessions])
        found[name] = f1(*(np.concatenate(m) for m in marks))
    return found


def _marks(codes: TranscriptCodes, families: set[str], turns: int) -> Floats:
    y = np.zeros(turns)
    for at, entries in codes.turns.items():
        if at < turns and any(FAMILY_OF[c] in families for c, _ in entries):
            y[at] = 1
    return y


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


def separation(sessions: Sequence[CodedSession], findings: Sequence[Findings]) -> float:
    """AUC with which the session's expected number of marks a client turn tells low from high quality (AnnoMI's experts)."""
    j = LABELS.index("rupture")
    low = [s.info["mi_quality"] == "low" for s in sessions]
    strain = [
        float(stated(f.coding, "rupture")[s.gold[:, j] >= 0].mean())
        for s, f in zip(sessions, findings, strict=True)
    ]
    return float(roc_auc_score(low, strain))


def measure(shared: Path, data: Path) -> dict[str, Any]:
    """Everything."""
    kept = set(np.load(PREDICTIONS).files)
    sessions, chats, ours = annomi(shared), mibot(shared), written(data)
    apart = [s for s in ours if s.key in kept]
    ours = [s for s in ours if s.key not in kept]
    fold = assign_folds(sessions, FOLDS)

    def logits(of: Sequence[CodedSession]) -> list[Floats]:
        return load_predictions(PREDICTIONS, of)

    words: list[Floats] = [np.empty(0)] * len(sessions)
    for k in range(FOLDS):
        held = [i for i, f in enumerate(fold) if f == k]
        learn = [s for s, f in zip(sessions, fold, strict=True) if f != k]
        for i, x in zip(held, predict_baseline([*learn, *ours], [sessions[i] for i in held]), strict=True):
            words[i] = x
    scored, plain = score_in_folds(sessions, logits(sessions), fold), score_in_folds(sessions, words, fold)
    # Elsewhere calibration and thresholds are those that ship: fitted on AnnoMI.
    ships, ships_plain = Scale.of(sessions, logits(sessions)), Scale.of(sessions, words)

    def carried(of: Sequence[CodedSession], learn: Sequence[CodedSession]) -> dict[str, Any]:
        coder = [ships.read(s, x) for s, x in zip(of, logits(of), strict=True)]
        base = [ships_plain.read(s, x) for s, x in zip(of, predict_baseline(learn, of), strict=True)]
        return {"coder": turn_table(of, coder), "baseline": turn_table(of, base)}

    readers = [find_findings(as_session(s), _codes_only(s)) for s in sessions]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "annomi": {"coder": turn_table(sessions, scored), "baseline": turn_table(sessions, plain)},
        "chat": carried(chats, [*sessions, *ours]),
        "written": carried(apart, [*sessions, *chats, *ours]),
        "coders": agreement_of_coders(shared, sessions),
        "episodes": {
            "coder": episode_table(sessions, scored),
            "baseline": episode_table(sessions, plain),
            "readers' codes": episode_table(sessions, readers),
        },
        "quality_auc": {"coder": separation(sessions, scored), "baseline": separation(sessions, plain)},
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
    options = parser.parse_args()
    if not (options.shared / "rupture-codings").is_dir():
        print(
            f"{options.shared}: the coded transcripts are not there; name their folder with --shared",
            file=sys.stderr,
        )
        return 2
    found = measure(options.shared, options.data)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
