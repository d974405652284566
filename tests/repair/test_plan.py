"""Plans: for everything there is one, in the right order, and danger comes first."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from reattune.errors import SettingError
from reattune.record import RepairMove, Role, Session, Turn, TurnRef
from reattune.repair import STAGES, find_frame_talk, load_knowledge, plan
from reattune.repair.printing import LINES, WIDTH
from reattune.scheme import load_profiles

from .making import MARKERS, TRIED, rupture, situations

ORDER = ("notice", "bear", "validate", "own_part", "explore", "explain", "link", "change")
LATER = ("link", "change")


@cache
def every_plan(profile="therapy"):
    """Plans for every marker, status, sign and stage, with what was tried and how long ago varied along the way."""
    plans = []
    for (marker, family, status, sign), stage in itertools.product(situations(), STAGES):
        tried = TRIED[(stage + len(sign)) % 3]
        since = (None, 0, 1, 3)[(stage + len(status)) % 4]
        made = rupture(family, status, sign, tried)
        one = plan(
            made, stage=stage, markers=(marker,) if marker else (), profile=profile, sessions_since=since
        )
        plans.append(one)
    return plans


@pytest.mark.parametrize("profile", list(load_profiles()))
def test_every_marker_at_every_stage_in_every_status_has_something_to_notice_say_and_leave(profile):
    missing = []
    for made in every_plan(profile):
        said = [a for a in made.say if a.wordings]
        whole = made.notice and said and made.avoid and made.ask_at_end and made.supervision
        if not (
            whole and made.referral and made.outcome_note and all(2 <= len(a.wordings) <= 3 for a in said)
        ):
            missing.append((made.markers, made.stage, made.status, made.signs))
    assert missing == []


@pytest.mark.parametrize("profile", list(load_profiles()))
@pytest.mark.parametrize("marker", MARKERS)
def test_each_marker_has_statements_of_its_own(marker, profile):
    own = [
        s
        for s in load_knowledge()
        if s.scope.markers == (marker,) and profile in (s.scope.profiles or ("therapy",))
    ]
    kinds = {str(s.kind) for s in own}
    assert {"notice", "say", "avoid"} <= kinds
    words = {w for s in own for w in s.wordings}
    others = {w for s in load_knowledge() if s.scope.markers != (marker,) for w in s.wordings}
    assert not words & others


def test_meeting_and_exploring_come_before_changing_anything():
    for made in every_plan():
        phases = [step.phase for step in made.steps]
        assert phases == sorted(phases, key=ORDER.index), (made.markers, made.stage)
        assert all(step.when != "now" for step in made.steps if step.phase in LATER)
        assert all(step.when == "now" for step in made.steps if step.phase not in LATER)


def test_nothing_is_changed_while_nothing_has_been_met():
    made = plan(rupture("confrontation"), markers=["complaint_activities"], stage=3, sessions_since=0)
    assert not [step for step in made.steps if step.phase in LATER]
    assert "left for later" in made.held_back


@pytest.mark.parametrize(
    ("tried", "since", "when"),
    [
        (("acknowledges_contribution",), 0, "at a later meeting"),
        (("acknowledges_contribution",), 1, "now, once the steps before it are done"),
        ((), 2, "at a later meeting, once it has been met and explored"),
        (("changes_task_goal",), 0, None),
        (("gives_rationale", "links_pattern_elsewhere"), 0, None),
    ],
)
def test_change_waits_until_it_has_been_met_or_for_a_later_session(tried, since, when):
    made = plan(rupture("confrontation", tried=tried), markers=["complaint_progress"], sessions_since=since)
    found = [step.when for step in made.steps if step.phase == "change"]
    assert found == ([when] if when else [])
    assert bool(made.held_back) is (when is None)


@pytest.mark.parametrize(
    ("family", "tried", "disclosed", "stage"),
    [
        ("withdrawal", (), None, 1),
        ("withdrawal", (), TurnRef(4, 2), 3),
        ("withdrawal", ("redirects_refocuses",), None, 2),
        ("withdrawal", ("invites_feelings_about_therapy",), None, 3),
        ("withdrawal", ("invites_feelings_about_therapy", "validates_defensive_posture"), None, 4),
        ("withdrawal", ("links_pattern_elsewhere",), None, 2),
        ("confrontation", (), None, 1),
        ("confrontation", (), TurnRef(4, 2), 2),
        ("confrontation", ("gives_rationale",), None, 2),
        ("confrontation", ("acknowledges_contribution",), None, 3),
        ("confrontation", ("invites_feelings_about_therapy",), None, 2),
        ("confrontation", ("acknowledges_contribution", "invites_feelings_about_therapy"), None, 4),
        (
            "confrontation",
            ("acknowledges_contribution", "invites_feelings_about_therapy", "links_pattern_in_therapy"),
            None,
            5,
        ),
    ],
)
def test_the_stage_is_told_from_what_was_tried(family, tried, disclosed, stage):
    made = plan(rupture(family, "in_repair", tried=tried, disclosed=disclosed))
    assert made.stage is not None
    assert made.stage.number == stage
    assert not made.stage.given
    assert ("Tried so far" in made.stage.why) is bool(tried)
    assert ("session 4" in made.stage.why) is (disclosed is not None)


def test_a_person_may_know_the_stage_better():
    made = plan(rupture(), stage=4)
    assert made.stage is not None and (made.stage.number, made.stage.given) == (4, True)


def test_what_lay_still_for_long_is_taken_up_afresh():
    done = ("invites_feelings_about_therapy", "validates_defensive_posture")
    stages = [plan(rupture(tried=done), sessions_since=n).stage for n in (1, 3)]
    assert [s.number for s in stages if s] == [4, 2]
    assert stages[1] is not None and "3 sessions" in stages[1].why


def test_moves_given_by_hand_stand_for_those_in_the_ledger():
    made = plan(
        rupture(tried=("acknowledges_contribution",)),
        tried=[RepairMove(TurnRef(1, 1), "redirects_refocuses")],
    )
    assert made.stage is not None and "acknowledges" not in made.stage.why


def test_an_apology_is_not_advised_twice():
    first, second = (plan(rupture("confrontation", tried=t), stage=2) for t in TRIED[:2])
    assert [a.strategy for a in first.say].count("acknowledges_contribution") >= 1
    assert "acknowledges_contribution" not in [a.strategy for a in second.say]


@pytest.mark.parametrize("profile", list(load_profiles()))
@pytest.mark.parametrize(("danger", "violation"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("route", [None, "Duty desk, extension 12."])
def test_danger_or_a_violation_lead_to_the_clinics_route_and_nothing_else(profile, danger, violation, route):
    made = plan(
        rupture("confrontation", tried=TRIED[1]),
        markers=["controls_pressures"],
        profile=profile,
        danger=danger,
        violation=violation,
        clinic_route=route,
        sessions_since=2,
    )
    assert made.route
    assert made.everything() == made.route
    assert made.stage is None and not made.steps and not made.held_back
    assert (route in [a.text for a in made.route]) is (route is not None)
    assert all(not a.wordings for a in made.route)


def test_every_statement_has_its_place_in_some_plan():
    used = {a.key for profile in load_profiles() for made in every_plan(profile) for a in made.everything()}
    for profile, markers in itertools.product(load_profiles(), itertools.combinations(MARKERS[6:10], 2)):
        for status, stage, since in itertools.product(("open", "in_repair", "repaired"), STAGES, (0, 3)):
            for family, tried in itertools.product(("withdrawal", "confrontation"), TRIED[1:]):
                for given in ((), markers):
                    made = plan(
                        rupture(family, status, tried=tried),
                        markers=given, stage=stage, profile=profile, sessions_since=since,
                    )  # fmt: skip
                    used |= {a.key for a in made.everything()}
        for danger in (True, False):
            used |= {
                a.key
                for a in plan(rupture(), profile=profile, danger=danger, violation=not danger).everything()
            }
    assert sorted({s.key for s in load_knowledge()} - used) == []


def test_a_plan_fits_on_a_page():
    for made in every_plan():
        lines = made.printable.splitlines()
        assert len(lines) <= LINES, (made.markers, made.stage, made.status)
        assert max(map(len, lines)) <= WIDTH


def test_two_markers_are_spoken_to_and_still_fit_on_a_page():
    for stage in STAGES:
        made = plan(
            rupture("mixed"),
            markers=["complaint_progress", "denial", "defends_self"],
            stage=stage,
            sessions_since=1,
        )
        assert made.markers == ("complaint_progress", "denial")
        assert {"progress.notice", "denial.notice"} <= {a.key for a in made.notice}
        assert len(made.printable.splitlines()) <= LINES


def test_what_goes_out_is_plain_data():
    made = plan(
        rupture("confrontation", tried=TRIED[1]), markers=["defends_self"], sessions_since=1
    ).to_dict()
    assert list(made) == [
        "rupture", "profile", "status", "markers", "signs", "stage", "route", "steps", "avoid", "ask_at_end", "supervision",
        "referral", "know", "outcome_note", "held_back",
    ]  # fmt: skip
    first = made["steps"][0]
    assert (first["phase"], first["when"]) == ("notice", "now")
    assert first["items"][0]["sources"][0].keys() == {"key", "title"}
    assert plan(rupture(), danger=True).to_dict()["stage"] is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"profile": "siblings"}, "siblings"),
        ({"markers": ["denail"]}, "denial"),
        ({"markers": ["pressures"]}, "no marker"),
        ({"stage": 6}, "1 to 5"),
        ({"tried": [RepairMove(TurnRef(1, 1), "denial")]}, "no strategy"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(wrong, says):
    with pytest.raises(SettingError, match=says):
        plan(rupture(), **wrong)


def test_no_plan_proposes_a_change_of_the_frame_and_every_open_one_holds_it():
    for made in every_plan():
        if made.status in ("open", "in_repair"):
            assert any(a.frame for a in made.avoid), (made.markers, made.stage)
        assert not [a.key for step in made.steps if step.phase in LATER for a in step.items if a.frame]
    said = {words for made in every_plan() for item in made.say for words in item.wordings}
    turns = tuple(Turn(n, "T", Role.THERAPIST, words) for n, words in enumerate(sorted(said)))
    assert find_frame_talk(Session("s", turns)) == []
