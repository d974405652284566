"""Entries of a case's ledger as the pages show them: their life, what speaks for and against, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a parameter below holds dates
from typing import Any

from reattune.record import RuptureStatus, Source
from reattune.report import words
from reattune.report.ratings.words import short_day
from reattune.web.shown.cards import entry_title, status_words, sure, unread

SOURCES = {
    Source.TRANSCRIPT: "from the transcript",
    Source.RATING: "from a rating",
    Source.CHECK_IN: "from a check-in",
    Source.THERAPIST: "the therapist's word",
    Source.CLIENT: "the client's word",
    Source.ATTENDANCE: "from attendance",
    Source.ENDING: "from the ending",
}
_SETTLED = (RuptureStatus.REPAIRED, RuptureStatus.LOST, RuptureStatus.REFERRED)
_REFS = (
    ("trigger", "Just before"),
    ("first_marker", "First sign"),
    ("disclosed", "Spoken of"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of its life. ``aside``: the machine said it, and a person's word stands against it."""

    session: int
    day: str
    status: str
    why: str
    source: str
    aside: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A turn that the entry rests on."""

    label: str
    session: int
    number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: ``places`` are turns to look at, ``tried`` strategies with their places."""

    id: str
    kind: str
    title: str
    sure: str
    status: str
    waiting: bool
    since: str
    steps: tuple[Step, ...]
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    places: tuple[Place, ...]
    tried: tuple[Place, ...]
    ratings: tuple[str, ...]
    frame: tuple[str, ...]


def entries(
    ledger: Mapping[str, Any], dates: Mapping[int, Date | None], first: Sequence[str] = ()
) -> tuple[Entry, ...]:
    """All entries; those that are not settled first, in the order of ``first`` (their ids), then the others in their own."""
    made = [entry(one, dates) for one in ledger["ruptures"]]
    order = {id: n for n, id in enumerate(first)}
    return tuple(sorted(made, key=lambda e: (not e.waiting, order.get(e.id, len(order)))))


def entry(one: Mapping[str, Any], dates: Mapping[int, Date | None]) -> Entry:
    """One entry of the ledger's JSON."""
    history = one["history"]
    doubts = [r.removeprefix("Against: ") for r in one["reasons"] if r.startswith("Against: ")]
    tried: dict[tuple[int, int], list[str]] = {}
    for move in one["repairs"]:
        if move["turn"] is not None:
            tried.setdefault((move["session"], move["turn"]), []).append(words.phrase(move["strategy"]))
    return Entry(
        id=one["id"],
        kind=one["type"] or "form",
        title=entry_title(one),
        sure=sure(one),
        status=one["status"],
        waiting=RuptureStatus(one["status"]) not in _SETTLED,
        since=_since(history[0]["session"], dates),
        steps=tuple(
            Step(
                h["session"],
                short_day(dates.get(h["session"])),
                status_words(h["status"]),
                unread(h["why"]),
                SOURCES[Source(h["source"])],
                h["overruled"],
            )
            for h in history
        ),
        reasons=tuple(unread(r) for r in one["reasons"] if not r.startswith("Against: ")),
        doubts=tuple(words.capital(unread(d)) for d in doubts),
        places=_places(one),
        tried=tuple(Place("; ".join(dict.fromkeys(t)), s, words.number(i)) for (s, i), t in tried.items()),
        ratings=tuple(_drop(d) for d in one["ratings"]),
        frame=tuple(f"Session {w['session']}: {w['what']}. {w['why']}" for w in one["frame_warnings"]),
    )


def _since(session: int, dates: Mapping[int, Date | None]) -> str:
    said = short_day(dates.get(session))
    return f"first known with session {session}" + (f", {said}" if said else "")


def _places(one: Mapping[str, Any]) -> tuple[Place, ...]:
    found: list[Place] = []
    for key, label in _REFS:
        at = one.get(key)
        if at and at["turn"] is not None:
            passed = key == "trigger" and one["omission"]
            found.append(Place("Passed over" if passed else label, at["session"], words.number(at["turn"])))
    known = {(p.session, p.number) for p in found}
    for link in one["thread"][:2]:
        if link["turn"] is not None and (link["session"], words.number(link["turn"])) not in known:
            found.append(Place("Or it may go back to", link["session"], words.number(link["turn"])))
    return tuple(found)


def _drop(drop: Mapping[str, Any]) -> str:
    back = f"back with session {drop['recovery']}" if drop["recovery"] is not None else "not back yet"
    return (
        f"From session {drop['onset']}, {drop['rater']}, {drop['instrument']} {drop['scale']}: "
        f"{round(drop['worst'], 2):g} after {round(drop['reference'], 2):g}, {back}."
    )


def hints(ledger: Mapping[str, Any], most: int = 6) -> list[tuple[int, int | None, str]]:
    """The strongest of the weak signs in order of place: session, turn number, what it is."""
    found: Sequence[Mapping[str, Any]] = ledger["hints"]
    shown = sorted(found, key=lambda h: -h["probability"])[:most]
    return [
        (
            h["session"],
            None if h["turn"] is None else words.number(h["turn"]),
            f"{unread(' '.join(h['what']))} ({words.certainty(h['probability'])}, {words.chance(h['probability'])})",
        )
        for h in found
        if h in shown
    ]
