"""A session's coding with what people corrected: codes first, then the episodes that follow, then words on single episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reattune.errors import SettingError
from reattune.practice.kept import Corrected, Found, has_words
from reattune.practice.views import Correction, CorrectionCard, EpisodeCard
from reattune.record import (
    Code,
    CoderId,
    Coding,
    Episode,
    Outcome,
    RuptureType,
    Session,
    TurnCoding,
)
from reattune.ruptures import find_episodes, rate_session
from reattune.scheme import load_scheme

BY_HAND = CoderId("human", "corrected")
"""Who coded, where a person has corrected something."""


def checked(correction: Correction, session: Session, episodes: Sequence[Episode]) -> Correction:
    """The correction, if it can be made.

    Args:
        correction: what a person said.
        session: the transcript.
        episodes: as they stand.

    Raises:
        SettingError: no such turn or episode, or a code, type or outcome that there is not or that does not fit the speaker.
    """
    if (correction.turn is None) == (correction.episode is None):
        raise SettingError("a correction is about one turn or one episode", mend="Name either")
    if correction.turn is not None:
        _check_codes(correction, session)
    elif correction.episode not in {e.start for e in episodes}:
        raise SettingError("no episode begins with this turn", mend="Correct the codes of the turn instead")
    _choice("type", correction.type, tuple(RuptureType))
    _choice("outcome", correction.outcome, tuple(Outcome))
    if correction.significance is not None and not 1 <= correction.significance <= 5:
        raise SettingError(
            "a significance is 1 to 5", mend="1 barely noticeable, 3 clear, 5 the work is at stake"
        )
    start = correction.episode
    if correction.trigger is not None and (start is None or not 0 <= correction.trigger < start):
        raise SettingError(
            "the trigger is no turn before the episode", mend="Choose an earlier turn of the therapist"
        )
    return correction


def _check_codes(correction: Correction, session: Session) -> None:
    turn = correction.turn
    if turn is None or not 0 <= turn < len(session):
        raise SettingError("there is no such turn", mend=f"Turns are 0 to {len(session) - 1}")
    if not has_words(session):
        raise SettingError(
            "the words of this session were deleted, and a code rests on words",
            mend="Correct the episode instead",
        )
    scheme, role = load_scheme(), session.turns[turn].role
    for name in correction.codes:
        code = scheme[name]
        fits = role.strains if code.is_marker else role.helps
        if not fits:
            raise SettingError(
                f"{name!r} is not coded on a turn of the {role}",
                mend="Markers are the client's, strategies the therapist's",
            )


def _choice(name: str, value: str | None, options: Sequence[str]) -> None:
    if value is not None and value not in options:
        raise SettingError(f"{value!r} is no {name}", mend=f"Choose one of: {', '.join(options)}")


def corrected(session: Session, coding: Coding, cards: Sequence[CorrectionCard]) -> Corrected | None:
    """Coding and episodes with the corrections in force; None where there are none."""
    standing = [c.correction for c in cards if c.in_force]
    if not standing:
        return None
    by_turn = {c.turn: c.codes for c in standing if c.turn is not None}
    turns = tuple(_turn(t, by_turn[t.turn]) if t.turn in by_turn else t for t in coding.turns)
    made = replace(coding, coder=BY_HAND, turns=turns, scales=None) if by_turn else coding
    by_start = {c.episode: c for c in standing if c.episode is not None}
    episodes = tuple(
        told
        for e in find_episodes(session, made)
        if (told := _episode(e, by_start[e.start]) if e.start in by_start else e) is not None
    )
    return Corrected(made, Found(episodes, rate_session(session, made, episodes)))


def _turn(turn: TurnCoding, names: Sequence[str]) -> TurnCoding:
    """A turn as a person coded it: what is named holds for certain, what is not does not hold."""
    scheme = load_scheme()
    codes = tuple(Code(turn.turn, name, scheme[name].family) for name in dict.fromkeys(names))
    families = {code.family for code in codes}

    def sure(before: float | None, *of: str) -> float | None:
        return None if before is None else float(bool(families.intersection(of)))

    return TurnCoding(
        turn.turn,
        p_rupture=sure(turn.p_rupture, "withdrawal", "confrontation"),
        p_withdrawal=sure(turn.p_withdrawal, "withdrawal"),
        p_confrontation=sure(turn.p_confrontation, "confrontation"),
        p_strategy=sure(turn.p_strategy, "strategy"),
        p_contribution=sure(turn.p_contribution, "contribution"),
        codes=codes,
    )


def _episode(episode: Episode, said: Correction) -> Episode | None:
    if not said.real:
        return None
    return replace(
        episode,
        type=episode.type if said.type is None else RuptureType(said.type),
        outcome=episode.outcome if said.outcome is None else Outcome(said.outcome),
        significance=episode.significance if said.significance is None else said.significance,
        trigger=episode.trigger if said.trigger is None else said.trigger,
        probability=1.0,
    )


def beside_each_other(
    machine: Sequence[Episode], standing: Sequence[Episode], cards: Sequence[CorrectionCard]
) -> tuple[EpisodeCard, ...]:
    """Episodes as they stand, each with the machine's version that begins with the same turn or overlaps it."""
    said = {c.correction.episode: c for c in cards if c.in_force and c.correction.episode is not None}
    left = list(machine)
    made: list[tuple[int, EpisodeCard]] = []
    for one in standing:
        own = next((m for m in left if m.start == one.start), None)
        own = own or next((m for m in left if m.start <= one.end and one.start <= m.end), None)
        if own is not None:
            left.remove(own)
        made.append((one.start, EpisodeCard(one, own, said.get(one.start))))
    made += [(m.start, EpisodeCard(None, m, said.get(m.start))) for m in left]
    return tuple(card for _, card in sorted(made, key=lambda m: m[0]))
