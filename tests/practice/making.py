"""What the tests of the practice share: a coder that goes by single words, transcripts of a line a turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reattune.record import Code, CoderId, Coding, Role, Session, Turn, TurnCoding

PASSPHRASE = "four words with nothing in common"
PASSWORD = "a password of theirs"

CALM = """
T: How was the week?
C: Busy, and mostly good. We went to the sea with the children.
T: What was good about the sea?
C: Nobody wanted anything from me for a day.
T: And after that day?
C: I slept well, and then work began again.
"""
STRAINED = """
T: You could simply have told Anna.
C: Whatever you say. [away]
T: I think it is simple.
C: Fine, I suppose. [away]
T: So let us plan the talk with Anna.
C: We can do that if you like. [away]
T: Then we begin on Monday.
C: Monday it is.
"""
MENDED = """
T: How are you today?
C: Last time you said it was simple, and I went home feeling stupid. [against]
T: I am sorry. I was too quick with you there. [sorry]
C: Thank you. It helps that you say so.
T: What was it like to hear it? [ask]
C: Like my father. I want to tell you more about that.
T: Please do.
C: He always knew best. I could never say that it hurt.
"""


def talk(text: str, *, names: tuple[str, str] = ("T", "C")) -> Session:
    """A transcript from lines that begin with T: or C:."""
    lines = [line.split(": ", 1) for line in text.strip().splitlines()]
    roles = {"T": (names[0], Role.THERAPIST), "C": (names[1], Role.CLIENT)}
    turns = tuple(Turn(i, *roles[who], words) for i, (who, words) in enumerate(lines))
    return Session("talk", turns, source="/somewhere/Anna Weber.txt", format="plain")


@dataclass
class WordCoder:
    """Codes by the word in brackets; counts how often it is asked."""

    id: CoderId = field(default_factory=lambda: CoderId("embedded", "words", "1"))
    asked: list[int] = field(default_factory=list)

    def code(self, session: Session) -> Coding:
        self.asked.append(len(session))
        return Coding(self.id, tuple(_turn(t) for t in session.turns), settings={"threshold_rupture": 0.3})


def _turn(turn: Turn) -> TurnCoding:
    codes = {
        "[away]": ("deferential_appeasing", "withdrawal"),
        "[against]": ("complaint_therapist", "confrontation"),
        "[sorry]": ("acknowledges_contribution", "strategy"),
        "[ask]": ("invites_feelings_about_therapy", "strategy"),
    }
    found = [Code(turn.index, *codes[w], 0.8) for w in codes if w in turn.text]
    families = {c.family for c in found}

    def p(*of: str) -> float:
        return 0.8 if families.intersection(of) else 0.02

    if turn.role.strains:
        return TurnCoding(
            turn.index,
            p("withdrawal", "confrontation"),
            p("withdrawal"),
            p("confrontation"),
            codes=tuple(found),
        )
    return TurnCoding(
        turn.index, p_strategy=p("strategy"), p_contribution=p("contribution"), codes=tuple(found)
    )


def fill(practice, desk, label: str = "A. 27", *texts: str) -> str:
    """A case with these transcripts, a week apart, analysed."""
    case = desk.add_case(label)
    for n, text in enumerate(texts or (CALM, STRAINED)):
        desk.add_transcript(case, None, talk(text), date(2026, 3, 2 + 7 * n), "given")
    practice.worker.run_pending()
    return case
