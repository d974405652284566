"""A session, what a coder said of it, and the episodes and ratings that follow from that."""

from __future__ import annotations

from dataclasses import dataclass

from reattune.record import CoderId, Coding, Episode, Explanation, Scales, Session


@dataclass(frozen=True)
class Findings:
    """All that is known of one session after analysis; what every report is drawn from.

    Attributes:
        session: the session as it was read.
        coding: the coder's codes and probabilities, one entry a turn.
        episodes: strains in order of their start.
        scales: the four session ratings, 1-5.
        explanations: what carried the marks of the episodes, in order of their turns; empty unless it was asked for.
    """

    session: Session
    coding: Coding
    episodes: tuple[Episode, ...]
    scales: Scales
    explanations: tuple[Explanation, ...] = ()

    @property
    def coder(self) -> CoderId:
        """Who coded."""
        return self.coding.coder
