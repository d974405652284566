"""Coded sessions written down as text, codes behind the turns (``data/FORMAT.md`` describes it)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from reattune.coders.human import CodedEpisode, TranscriptCodes
from reattune.errors import InputError
from reattune.record import Scales
from reattune.scheme import load_scheme

_TURN = re.compile(r"^(?P<voice>[TCX]):\s*(?P<text>.*?)(?:\s+##\s*(?P<tags>.*))?$")
_EDGE = re.compile(r"^(?:(?P<trigger>E\d+)!|(?P<start>E\d+)>|<(?P<end>E\d+))$")
_CODE = re.compile(r"^(?P<code>[a-z_]+)(?:/(?P<intensity>[123]))?$")
_EPISODE = re.compile(
    r"^@(?P<name>E\d+) type=(?P<type>withdrawal|confrontation|mixed) significance=(?P<significance>[1-5])"
    r" outcome=(?P<outcome>unaddressed|attempted|partial|resolved)$"
)
_SESSION = re.compile(
    r"^@session withdrawal=([1-5]) confrontation=([1-5]) resolution=([1-5]|-) contribution=([1-5])$"
)
_ROLES = {"T": "therapist", "C": "client", "X": "third"}


@dataclass
class InlineSession:
    """A session and its codes; ``codes`` counts turns from 0."""

    roles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    codes: TranscriptCodes = field(default_factory=TranscriptCodes)
    about: dict[str, str] = field(default_factory=dict)


def read_inline(path: Path) -> InlineSession:
    """One file.

    Raises:
        InputError: a line is neither a turn nor an episode, a code is unknown or on the wrong voice, an episode has no start
            or no end, the ratings of the session are missing.
    """
    session = InlineSession()
    edges: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            _take(session, edges, line.strip())
        except ValueError as error:
            mend = "data/FORMAT.md shows how a line is written."
            raise InputError(str(error), mend=mend, path=path, line=number) from error
    if session.codes.scales is None:
        raise InputError("the @session line is missing", mend="Add it at the end.", path=path)
    return session


def _take(session: InlineSession, edges: dict[str, dict[str, int]], line: str) -> None:
    if turn := _TURN.match(line):
        session.roles.append(_ROLES[turn["voice"]])
        session.texts.append(turn["text"].strip())
        for tag in (turn["tags"] or "").split():
            _tag(session, edges, tag)
    elif episode := _EPISODE.match(line):
        edge = edges.get(episode["name"], {})
        if "start" not in edge or "end" not in edge:
            raise ValueError(f"{episode['name']} has no start or no end")
        session.codes.episodes.append(
            CodedEpisode(
                edge["start"],
                edge["end"],
                edge.get("trigger"),
                episode["type"],
                int(episode["significance"]),
                episode["outcome"],
            )
        )
    elif ratings := _SESSION.match(line):
        w, c, r, k = ratings.groups()
        session.codes.scales = Scales(int(w), int(c), None if r == "-" else int(r), int(k))
    elif line.startswith("#"):
        key, _, value = line.lstrip("# ").partition(":")
        session.about[key.strip()] = value.strip()
    elif line:
        raise ValueError(f"neither a turn nor a code line: {line[:40]!r}")


def _tag(session: InlineSession, edges: dict[str, dict[str, int]], tag: str) -> None:
    here = len(session.roles) - 1
    if edge := _EDGE.match(tag):
        for kind, name in edge.groupdict().items():
            if name:
                edges.setdefault(name, {})[kind] = here
        return
    found = _CODE.match(tag)
    if not found or found["code"] not in load_scheme():
        raise ValueError(f"unknown tag {tag!r}")
    code = load_scheme()[found["code"]]
    if session.roles[here] != code.on:
        raise ValueError(f"{code.code} cannot stand on a turn of the {session.roles[here]}")
    intensity = int(found["intensity"]) if found["intensity"] else (1 if code.is_marker else None)
    session.codes.turns.setdefault(here, []).append((code.code, intensity))
