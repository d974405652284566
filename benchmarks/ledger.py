"""How often the ledger is right about the example cases: status, cases without a strain, threads.

    python benchmarks/ledger.py [--cases FOLDER] [--json FILE] [--page FILE] [--each]

Needs nothing but the package. Each folder holds a case and an ``expected.json``, written together with it. The cases fall into two
halves by a hash of their names: *tune* may be looked at while rules are made, *measure* is only counted. Threads were made on
examples of this kind, so neither half is unseen for them; a fresh set of cases is (``--cases``). A third set, *short*, stands in
``benchmarks/ledger_cases``: written for making rules, no measurement either.

Counted:

- **status right**: of the expected ruptures, those whose entry in the ledger has the expected status. An entry belongs to an
  expected rupture when it names a turn close to one of that rupture's (at most six turns away), else when it is the only one left.
- **clean**: of the cases without a rupture, those for which the ledger has no entry; **extra**: entries that belong to nothing.
- **threads** (``benchmarks/threads.py`` has them with weights that were fitted without the case): of the expected ruptures that a later turn speaks of, those whose earlier turn is the first, or among the first five,
  of the turns offered: as the ledger gives them (the later turn has to be found as well), and given the later turn, beside BM25
  (k1 = 1.2, b = 0.75; Robertson & Zaragoza, 2009) and the cosine between means of word vectors, both over all earlier therapist turns.

Intervals: 95%, Wilson (1927).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reattune.casework import code_case, evidence_of, open_case
from reattune.coders import load_coder
from reattune.ledger import keep_ledger
from reattune.report.ledgerdata import ledger_to_dict
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import find_threads
from reattune.ruptures.threads.words import index_texts

HERE = Path(__file__).parent
CASES = HERE.parent / "examples/cases"
SHORT = HERE / "ledger_cases"
GROUPS = ("tune", "short", "measure")
NEAR = 6
FIRST = 5

Place = tuple[int, int]


def half_of(folder: Path) -> str:
    """Which half a case belongs to; "short" for those that were written for making rules."""
    if folder.parent == SHORT:
        return "short"
    name = folder.name
    return ("tune", "measure")[hashlib.sha256(name.encode()).digest()[0] % 2]


def place(ref: Mapping[str, Any] | None) -> Place | None:
    """A turn as a pair."""
    return None if ref is None or ref["turn"] is None else (ref["session"], ref["turn"])


def turns_of(rupture: Mapping[str, Any]) -> list[Place]:
    """All turns that a rupture names."""
    named = [place(rupture.get(k)) for k in ("trigger", "first_marker", "disclosed")]
    named += [place(one) for one in rupture.get("repairs", ())]
    return [p for p in named if p is not None]


def matched(gold: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """For each expected rupture, the entry that belongs to it."""
    near = [
        (sum(any(a[0] == b[0] and abs(a[1] - b[1]) <= NEAR for b in turns_of(s)) for a in turns_of(g)), i, j)
        for i, g in enumerate(gold)
        for j, s in enumerate(said)
    ]
    found: list[int | None] = [None] * len(gold)
    for count, i, j in sorted(near, key=lambda x: (-x[0], x[1], x[2])):
        if count and found[i] is None and j not in found:
            found[i] = j
    open_gold = [i for i, j in enumerate(found) if j is None]
    open_said = [j for j in range(len(said)) if j not in found]
    if len(open_gold) == 1 and len(open_said) == 1:
        found[open_gold[0]] = open_said[0]
    return found


def bm25(texts: Sequence[str], query: str, k1: float = 1.2, b: float = 0.75) -> list[float]:
    """BM25 of each text for a query."""
    words = [re.findall(r"\w+", t.lower()) for t in texts]
    mean = sum(map(len, words)) / max(1, len(words))
    holding = Counter(w for text in words for w in set(text))
    scores = []
    for text in words:
        counts = Counter(text)
        score = 0.0
        for w in re.findall(r"\w+", query.lower()):
            rarity = math.log(1 + (len(words) - holding[w] + 0.5) / (holding[w] + 0.5))
            score += rarity * counts[w] * (k1 + 1) / (counts[w] + k1 * (1 - b + b * len(text) / mean))
        scores.append(score)
    return scores


def ranked(findings: Mapping[int, Findings], asked: Place) -> dict[str, list[Place]]:
    """Earlier turns, best first, by each method, for a later turn that is given."""
    earlier = [(n, findings[n].session, findings[n].coding) for n in sorted(findings) if n <= asked[0]]
    here = [
        (n, t.index, t.text) for n, session, _ in earlier if n < asked[0] for t in session if t.role.helps
    ]
    query = findings[asked[0]].session.turns[asked[1]].text
    places = [(n, i) for n, i, _ in here]

    def ordered(scores: Sequence[float]) -> list[Place]:
        return [places[k] for k in sorted(range(len(places)), key=lambda k: -scores[k])]

    means = index_texts([*(text for _, _, text in here), query]).means
    cosine = means[:-1] @ means[-1]
    threads = find_threads(earlier, only=asked[0], at_least=0.0)
    nearest = min(threads, key=lambda t: abs((t.disclosed.turn or 0) - asked[1]), default=None)
    links = nearest.links if nearest is not None else ()
    return {
        "reattune": [(link.to.session, link.to.turn or 0) for link in links],
        "bm25": ordered(bm25([text for _, _, text in here], query)),
        "vectors": ordered(cosine.tolist()),
    }


def hit(offered: Sequence[Place], wanted: Sequence[Place], among: int) -> bool:
    """Whether one of the wanted turns is among the first."""
    return any(p in wanted for p in offered[:among])


def judge(folder: Path) -> dict[str, Any]:
    """One case: what was expected, what was said, and what of it is right."""
    gold = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["ruptures"]
    opened = open_case(folder)
    findings = code_case(opened.case, load_coder())
    begun = time.perf_counter()
    ledger = keep_ledger(opened.case, evidence_of(opened.case, findings, opened.forms))
    spent = time.perf_counter() - begun
    said = ledger_to_dict(ledger, {})["ruptures"]
    pairs = matched(gold, said)
    made: dict[str, Any] = {
        "case": folder.name,
        "half": half_of(folder),
        "problems": [str(p) for p in opened.problems],
        "expected": [one["status"] for one in gold],
        "said": [one["status"] for one in said],
        "right": [
            j is not None and said[j]["status"] == g["status"] for g, j in zip(gold, pairs, strict=True)
        ],
        "found": [j is not None for j in pairs],
        "extra": len(said) - sum(j is not None for j in pairs),
        "seconds": spent,
        "threads": [],
    }
    for g, j in zip(gold, pairs, strict=True):
        wanted = [p for p in map(place, g["thread"]) if p is not None]
        asked = place(g["disclosed"])
        if not wanted or asked is None or asked[0] not in findings:
            continue
        offered = [p for p in map(place, said[j]["thread"]) if p is not None] if j is not None else []
        by = {"ledger": offered, **ranked(findings, asked)}
        made["threads"].append({k: [hit(v, wanted, 1), hit(v, wanted, FIRST)] for k, v in by.items()})
    made["invented"] = sum(bool(one["thread"]) for one in said) if not gold else 0
    return made


def share(values: Sequence[bool]) -> dict[str, Any]:
    """A share with its interval."""
    n, k, z = len(values), sum(values), 1.959964
    if not n:
        return {"n": 0}
    p, scale = k / n, 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    middle = (p + z * z / (2 * n)) / scale
    return {"n": n, "right": k, "share": p, "interval": [max(0.0, middle - half), min(1.0, middle + half)]}


def summed(cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All figures of some cases."""
    quiet = [c for c in cases if not c["expected"]]
    threads = [t for c in cases for t in c["threads"]]
    return {
        "cases": len(cases),
        "status_right": share([r for c in cases for r in c["right"]]),
        "found": share([r for c in cases for r in c["found"]]),
        "clean": share([not c["said"] for c in quiet]),
        "extra": sum(c["extra"] for c in cases if c["expected"]),
        "threads_invented": sum(c["invented"] for c in quiet),
        "threads": {
            name: {f"first_{k}": share([t[name][i] for t in threads]) for i, k in enumerate((1, FIRST))}
            for name in ("ledger", "reattune", "bm25", "vectors")
        },
    }


