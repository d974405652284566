"""The ledger, kept session by session: what it says as of a session rests on nothing later."""

from __future__ import annotations

from reattune.ledger import life
from reattune.ledger.placing import Strands
from reattune.ledger.sheet import Evidence, Hint, Ledger
from reattune.ledger.signs import (
    SURE_THREAD,
    Kind,
    Sign,
    of_absence,
    of_check_in,
    of_drop,
    of_note,
    of_thread,
    of_transcript,
)
from reattune.ledger.strand import Strand, disclosed, first_marker, kind_of, trigger
from reattune.record import Attendance, Case, CheckIn, Meeting, Note, Rupture, Sharing

AWAY_IN_A_ROW = 2
"""So many appointments in a row that were not held, one of them missed without a word, and the client is taken to have left."""


def keep_ledger(case: Case, evidence: Evidence, as_of: int | None = None) -> Ledger:
    """All strains of a case.

    Args:
        case: meetings, frame, check-ins and notes, each under its session's number.
        evidence: what was found in the sessions' words and in the ratings.
        as_of: the ledger as it stood after this session; None for today's. The case's ending counts only with its last session.
    """
    keeper = _Keeper(case, evidence)
    everything = _meetings(case, evidence)
    meetings = [m for m in everything if as_of is None or m.number <= as_of]
    for meeting in meetings:
        keeper.meeting(meeting)
    if case.ending is not None and meetings and len(meetings) == len(everything):
        for strand in keeper.strands.entries:
            life.ended(strand, meetings[-1].number, case.ending, keeper.last_held)
    return keeper.ledger(meetings[-1].number if meetings else 0)


def _meetings(case: Case, evidence: Evidence) -> list[Meeting]:
    """All sessions that anything is known of, in order. One that only a form or a note tells of was held."""
    known = {m.number: m for m in case.meetings}
    told = (
        {c.session for c in case.checkins}
        | {n.session for n in case.notes}
        | {r.session for r in case.ratings}
    )
    return [known.get(n, Meeting(n)) for n in sorted({*known, *told, *evidence.drops})]


