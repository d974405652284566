"""What a coder is: anything that reads a session and says, turn by turn, what it hears."""

from __future__ import annotations

from typing import Protocol

from reattune.record import CoderId, Coding, Session


class Coder(Protocol):
    """The embedded model, a language model or a person: all give the same thing and are judged in the same table."""

    @property
    def id(self) -> CoderId:
        """Who codes."""

    def code(self, session: Session) -> Coding:
        """Code every turn of the session. What is said of turn *t* rests on turns 0..t alone."""
