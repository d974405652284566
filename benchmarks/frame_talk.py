"""How well talk about the frame is found: precision and recall on our own sentences, and every hit in real talk.

The sentences (``tests/repair/frame_talk.tsv``) are ours. Half of them ("tune") were looked at while the rules were
written, the other half ("measure") only counted. Both halves were written by one hand before the rules, so the
figures say how far the rules carry over to sentences of the same kind; what real talk is like is shown by the hits.

    python benchmarks/frame_talk.py [--part tune] [--show] [TABLE_OR_TRANSCRIPT ...]
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from reattune.formats import read
from reattune.record import Role, Session, Turn
from reattune.repair.frame import AREAS
from reattune.repair.frame_talk import find_frame_talk

SENTENCES = Path(__file__).parents[1] / "tests/repair/frame_talk.tsv"


def found_in(text: str, role: str) -> set[str]:
    turn = Turn(0, role, Role(role), text)
    return {s.area for s in find_frame_talk(Session("s", (turn,)))}


def rows(part: str) -> list[dict[str, str]]:
    with SENTENCES.open(encoding="utf-8") as file:
        return [r for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["part"] == part]


def measure(part: str) -> dict[str, tuple[int, int, int]]:
    """By area, and "all": sentences rightly found, found where they are not, not found."""
    counts = {area: [0, 0, 0] for area in AREAS}
    for row in rows(part):
        found = found_in(row["text"], row["role"])
        for area in AREAS:
            if area == row["area"]:
                counts[area][0 if area in found else 2] += 1
            elif area in found:
                counts[area][1] += 1
    made = {area: (c[0], c[1], c[2]) for area, c in counts.items()}
    made["all"] = tuple(sum(c[n] for c in counts.values()) for n in range(3))  # type: ignore[assignment]
    return made


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", default="measure", choices=("tune", "measure"))
    parser.add_argument(
        "--show", action="store_true", help="show the sentences that are found or missed wrongly"
    )
    parser.add_argument("talk", nargs="*", type=Path)
    given = parser.parse_args()
    sentences = rows(given.part)
    print(
        f"{given.part}: {len(sentences)} sentences, {sum(r['area'] != '-' for r in sentences)} of them about the frame"
    )
    for area, (right, wrong, missed) in measure(given.part).items():
        print(
            f"{area:16s} precision {share(right, right + wrong)} recall {share(right, right + missed)} ({right}/{right + missed}, {wrong} false)"
        )
    if given.show:
        for row in sentences:
            found = found_in(row["text"], row["role"])
            if found != {row["area"]} - {"-"}:
                print(f"  {row['area']:15s} found {sorted(found)}: {row['role']}: {row['text']}")
    for path in given.talk:
        made = read(path)
        sessions = [made] if isinstance(made, Session) else list(made)
        hits = [(s, f) for s in sessions for f in find_frame_talk(s)]
        print(
            f"\n{path.name}: {len(hits)} hits in {sum(len(s) for s in sessions)} turns of {len(sessions)} sessions"
        )
        for session, hit in hits:
            print(f"  {session.id}:{hit.turn} {hit.area} {hit.by.value}: {hit.quote}")


if __name__ == "__main__":
    main()
