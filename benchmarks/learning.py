"""What each source of training data is worth, and what more of our own written sessions would be worth.

    python benchmarks/learning.py [--shared ../shared] [--network] [--rows NAME ...] [--json FILE]

Learns from one mix of sources after another and measures on AnnoMI (five grouped folds, never learned from its own fold), on text
chat (where the mix holds no MIBot) and on the written sessions that are kept apart. Unless told otherwise the reading is the plain
one of ``baseline.py`` (words counted, logistic regression): some minutes, and a sign of the direction, not of the size, of what
the network would gain. ``--network`` trains the network instead, for hours, and adds its rows beside those of the words.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from baseline import predict as predict_baseline
from measures import Floats, average_precision, interval
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED, fit_platt
from reattune.coders.training.data import CodedSession, annomi, mibot, written
from reattune.coders.training.folds import assign_folds
from scoring import TIMES

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from reattune.coders.training.fit import Settings
    from reattune.coders.training.network import Network

HERE = Path(__file__).parent
FOLDS = 5
FIRST = "written/3000"
"""Written sessions before this key are those of ``data/first``."""

Reading = Callable[[Sequence[CodedSession], Sequence[CodedSession], Sequence[CodedSession]], list[Floats]]
"""From our own sessions and real ones to learn from, and those to read, to logits, (turns, labels) a session."""


@dataclass(frozen=True)
class Mix:
    """What to learn from: so much of our first and of our later sessions (0-1), AnnoMI, MIBot."""

    first: float = 0.0
    later: float = 0.0
    annomi: bool = True
    mibot: bool = False


MIXES = {
    "AnnoMI alone": Mix(),
    "AnnoMI + 25% of our own": Mix(0.25, 0.25),
    "AnnoMI + 50% of our own": Mix(0.5, 0.5),
    "AnnoMI + all our own": Mix(1, 1),
    "AnnoMI + MIBot": Mix(mibot=True),
    "AnnoMI + all our own + MIBot": Mix(1, 1, mibot=True),
    "all our own, no AnnoMI": Mix(1, 1, annomi=False),
    "our first sessions alone": Mix(1, 0, annomi=False),
    "our later sessions alone": Mix(0, 1, annomi=False),
    "MIBot alone": Mix(annomi=False, mibot=True),
}
"""The ablation and the learning curve, a row each; the first is what the others are held against."""


@dataclass(frozen=True)
class Corpora:
    """All sessions by source; ``apart`` is never learned from."""

    annomi: list[CodedSession]
    mibot: list[CodedSession]
    first: list[CodedSession]
    later: list[CodedSession]
    apart: list[CodedSession]

    @classmethod
    def load(cls, shared: Path, data: Path) -> Corpora:
        from reattune.coders.training.build import HELD_BACK

        ours = written(data)
        return cls(
            annomi(shared),
            mibot(shared),
            [s for s in ours if s.key < FIRST],
            [s for s in ours if FIRST <= s.key < HELD_BACK],
            [s for s in ours if s.key >= HELD_BACK],
        )

    def ours(self, mix: Mix, seed: int = 0) -> list[CodedSession]:
        """The share of our own sessions; a smaller share is part of every larger one."""
        chosen: list[CodedSession] = []
        for part, share in ((self.first, mix.first), (self.later, mix.later)):
            order = sorted(part, key=lambda s: s.key)
            random.Random(seed).shuffle(order)
            chosen += order[: round(share * len(order))]
        return chosen


def words(
    ours: Sequence[CodedSession], real: Sequence[CodedSession], held: Sequence[CodedSession]
) -> list[Floats]:
    """The plain reading: all sessions count alike."""
    return predict_baseline([*ours, *real], held)


def network(start: Callable[[], Network], tokenizer: Tokenizer, base: Settings, further: Settings) -> Reading:
    """The network's reading, fitted as ``make model`` does it: first on our own sessions, then on real ones."""
    from reattune.coders.training.fit import fit, predict

    def read(
        ours: Sequence[CodedSession], real: Sequence[CodedSession], held: Sequence[CodedSession]
    ) -> list[Floats]:
        fitted = start()
        for sessions, settings in ((ours, base), (real, further)):
            if sessions:
                fit(fitted, sessions, tokenizer, settings)
        return [x.astype(np.float64) for x in predict(fitted, held, tokenizer)]

    return read


def shipped_network(shared: Path, data: Path, work: Path) -> Reading:
    """The reading by the network and settings that the shipped model is built with."""
    from reattune.coders.training.build import BASE, FURTHER, Build

    build = Build(shared, data, work, lambda _: None)
    return network(build.start, build.tokenizer, BASE, FURTHER)


def read_mix(corpora: Corpora, mix: Mix, fold: Sequence[int], reading: Reading) -> dict[str, list[Floats]]:
    """Logits of AnnoMI (out of fold), of the chats (unless learned from) and of the sessions kept apart."""
    ours, chats = corpora.ours(mix), corpora.mibot if mix.mibot else []
    elsewhere = [] if mix.mibot else corpora.mibot
    others = [*elsewhere, *corpora.apart]
    found: dict[str, list[Floats]] = {}
    if mix.annomi:
        found["annomi"] = [np.empty(0)] * len(corpora.annomi)
        for k in sorted(set(fold)):
            learn = [s for s, f in zip(corpora.annomi, fold, strict=True) if f != k]
            held = [i for i, f in enumerate(fold) if f == k]
            read = reading(ours, [*learn, *chats], [corpora.annomi[i] for i in held])
            for i, x in zip(held, read, strict=True):
                found["annomi"][i] = x
        rest = reading(ours, [*corpora.annomi, *chats], others)
    else:
        read = reading(ours, chats, [*corpora.annomi, *others])
        found["annomi"], rest = read[: len(corpora.annomi)], read[len(corpora.annomi) :]
    found["chat"], found["written"] = rest[: len(elsewhere)], rest[len(elsewhere) :]
    return found


