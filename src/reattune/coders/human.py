"""What people (or other readers) coded: a codings file in, a coding out.

The file has one JSON object a line, as the codebook describes it: ``turn``, ``episode`` and ``session`` lines, with ``t`` the
transcript and ``u`` the utterance.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reattune.errors import InputError
from reattune.record import Code, CoderId, Coding, Scales, Session, TurnCoding
from reattune.scheme import load_scheme

_KINDS = ("turn", "episode", "session")


@dataclass(frozen=True, slots=True)
class CodedEpisode:
    """An episode as a coder wrote it down; positions are utterance ids of the file."""

    start: int
    end: int
    trigger: int | None
    type: str
    significance: int
    outcome: str


@dataclass
class TranscriptCodes:
    """All that one coder said of one transcript: codes and intensities by utterance, episodes, session ratings."""

    turns: dict[int, list[tuple[str, int | None]]] = field(default_factory=dict)
    episodes: list[CodedEpisode] = field(default_factory=list)
    scales: Scales | None = None


def read_codings(path: str | Path) -> dict[str, TranscriptCodes]:
    """A codings file by transcript.

    Raises:
        InputError: a line is no JSON, is of an unknown kind, lacks a field or names a code that the scheme has not.
    """
    found: dict[str, TranscriptCodes] = defaultdict(TranscriptCodes)
    text = Path(path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            _take(found, json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise InputError(
                f"not a line of a codings file ({type(error).__name__}: {error})",
                mend='A line looks like {"k":"turn","t":"12","u":7,"codes":[["denial",1]]}.',
                path=path,
                line=number,
            ) from error
    return dict(found)


def _take(found: dict[str, TranscriptCodes], row: Mapping[str, Any]) -> None:
    known = load_scheme()
    kind, codes = row["k"], found[str(row["t"])]
    if kind not in _KINDS:
        raise ValueError(f"k is {kind!r}; it can be {', '.join(_KINDS)}")
    if kind == "turn":
        for entry in row["codes"]:
            known[entry[0]]
        codes.turns[int(row["u"])] = [(c[0], int(c[1]) if len(c) > 1 else None) for c in row["codes"]]
    elif kind == "episode":
        trigger = row["trigger"]
        codes.episodes.append(
            CodedEpisode(
                int(row["start"]),
                int(row["end"]),
                None if trigger is None else int(trigger),
                row["type"],
                int(row["significance"]),
                row["outcome"],
            )
        )
    else:
        codes.scales = Scales(row["withdrawal"], row["confrontation"], row["resolution"], row["contribution"])


class HumanCoder:
    """A person's codes as a coder like any other: probabilities are 0 or 1.

    Args:
        codes: what the person coded of the session, by position of the turn in the session.
        name: who it was.
    """

    def __init__(self, codes: TranscriptCodes, name: str) -> None:
        self._codes = codes
        self._id = CoderId("human", name)

    @property
    def id(self) -> CoderId:
        """Who coded."""
        return self._id

    def code(self, session: Session) -> Coding:
        """The person's codes on this session's turns."""
        return Coding(self.id, tuple(self._turn(session, i) for i in range(len(session))), self._codes.scales)

    def _turn(self, session: Session, index: int) -> TurnCoding:
        scheme, role = load_scheme(), session.turns[index].role
        codes = tuple(
            Code(index, code, scheme[code].family, 1.0, intensity)
            for code, intensity in self._codes.turns.get(index, [])
        )
        present = {c.family for c in codes}

        def said(coded: bool, *families: str) -> float | None:
            return float(bool(present & set(families))) if coded else None

        return TurnCoding(
            turn=index,
            p_rupture=said(role.strains, "withdrawal", "confrontation"),
            p_withdrawal=said(role.strains, "withdrawal"),
            p_confrontation=said(role.strains, "confrontation"),
            p_strategy=said(role.helps, "strategy"),
            p_contribution=said(role.helps, "contribution"),
            codes=codes,
        )
