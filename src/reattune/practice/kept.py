"""What is kept of a session beside its row: small records for the codec, and the way from them to ``Findings``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reattune.record import Coding, Episode, Explanation, Scales, Session
from reattune.repair.frame_talk import FrameSuggestion
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread


@dataclass(frozen=True)
class Found:
    """What analysis adds to session and coding."""

    episodes: tuple[Episode, ...]
    scales: Scales
    explanations: tuple[Explanation, ...] = ()


@dataclass(frozen=True)
class Corrected:
    """The coding with what people corrected, and what follows from it."""

    coding: Coding
    found: Found


@dataclass(frozen=True)
class Beside:
    """What the ledger needs of a session beyond its findings.

    Attributes:
        frame_talk: suggestions to record a change of the frame.
        corrected: None where nobody corrected anything.
    """

    frame_talk: tuple[FrameSuggestion, ...] = ()
    corrected: Corrected | None = None


def found_of(findings: Findings) -> Found:
    """What is kept of findings beside session and coding."""
    return Found(findings.episodes, findings.scales, findings.explanations)


def findings_of(session: Session, coding: Coding, found: Found) -> Findings:
    """Findings from their kept parts."""
    return Findings(session, coding, found.episodes, found.scales, found.explanations)


def wordless(session: Session) -> Session:
    """The same session with the words gone: turns, roles and times stay; labels, file name and notices go with the words.

    A label is often a name. Speakers stay apart as "Speaker 1", "Speaker 2" in the order in which they first speak.
    """
    labels: dict[str, str] = {}
    for turn in session.turns:
        labels.setdefault(turn.speaker, f"Speaker {len(labels) + 1}")
    for one in session.roles:
        labels.setdefault(one.speaker, f"Speaker {len(labels) + 1}")
    return replace(
        session,
        id="",
        turns=tuple(replace(t, speaker=labels[t.speaker], text="", id=None) for t in session.turns),
        source=None,
        roles=tuple(replace(r, speaker=labels[r.speaker]) for r in session.roles),
        notices=(),
    )


def has_words(session: Session) -> bool:
    """Whether any turn has words."""
    return any(turn.text for turn in session.turns)


def wordless_talk(talk: tuple[FrameSuggestion, ...]) -> tuple[FrameSuggestion, ...]:
    """Suggestions without their quotes."""
    return tuple(replace(one, quote="", start=0, end=0) for one in talk)


def wordless_threads(threads: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """Threads without the sentences that quote them; where they lead stays."""
    return tuple(replace(one, why=()) for one in threads)
