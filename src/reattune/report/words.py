"""How findings are put into words: possible strain, worth checking; never a verdict, never a grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reattune.record import Episode, Outcome, Role, RuptureType, Scales, Session
from reattune.scheme import load_scheme

HEADLINE = "Possible strain, worth checking"

TYPE_WORDS = {
    RuptureType.WITHDRAWAL: "withdrawal",
    RuptureType.CONFRONTATION: "confrontation",
    RuptureType.MIXED: "withdrawal and confrontation",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """What to call the two: "the client" and "the therapist", elsewhere their labels in the file."""

    client: str
    therapist: str
    work: str = "the work"

    @classmethod
    def of(cls, session: Session) -> Parties:
        """The parties of a session."""
        roles = {turn.role for turn in session}
        elsewhere = bool(roles & {Role.SELF, Role.OTHER}) and not roles & {Role.THERAPIST, Role.CLIENT}
        return cls(
            _party(session, Role.CLIENT, Role.OTHER, "the client"),
            _party(session, Role.THERAPIST, Role.SELF, "the therapist"),
            "the talk" if elsewhere else "the work",
        )


def _party(session: Session, in_therapy: Role, elsewhere: Role, noun: str) -> str:
    labels = list(dict.fromkeys(turn.speaker for turn in session if turn.role is elsewhere))
    if not labels or any(turn.role is in_therapy for turn in session):
        return noun
    return " and ".join(labels[:2])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What is known of the coder's errors, from the settings of its coding; None where nothing is known."""

    precision: float | None = None
    recall: float | None = None
    recall_withdrawal: float | None = None
    recall_confrontation: float | None = None

    @classmethod
    def of(cls, settings: Mapping[str, float]) -> Accuracy:
        """From settings such as ``{"precision_rupture": 0.62, "recall_rupture": 0.55}``."""
        return cls(
            settings.get("precision_rupture"),
            settings.get("recall_rupture"),
            settings.get("recall_withdrawal"),
            settings.get("recall_confrontation"),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence a known figure."""
        said = []
        if self.precision is not None:
            said.append(
                f"Measured against readers of other sessions (language models, not clinicians): of 100 turns "
                f"that this coder marks as strain, they marked about {_hundred(self.precision)}; the others "
                f"are false alarms."
            )
        if self.recall is not None:
            said.append(f"Of 100 turns that the readers marked, it finds about {_hundred(self.recall)}.")
        if self.recall_withdrawal is not None:
            said.append(
                f"Of 100 in which they saw a client draw back, it finds about "
                f"{_hundred(self.recall_withdrawal)}."
            )
        if self.recall_confrontation is not None:
            said.append(
                f"Of 100 in which they saw a client push back, it finds about "
                f"{_hundred(self.recall_confrontation)}."
            )
        return tuple(said)


def phrase(code: str) -> str:
    """A code of the scheme in a few words; a code that the scheme does not know, as its name."""
    known = load_scheme().get(code)
    return known.phrase if known else code.replace("_", " ")


def outcome_label(outcome: Outcome, coder_kind: str) -> str:
    """How it ended, in a word or two; with "perhaps" unless a person coded it."""
    label = load_scheme().scale("outcome")[str(outcome)].label
    return label if coder_kind == "human" else f"perhaps {label}"


def certainty(probability: float) -> str:
    """How sure, in words that promise no more than the number."""
    if probability >= 0.85:
        return "fairly sure"
    if probability >= 0.65:
        return "more likely than not"
    if probability >= 0.45:
        return "about even"
    return "a weak hint"


def chance(probability: float) -> str:
    """A probability as a count of a hundred; 0 and 100 are left to what is certain."""
    return f"{_hundred(probability)} in 100"


def _hundred(probability: float) -> int:
    return min(99, max(1, round(100 * probability))) if 0 < probability < 1 else round(100 * probability)


def number(index: int) -> int:
    """A turn's number for people, who count from 1. Machines get the index, from 0."""
    return index + 1


def turns(start: int, end: int) -> str:
    """ "turn 4" or "turns 4–9" for people, from the indices of the first and the last turn."""
    return f"turn {number(start)}" if start == end else f"turns {number(start)}–{number(end)}"


def clock(ms: int | None) -> str:
    """Milliseconds as "4:05" or "1:04:05"; an empty string for None."""
    if ms is None:
        return ""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 turn", "12 turns"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def strain(kind: RuptureType, parties: Parties) -> str:
    """What may have happened, as a clause."""
    if kind is RuptureType.WITHDRAWAL:
        return f"{parties.client} may have drawn back from {parties.therapist} or from {parties.work}"
    if kind is RuptureType.CONFRONTATION:
        return f"{parties.client} may have pushed back against {parties.therapist} or {parties.work}"
    return f"{parties.client} may have drawn back and also pushed back"


def significance(value: int) -> str:
    """How much it weighs, as a noun phrase."""
    if value >= 5:
        return "a strain that may put the work or the relationship at stake"
    return f"a {load_scheme().scale('significance')[value].label} strain"


def ending(outcome: Outcome, parties: Parties) -> str:
    """How it ended, as a clause."""
    return {
        Outcome.UNADDRESSED: f"no attempt by {parties.therapist} to mend it shows in the text",
        Outcome.ATTEMPTED: (
            f"{parties.therapist} tried to mend it, and the text does not show {parties.client} coming back"
        ),
        Outcome.PARTIAL: "some of the working together seems to have come back",
        Outcome.RESOLVED: f"{parties.client} seems to have come back into {parties.work}",
    }[outcome]


def scales(value: Scales, parties: Parties) -> tuple[tuple[str, str], ...]:
    """The session ratings in words, without their numbers: what is rated, and how it was."""

    def meaning(name: str, rating: int | None) -> str:
        scale = load_scheme().scale(name)
        if rating == 1 and name != "resolution":
            return "no turn, or hardly one, was marked for it"
        return scale.empty if rating is None else scale[rating].meaning

    return (
        (f"{capital(parties.client)} drawing back", meaning("withdrawal", value.withdrawal)),
        (f"{capital(parties.client)} pushing back", meaning("confrontation", value.confrontation)),
        ("Coming back together", meaning("resolution", value.resolution)),
        (f"What {parties.therapist} may have added", meaning("contribution", value.contribution)),
    )


def in_order_of_attention(episodes: Sequence[Episode]) -> tuple[int, ...]:
    """Indices of episodes, the one to look at first in front: weighty, likely and still open."""
    still_open = {
        Outcome.UNADDRESSED: 1.0,
        Outcome.ATTEMPTED: 1.0,
        Outcome.PARTIAL: 0.8,
        Outcome.RESOLVED: 0.6,
    }

    def weight(index: int) -> float:
        episode = episodes[index]
        return episode.significance * episode.probability * still_open[episode.outcome]

    return tuple(sorted(range(len(episodes)), key=lambda i: (-weight(i), i)))


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
