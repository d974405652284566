"""What to do about a rupture: plans from a knowledge base with sources, the frame, repair watched.

``plan(rupture)`` gives the next steps, ``load_knowledge()`` the statements they are made of.
"""

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
from reattune.repair.plan import Advice, Plan, Step, plan
from reattune.repair.stage import PlanStage

__all__ = [
    "SIGNS",
    "STAGES",
    "Advice",
    "Evidence",
    "Kind",
    "Knowledge",
    "Phase",
    "Plan",
    "PlanStage",
    "Scope",
    "Stage",
    "Statement",
    "Step",
    "Strength",
    "load_knowledge",
    "plan",
]
