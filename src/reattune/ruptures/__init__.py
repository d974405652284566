"""From coded turns to episodes: start, trigger, significance, what was tried, how it ended."""

from reattune.record import Coding, Session
from reattune.ruptures.episodes import find_episodes
from reattune.ruptures.findings import Findings
from reattune.ruptures.scales import rate_session

__all__ = ["Findings", "find_episodes", "find_findings", "rate_session"]


def find_findings(session: Session, coding: Coding) -> Findings:
    """Episodes and session ratings from a coded session. A coder's own session ratings go before computed ones."""
    episodes = find_episodes(session, coding)
    return Findings(session, coding, episodes, coding.scales or rate_session(session, coding, episodes))