def one_scale(
    sessions: Sequence[CodedSession], logits: Sequence[Floats], fold: Sequence[int]
) -> list[Floats]:
    """Probabilities of the decided labels: folds come from different fits, so each is brought to scale by the others."""
    found = [np.zeros_like(x) for x in logits]
    for k in set(fold):
        others = [i for i, f in enumerate(fold) if f != k]
        gold, x = (
            np.concatenate([sessions[i].gold for i in others]),
            np.concatenate([logits[i] for i in others]),
        )
        for name in DECIDED:
            j = LABELS.index(name)
            rated = gold[:, j] >= 0
            platt = fit_platt(x[rated, j], gold[rated, j])
            for i in (i for i, f in enumerate(fold) if f == k):
                found[i][:, j] = platt(logits[i][:, j])
    return found


def _precision(
    sessions: Sequence[CodedSession], scores: Sequence[Floats], name: str
) -> Callable[[Sequence[int]], float]:
    j = LABELS.index(name)
    keep = [s.gold[:, j] >= 0 for s in sessions]
    gold = [s.gold[k, j].astype(np.float64) for s, k in zip(sessions, keep, strict=True)]
    score = [x[k, j] for x, k in zip(scores, keep, strict=True)]
    return lambda units: average_precision(
        np.concatenate([gold[i] for i in units]), np.concatenate([score[i] for i in units])
    )


def measure(
    corpora: Corpora, reading: Reading, rows: Sequence[str], tell: Callable[[str], None]
) -> dict[str, Any]:
    """Average precision of every row; that of "rupture" on AnnoMI with its interval and that of its gain over the first row."""
    fold = assign_folds(corpora.annomi, FOLDS)
    table: dict[str, Any] = {}
    plainest: Callable[[Sequence[int]], float] | None = None
    for name in rows:
        mix = MIXES[name]
        logits = read_mix(corpora, mix, fold, reading)
        pooled = one_scale(corpora.annomi, logits["annomi"], fold)
        every = range(len(corpora.annomi))
        of = _precision(corpora.annomi, pooled, "rupture")
        row: dict[str, Any] = {
            "sessions": {"ours": len(corpora.ours(mix)), "annomi": mix.annomi, "mibot": mix.mibot},
            "annomi": {label: _precision(corpora.annomi, pooled, label)(every) for label in DECIDED},
            "interval": interval(of, len(every), TIMES),
        }
        if plainest is not None:
            row["gain"] = of(every) - plainest(every)
            row["gain_interval"] = interval(lambda u, of=of, p=plainest: of(u) - p(u), len(every), TIMES)
        elif name == next(iter(MIXES)):
            plainest = of
        for source, sessions in (("chat", corpora.mibot), ("written", corpora.apart)):
            if logits[source]:
                some = _precision(sessions, logits[source], "rupture")
                row[source] = some(range(len(sessions)))
        table[name] = row
        tell(f"{name}: {row['annomi']['rupture']:.3f}")
    return table


def render(found: dict[str, Any]) -> str:
    """The tables in Markdown."""
    titles = {
        "words": "Words counted (TF-IDF and logistic regression), **not the shipped network**: the direction, not the size, of a gain",
        "network": "The network",
    }
    lines = []
    for reading, title in titles.items():
        if reading not in found:
            continue
        part = found[reading]
        said = (
            f"{title}. Measured {part['date']} by `benchmarks/learning.py`. Average precision; interval and gain (over the first row, "
            'same folds) are of "rupture" on AnnoMI.'
        )
        lines += [
            said,
            "",
            "| learned from | our sessions | rupture | gain | withdrawal | confrontation | contribution | strategy | chat, rupture | written apart, rupture |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name, r in part["rows"].items():
            low, high = r["interval"]
            gain = "-"
            if "gain" in r:
                gain = f"{r['gain']:+.2f} ({r['gain_interval'][0]:+.2f} to {r['gain_interval'][1]:+.2f})"
            cells = " | ".join(
                f"{r['annomi'][label]:.2f}"
                for label in ("withdrawal", "confrontation", "contribution", "strategy")
            )
            chat = f"{r['chat']:.2f}" if "chat" in r else "learned from"
            lines.append(
                f"| {name} | {r['sessions']['ours']} | {r['annomi']['rupture']:.2f} ({low:.2f}-{high:.2f}) | {gain} | {cells} | {chat} | {r['written']:.2f} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--data", type=Path, default=HERE.parent / "data")
    parser.add_argument(
        "--network", action="store_true", help="train the network (hours) in the place of counting words"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("build/learning"), help="working folder of the network's build"
    )
    parser.add_argument(
        "--rows", nargs="+", choices=list(MIXES), default=list(MIXES), metavar="NAME", help="only these rows"
    )
    parser.add_argument("--json", type=Path, default=HERE / "results/learning.json")
    options = parser.parse_args()
    if not (options.shared / "rupture-codings").is_dir():
        print(
            f"{options.shared}: the coded transcripts are not there; name their folder with --shared",
            file=sys.stderr,
        )
        return 2
    name, reading = "words", words
    if options.network:
        name, reading = "network", shipped_network(options.shared, options.data, options.work)
    rows = measure(
        Corpora.load(options.shared, options.data),
        reading,
        options.rows,
        lambda text: print(text, file=sys.stderr),
    )
    found = json.loads(options.json.read_text(encoding="utf-8")) if options.json.is_file() else {}
    found[name] = {"date": datetime.now(UTC).date().isoformat(), "rows": rows}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
