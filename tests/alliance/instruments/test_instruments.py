"""The instruments that are shipped, files of one's own, and what is said where a file is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from reattune.alliance.instruments import (
    CutOff,
    Side,
    load_instrument,
    read_instrument,
    shipped,
    shipped_wording,
)
from reattune.alliance.instruments.loading import SHIPPED
from reattune.alliance.measure import Measure
from reattune.errors import InputError, SettingError

ROOT = Path(__file__).parents[3]
OWN = (ROOT / "examples/ratings/own-form.toml").read_text(encoding="utf-8")


def test_every_data_file_is_listed_and_read() -> None:
    folder = ROOT / "src/reattune/alliance/instruments/data"
    assert {path.stem for path in folder.glob("*.toml")} == set(SHIPPED) == set(shipped())


@pytest.mark.parametrize(
    ("key", "items", "low", "high"),
    [
        ("wai-sr", 12, 1, 5), ("wai-srt", 10, 1, 5), ("srs", 4, 0, 40), ("ors", 4, 0, 40), ("sai", 6, 0, 5), ("arm-5", 5, 1, 7),
        ("core-10", 10, 0, 40), ("phq-9", 9, 0, 27), ("gad-7", 7, 0, 21),
    ],
)  # fmt: skip
def test_items_and_range_of_the_total(key: str, items: int, low: float, high: float) -> None:
    one = shipped()[key]
    assert len(one.items) == items
    assert one.bounds("total") == (low, high)


def test_subscales_of_the_wai_sr_are_those_of_its_key() -> None:
    one = shipped()["wai-sr"]
    found = {scale.key: scale.items for scale in one.scales[1:]}
    assert found == {
        "task": ("1", "2", "10", "12"),
        "bond": ("3", "5", "7", "9"),
        "goal": ("4", "6", "8", "11"),
    }


@pytest.mark.parametrize(
    ("key", "cutoffs"),
    [
        ("phq-9", [5, 10, 15, 20]), ("gad-7", [5, 10, 15]), ("core-10", [11]), ("srs", [36]), ("ors", [25]), ("wai-sr", []),
    ],
)  # fmt: skip
def test_cut_offs_are_the_published_ones(key: str, cutoffs: list[float]) -> None:
    assert [one.value for one in shipped()[key].scale().cutoffs] == cutoffs


def test_measures_hold_range_step_direction_and_published_change() -> None:
    assert shipped()["wai-sr"].measure() == Measure(1, 5, 1 / 12)
    assert shipped()["wai-sr"].measure("bond") == Measure(1, 5, 1 / 4)
    assert shipped()["phq-9"].measure() == Measure(0, 27, 1, higher_is_better=False)
    assert shipped()["ors"].measure().reliable_change == 5
    assert shipped()["core-10"].measure().reliable_change == 6
    assert shipped()["wai-sr"].measure().reliable_change is None


@pytest.mark.parametrize("sd, r, change", [(0.70, 0.92, 0.5488), (10.5, 0.931, 7.6451)])
def test_reliable_change_of_the_field_reference(sd: float, r: float, change: float) -> None:
    assert Measure(0, 40, sd=sd, reliability=r).reliable_change == pytest.approx(change, abs=5e-5)


def test_strained_ends_are_marked() -> None:
    lower_is_better = {
        (one.key, scale.key)
        for one in shipped().values()
        for scale in one.scales
        if not scale.higher_is_better
    }
    assert lower_is_better == {
        ("core-10", "total"), ("phq-9", "total"), ("gad-7", "total"), ("tension", "tension"), ("check-in", "hard"),
    }  # fmt: skip


def test_risk_items_and_codes() -> None:
    risks = {(one.key, item.key) for one in shipped().values() for item in one.items if item.risk}
    assert risks == {("phq-9", "9"), ("core-10", "6")}
    assert (shipped()["phq-9"].loinc, shipped()["phq-9"].loinc_total) == ("44249-1", "44261-6")
    assert (shipped()["gad-7"].loinc, shipped()["gad-7"].loinc_total) == ("69737-5", "70274-6")
    others = [one for one in shipped().values() if one.key not in ("phq-9", "gad-7")]
    assert all(one.loinc is None for one in others)


def test_norms_have_a_source_and_forms_a_licence() -> None:
    for one in shipped().values():
        assert one.licence and one.source and one.prorating
        for scale in one.scales:
            assert bool(scale.norms) == any((scale.sd, scale.reliability, scale.reliable_change))


def test_only_forms_that_may_be_shipped_have_their_words_here() -> None:
    worded = {key for key, one in shipped().items() if shipped_wording(one)}
    assert worded == {key for key, one in shipped().items() if one.wording == "shipped"}
    assert worded == {"phq-9", "gad-7", "check-in"}


@pytest.mark.parametrize(
    "name", ["wai-sr", "WAI-SR", "wai sr", "WAI_SR", "Working Alliance Inventory, short form revised"]
)
def test_an_instrument_goes_by_its_key_and_name(name: str) -> None:
    assert load_instrument(name).key == "wai-sr"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingError, match=r"'phq9x' is no instrument. Did you mean 'phq-9'"):
        load_instrument("phq9x")


@pytest.mark.parametrize(
    ("side", "holding"),
    [(Side.BELOW, [4]), (Side.AT_MOST, [4, 5]), (Side.AT_LEAST, [5, 6]), (Side.ABOVE, [6])],
)
def test_cut_offs_hold_on_their_side(side: Side, holding: list[float]) -> None:
    cutoff = CutOff(5, side, "", "")
    assert [value for value in (4.0, 5.0, 6.0, float("nan")) if cutoff.holds(value)] == holding


def test_a_form_of_ones_own() -> None:
    one = read_instrument(OWN, "own-form.toml")
    assert one.item("tense").reverse and not one.item("plan").reverse
    assert one.item("plan").names == ("same_plan",)
    assert one.scale().title == "How it goes"
    assert load_instrument(ROOT / "examples/ratings/own-form.toml") == one
    assert load_instrument(one) is one
    with pytest.raises(SettingError, match=r"has no item 'nope'. Its items: heard, plan, tense"):
        one.item("nope")
    with pytest.raises(SettingError, match=r"has no scale 'bond'. Its scales: total"):
        one.measure("bond")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('key = "two-at-work"', 'key = "Two at work"', 2, "'Two at work' cannot be a key"),
        ('key = "two-at-work"', "key = 3", 2, "key: 3 is not a text"),
        ('key = "two-at-work"', "", None, "key: this field is missing"),
        ('name = "Two at work"', 'name = ""', 3, "name: the text is empty"),
        ('rater = "self"', 'colour = "blue"', 5, "colour: there is no such field"),
        ("validated = false", "validated = 0", 7, "validated: 0 is not true or false"),
        ("high = 5", "high = 1", 14, "items.high: 1 is not above low"),
        ("high = 5", "high = inf", 14, "items.high: inf is not a number that can be used"),
        ("high = 5", 'high = "five"', 14, "items.high: 'five' is not a number"),
        ("high = 5", "high = 5\nstep = 3", 15, "items.step: steps of 3 from 1 do not end at 5"),
        ('reverse = ["tense"]', 'reverse = ["tensed"]', 15, "items.reverse: there is no item 'tensed'"),
        ('keys = ["heard", "plan", "tense"]', "", 11, "give either count or keys"),
        ('keys = ["heard", "plan", "tense"]', 'keys = ["heard", "heard"]', 12, "one twice"),
        ('keys = ["heard", "plan", "tense"]', 'keys = ["Heard!"]', 12, "'Heard!' cannot be an item's key"),
        ("[item.plan]", "[item.plans]", 17, "item.plans: there is no such item"),
        ("[scale.total]", "[scales.total]", 20, "scales: there is no such field"),
        (
            'aggregation = "mean"',
            'aggregation = "median"',
            22,
            "'median' is not allowed. Allowed values are sum, mean",
        ),
        ("max_missing = 1", "max_missing = 3", 23, "3 is not a whole number from 0 to 2"),
        ("max_missing = 1", "sd = 1.0", 20, "scale.total.norms: this field is missing"),
        ("max_missing = 1", "reliability = 92", 23, "92 is not between 0 and 1"),
        ('side = "below"', 'side = "under"', 27, "scale.total.cutoff.1.side: 'under' is not allowed"),
        ("value = 2.5", "value = true", 26, "true is not a number"),
        ('key = "two-at-work"', "key = two", 2, "this is not TOML"),
        ("[[scale.total.cutoff]]", "[scale.total.cutoff]", 25, "is not one or more tables"),
    ],
)
def test_a_wrong_file_is_answered_with_line_field_and_what_is_allowed(
    old: str, new: str, line: int | None, said: str
) -> None:
    assert old in OWN
    with pytest.raises(InputError) as error:
        read_instrument(OWN.replace(old, new, 1), "mine.toml")
    assert said in str(error.value)
    assert error.value.place.path == "mine.toml"
    assert error.value.place.line == line
    assert error.value.mend


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load_instrument(tmp_path / "no.toml")
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b"key = '\xff\xfe\xfa'")
    with pytest.raises(InputError, match="not UTF-8"):
        load_instrument(odd)
    odd.write_text("[" * 5_000)
    with pytest.raises(InputError):
        load_instrument(str(odd))
