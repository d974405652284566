"""How far the shipped coder's reading moves when the same talk is written down differently.

    python benchmarks/robustness.py [--shared ../shared] [--written 16] [--annomi 8] [--json FILE]

Over the example sessions, some of our written sessions that were kept apart from fitting, and some AnnoMI transcripts (the shipped
model was fitted on these: read their average precision as that of known text). For each way of writing: how much of the talk changes,
mean and 95th percentile of the change in probability, the share of verdicts that turn, average precision before and after. A
way that moves the coder more than it may is listed as such. Prints tables and writes ``results/robustness.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from measures import Floats, average_precision
from reattune.coders import read_codings
from reattune.coders.embedded import EmbeddedCoder
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import DECIDED
from reattune.coders.training.data import CodedSession, annomi, label_turns, written
from reattune.coders.training.figures import families_said
from reattune.coders.windows import Window
from reattune.formats import read
from reattune.record import Coding, Role, Session, Turn
from variants import WAYS, rewrite

HERE = Path(__file__).parent
NAMED = ("other names", "other genders", "addressed by a man's name", "addressed by a name from elsewhere")
MAY = dict.fromkeys(NAMED, (0.01, 0.01))
"""Mean change of p(rupture), and share of client turns whose verdict turns, that a way may bring about."""
ELSE_MAY = (0.03, 0.05)
ENOUGH = 20
"""From so many changed client turns on, names and genders are judged by these turns alone."""
SEED = 0


def examples(folder: Path) -> list[CodedSession]:
    """The example sessions with the codes given by hand."""
    codes = read_codings(folder / "codes.jsonl")
    found = []
    for path in sorted((folder / "sessions").iterdir()):
        for one in read(path):
            roles = [
                "client" if t.role.strains else "therapist" if t.role.helps else "third" for t in one.turns
            ]
            gold = label_turns(roles, codes[one.id])
            key = f"examples/{one.id}"
            found.append(CodedSession(key, key, roles, [t.text for t in one.turns], gold, gold))
    return found


class Remembering(EmbeddedCoder):
    """The shipped coder; a window that it has read once it does not read again."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Window, Floats] = {}

    def _outputs(self, pieces: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Window, Floats]]:
        new = list(dict.fromkeys(w for _, w in pieces if w not in self._known))
        self._known |= {w: y for _, w, y in super()._outputs(list(enumerate(new)))}
        return ((i, w, self._known[w]) for i, w in pieces)


def _codings(
    coder: EmbeddedCoder, sessions: Sequence[CodedSession], texts: Sequence[list[str]]
) -> list[Coding]:
    made = []
    for s, said in zip(sessions, texts, strict=True):
        pairs = enumerate(zip(s.roles, said, strict=True))
        made.append(Session(s.key, tuple(Turn(i, r, Role(r), t) for i, (r, t) in pairs)))
    return list(coder.code_all(made))


def _read(codings: Sequence[Coding], name: str) -> tuple[Floats, Floats]:
    """Probability and verdict of every turn; NaN where the label does not apply."""
    turns = [t for c in codings for t in c.turns]
    stated = [getattr(t, f"p_{name}") for t in turns]
    return (
        np.array([np.nan if p is None else p for p in stated]),
        np.array([float(name in families_said(t)) for t in turns]),
    )


def compare(
    before: Sequence[Coding], after: Sequence[Coding], gold: Floats, changed: Floats
) -> dict[str, dict[str, float]]:
    """For each label: mean and 95th percentile of the change, share of verdicts that turn, average precision.

    ``changed``: (turns,), 1 where a turn's own words differ; the change over these turns alone stands beside that over all.
    """
    found = {}
    for name in DECIDED:
        rated = gold[:, LABELS.index(name)] >= 0
        y = gold[rated, LABELS.index(name)]
        (p, said), (q, says) = (tuple(x[rated] for x in _read(c, name)) for c in (before, after))
        moved, own = np.abs(p - q), changed[rated] > 0
        found[name] = {
            "turns": len(y),
            "mean_change": float(moved.mean()),
            "turns_changed": int(own.sum()),
            "mean_change_there": float(moved[own].mean()) if own.any() else None,
            "turned_there": float((said != says)[own].mean()) if own.any() else None,
            "change_95": float(np.percentile(moved, 95)),
            "mean_shift": float((q - p).mean()),
            "turned": float((said != says).mean()),
            "said_before": float(said.mean()),
            "said_after": float(says.mean()),
            "average_precision_before": average_precision(y, p),
            "average_precision_after": average_precision(y, q),
        }
    return found


