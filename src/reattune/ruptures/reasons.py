"""Why an episode is thought to be one, and what speaks against it: sentences for the reader, each resting on a turn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median

from reattune.record import Code, Coding, Episode, Session
from reattune.scheme import load_scheme

SHORT_SHARE = 0.4
"""An answer of less than this share of the client's usual length counts as short for this client."""
FEW_WORDS = 6
"""A client whose answers have no more than so many words in the middle is a person of few words."""
NEAR = 0.1
"""A probability within this distance of the threshold is called close to it."""

_CLOSED = re.compile(
    r"^(is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|any|how (much|many|long|often|old))\b",
    re.IGNORECASE,
)


def evidence(session: Session, coding: Coding, episode: Episode) -> tuple[str, ...]:
    """What speaks for it, the most telling first."""
    found = [_marker_sentence(coding, i) for i in _strongest(coding, episode.markers)]
    if len(episode.markers) >= 3:
        found.append(f"{len(episode.markers)} client turns of this stretch carry a mark, not one alone.")
    found += _trigger_sentences(coding, episode)
    short = _short_answers(session, episode)
    if short:
        found.append(f"Shorter than this client's usual answers: {_turns(short)}.")
    if episode.strategies:
        found.append(_outcome_sentence(session, coding, episode))
    return tuple(found)


def counter_evidence(session: Session, coding: Coding, episode: Episode) -> tuple[str, ...]:
    """What speaks against it, or leaves it open. Never empty: there is always a doubt to name."""
    found = []
    threshold = coding.settings.get("threshold_rupture")
    if threshold is not None and episode.probability < threshold + NEAR:
        found.append("The coder's probability is close to the point below which it says nothing.")
    if len(episode.markers) == 1:
        found.append("It rests on a single client turn.")
    usual = _usual_words(session)
    if usual is not None and usual <= FEW_WORDS and _short_talk(session, episode):
        found.append(f"This client is brief all along (half of the turns have {usual:.0f} words or fewer).")
    closed = [i for i in episode.markers if _answers_closed_question(session, i)]
    if closed:
        found.append(
            f"A closed question came just before, which a short answer may simply fit: {_turns(closed)}."
        )
    if episode.trigger is None or not coding.turns[episode.trigger].has("contribution"):
        found.append("Nothing in the therapist's turns just before was marked as feeding it.")
    if not _marked_after(session, coding, episode):
        found.append("The client's next turns carry no mark.")
    if not found:
        found.append("The words alone do not tell tone of voice, silence or what the two know of each other.")
    return tuple(found)


def _phrase(code: str) -> str:
    return load_scheme()[code].phrase


def _strongest(coding: Coding, markers: Iterable[int]) -> list[int]:
    """Up to three marked turns, the most probable ones, in order of the talk."""
    ranked = sorted(markers, key=lambda i: -(coding.turns[i].p_rupture or 0))
    return sorted(ranked[:3])


def _markers_of(coding: Coding, turn: int) -> list[Code]:
    return [c for c in coding.turns[turn].codes if c.family in ("withdrawal", "confrontation")]


def _marker_sentence(coding: Coding, turn: int) -> str:
    codes = " and ".join(_phrase(c.code) for c in _markers_of(coding, turn)[:2])
    if coding.coder.kind == "human":
        return f"Turn {turn + 1}: the client {codes}."
    return f"Turn {turn + 1}: the client perhaps {codes} (probability {coding.turns[turn].p_rupture:.2f})."


def _trigger_sentences(coding: Coding, episode: Episode) -> list[str]:
    if episode.trigger is None:
        return []
    feeding = [c for c in coding.turns[episode.trigger].codes if c.family == "contribution"]
    return [
        f"Just before, in turn {episode.trigger + 1}, the therapist perhaps {_phrase(c.code)}."
        for c in feeding[:1]
    ]


def _outcome_sentence(session: Session, coding: Coding, episode: Episode) -> str:
    last = episode.strategies[-1]
    after = [t.index for t in session.turns[last.turn + 1 :] if t.role.strains][:3]
    marked = [i for i in after if _markers_of(coding, i)]
    what = f"In turn {last.turn + 1} the therapist perhaps {_phrase(last.code)}"
    if not after:
        return f"{what}; the session ends there."
    if marked:
        return f"{what}; the strain is still heard afterwards: {_turns(marked)}."
    return f"{what}; of the client's next {len(after)} turns none carries a mark."


def _words(session: Session, turn: int) -> int:
    return len(session.turns[turn].text.split())


def _usual_words(session: Session) -> float | None:
    counts = [_words(session, t.index) for t in session.turns if t.role.strains]
    return float(median(counts)) if len(counts) >= 5 else None


def _short_answers(session: Session, episode: Episode) -> list[int]:
    usual = _usual_words(session)
    if usual is None or usual <= FEW_WORDS:
        return []
    return [i for i in episode.markers if _words(session, i) < SHORT_SHARE * usual]


def _short_talk(session: Session, episode: Episode) -> bool:
    return all(_words(session, i) <= FEW_WORDS for i in episode.markers)


def _answers_closed_question(session: Session, turn: int) -> bool:
    """Whether a short answer follows a question that asks for a fact or a yes or no."""
    if turn == 0 or _words(session, turn) > FEW_WORDS:
        return False
    before = session.turns[turn - 1]
    questions = [s for s in re.split(r"(?<=[.?!])\s+", before.text.strip()) if s.endswith("?")]
    return before.role.helps and bool(questions) and bool(_CLOSED.match(questions[-1]))


def _marked_after(session: Session, coding: Coding, episode: Episode) -> bool:
    after = [t.index for t in session.turns[episode.markers[-1] + 1 :] if t.role.strains][:3]
    return not after or any(_markers_of(coding, i) for i in after)


def _turns(turns: list[int]) -> str:
    """Turns as readers count them, from 1."""
    numbers = [str(i + 1) for i in turns]
    return f"turn {numbers[0]}" if len(numbers) == 1 else f"turns {', '.join(numbers[:-1])} and {numbers[-1]}"
