"""Small cases for tests: sessions written as turns with what a coder says of each, and forms beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from reattune.ledger import Evidence
from reattune.record import (
    Attendance,
    Case,
    Code,
    CoderId,
    Coding,
    Meeting,
    RatingEpisode,
    RatingStatus,
    Role,
    Session,
    ThreadLink,
    Turn,
    TurnCoding,
    TurnRef,
)
from reattune.ruptures import find_findings
from reattune.ruptures.findings import Findings
from reattune.ruptures.threads import Thread

CODER = CoderId("embedded", "test", "0")
MARKS = {"w": ("withdrawal", "minimal_response"), "c": ("confrontation", "complaint_therapist")}


def talk(script: str) -> Findings:
    """A session from a line such as ``"t c t c:w.8 t+.7 c t c"``: speakers in turn, ``:w.8`` a mark of withdrawal with
    probability .8, ``:c.8`` of confrontation, ``d`` a second client, ``+.7`` a step towards repair, ``!.5`` a contribution."""
    turns, coded = [], []
    for i, word in enumerate(script.split()):
        role = Role.THERAPIST if word[0] == "t" else Role.CLIENT
        turns.append(Turn(i, word[0].upper(), role, f"words of turn {i}"))
        if role is Role.CLIENT:
            family, p = (word[2], float(word[3:])) if ":" in word else ("", 0.02)
            codes = (Code(i, MARKS[family][1], MARKS[family][0], p, 2),) if family else ()
            coded.append(
                TurnCoding(i, p, p if family == "w" else 0.01, p if family == "c" else 0.01, codes=codes)
            )
        else:
            step = float(word[2:]) if "+" in word else 0.02
            feeds = float(word[2:]) if "!" in word else 0.02
            made = [Code(i, "acknowledges_contribution", "strategy", step)] if step > 0.1 else []
            made += [Code(i, "pressures", "contribution", feeds)] if feeds > 0.1 else []
            coded.append(TurnCoding(i, p_strategy=step, p_contribution=feeds, codes=tuple(made)))
    return find_findings(Session("s", tuple(turns)), Coding(CODER, tuple(coded)))


QUIET = "t c t c t c t c t c"
STRAIN = "t c t!.5 c:w.8 t c:w.6 t c t c t c"
MENDED = "t c t c:c.8 t+.8 c t c t c t c"


def meeting(number: int, findings: Findings | None = None, attendance: str = "held") -> Meeting:
    """A weekly appointment."""
    day = date(2026, 1, 5) + timedelta(weeks=number)
    return Meeting(number, day, findings.session if findings else None, Attendance(attendance))


def case_of(sessions: dict[int, str], **more: object) -> tuple[Case, Evidence]:
    """A case from scripts by session number; ``missed``, ``cancelled`` or ``form`` for a session without a transcript."""
    threads = more.pop("threads", ())
    drops = more.pop("drops", {})
    findings = {n: talk(s) for n, s in sessions.items() if s not in ("missed", "cancelled", "form")}
    meetings = tuple(
        meeting(n, findings.get(n), s if s in ("missed", "cancelled") else "held")
        for n, s in sorted(sessions.items())
    )
    return Case("one", meetings, **more), Evidence(findings, tuple(threads), drops, {"srs": 40.0})  # type: ignore[arg-type]


def thread(
    later: tuple[int, int], earlier: tuple[int, int], p: float = 0.8, omission: bool = False
) -> Thread:
    """A client turn that goes back to an earlier one."""
    return Thread(TurnRef(*later), omission, (ThreadLink(TurnRef(*earlier), 0.9),), p)


def drop(
    onset: int, *, recovery: int | None = None, worst: float = 28.0, upto: int | None = None
) -> RatingEpisode:
    """A drop in the client's ratings from 36 of 40."""
    last = recovery or upto or onset
    return RatingEpisode(
        "one", "client", "srs", "total", "level", onset, onset, onset, recovery, 36.0, worst, 2.5, None,
        last - onset + 1, "v", 0, RatingStatus.REPAIRED if recovery else RatingStatus.OPEN,
    )  # fmt: skip


def said(findings: Findings, words: dict[int, str]) -> Findings:
    """The same session with other words at some turns."""
    turns = tuple(replace(t, text=words.get(t.index, t.text)) for t in findings.session.turns)
    return find_findings(replace(findings.session, turns=turns), findings.coding)
