"""Which signs belong to one strain. Each rule is a method of ``Strands``; ``docs/method.md`` gives the reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reattune.ledger.signs import Kind, Sign, turn_words
from reattune.ledger.strand import FIRM, Strand
from reattune.record import Outcome, RatingEpisode
from reattune.ruptures.findings import Findings

OPEN_AT = 0.6
"""Probability from which signs open an entry; below, they are hints."""
REACH = 3
"""A firm sign belongs to a strain that is not settled when at most so many held sessions lie from its last sign."""
THEME = 2
"""So many content words in common make two triggers one theme."""

_WORD = re.compile(r"[^\W\d_]{6,}")
_NO_THEME = frozenset(
    re.findall(
        r"\w+",
        "actually always another anything because before better between enough everything happened happen "
        "little maybe nothing people perhaps probably really should someone something sometimes though "
        "thought things through together trying wanted without wonder wondering yourself",
    )
)


class Strands:
    """All strains of a case so far.

    Args:
        findings: coded transcripts by session number, for the words of triggers.
    """

    def __init__(self) -> None:
        self._all: list[Strand] = []
        self._opened = 0

    def __iter__(self) -> Iterator[Strand]:
        return iter(self._all)

    @property
    def entries(self) -> list[Strand]:
        """Opened ones, in order of their ids."""
        return sorted((s for s in self._all if s.id is not None), key=lambda s: int((s.id or "R0")[1:]))

    @property
    def hints(self) -> list[Strand]:
        """Those that weigh too little."""
        return [s for s in self._all if s.id is None and any(x.kind is not Kind.AWAY for x in s.signs)]

    def named(self, id: str) -> Strand | None:
        """The entry of this id."""
        return next((s for s in self._all if s.id == id), None)

    def open_due(self) -> list[Strand]:
        """Give an id to each hint that now weighs enough, in order of where they lie."""
        due = [s for s in self.hints if s.probability >= OPEN_AT]
        due.sort(key=lambda s: (s.hint().at.session, s.hint().at.turn or -1))
        for strand in due:
            self._opened += 1
            strand.id = f"R{self._opened}"
        return due

    def place(self, sign: Sign, held: Sequence[int], findings: Findings | None = None) -> Strand:
        """Put a sign where it belongs; where it belongs nowhere, it is a strand of its own.

        Args:
            sign: the sign.
            held: numbers of the sessions held so far, in order.
            findings: of the sign's session, for an episode.
        """
        if sign.kind is Kind.THREAD:
            found = self._for_thread(sign)
        elif sign.kind is Kind.RATING:
            found = self._for_drop(sign, held)
        elif sign.at.turn is None:
            found = self._for_form(sign, held)
        else:
            found = self._for_words(sign, held, findings)
        strand, why = found or (Strand(), "")
        if found is None:
            self._all.append(strand)
        elif why:
            strand.ties.append(why)
        if sign.drop is not None:
            strand.signs = [s for s in strand.signs if not same_series(s, sign)]
        strand.signs.append(sign)
        return strand

    def join(self, sign: Sign) -> None:
        """A weak candidate of a thread: it joins a strain that is heard in the same session around the later turn and has no
        thread yet, and ties the hint to it that it leads to. Where there is no such strain, it is left out."""
        if sign.thread is None:
            return
        spoken = sign.thread.disclosed
        here = [
            s for s in self._free if s.thread is None and s.near(spoken) and not (s.settled and s.by_word)
        ]
        if not here:
            return
        strand = max(here, key=lambda s: s.probability)
        strand.ties.append(
            f"Of this session, the client's turn {(spoken.turn or 0) + 1} sounds most like going back to something earlier."
        )
        earlier = [s for s in self._free if s is not strand and s.id is None and s.near(sign.at)]
        for one in earlier:
            strand.signs[:0] = one.signs
            strand.ties.append(f"It leads to {turn_words(sign.at)}, where there was a hint.")
            self._all.remove(one)
        strand.signs.append(sign)

    @property
    def _free(self) -> list[Strand]:
        return [s for s in self._all if not s.set_aside]

    def _for_thread(self, sign: Sign) -> tuple[Strand, str] | None:
        """The strain whose own turns the thread leads to; else one of that session that has no turns of its own.

        What a person has called settled stays so: then the client's new words open an entry of their own.
        """
        free = [s for s in self._free if not (s.settled and s.by_word)]
        near = [s for s in free if s.near(sign.at)]
        if near:
            best = max(near, key=lambda s: (s.id is not None, s.probability))
            return best, (
                f"In session {sign.session} the client goes back to {turn_words(sign.at)}, close to where it began."
            )
        unplaced = [
            s for s in free if sign.at.session in s.sessions and all(x.at.turn is None for x in s.signs)
        ]
        if unplaced:
            best = max(unplaced, key=lambda s: s.probability)
            return (
                best,
                f"The client goes back to session {sign.at.session}, where a rating, a form or a note already told of something.",
            )
        return None

    def _for_drop(self, sign: Sign, held: Sequence[int]) -> tuple[Strand, str] | None:
        """The strain that already has this drop; else one with signs in the drop's first session or in the one before."""
        same = next((s for s in self._all for x in s.signs if same_series(x, sign)), None)
        if same is not None:
            return same, ""
        onset = sign.at.session
        before = max((n for n in held if n < onset), default=onset)
        close = [s for s in self._free if s.sessions & {onset, before}]
        if not close:
            return None
        best = max(close, key=lambda s: (s.unsettled, s.probability))
        return best, (
            f"The drop in ratings begins in session {onset}, in or right after a session with other signs."
        )

    def _for_form(self, sign: Sign, held: Sequence[int]) -> tuple[Strand, str] | None:
        """A check-in or a note of a session: with the signs of that session; a check-in also with those of the session before,
        else with what is not settled. A strain noted by hand that names no entry is a new one unless that session has signs."""
        wide = [s for s in self._free if not s.settled and sign.session in s.sessions]
        if not wide and sign.kind is Kind.CHECK_IN:
            before = max((n for n in held if n < sign.session), default=sign.session)
            wide = [s for s in self._free if not s.settled and before in s.sessions]
        if wide:
            best = max(wide, key=lambda s: (s.unsettled, s.probability))
            return best, (
                f"What was noted of session {sign.session} lies in or right after a session with other signs."
            )
        return self._going_on(sign, held) if sign.kind is Kind.CHECK_IN else None

    def _for_words(
        self, sign: Sign, held: Sequence[int], findings: Findings | None
    ) -> tuple[Strand, str] | None:
        """An episode or a step: with what it stands next to, with the strain of the same session that it goes on with, else
        with what is not settled. A step that answers nothing of its own session answers something earlier."""
        here = [s for s in self._free if sign.session in {x.session for x in s.signs}]
        close = next((s for s in here if s.near(sign.at)), None)
        if close is not None:
            return close, ""
        one = next((s for s in here if not s.settled and _one_strain(s, sign, findings)), None)
        if one is not None:
            return (
                one,
                f"Signs of session {sign.session} that were not settled in between, or have one theme.",
            )
        return self._going_on(sign, held) if sign.kind is Kind.STEP or sign.weight >= FIRM else None

    def _going_on(self, sign: Sign, held: Sequence[int]) -> tuple[Strand, str] | None:
        """The strain that is not settled: the first explanation for a further sign."""
        waiting = [s for s in self._all if s.unsettled and _between(held, s.last, sign.session) <= REACH]
        if not waiting:
            return None
        best = max(waiting, key=lambda s: (s.last, s.probability))
        return best, (
            f"Session {sign.session}: what is not settled is the first explanation for a further sign; "
            "if it is something else, note it by hand."
        )