class _Keeper:
    """The ledger while it is kept."""

    def __init__(self, case: Case, evidence: Evidence) -> None:
        self.case = case
        self.evidence = evidence
        self.strands = Strands()
        self.remarks: list[str] = []
        self.held: list[int] = []
        self._away: list[Meeting] = []
        self._known = dict(evidence.findings)

    @property
    def last_held(self) -> int | None:
        """The last session that was held so far."""
        return self.held[-1] if self.held else None

    def meeting(self, meeting: Meeting) -> None:
        """Everything that is known with one appointment."""
        n = meeting.number
        if meeting.attendance is Attendance.HELD:
            if len(self._away) >= AWAY_IN_A_ROW:
                for strand in self.strands.entries:
                    life.came_back(strand, n)
            self._away = []
            self.held.append(n)
        else:
            self._not_held(meeting)
        fresh = self._signs(n)
        for strand in self.strands.open_due():
            life.open_entry(strand, n)
        found = self.evidence.findings.get(n)
        eased = any(_eased(c) for c in self._checkins(n))
        for strand in [s for s in self.strands.entries if not s.set_aside]:
            if found is not None:
                life.after_words(strand, n, found, [s for s in fresh if s in strand.signs])
            life.after_forms(strand, n, eased, found is not None)
        for note in self._notes(n):
            self._note(note)

    def _signs(self, n: int) -> list[Sign]:
        """Place the signs that this session brings: those that tell most of where they belong go first."""
        found = self.evidence.findings.get(n)
        signs = [of_thread(t) for t in self.evidence.threads if t.disclosed.session == n]
        by_hand = [note for note in self._notes(n) if note.kind == "rupture"]
        if found is not None:
            signs += of_transcript(n, found)
        signs += [sign for c in self._checkins(n) if (sign := of_check_in(c)) is not None]
        spans = self.evidence.spans
        drops = [of_drop(n, drop, spans.get(drop.instrument)) for drop in self.evidence.drops.get(n, ())]
        sure = [s for s in signs if s.thread is None or s.weight >= SURE_THREAD]
        for sign in (*sure, *drops):
            self.strands.place(sign, self.held, found)
        for sign in sorted((s for s in signs if s not in sure), key=lambda s: -s.weight):
            self.strands.join(sign)
        for note in by_hand:
            sign = of_note(note)
            signs.append(sign)
            named = self.strands.named(note.rupture) if note.rupture else None
            if named is not None:
                named.signs.append(sign)
                named.ties.append(f"The {note.author} noted that it belongs here.")
            else:
                self._unknown(note)
                self.strands.place(sign, self.held, found)
        return signs

    def _not_held(self, meeting: Meeting) -> None:
        self._away.append(meeting)
        missed = any(m.attendance is Attendance.MISSED for m in self._away)
        if len(self._away) >= AWAY_IN_A_ROW and missed:
            for strand in self.strands.entries:
                life.stayed_away(strand, meeting.number, len(self._away), self.last_held)
        elif meeting.attendance is Attendance.MISSED and self.held:
            for strand in self.strands:
                if strand.last == self.held[-1] and not strand.set_aside:
                    strand.signs.append(of_absence(meeting.number, self.held[-1]))

    def _note(self, note: Note) -> None:
        """What a person wrote about an entry."""
        if note.kind == "rupture" or (note.kind == "note" and note.rupture is None):
            return
        strand = self._meant(note)
        if strand is None:
            return
        if note.kind == "status":
            life.by_word(strand, note)
        elif note.kind == "no_rupture":
            strand.set_aside = True
            words = f": “{note.text}”" if note.text else "."
            self.remarks.append(f"{strand.id} was set aside by the {note.author}'s word{words}")
        elif note.text:
            strand.remarks.append(f"Session {note.session}, the {note.author} notes: “{note.text}”")

    def _meant(self, note: Note) -> Strand | None:
        """The entry that a note is about: the one it names, else the only one that is not settled."""
        if note.rupture is not None:
            strand = self.strands.named(note.rupture)
            if strand is None:
                self._unknown(note)
            return strand
        waiting = [s for s in self.strands.entries if s.unsettled]
        if len(waiting) == 1:
            return waiting[0]
        self.remarks.append(
            f"The {note.author}'s word of session {note.session} ({note.status}) names no entry, and "
            f"{'none is' if not waiting else f'{len(waiting)} are'} unsettled: write which one is meant."
        )
        return None

    def _unknown(self, note: Note) -> None:
        if note.rupture is not None:
            self.remarks.append(
                f"A note of session {note.session} is about {note.rupture}, which was not open by then."
            )

    def _notes(self, n: int) -> list[Note]:
        return [note for note in self.case.notes if note.session == n]

    def _checkins(self, n: int) -> list[CheckIn]:
        return [c for c in self.case.checkins if c.session == n]

    def ledger(self, as_of: int) -> Ledger:
        """As it stands."""
        kept = [s for s in self.strands.entries if not s.set_aside]
        hints = sorted((s.hint() for s in self.strands.hints), key=_place)
        return Ledger(
            self.case.id, as_of, tuple(self._rupture(s) for s in kept), tuple(hints), tuple(self.remarks)
        )

    def _rupture(self, strand: Strand) -> Rupture:
        thread = strand.thread.thread if strand.thread else None
        return Rupture(
            id=strand.id or "",
            type=kind_of(strand, self._known),
            status=strand.status,
            probability=strand.probability,
            omission=thread.omission if thread else False,
            trigger=trigger(strand),
            first_marker=first_marker(strand, self._known),
            disclosed=disclosed(strand),
            thread=thread.links if thread else (),
            repairs=tuple(strand.repairs),
            ratings=tuple(s.drop for s in strand.signs if s.drop is not None),
            history=tuple(strand.history),
            reasons=tuple(
                dict.fromkeys(
                    [*(s.what for s in strand.signs), *strand.ties, *strand.remarks, *_against(strand)]
                )
            ),
        )


def _against(strand: Strand) -> list[str]:
    """What speaks against it."""
    said = []
    if len({s.source for s in strand.signs}) == 1:
        said.append("Against: it rests on one source alone.")
    episodes = [s.episode for s in strand.signs if s.episode is not None]
    if len(episodes) == 1 and len(episodes[0].markers) == 1:
        said.append("Against: of the client's turns, one alone carries a mark.")
    if strand.thread is not None and not episodes:
        said.append("Against: where it may have begun, no client turn carries a mark.")
    if all(s.kind in (Kind.RATING, Kind.AWAY) for s in strand.signs):
        said.append("Against: scores fall for other reasons too; no words and no form tell of a strain.")
    return said


def _eased(check_in: CheckIn) -> bool:
    return check_in.hard_to_say is False and not check_in.kinds and check_in.sharing is Sharing.READ_NOW


def _place(hint: Hint) -> tuple[int, int]:
    return hint.at.session, -1 if hint.at.turn is None else hint.at.turn
