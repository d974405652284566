"""The words of the house as frozen dataclasses. Knows nothing of files, models or databases."""

from reattune.record.coding import Code, CoderId, Coding, Scales, TurnCoding
from reattune.record.episode import Episode, Outcome, RuptureType, StrategyUse
from reattune.record.rating import Rating, RatingEpisode, RatingStatus
from reattune.record.session import Notice, Role, RoleAssignment, Session, Turn

__all__ = [
    "Code",
    "CoderId",
    "Coding",
    "Episode",
    "Notice",
    "Outcome",
    "Rating",
    "RatingEpisode",
    "RatingStatus",
    "Role",
    "RoleAssignment",
    "RuptureType",
    "Scales",
    "Session",
    "StrategyUse",
    "Turn",
    "TurnCoding",
]