def measure(coder: EmbeddedCoder, sessions: Sequence[CodedSession]) -> dict[str, Any]:
    """Every way on one corpus."""
    gold = np.concatenate([s.gold for s in sessions]).astype(np.float64)
    table: dict[str, Any] = {}
    for title in WAYS:
        pairs = [rewrite(title, s.texts, f"{SEED}/{s.key}") for s in sessions]
        before, after = ([pair[k] for pair in pairs] for k in (0, 1))
        changed = np.array([float(a != b) for pair in pairs for a, b in zip(*pair, strict=True)])
        read_as = [_codings(coder, sessions, texts) for texts in (before, after)]
        table[title] = {
            "turns_changed": float(changed.mean()),
            "labels": compare(*read_as, gold, changed),
        }
        print(f"  {title}", file=sys.stderr)
    return {"sessions": len(sessions), "turns": len(gold), "ways": table}


def failures(found: dict[str, Any]) -> list[str]:
    """Every way that moves the coder more than it may, with its figures; names and genders count where they stand."""
    listed = []
    for corpus, part in found["corpora"].items():
        for title, row in part["ways"].items():
            (mean, turned), got = MAY.get(title, ELSE_MAY), row["labels"]["rupture"]
            there = title in NAMED and got["turns_changed"] >= ENOUGH
            moved, turns = (
                (got["mean_change_there"], got["turned_there"])
                if there
                else (got["mean_change"], got["turned"])
            )
            if moved > mean or turns > turned:
                where = " in the changed client turns" if there else ""
                listed.append(
                    f"{title}, {corpus}: mean change{where} {moved:.3f} (may be {mean:.2f}), "
                    f"{turns:.1%} of verdicts turn (may be {turned:.0%})"
                )
    return listed


def render(found: dict[str, Any]) -> str:
    """The tables in Markdown."""
    said = (
        f"Measured {found['date']} by `benchmarks/robustness.py`, model {found['model']}. *Change*: of p(rupture), mean over client turns "
        'and 95th percentile. *Turn*: client turns flagged before and not after, or the reverse. *AP*: of rupture, before and after. "Addressed": '
        "every third turn begins with a name, held against an English woman's name in the same places; few transcripts hold names enough."
    )
    lines = [said]
    for corpus, part in found["corpora"].items():
        lines += [
            "",
            f"**{corpus}** ({part['sessions']} sessions, {part['turns']} turns)",
            "",
            "| written | turns changed | change | 95th | turn | change, in changed client turns | turn, there | flagged before / after | AP before / after | change, p(contribution) |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for title, row in part["ways"].items():
            r, c = row["labels"]["rupture"], row["labels"]["contribution"]
            there, turned = "-", "-"
            if r["turns_changed"]:
                there, turned = (
                    f"{r['mean_change_there']:.3f} (of {r['turns_changed']})",
                    f"{r['turned_there']:.1%}",
                )
            lines.append(
                f"| {title} | {row['turns_changed']:.0%} | {r['mean_change']:.3f} | {r['change_95']:.3f} | {r['turned']:.1%} | {there} | {turned} "
                f"| {r['said_before']:.1%} / {r['said_after']:.1%} | {r['average_precision_before']:.2f} / {r['average_precision_after']:.2f} "
                f"| {c['mean_change']:.3f} |"
            )
    listed = failures(found)
    mean, turned = MAY[NAMED[0]]
    lines += [
        "",
        f"A way may move p(rupture) by {ELSE_MAY[0]:.2f} on average and turn {ELSE_MAY[1]:.0%} of the verdicts; names and genders by {mean:.2f} and "
        f"{turned:.0%}, over the changed client turns where these are {ENOUGH} or more. "
        + (f"**Beyond that ({len(listed)}):**" if listed else "None goes beyond that."),
        *([""] if listed else []),
        *(f"- {one}" for one in listed),
    ]
    return "\n".join(lines)


def some(sessions: Sequence[CodedSession], number: int) -> list[CodedSession]:
    """So many sessions drawn by chance, the same ones each time."""
    return random.Random(SEED).sample(list(sessions), min(number, len(sessions)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--data", type=Path, default=HERE.parent / "data")
    parser.add_argument(
        "--written", type=int, default=16, help="so many of our written sessions, drawn by chance"
    )
    parser.add_argument(
        "--annomi", type=int, default=8, help="so many AnnoMI transcripts, drawn by chance; 0 for none"
    )
    parser.add_argument("--json", type=Path, default=HERE / "results/robustness.json")
    options = parser.parse_args()
    from reattune.coders.training.build import HELD_BACK

    coder = Remembering()
    apart = [s for s in written(options.data) if s.key >= HELD_BACK]
    corpora = {
        "Example sessions": examples(HERE.parent / "examples"),
        "Written sessions kept apart": some(apart, options.written),
    }
    if options.annomi:
        if not (options.shared / "rupture-codings").is_dir():
            print(
                f"{options.shared}: the coded transcripts are not there; name their folder with --shared, or --annomi 0",
                file=sys.stderr,
            )
            return 2
        corpora["AnnoMI (known to the model)"] = some(annomi(options.shared), options.annomi)
    found: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "model": f"{coder.card.name} {coder.card.version}",
        "corpora": {},
    }
    for name, sessions in corpora.items():
        print(name, file=sys.stderr)
        found["corpora"][name] = measure(coder, sessions)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(render(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
