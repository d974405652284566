"""Coded transcripts as training material: the sessions, soft labels for each turn, and which sessions belong together."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reattune.coders.human import TranscriptCodes, read_codings
from reattune.coders.labels import CLIENT_LABELS, FAMILY_OF, LABELS, UNRATED
from reattune.coders.training.inline import read_inline

Floats = NDArray[np.float32]


@dataclass
class CodedSession:
    """A transcript with its reference codes.

    Attributes:
        key: unique over all sources ("annomi/12").
        group: sessions that share a client, a scenario or a series; never split between training and test.
        roles, texts: one entry a turn.
        targets: (turns, labels), 0-1, the mean over coders; ``UNRATED`` where a label does not apply to the turn's role.
        gold: (turns, labels), 0 or 1, the reference coding alone, same ``UNRATED``.
    """

    key: str
    group: str
    roles: list[str]
    texts: list[str]
    targets: Floats
    gold: Floats
    codes: TranscriptCodes = field(default_factory=TranscriptCodes)
    info: dict[str, str] = field(default_factory=dict)


def label_turns(roles: Sequence[str], codes: TranscriptCodes) -> Floats:
    """(turns, labels) from one coder's codes: 0, 1, or ``UNRATED`` where the label is not for the turn's role."""
    y = np.zeros((len(roles), len(LABELS)), dtype=np.float32)
    for position, turn_codes in codes.turns.items():
        for code, intensity in turn_codes:
            family = FAMILY_OF[code]
            present = {code, family}
            if family in CLIENT_LABELS:
                present |= {"rupture"}
                present |= {
                    name for name, least in (("clear", 2), ("strong", 3)) if (intensity or 1) >= least
                }
            for name in present:
                y[position, LABELS.index(name)] = 1
    for episode in codes.episodes:
        y[episode.start : episode.end + 1, LABELS.index("strained")] = 1
    for j, name in enumerate(LABELS):
        if name == "strained":
            continue
        wanted = "client" if FAMILY_OF.get(name, name) in CLIENT_LABELS else "therapist"
        for i, role in enumerate(roles):
            if role != wanted:
                y[i, j] = UNRATED
    return y


def load_corpus(
    table: Path, codings: Sequence[tuple[Path, float]], source: str, groups: dict[str, str] | None = None
) -> list[CodedSession]:
    """A table of transcripts (AnnoMI's columns) with codings and their weights in the soft labels; the first is the reference."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            rows[row["transcript_id"]].append(row)
    coders = [(read_codings(path), weight) for path, weight in codings]
    total = sum(weight for _, weight in coders)
    sessions = []
    for transcript, lines in rows.items():
        place = {int(r["utterance_id"]): i for i, r in enumerate(lines)}
        roles = [r["interlocutor"] for r in lines]
        labelled = []
        for coder, _ in coders:
            codes = _in_positions(coder.get(transcript, TranscriptCodes()), place)
            labelled.append((label_turns(roles, codes), codes))
        gold, codes = labelled[0]
        sessions.append(
            CodedSession(
                key=f"{source}/{transcript}",
                group=f"{source}/{(groups or {}).get(transcript, transcript)}",
                roles=roles,
                texts=[r["utterance_text"] for r in lines],
                targets=np.sum([y * w for (y, _), (_, w) in zip(labelled, coders, strict=True)], axis=0)
                / total,
                gold=gold,
                codes=codes,
                info={k: v for k, v in lines[0].items() if k in ("mi_quality", "topic", "participant_id")},
            )
        )
    return sessions


def _in_positions(codes: TranscriptCodes, place: dict[int, int]) -> TranscriptCodes:
    """The same codes with positions in the transcript in the place of utterance ids."""
    return TranscriptCodes(
        {place[u]: c for u, c in codes.turns.items()},
        [
            replace(
                e,
                start=place[e.start],
                end=place[e.end],
                trigger=None if e.trigger is None else place[e.trigger],
            )
            for e in codes.episodes
        ],
        codes.scales,
    )


ANNOMI_PAIRS = (
    ("11", "26"), ("13", "51"), ("15", "24"), ("20", "106"), ("21", "53", "44", "68", "90"), ("31", "57"), ("4", "74"),
    ("25", "102"), ("69", "70"), ("29", "35", "93", "124"), ("16", "37", "83", "133", "64"), ("128", "130"),
    ("22", "41", "76"), ("34", "96"), ("3", "19", "40", "50", "103"), ("9", "17"), ("42", "48"), ("30", "45"),
)  # fmt: skip
"""AnnoMI transcripts with one client, scenario or series of videos in common (by title): good and bad version of a visit."""


def annomi(shared: Path) -> list[CodedSession]:
    """The 90 AnnoMI transcripts; soft labels from the settled coding and the two passes behind it."""
    codings = shared / "rupture-codings"
    groups = {t: pair[0] for pair in ANNOMI_PAIRS for t in pair}
    return load_corpus(
        shared / "data/annomi/annomi-dev.csv",
        [
            (codings / "annomi.final.jsonl", 2.0),
            (codings / "annomi.coderA.jsonl", 1.0),
            (codings / "annomi.coderB.jsonl", 1.0),
        ],
        "annomi",
        groups,
    )


def mibot(shared: Path) -> list[CodedSession]:
    """106 text chats of smokers with a counselling program, one coder."""
    return load_corpus(
        shared / "data/mibot/mibot.csv", [(shared / "rupture-codings/mibot.coderA.jsonl", 1.0)], "mibot"
    )


def written(data: Path) -> list[CodedSession]:
    """Our own invented sessions: the first 192 with their writer's codes and a blind reader's, and those coded in line."""
    first = data / "first"
    sessions = load_corpus(
        first / "sessions.csv",
        [(first / "codes.author.jsonl", 1.0), (first / "codes.reader.jsonl", 1.0)],
        "written",
    )
    for path in sorted((data / "written").glob("*.txt")):
        found = read_inline(path)
        gold = label_turns(found.roles, found.codes)
        key = f"written/{path.stem}"
        sessions.append(
            CodedSession(key, key, found.roles, found.texts, gold, gold, found.codes, found.about)
        )
    return sessions
