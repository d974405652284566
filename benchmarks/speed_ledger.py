"""What adding one session to a case takes beside the coder's own time, and the search for threads in a long case.

    python benchmarks/speed_ledger.py [--sessions 20] [--turns 200] [--long 100] [--json FILE]

Needs nothing but the package. The talk of the example cases is coded once and laid end to end, so that a session has as many turns as
asked for; ratings of two raters on one form go with it. Each part is run several times on a warm process; the median is told, in
milliseconds of clock and of processor time. Reading and writing a store is not part of it.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reattune.casework import code_case, drops_in, open_case, review_evidence, threads_of_session
from reattune.coders import load_coder
from reattune.ledger import Evidence
from reattune.record import Case, Meeting, Rating
from reattune.repair.frame_talk import find_frame_talk
from reattune.ruptures import find_findings
from reattune.ruptures.findings import Findings

CASES = Path(__file__).parents[1] / "examples/cases"
TIMES = 5


def laid_out(coded: Sequence[Findings], sessions: int, turns: int) -> tuple[Case, dict[int, Findings]]:
    """A case of so many sessions of so many turns, the coded sessions laid end to end."""
    drawn = random.Random(20260302)
    found: dict[int, Findings] = {}
    meetings, ratings = [], []
    for n in range(1, sessions + 1):
        said, codes = [], []
        while len(said) < turns:
            one = drawn.choice(coded)
            for turn, code in zip(one.session.turns, one.coding.turns, strict=True):
                i = len(said)
                said.append(replace(turn, index=i))
                codes.append(replace(code, turn=i, codes=tuple(replace(c, turn=i) for c in code.codes)))
        session = replace(one.session, turns=tuple(said[:turns]))
        found[n] = find_findings(session, replace(one.coding, turns=tuple(codes[:turns])))
        day = date(2024, 1, 1) + timedelta(weeks=n)
        meetings.append(Meeting(n, day, session))
        for rater in ("client", "therapist"):
            score = min(40.0, max(0.0, round(drawn.gauss(33, 4))))
            ratings.append(Rating("long", n, rater, "srs", "total", score, day))
    return Case("long", tuple(meetings), ratings=tuple(ratings)), found


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Median of clock and processor time, in milliseconds."""
    clock, processor = [], []
    for _ in range(TIMES):
        wall, spent = time.perf_counter(), time.process_time()
        work()
        clock.append(1000 * (time.perf_counter() - wall))
        processor.append(1000 * (time.process_time() - spent))
    return {"clock": round(statistics.median(clock), 1), "processor": round(statistics.median(processor), 1)}


def measure(coded: Sequence[Findings], sessions: int, turns: int, long: int) -> dict[str, Any]:
    """All parts."""
    case, findings = laid_out(coded, sessions, turns)
    last = max(n for n in findings if threads_of_session(findings, n))
    threads = tuple(t for n in findings for t in threads_of_session(findings, n))
    drops, spans = drops_in(case)
    evidence = Evidence(findings, threads, drops, spans)
    talk = {n: tuple(find_frame_talk(one.session)) for n, one in findings.items()}
    new = findings[last]
    parts = {
        "episodes of the new session": timed(lambda: find_findings(new.session, new.coding)),
        f"threads of the new session (session {last})": timed(lambda: threads_of_session(findings, last)),
        "drops in all ratings": timed(lambda: drops_in(case)),
        "frame talk of the new session": timed(lambda: find_frame_talk(new.session)),
        "ledger, plans and repairs watched": timed(lambda: review_evidence(case, evidence, talk)),
    }
    whole = {k: round(sum(p[k] for p in parts.values()), 1) for k in ("clock", "processor")}
    _, many = laid_out(coded, long, turns)
    late = max(n for n in many if n > long - 10 and threads_of_session(many, n))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "sessions": sessions,
        "turns": turns,
        "parts": parts,
        "whole": whole,
        "long": {"sessions": long, "session": late, **timed(lambda: threads_of_session(many, late))},
    }


def main() -> int:
    """Print the table; ``--json`` keeps it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--long", type=int, default=100, help="sessions of the long case")
    parser.add_argument("--json", type=Path, help="keep the figures here")
    options = parser.parse_args()
    coder = load_coder()
    coded = [
        one
        for folder in sorted(p.parent for p in CASES.glob("*/expected.json"))
        for one in code_case(open_case(folder).case, coder).values()
    ]
    results = measure(coded, options.sessions, options.turns, options.long)
    for name, spent in {**results["parts"], "in all": results["whole"]}.items():
        print(f"{name}: {spent['clock']} ms clock, {spent['processor']} ms processor")
    long = results["long"]
    print(
        f"threads of session {long['session']} in a case of {long['sessions']}: {long['clock']} ms clock, {long['processor']} ms processor"
    )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
