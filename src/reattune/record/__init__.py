"""The words of the house as frozen dataclasses. Knows nothing of files, models or databases."""

from reattune.record.case import (
    Attendance,
    Case,
    CheckIn,
    Ending,
    FrameEvent,
    Meeting,
    Note,
    NoteAuthor,
    Sharing,
)
from reattune.record.coding import Code, CoderId, Coding, Scales, TurnCoding
from reattune.record.episode import Episode, Outcome, RuptureType, StrategyUse
from reattune.record.explanation import Explanation, WeighedTurn, WeighedWords
from reattune.record.rating import Rating, RatingEpisode, RatingStatus
from reattune.record.rupture import (
    FrameWarning,
    HistoryEntry,
    RepairMove,
    Rupture,
    RuptureStatus,
    Source,
    ThreadLink,
    TurnRef,
)
from reattune.record.session import Notice, Role, RoleAssignment, Session, Turn

__all__ = [
    "Attendance",
    "Case",
    "CheckIn",
    "Code",
    "CoderId",
    "Coding",
    "Ending",
    "Episode",
    "Explanation",
    "FrameEvent",
    "FrameWarning",
    "HistoryEntry",
    "Meeting",
    "Note",
    "NoteAuthor",
    "Notice",
    "Outcome",
    "Rating",
    "RatingEpisode",
    "RatingStatus",
    "RepairMove",
    "Role",
    "RoleAssignment",
    "Rupture",
    "RuptureStatus",
    "RuptureType",
    "Scales",
    "Session",
    "Sharing",
    "Source",
    "StrategyUse",
    "ThreadLink",
    "Turn",
    "TurnCoding",
    "TurnRef",
    "WeighedTurn",
    "WeighedWords",
]
