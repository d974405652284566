"""Cases in a list, entries of the ledger, check-ins: the sentences that several pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - the fields below are called date
from datetime import timedelta
from typing import Any

from reattune.practice.views import CaseCard, CaseFile, CheckInCard, News, NoteCard, OpenRupture
from reattune.record import RuptureStatus, RuptureType
from reattune.report import words
from reattune.report.ledgerview import STATUS_WORDS
from reattune.report.ratings.words import day
from reattune.web.i18n import languages

SUREST = 0.99
"""No machine is surer of a strain."""
SOON = timedelta(days=7)
"""Appointments so far ahead stand under "who is coming"."""
KIND_WORDS = {"therapy": "therapy", "couple": "couple", "work": "work"}
KINDS_OF_STRAIN = {
    "stung": "something was said that stung",
    "not_said": "something hoped for was not said",
    "judged": "felt judged",
    "too_fast": "it went too fast",
    "agreed_not_meant": "agreed, but did not mean it",
    "setting": "about time, money or setting",
}
"""The client's choices, by the check-in's keys, as a therapist reads them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry that is not settled, in words. ``tried`` is a sentence or ""."""

    id: str
    kind: str
    title: str
    since: str
    sure: str
    why: str
    tried: str
    tried_any: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a row of a list."""

    id: str
    label: str
    facts: tuple[str, ...]
    why: str
    standing: tuple[Standing, ...]
    news: tuple[str, ...]
    next_date: Date | None
    when: str


@dataclass(frozen=True, slots=True)
class Said:
    """A check-in as far as the client lets it be read."""

    id: str
    session: int
    date: str
    waits: bool
    answers: tuple[tuple[str, str], ...] = ()
    hard: str = ""
    kinds: tuple[str, ...] = ()
    strength: str = ""
    words: str = ""


_WORDS = re.compile(r"(noted that something was hard to say[^“”]*?):? “.*”", re.DOTALL)


def unread(why: str) -> str:
    """A sentence about a check-in without the client's words: those wait behind a line of preparation."""
    return _WORDS.sub(r"\1.", why)


def standing(one: OpenRupture) -> Standing:
    """An unsettled entry in words."""
    kind = words.TYPE_WORDS[RuptureType(one.type)] if one.type else "strain, seen in a form only"
    since = f"since session {one.since}" + (f", {day(one.since_date)}" if one.since_date else "")
    tried = [words.phrase(code) for code in one.tried[:3]]
    return Standing(
        one.id,
        one.type or "form",
        f"possible {kind}, {STATUS_WORDS[RuptureStatus(one.status)]}",
        since,
        sure_of(one.probability),
        unread(one.why),
        f"Tried so far: the therapist perhaps {'; '.join(tried)}."
        if tried
        else "Nothing was tried yet that shows.",
        bool(tried),
        one.waits,
    )


def row(card: CaseCard, today: Date, *, most: int = 2, news: int = 3, known: str = "") -> Row:
    """A case as a row; at most so many entries and pieces of news; ``known`` is said already."""
    facts = [words.count(card.sessions, "session")] if card.sessions else ["no session yet"]
    if card.last_date:
        facts.append(f"last on {day(card.last_date)}")
    if not card.mine:
        facts.append(f"shared by {card.therapist_name}")
    if card.ending:
        facts.append(f"ended: {ENDINGS[str(card.ending)]}")
    return Row(
        card.id,
        card.label,
        tuple(facts),
        card.why,
        tuple(standing(one) for one in card.open[:most]),
        told(card.news, news, known or card.why),
        card.next_date,
        when(card.next_date, today),
    )


def told(news: Sequence[News], most: int, known: str = "") -> tuple[str, ...]:
    """What is new, in sentences: what a client or a form says first, transcripts counted; ``known`` stands there already."""
    said = list(dict.fromkeys(n.what for n in news if n.kind != "transcript" and n.what != known))[:most]
    analysed = [n.what for n in news if n.kind == "transcript"]
    if len(analysed) > 1:
        analysed = [f"{words.count(len(analysed), 'transcript')} were analysed."]
    return (*said, *analysed)


ENDINGS = {
    "agreed": "by agreement",
    "left": "the client stayed away",
    "referred": "goes on with somebody else",
}
"""How a case ended, in words."""


def when(one: Date | None, today: Date) -> str:
    """ "today", "tomorrow" or the day; "" for None."""
    if one is None:
        return ""
    return {0: "today", 1: "tomorrow"}.get((one - today).days, one.strftime("%A ") + day(one))


def coming(cards: Sequence[CaseCard], today: Date) -> list[CaseCard]:
    """Those who come within ``SOON``, by day; within a day in the order of attention."""
    soon = [c for c in cards if c.next_date is not None and today <= c.next_date <= today + SOON]
    return sorted(soon, key=lambda c: c.next_date or today)


def said(card: CheckInCard, items: Mapping[str, str]) -> Said:
    """A check-in for its therapist. ``items`` are the questions by key."""
    one, date = card.said, day(card.date) if card.date else ""
    if one is None:
        return Said(card.id, card.session, date, waits=True)
    answers = tuple((items.get(key, key.replace("_", " ")), f"{value:g} of 10") for key, value in one.answers)
    hard = {True: "Something was hard to say.", False: "Nothing was hard to say.", None: ""}[one.hard_to_say]
    strength = f"How strong: {one.strength} of 5" if one.strength else ""
    kinds = tuple(words.capital(KINDS_OF_STRAIN.get(k, k.replace("_", " "))) for k in one.kinds)
    reasons = [languages()["en"].find(f"door.more.{key}") for key in one.made_hard]
    kinds += tuple(f"Made it hard to say in the session: “{why}”" for why in reasons if isinstance(why, str))
    return Said(card.id, card.session, date, False, answers, hard, kinds, strength, one.words)


def status_words(status: str) -> str:
    """A status in words for people."""
    return STATUS_WORDS[RuptureStatus(status)]


def entry_title(one: Mapping[str, Any]) -> str:
    """ "possible withdrawal, in repair", of an entry as the ledger's JSON has it."""
    kind = words.TYPE_WORDS[RuptureType(one["type"])] if one["type"] else "strain, seen in a form only"
    return f"possible {kind}, {status_words(one['status'])}"


def sure(one: Mapping[str, Any]) -> str:
    """How sure it is that an entry is a strain at all."""
    return sure_of(one["probability"])


def sure_of(probability: float) -> str:
    """A probability in words and as a count of a hundred; never all of them, whatever was rounded on the way here."""
    return f"{words.certainty(probability)}, {words.chance(min(probability, SUREST))}"


def readable(file: CaseFile) -> list[NoteCard]:
    """The notes that whoever asks may read: process notes are their writer's alone, and the case's own therapist's."""
    return [n for n in file.notes if file.card.mine or n.mine or n.note.shelf == "record"]
