"""What to do about a rupture: plans from a knowledge base with sources, the frame, repair watched.

``plan(rupture)`` gives the next steps, ``load_knowledge()`` the statements they are made of; ``warnings`` says where a
change of the frame falls into an open rupture, ``find_frame_talk`` finds talk of one; ``watch`` says what followed an
attempt at repair.
"""

from reattune.repair.answer import MetWith
from reattune.repair.frame import AREAS, FrameArea, OpenSpan, area_of, warnings
from reattune.repair.frame_talk import FrameSuggestion, find_frame_talk
from reattune.repair.knowledge import (
    SIGNS,
    STAGES,
    Evidence,
    Kind,
    Knowledge,
    Phase,
    Scope,
    Stage,
    Statement,
    Strength,
)
from reattune.repair.loading import load_knowledge
from reattune.repair.plan import plan
from reattune.repair.planned import Advice, Plan, Step
from reattune.repair.stage import PlanStage
from reattune.repair.watch import Reading, Watched, watch

__all__ = [
    "AREAS",
    "SIGNS",
    "STAGES",
    "Advice",
    "Evidence",
    "FrameArea",
    "FrameSuggestion",
    "Kind",
    "Knowledge",
    "MetWith",
    "OpenSpan",
    "Phase",
    "Plan",
    "PlanStage",
    "Reading",
    "Scope",
    "Stage",
    "Statement",
    "Step",
    "Strength",
    "Watched",
    "area_of",
    "find_frame_talk",
    "load_knowledge",
    "plan",
    "warnings",
    "watch",
]
