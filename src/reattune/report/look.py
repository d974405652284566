"""What to look at first, and how sure: the few sentences at the top of every report."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.record import Episode, TurnCoding
from reattune.report import words
from reattune.report.words import Accuracy, Parties
from reattune.ruptures.findings import Findings

_NEAREST = 3
_NEAR = 0.15
_AS_SURE = 0.1
_TELLING = 200


@dataclass(frozen=True, slots=True)
class Look:
    """The head of a report.

    Attributes:
        first: number (from 1) of the strain to look at first, or None where none was found.
        what: what to look at first, one sentence.
        sure: how sure that is and what else there is, one or two sentences.
        quote: the client turn that says it best, or None.
        before: the therapist turn just before, or None.
        nearest: where no strain was found, the client turns that came nearest to one.
    """

    first: int | None
    what: str
    sure: str
    quote: int | None = None
    before: int | None = None
    nearest: tuple[int, ...] = ()


def look(findings: Findings) -> Look:
    """What a reader with one minute should look at."""
    if not findings.episodes:
        return _nothing_found(findings)
    parties = Parties.of(findings.session)
    order = words.in_order_of_attention(findings.episodes)
    episode = findings.episodes[order[0]]
    where = words.turns(episode.start, episode.end)
    time = words.clock(findings.session.turns[episode.start].start_ms)
    if time:
        where = f"{where} (from {time})"
    what = (
        f"Look first at {where}: {words.strain(episode.type, parties)}. "
        f"It reads as {words.significance(episode.significance)}; {words.ending(episode.outcome, parties)}."
    )
    sure = f"{how_sure(findings, episode)} {_others(findings, order[1:])}".strip()
    return Look(order[0] + 1, what, sure, said_best(findings, episode), before(findings, episode))


def how_sure(findings: Findings, episode: Episode) -> str:
    """How sure it is that this is a strain at all, one sentence."""
    if findings.coder.kind == "human":
        return "A person coded this."
    return (
        f"How sure the coder is that this is a strain at all: "
        f"{words.certainty(episode.probability)}, about {words.chance(episode.probability)}."
    )


def markers(episode: Episode) -> tuple[int, ...]:
    """The client turns with a marker, in order; the first turn of the episode where the coder lists none."""
    return episode.markers or (episode.start,)


def said_best(findings: Findings, episode: Episode) -> int:
    """Of the client turns that the coder is surest of, the one that says most."""
    said = markers(episode)
    surest = max(_likely(findings.coding.turns[i]) for i in said)
    near = [i for i in said if _likely(findings.coding.turns[i]) >= surest - _AS_SURE]
    return max(near, key=lambda i: (min(len(findings.session.turns[i].text), _TELLING), -i))


def before(findings: Findings, episode: Episode) -> int | None:
    """The therapist turn that set it off, or else the last one before it; None at the very beginning."""
    if episode.trigger is not None:
        return episode.trigger
    turns = findings.session.turns[: episode.start]
    return next((turn.index for turn in reversed(turns) if turn.role.helps), None)


def unsure(findings: Findings) -> tuple[int, ...]:
    """The client turns that the coder leaves to the reader, the likeliest first."""
    turns = [coded for coded in findings.coding.turns if coded.unsure]
    turns.sort(key=lambda coded: (-_likely(coded), coded.turn))
    return tuple(coded.turn for coded in turns)


def _likely(coded: TurnCoding) -> float:
    known = [p for p in (coded.p_rupture, coded.p_withdrawal, coded.p_confrontation) if p is not None]
    return max(known, default=0.0)


def _others(findings: Findings, rest: tuple[int, ...]) -> str:
    if not rest:
        return "It is the only moment marked in this session."
    where = words.listed(
        [words.turns(findings.episodes[i].start, findings.episodes[i].end) for i in rest[:3]]
    )
    if len(rest) > 3:
        where = f"{where}, and {len(rest) - 3} more"
    return f"Then: {where}."


def _nothing_found(findings: Findings) -> Look:
    coded = [turn for turn in findings.coding.turns if _likely(turn) >= _NEAR]
    nearest = sorted(coded, key=lambda turn: (-_likely(turn), turn.turn))[:_NEAREST]
    accuracy = Accuracy.of(findings.coding.settings)
    if accuracy.recall_withdrawal is not None:
        missed = words.chance(1 - accuracy.recall_withdrawal)
        sure = (
            f"That is no proof that there was none: of the turns in which readers saw a client draw back, "
            f"it misses about {missed}."
        )
    elif accuracy.recall is not None:
        sure = (
            f"That is no proof that there was none: of the turns that readers marked as strain, "
            f"it misses about {words.chance(1 - accuracy.recall)}."
        )
    else:
        sure = "That is no proof that there was none: a quiet strain leaves few traces in the words."
    return Look(
        None,
        "This coder found no strain in the session.",
        sure,
        nearest=tuple(sorted(turn.turn for turn in nearest)),
    )
