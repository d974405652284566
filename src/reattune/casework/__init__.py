"""A case from its folder to its ledger: read, code, find what goes back to earlier sessions, keep the ledger."""

from reattune.casework.drops import drops_in
from reattune.casework.finding import code_case, evidence_of, threads_in, threads_of_session
from reattune.casework.folder import CaseFolder, open_case
from reattune.casework.review import (
    CaseReview,
    frame_talk_in,
    plan_for,
    review_case,
    review_coded,
    review_evidence,
    unsettled_spans,
    up_to,
    watch_repairs,
)

__all__ = [
    "CaseFolder",
    "CaseReview",
    "code_case",
    "drops_in",
    "evidence_of",
    "frame_talk_in",
    "open_case",
    "plan_for",
    "review_case",
    "review_coded",
    "review_evidence",
    "threads_in",
    "threads_of_session",
    "unsettled_spans",
    "up_to",
    "watch_repairs",
]
