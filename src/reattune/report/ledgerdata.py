"""The ledger for machines: the JSON contract of ``reattune ledger``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any

from reattune.ledger import Hint, Ledger
from reattune.record import HistoryEntry, RatingEpisode, Rupture, TurnRef
from reattune.repair import Plan
from reattune.repair.frame_talk import FrameSuggestion
from reattune.repair.watch import Watched

_PLACES = 4


def ledger_to_dict(
    ledger: Ledger,
    plans: Mapping[str, Plan],
    frame_talk: Sequence[tuple[int, FrameSuggestion]] = (),
    watched: Mapping[str, Watched] | None = None,
) -> dict[str, Any]:
    """The ledger as plain dicts, lists, strings, numbers and None. Turns count from 0; probabilities are rounded to 4 places.

    Args:
        ledger: of one case.
        plans: by the ids of the entries that have one.
        frame_talk: session number and suggestion to record a change of the frame.
        watched: by the ids of the entries with an attempt at repair, what followed it.
    """
    followed = watched or {}
    return {
        "case": ledger.case,
        "as_of": ledger.as_of,
        "ruptures": [
            rupture_to_dict(one, plans.get(one.id), followed.get(one.id)) for one in ledger.ruptures
        ],
        "hints": [_hint(one) for one in ledger.hints],
        "frame_talk": [
            {"session": n, "turn": one.turn, "area": one.area, "quote": one.quote} for n, one in frame_talk
        ],
        "remarks": list(ledger.remarks),
    }


def rupture_to_dict(rupture: Rupture, plan: Plan | None, watched: Watched | None = None) -> dict[str, Any]:
    """One entry; ``plan`` is None where it is settled, ``watched`` where no attempt at repair is known."""
    return {
        "id": rupture.id,
        "type": None if rupture.type is None else str(rupture.type),
        "status": str(rupture.status),
        "probability": round(rupture.probability, _PLACES),
        "omission": rupture.omission,
        "trigger": _ref(rupture.trigger),
        "first_marker": _ref(rupture.first_marker),
        "disclosed": _ref(rupture.disclosed),
        "thread": [
            {"session": link.to.session, "turn": link.to.turn, "score": round(link.score, _PLACES)}
            for link in rupture.thread
        ],
        "repairs": [
            {"session": move.at.session, "turn": move.at.turn, "strategy": move.strategy}
            for move in rupture.repairs
        ],
        "ratings": [_drop(one) for one in rupture.ratings],
        "frame_warnings": [
            {"session": one.session, "what": one.what, "why": one.why} for one in rupture.frame_warnings
        ],
        "history": [_step(one) for one in rupture.history],
        "reasons": list(rupture.reasons),
        "plan": None if plan is None else plan.to_dict(),
        "watched": None if watched is None else watched.to_dict(),
    }


def _ref(at: TurnRef | None) -> dict[str, int | None] | None:
    return None if at is None else {"session": at.session, "turn": at.turn}


def _step(step: HistoryEntry) -> dict[str, Any]:
    return {
        "session": step.session,
        "status": str(step.status),
        "why": step.why,
        "source": str(step.source),
        "overruled": step.overruled,
    }


def _drop(drop: RatingEpisode) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in asdict(drop).items():
        if isinstance(value, Enum):
            made[name] = str(value)
        else:
            made[name] = round(value, _PLACES) if isinstance(value, float) else value
    return made


def _hint(hint: Hint) -> dict[str, Any]:
    return {
        "session": hint.at.session,
        "turn": hint.at.turn,
        "probability": round(hint.probability, _PLACES),
        "what": list(hint.what),
    }