def render(results: Mapping[str, Any]) -> str:
    """The tables for the page."""

    def cell(one: Mapping[str, Any]) -> str:
        if not one["n"]:
            return "-"
        low, high = one["interval"]
        return f"{one['right']} of {one['n']} ({low:.0%}-{high:.0%})"

    halves = [(name, results[name]) for name in GROUPS if name in results]
    rows = [
        ("cases", [str(h["cases"]) for _, h in halves]),
        ("status right", [cell(h["status_right"]) for _, h in halves]),
        ("found at all", [cell(h["found"]) for _, h in halves]),
        ("cases without a strain left without an entry", [cell(h["clean"]) for _, h in halves]),
        ("entries that belong to nothing expected", [str(h["extra"]) for _, h in halves]),
        ("threads invented in cases without a strain", [str(h["threads_invented"]) for _, h in halves]),
    ]
    called = {
        "ledger": "thread, as the ledger gives it",
        "reattune": "thread, given the later turn",
        "bm25": "the same by BM25",
        "vectors": "the same by means of word vectors",
    }
    for key, title in called.items():
        for k in (1, FIRST):
            where = "first" if k == 1 else f"among the first {k}"
            rows.append((f"{title}: {where}", [cell(h["threads"][key][f"first_{k}"]) for _, h in halves]))
    lines = [
        "| | " + " | ".join(f"*{name}*" for name, _ in halves) + " |",
        "| --- |" + " --- |" * len(halves),
        *(f"| {title} | " + " | ".join(cells) + " |" for title, cells in rows),
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table; ``--json`` keeps it, ``--page`` puts it into a page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of case folders")
    parser.add_argument("--json", type=Path, help="keep the figures here")
    parser.add_argument("--page", type=Path, help="put the table into this page, between its marks")
    parser.add_argument(
        "--each", action="store_true", help="name each case outside of 'measure' and what was said"
    )
    options = parser.parse_args()
    places = [options.cases, SHORT] if options.cases == CASES else [options.cases]
    folders = sorted(p.parent for where in places for p in where.glob("*/expected.json"))
    cases = [judge(folder) for folder in folders]
    if options.each:
        for one in cases:
            if one["half"] != "measure":
                print(one["case"], "expected", one["expected"], "said", one["said"])
    results = {"date": datetime.now(UTC).date().isoformat()}
    for name in GROUPS:
        if any(c["half"] == name for c in cases):
            results[name] = summed([c for c in cases if c["half"] == name])
    results["ledger_ms"] = round(1000 * sorted(c["seconds"] for c in cases)[len(cases) // 2], 1)
    print(render(results))
    print(f"ledger of a case, transcripts already coded: {results['ledger_ms']} ms (median)")
    if options.page:
        block = re.compile(r"(<!-- ledger -->\n).*?(\n?<!-- /ledger -->)", re.DOTALL)
        page = options.page.read_text(encoding="utf-8")
        table = f"{render(results)}\n\nMeasured {results['date']}."
        options.page.write_text(
            block.sub(lambda m: f"{m[1]}{table}\n<!-- /ledger -->", page), encoding="utf-8"
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
