"""Put the measured figures into the pages: what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->`` is written here.

    python benchmarks/publish.py

Reads ``results/*.json`` and the shipped model's own card. A test holds that the pages are what this
script writes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import accuracy_tables
import learning
import ratings_tables
import robustness
import speed
from reattune.coders import CODERS
from reattune.coders.card import ModelCard
from reattune.coders.embedded import EmbeddedCoder

HERE = Path(__file__).parent
PAGES = (HERE.parent / "docs/model-card.md", HERE.parent / "docs/method-ratings.md")


def own_figures(shipped: str, card: ModelCard) -> str:
    """What the model file says of itself."""
    lines = [
        f"`{shipped}`: model `{card.name}`, version {card.version}, scheme {card.scheme}, {len(card.labels)} outputs.",
        "",
        "| label | threshold | unsure from | average precision | precision | recall | marked of turns |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, decision in card.decisions.items():
        figures = [
            card.metrics[f"{m}_{name}"] for m in ("average_precision", "precision", "recall", "prevalence")
        ]
        cells = [f"{x:.2f}" for x in (decision.threshold, decision.unsure_from, *figures)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def blocks() -> dict[str, str]:
    """Every block by name."""

    def results(name: str) -> Any:
        return json.loads((HERE / f"results/{name}.json").read_text(encoding="utf-8"))

    return {
        "own-figures": "\n\n".join(own_figures(name, EmbeddedCoder(name).card) for name in CODERS),
        **accuracy_tables.parts(results("accuracy")),
        "learning": learning.render(results("learning")),
        "robustness": robustness.render(results("robustness")),
        "speed": speed.render(results("speed")),
        **ratings_tables.parts(results("ratings")),
    }


def filled(page: str, found: dict[str, str]) -> str:
    """The page with its blocks as they should be."""
    for name, text in found.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        page = pattern.sub(lambda m, text=text: f"{m[1]}{text}\n{m[2]}", page)
    return page


def main() -> int:
    found = blocks()
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8"), found), encoding="utf-8")
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
