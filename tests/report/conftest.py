"""Findings built by hand: what a report must show is known here, whatever any coder would say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from reattune.record import (
    Code,
    CoderId,
    Coding,
    Episode,
    Notice,
    Outcome,
    Role,
    RoleAssignment,
    RuptureType,
    Scales,
    Session,
    StrategyUse,
    Turn,
    TurnCoding,
)
from reattune.ruptures.findings import Findings

FAMILY = {
    "minimal_response": "withdrawal",
    "deferential_appeasing": "withdrawal",
    "rejects_intervention": "confrontation",
    "complaint_therapist": "confrontation",
    "pressures": "contribution",
    "lectures": "contribution",
    "acknowledges_contribution": "strategy",
    "invites_feelings_about_therapy": "strategy",
    "validates_defensive_posture": "strategy",
}

TALK = (
    ("T", "Come in, have a seat. How was the week with the diary?"),
    ("C", "Busy. I filled in Monday and Tuesday and then my mother was ill, so the rest is empty."),
    ("T", "Is she better now?"),
    ("C", "A bit. She's eating again. I was over there every evening."),
    (
        "T",
        (
            "I see. Still, we did agree on all seven days, and I did explain last time that the method only "
            "works if you do the diary each evening. Ten minutes. Anyone can find ten minutes if it matters."
        ),
    ),
    ("C", "Okay."),
    ("T", "So for this coming week, could you commit to all seven?"),
    ("C", "Sure. Whatever you think is best."),
    ("T", "Good. Let's look at Monday, then. You wrote “tired, cross”. What was going on before that?"),
    ("C", "I don't know. Work, I guess."),
    ("T", "What about work?"),
    ("C", "Just work. It's fine."),
    ("T", "And what thought went through your mind?"),
    (
        "C",
        (
            "Honestly? That you'd ask me exactly this. You keep asking what I was thinking and you haven't "
            "once asked how I got through the week."
        ),
    ),
    ("T", "You're right. I went straight to the diary and past your mother being ill."),
    ("C", "Yeah. It felt a bit like being marked on my homework."),
    (
        "T",
        (
            "That makes sense, and I'm sorry. I pushed about the seven days just when you'd told me how full "
            "they were. How is it to say that to me?"
        ),
    ),
    ("C", "Strange. I thought you'd be annoyed. It's a relief, actually."),
    ("T", "I'm glad you did. Tell me about the evenings at your mother's."),
    (
        "C",
        (
            "I sit on her bed and we watch the quiz. And I think, this is the only hour in the day when "
            "nobody wants anything from me, and then I feel guilty because she's the one who's ill."
        ),
    ),
)


def session_of(
    talk: Sequence[tuple[str, str]],
    *,
    session_id: str = "diary",
    timed: bool = True,
    speakers: dict[str, str] | None = None,
) -> Session:
    """A session from ("T"|"C"|"X", words) pairs; timed at about three words a second."""
    names = {"T": "Dr Osei", "C": "Maren", "X": "Nurse"} | (speakers or {})
    roles = {"T": Role.THERAPIST, "C": Role.CLIENT, "X": Role.THIRD}
    turns, at = [], 4_000
    for index, (who, text) in enumerate(talk):
        lasts = 900 + 330 * len(text.split())
        start, end = (at, at + lasts) if timed else (None, None)
        turns.append(Turn(index, names[who], roles[who], text, start, end, f"u{index}"))
        at += lasts + 700
    assigned = tuple(
        RoleAssignment(names[who], roles[who], "label", 1.0) for who in dict.fromkeys(w for w, _ in talk)
    )
    return Session(
        session_id, tuple(turns), f"sessions/{session_id}.vtt", "webvtt", date(2025, 3, 4), assigned
    )


def coding_of(
    session: Session,
    codes: dict[int, Sequence[tuple[str, float]]],
    *,
    unsure: Sequence[int] = (),
    settings: dict[str, float] | None = None,
) -> Coding:
    """A coding with the given codes; the family probabilities follow from them."""
    turns = []
    for turn in session:
        made = tuple(Code(turn.index, code, FAMILY[code], p) for code, p in codes.get(turn.index, ()))

        def top(family: str, made: tuple[Code, ...] = made) -> float:
            return max((c.probability for c in made if c.family == family), default=0.031249)

        if turn.role.strains:
            w, c = top("withdrawal"), top("confrontation")
            either = 0.471 if turn.index in unsure else min(0.99, max(w, c) + 0.01)
            turns.append(TurnCoding(turn.index, either, w, c, unsure=turn.index in unsure, codes=made))
        elif turn.role.helps:
            turns.append(
                TurnCoding(
                    turn.index, p_strategy=top("strategy"), p_contribution=top("contribution"), codes=made
                )
            )
        else:
            turns.append(TurnCoding(turn.index))
    return Coding(CoderId("embedded", "embedded", "1.0.0"), tuple(turns), settings=settings or {})


SETTINGS = {"precision_rupture": 0.62, "recall_rupture": 0.55, "recall_withdrawal": 0.47}


@pytest.fixture
def findings() -> Findings:
    """Two strains: a withdrawal that is passed over, then a complaint that is taken up and mended."""
    return worked_example()


@pytest.fixture
def quiet() -> Findings:
    """A session without a strain."""
    return quiet_example()


def worked_example(*, timed: bool = True) -> Findings:
    """See ``findings``."""
    session = session_of(TALK, timed=timed)
    coding = coding_of(
        session,
        {
            4: [("pressures", 0.81), ("lectures", 0.52)],
            5: [("minimal_response", 0.77)],
            7: [("deferential_appeasing", 0.83)],
            11: [("minimal_response", 0.58)],
            13: [("complaint_therapist", 0.9132467), ("rejects_intervention", 0.41)],
            14: [("acknowledges_contribution", 0.88)],
            15: [("complaint_therapist", 0.44)],
            16: [
                ("acknowledges_contribution", 0.79),
                ("validates_defensive_posture", 0.64),
                ("invites_feelings_about_therapy", 0.6),
            ],
        },
        unsure=(9,),
        settings=SETTINGS,
    )
    first = Episode(
        start=5,
        end=11,
        trigger=4,
        type=RuptureType.WITHDRAWAL,
        significance=3,
        outcome=Outcome.UNADDRESSED,
        probability=0.78,
        markers=(5, 7, 11),
        evidence=(
            "Three short or agreeing answers follow a turn in which the therapist insists.",
            "The answers are shorter than this client's answers before it.",
        ),
        counter_evidence=("“Okay” can be plain agreement.", "Turn 10 answers the question, if briefly."),
    )
    second = Episode(
        start=13,
        end=17,
        trigger=12,
        type=RuptureType.CONFRONTATION,
        significance=3,
        outcome=Outcome.RESOLVED,
        probability=0.913245,
        markers=(13, 15),
        strategies=(
            StrategyUse(14, "acknowledges_contribution", 0.88),
            StrategyUse(16, "acknowledges_contribution", 0.79),
            StrategyUse(16, "validates_defensive_posture", 0.64),
            StrategyUse(16, "invites_feelings_about_therapy", 0.6),
        ),
        evidence=("The client says what the therapist keeps doing and what is missing.",),
        counter_evidence=(),
    )
    return Findings(session, coding, (first, second), Scales(3, 3, 4, 3))


def quiet_example() -> Findings:
    """See ``quiet``."""
    session = session_of(TALK[:4] + TALK[17:], session_id="quiet", timed=False)
    coding = coding_of(session, {}, settings=SETTINGS)
    return Findings(session, coding, (), Scales(1, 1, None, 1))


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover=alert(3) {{7*7}} "
    "<!-- ]]> &lt;"
)


def hostile_example() -> Findings:
    """Names, words, identifiers and evidence that try to break out of the page."""
    talk = [
        ("T", HOSTILE),
        ("C", f"{HOSTILE} \x1b[31mred\x1b[0m \x00 \u202eflip \ud800"),
        ("T", "=HYPERLINK(1)"),
        ("C", "-- and so?"),
    ]
    session = session_of(talk, session_id=HOSTILE, speakers={"T": f"T{HOSTILE}", "C": "@C"})
    session = Session(
        session.id,
        session.turns,
        HOSTILE,
        None,
        None,
        (RoleAssignment(HOSTILE, Role.CLIENT, "guess", 0.6),),
        (Notice(HOSTILE),),
    )
    coding = coding_of(session, {1: [("complaint_therapist", 0.9)]}, unsure=(3,))
    episode = Episode(
        1, 1, 0, RuptureType.MIXED, 5, Outcome.ATTEMPTED, 0.9, (1,),
        (StrategyUse(2, HOSTILE),), (HOSTILE,), (HOSTILE,),
    )  # fmt: skip
    return Findings(session, coding, (episode,), Scales(5, 5, 1, 5))


def long_example(turns: int = 1_000) -> Findings:
    """A long session with a very long turn, right-to-left words, emoji and thirty strains."""
    talk = []
    for n in range(turns):
        words = "so we went on with it and it was like the week before " * (1 + n % 3)
        talk.append(("C" if n % 2 else "T", words if n % 7 else "Mm."))
    talk[9] = ("C", "Everything at once and no end. " * 700)
    talk[11] = ("C", "אני לא יודע למה אתה שואל אותי את זה (again).")
    talk[13] = ("C", "👩🏽‍🦱🙃 fine 🙂" * 30)
    talk[15] = ("C", "x" * 4_000)
    session = session_of(talk, session_id="long")
    marked = list(range(21, turns - 9, max(2, 2 * (turns // 60))))
    coding = coding_of(
        session,
        {n: [("minimal_response", 0.7)] for n in marked},
        unsure=range(31, turns, 38),
        settings=SETTINGS,
    )
    kinds = list(RuptureType)
    ends = list(Outcome)
    episodes = tuple(
        Episode(n, n + 5, n - 1, kinds[i % 3], 1 + i % 5, ends[i % 4], 0.5 + (i % 5) / 10, (n,))
        for i, n in enumerate(marked)
    )
    return Findings(session, coding, episodes, Scales(4, 2, 2, 3))
