"""A practice with a small, scripted coder: what the pages must show is known here, whatever any model would say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from reattune.practice.opening import Practice, init_practice
from reattune.practice.views import Consent
from reattune.record import Code, CoderId, Coding, Role, RoleAssignment, Session, Turn, TurnCoding

from .conftest import PASSPHRASE

TALK = (
    "T: We could try the diary again this week.",
    "C: Fine. Whatever you think.",
    "T: I may have gone too fast there.",
    "C: A bit, yes. I did not want to say so.",
    "T: Thank you for saying it.",
    "C: Work was all right otherwise, we had the new rota.",
)
UNNAMED = tuple(line.replace("T:", "Sam:").replace("C:", "Alex:") for line in TALK)


class Scripted:
    """Hears a withdrawal in every "Fine." and a step towards repair in every "too fast"."""

    id = CoderId("embedded", "scripted", "1")

    def code(self, session: Session) -> Coding:
        return Coding(
            self.id, tuple(self._turn(turn) for turn in session.turns), settings={"precision_rupture": 0.4}
        )

    @staticmethod
    def _turn(turn: Turn) -> TurnCoding:
        if turn.role.strains:
            heard = turn.text.startswith("Fine.")
            p = 0.8 if heard else 0.05
            codes = (Code(turn.index, "minimal_response", "withdrawal", 0.8),) if heard else ()
            return TurnCoding(turn.index, p, p, 0.02, codes=codes)
        tried = "too fast" in turn.text
        codes = (Code(turn.index, "acknowledges_contribution", "strategy", 0.7),) if tried else ()
        return TurnCoding(turn.index, p_strategy=0.7 if tried else 0.05, p_contribution=0.05, codes=codes)


def talk(lines: tuple[str, ...] = TALK) -> Session:
    """A session as a file would give it, roles by label."""
    turns = []
    for i, line in enumerate(lines):
        who, _, said = line.partition(": ")
        turns.append(Turn(i, who, Role.THERAPIST if who == "T" else Role.CLIENT, said))
    roles = (
        RoleAssignment("T", Role.THERAPIST, "label", 1.0),
        RoleAssignment("C", Role.CLIENT, "label", 1.0),
    )
    return Session("s", tuple(turns), format="plain", roles=roles)


@contextmanager
def practice_at(place: Path) -> Iterator[Practice]:
    """An empty practice with the scripted coder."""
    made, _ = init_practice(str(place), PASSPHRASE, coder=Scripted())
    try:
        yield made
    finally:
        made.close()


def with_case(practice: Practice, user=None, label: str = "K, Mondays", lines: tuple[str, ...] = TALK) -> str:
    """A case with one analysed session."""
    desk = practice.desk(user)
    case = desk.add_case(label)
    desk.add_transcript(case, 1, talk(lines), date(2026, 3, 2), Consent.GIVEN)
    done = practice.worker.run_pending()
    assert [j.state for j in done] == ["done"], [j.message for j in done]
    return case
