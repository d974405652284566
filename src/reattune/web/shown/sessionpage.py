"""The page of one session: which moments a person has changed, what goes back to earlier sessions, what it consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reattune.practice.views import Consent, CorrectionCard, EpisodeCard, MeetingCard, SessionFile
from reattune.record import Episode, RuptureType, Session
from reattune.report import words
from reattune.report.clean import shorten
from reattune.report.ratings.words import day
from reattune.ruptures.threads import Thread

QUOTE = 320
EARLIER = 3
_ENDED = {
    "unaddressed": "nobody took it up",
    "attempted": "taken up, not back yet",
    "partial": "partly back",
    "resolved": "back in the work",
}
CONSENT = {
    Consent.GIVEN: "the client agreed",
    Consent.WITHHELD: "the client did not agree",
    Consent.UNKNOWN: "whether the client agrees was not noted",
}
AWAY = {"held": "", "missed": "the client did not come", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a person said of a moment, beside the coder's version. ``now`` is "" where nobody said anything."""

    start: int
    now: str
    machine: str
    strain: str
    type: str
    outcome: str
    significance: int
    correction: str
    mendable: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A moment that a person says is none: where it was, why, and the correction to take back."""

    where: str
    turn: int
    why: str
    correction: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A turn of an earlier session, with the way there."""

    session: int
    number: int
    speaker: str
    text: str
    chance: str
    there: str


@dataclass(frozen=True, slots=True)
class GoesBack:
    """A client turn that seems to go back to earlier ones."""

    number: int
    speaker: str
    text: str
    here: str
    why: tuple[str, ...]
    earlier: tuple[Earlier, ...]


def told(card: EpisodeCard) -> Told:
    """What stands of a moment, and what the coder said."""
    stands = card.episode or card.machine
    if stands is None:
        raise ValueError("a card without an episode")
    said = card.correction
    return Told(
        start=(card.machine or stands).start,
        now=f"You say: {_in_words(stands)}." if said else "",
        machine=f"The coder said: {_in_words(card.machine)}." if said and card.machine else "",
        strain="no" if said and not said.correction.real else "yes" if said else "",
        type=str(stands.type),
        outcome=str(stands.outcome),
        significance=stands.significance,
        correction=said.id if said else "",
        mendable=card.machine is not None,
        note=said.correction.note if said else "",
    )


def _in_words(one: Episode) -> str:
    weight = words.significance(one.significance)
    return f"{words.TYPE_WORDS[RuptureType(one.type)]}, {weight}, {_ENDED[str(one.outcome)]}"


def set_aside(file: SessionFile) -> tuple[SetAside, ...]:
    """The moments that a person says are none."""
    return tuple(
        SetAside(
            words.turns(one.machine.start, one.machine.end),
            words.number(one.machine.start),
            one.correction.correction.note,
            one.correction.id,
        )
        for one in file.episodes
        if one.episode is None and one.machine is not None and one.correction is not None
    )


def facts(meeting: MeetingCard, session: Session | None) -> tuple[str, ...]:
    """Day, length, and what is known of the appointment."""
    said = [day(meeting.date)] if meeting.date else []
    away = AWAY[str(meeting.attendance)]
    if away:
        return (*said, away)
    if meeting.turns:
        said.append(words.count(meeting.turns, "turn"))
    if session is not None and session.duration_ms and session.duration_ms >= 60_000:
        said.append(f"{session.duration_ms // 60_000:,} min")
    if meeting.strains is not None:
        found = meeting.strains
        said.append(words.count(found, "possible strain") if found else "no strain found")
    if meeting.format is None:
        said.append("no transcript")
    elif not meeting.words_kept:
        said.append("the words were deleted")
    if meeting.consent is Consent.WITHHELD or (meeting.format and meeting.consent is not Consent.GIVEN):
        said.append(CONSENT[meeting.consent])
    return tuple(said)


def goes_back(
    threads: tuple[Thread, ...], sessions: Mapping[int, Session], home: str
) -> tuple[GoesBack, ...]:
    """The threads of a session, with the words at both ends.

    Args:
        threads: of one session.
        sessions: transcripts by session number, as far as they may be read.
        home: the case's address.
    """
    made = []
    for one in threads:
        at = one.disclosed
        here = sessions.get(at.session)
        if here is None or at.turn is None:
            continue
        earlier = []
        for link in one.links[:EARLIER]:
            to, there = link.to, sessions.get(link.to.session)
            if there is None or to.turn is None or to.turn >= len(there.turns):
                continue
            turn, number = there.turns[to.turn], words.number(to.turn)
            back = f"{at.session}.{words.number(at.turn)}"
            earlier.append(
                Earlier(
                    to.session, number, turn.speaker, shorten(turn.text, QUOTE), words.chance(link.score),
                    f"{turn_path(home, to.session, number, back)}",
                )
            )  # fmt: skip
        said = here.turns[at.turn]
        number = words.number(at.turn)
        if earlier:
            made.append(
                GoesBack(
                    number, said.speaker, shorten(said.text, QUOTE), turn_path(home, at.session, number),
                    one.why, tuple(earlier),
                )
            )  # fmt: skip
    return tuple(made)


def turn_path(home: str, session: int, number: int, back: str = "") -> str:
    """The address of a turn in the transcript. ``back`` names the turn to lead back to, "5.43"."""
    came = f"&from={back}" if back else ""
    return f"{home}/sessions/{session}/transcript?turn={number}{came}#turn-{number}"


def history(
    corrections: tuple[CorrectionCard, ...], turn: int, when: Callable[[CorrectionCard], str]
) -> list[dict[str, str]]:
    """The corrections of one turn, the latest first: id, what was said, when."""
    return [
        {"id": one.id, "told": _codes_told(one), "when": when(one)}
        for one in reversed(corrections)
        if one.correction.turn == turn and one.in_force
    ]


def _codes_told(one: CorrectionCard) -> str:
    codes = [words.phrase(code) for code in one.correction.codes]
    return words.capital("; ".join(codes)) if codes else "No code"