def same_series(one: Sign, other: Sign) -> bool:
    """Whether two signs are one drop, seen at two times."""
    return one.drop is not None and other.drop is not None and same_drop(one.drop, other.drop)


def same_drop(a: RatingEpisode, b: RatingEpisode) -> bool:
    """Whether two drops are one: the same form and rater, and sessions that overlap."""
    if (a.rater, a.instrument, a.scale) != (b.rater, b.instrument, b.scale):
        return False
    return a.onset < b.onset + max(1, b.length) and b.onset < a.onset + max(1, a.length)


def _one_strain(strand: Strand, sign: Sign, findings: Findings | None) -> bool:
    """Whether a later episode of the same session is the same strain: the one before did not end with the client back in the
    work, or their triggers share a contribution or a theme."""
    others = [s for s in strand.signs if s.session == sign.session and s.episode is not None]
    if not others or sign.episode is None:
        return True
    before = others[-1].episode
    if before is None or before.outcome is not Outcome.RESOLVED:
        return True
    if findings is None or before.trigger is None or sign.episode.trigger is None:
        return False
    a, b = before.trigger, sign.episode.trigger
    feeding = [{c.code for c in findings.coding.turns[i].codes if c.family == "contribution"} for i in (a, b)]
    words = [set(_WORD.findall(findings.session.turns[i].text.lower())) - _NO_THEME for i in (a, b)]
    return bool(feeding[0] & feeding[1]) or len(words[0] & words[1]) >= THEME


def _between(held: Sequence[int], earlier: int, later: int) -> int:
    """How many held sessions from one to the other, the later one counted."""
    return sum(earlier < n <= later for n in held)
