"""What people call items, and what is meant."""

from __future__ import annotations

import pytest

from reattune.alliance.instruments import load_instrument, shipped
from reattune.alliance.instruments.naming import Target, resolve

ALL = list(shipped().values())
WAI = [shipped()["wai-sr"]]


@pytest.mark.parametrize(
    "name",
    [
        "wai_1",
        "WAI-SR 1",
        "wai1",
        "wai_01",
        "waisr_item1",
        "WAI-SR item 1",
        "wai_q1",
        "WAI.SR.1",
        "wai_sr_001",
    ],
)
def test_an_item_with_its_form_before_it(name: str) -> None:
    assert resolve([name], ALL, bare=False) == {name: Target("wai-sr", "1", False)}


@pytest.mark.parametrize("name", ["1", "01", "item1", "Item 1", "Q1", "question_1", "i1", "Frage 1"])
def test_a_bare_item_counts_only_where_the_form_is_known(name: str) -> None:
    assert resolve([name], WAI, bare=True) == {name: Target("wai-sr", "1", False)}
    assert resolve([name], ALL, bare=False) == {}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("total", "total"),
        ("Score", "total"),
        ("wai_sr", "total"),
        ("WAI total", "total"),
        ("bond", "bond"),
        ("wai_task_score", "task"),
    ],
)
def test_scores(name: str, key: str) -> None:
    assert resolve([name], WAI, bare=True) == {name: Target("wai-sr", key, True)}


@pytest.mark.parametrize(
    ("key", "prefix", "count"),
    [("phq-9", "phq", 9), ("gad-7", "gad", 7), ("arm-5", "arm", 5), ("core-10", "core", 10)],
)
def test_a_number_in_the_name_is_the_total_or_the_last_item(key: str, prefix: str, count: int) -> None:
    last = f"{prefix}{count}"
    short = resolve([f"{prefix}{n}" for n in range(1, count + 1)], ALL, bare=False)
    assert short[last] == Target(key, str(count), False)
    long = resolve([*(f"{prefix}{count}_{n}" for n in range(1, count + 1)), last], ALL, bare=False)
    assert long[last] == Target(key, "total", True)
    assert len(long) == count + 1
    assert resolve([last], ALL, bare=False) == {last: Target(key, "total", True)}


def test_names_of_nothing_are_absent() -> None:
    assert resolve(["age", "wai_13", "therapist", "", "notes"], ALL, bare=False) == {}
    assert resolve(["13", "x1"], WAI, bare=True) == {}


def test_names_of_ones_own() -> None:
    one = load_instrument("examples/ratings/own-form.toml")
    found = resolve(["taw_heard", "same plan", "Two-at-work tense", "taw"], [one], bare=True)
    assert [t.key for t in found.values()] == ["heard", "plan", "tense", "total"]


def test_every_shipped_item_and_scale_is_found_by_its_key_and_no_two_collide() -> None:
    for one in ALL:
        names = [f"{one.key} {item.key}" for item in one.items]
        found = resolve(names, ALL, bare=False)
        assert [found[n] for n in names] == [Target(one.key, item.key, False) for item in one.items]
        for scale in one.scales:
            if scale.key not in [item.key for item in one.items]:
                name = f"{one.key}_{scale.key}"
                assert resolve([name], ALL, bare=False)[name] == Target(one.key, scale.key, True)
