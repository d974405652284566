"""Sessions with codes, written in a line or two: how the tests of episodes speak."""

from __future__ import annotations

from reattune.coders import HumanCoder
from reattune.coders.human import TranscriptCodes
from reattune.record import Coding, Role, Session, Turn
from reattune.scheme import load_scheme

ROLES = {"T": Role.THERAPIST, "C": Role.CLIENT, "X": Role.THIRD}
SHORT = {
    "minimal": "minimal_response",
    "denial": "denial",
    "rejects": "rejects_intervention",
    "controls": "controls_pressures",
    "owns": "acknowledges_contribution",
    "asks": "invites_feelings_about_therapy",
    "lectures": "lectures",
}


def talk(line: str, words: str = "so that is how it went that whole week really") -> tuple[Session, Coding]:
    """``talk("T C:minimal/2 T:owns C C")``: a session and its coding."""
    turns, codes = [], TranscriptCodes()
    for i, part in enumerate(line.split()):
        voice, _, tag = part.partition(":")
        name, _, intensity = tag.partition("/")
        turns.append(Turn(i, voice, ROLES[voice], words))
        if name:
            code = SHORT[name]
            level = int(intensity or 1) if load_scheme()[code].is_marker else None
            codes.turns[i] = [(code, level)]
    session = Session("made", tuple(turns))
    return session, HumanCoder(codes, "test").code(session)
