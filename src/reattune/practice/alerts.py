"""What the start page puts first, and what it calls worth checking, each with how often that comes up for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from reattune.coders.card import ModelCard
from reattune.practice.views import Alert, CaseCard, OpenRupture

OWN_WORDS = ("check_in", "note")
"""Kinds of entry that rest on a person's own word: no threshold, no false alarm."""
STALE = 3
"""So many sessions without a step towards repair and without a sign are worth a word."""


def transcript_alarms(card: ModelCard | None) -> str:
    """How often the model marks a turn that readers did not, from its own card."""
    share = None if card is None else card.metrics.get("precision_rupture")
    if share is None:
        return "How often this coder marks a turn for nothing has not been measured."
    return (
        f"Of 100 client turns that the model marks, about {round(100 * (1 - share))} were not marked by those who read the test "
        "talks (the model's card)."
    )


def rating_alarms(rate: float | None, rule: str) -> str:
    """How often a rule flags where nothing has changed. ``rate``: of 100 rated sessions of simulated stable clients."""
    if rate is None:
        return f"How often the rule {rule} flags stable clients has not been simulated."
    return f"Of 100 rated sessions of simulated clients in whom nothing changed, the rule {rule} flags {rate:.0f}."


def own_alarms() -> str:
    """For what a person said themself."""
    return "It rests on a person's own word."


def is_alert(one: OpenRupture, thresholds: Mapping[str, float]) -> bool:
    """Whether an entry is shown as an alert: likely enough for its kind, open, and not answered with "not so"."""
    if one.answer == "not_so":
        return False
    if one.kind in OWN_WORDS:
        return True
    return one.probability >= thresholds.get(one.kind, 0.0)


def alerts_of(cards: Sequence[CaseCard], thresholds: Mapping[str, float]) -> list[Alert]:
    """Alerts of all cards, the one to look at first in front: the client's own word, then the more likely."""
    found = [
        (not one.waits, one.kind not in OWN_WORDS, one.status != "open", -one.probability, place, card, one)
        for place, card in enumerate(cards)
        for one in card.open
        if is_alert(one, thresholds)
    ]
    return [_alert(card, one) for *_, card, one in sorted(found, key=lambda f: f[:5])]


def _alert(card: CaseCard, one: OpenRupture) -> Alert:
    return Alert(
        card.id,
        card.label,
        one.id,
        one.kind,
        sentence(one),
        one.probability,
        one.since,
        one.since_date,
        one.false_alarms,
    )


def sentence(one: OpenRupture) -> str:
    """An entry in a sentence to its therapist."""
    since = f"since session {one.since}{'' if one.since_date is None else f' ({day(one.since_date)})'}"
    if one.waits:
        return f"The client would like to talk about something first ({since.replace('since', 'after', 1)})."
    lead = {
        "transcript": f"Possible strain {since}, worth checking",
        "rating": f"Ratings lower {since}, worth asking about",
        "check_in": f"The client noted something hard to say {since.replace('since', 'after', 1)}",
        "note": f"Noted by hand {since}",
    }.get(one.kind, f"Possible strain {since}, worth checking")
    if one.status == "in_repair":
        return f"{lead}; in repair."
    if not one.tried:
        return f"{lead}; no step towards repair shows yet."
    return f"{lead}; still open after {len(one.tried)} {'step' if len(one.tried) == 1 else 'steps'} towards repair."


def day(one: date) -> str:
    """A day as people write it: "2 March"."""
    return f"{one.day} {one:%B}"


def in_order(cards: Sequence[CaseCard], thresholds: Mapping[str, float]) -> list[CaseCard]:
    """Cases with why each stands where it stands, the one to look at first in front.

    First who wants to talk about something, then what is open and likely, what is in repair, what is new, the rest; within
    each the nearer appointment, the more likely entry, the later session.
    """
    placed = [(*_tier(card, thresholds), card) for card in cards]
    placed.sort(key=lambda p: (p[0], _coming(p[2]), -_likely(p[2]), _last(p[2]), p[2].label))
    return [replace(card, why=why) for _, why, card in placed]


def _tier(card: CaseCard, thresholds: Mapping[str, float]) -> tuple[int, str]:
    shown = [one for one in card.open if is_alert(one, thresholds)]
    waiting = next((one for one in shown if one.waits), None)
    if waiting is not None:
        return 0, sentence(waiting)
    still = [one for one in shown if one.status == "open"]
    if still:
        return 1, sentence(still[0])
    mending = [one for one in card.open if one.status == "in_repair" and one.answer != "not_so"]
    if mending:
        one = mending[0]
        quiet = f" No sign either way for {one.stale} sessions." if one.stale >= STALE else ""
        return 2, f"In repair, first known with session {one.since}: ask how it stands.{quiet}"
    if card.news:
        return 3, f"New since you last looked: {card.news[-1].what}"
    if card.open and any(one.answer != "not_so" for one in card.open):
        return 4, "Something faint is kept in the ledger, below what this practice wants to be told."
    return 5, ""


def _coming(card: CaseCard) -> str:
    return "9999" if card.next_date is None else card.next_date.isoformat()


def _likely(card: CaseCard) -> float:
    return max((one.probability for one in card.open), default=0.0)


def _last(card: CaseCard) -> str:
    """Sorts the later session first."""
    text = "0000-00-00" if card.last_date is None else card.last_date.isoformat()
    return "".join(chr(0x7E - ord(c) + 0x20) for c in text)
