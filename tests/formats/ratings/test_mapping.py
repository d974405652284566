"""Exports with names of their own, by a mapping file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reattune.errors import InputError, SettingError

from .conftest import Reader

MAPPING = """case = "record_id"
session = "redcap_repeat_instance"
missing = ["-99"]

[[form]]
instrument = "srs"
where = { redcap_repeat_instrument = "session_form" }
items = { 1 = "rel", 2 = "goal", 3 = "appr", 4 = "over" }

[[form]]
instrument = "phq-9"
where = { redcap_repeat_instrument = "phq" }
columns = "p_{item}_x"
total = "p_sum"
"""
EXPORT = (
    "record_id,redcap_repeat_instrument,redcap_repeat_instance,rel,goal,appr,over,p_1_x,p_2_x,p_sum\n"
    "7,session_form,1,9,9,9,9,,,\n"
    "7,session_form,2,9,-99,9,9,,,\n"
    "7,session_form,3,8,8,8,8,,,\n"
    "7,phq,1,,,,,,,12\n"
    "7,phq,3,,,,,1,5,\n"
    "8,,,,,,,,,\n"
)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return path


def test_forms_by_row_and_by_column(read_text: Reader, mapping: Path) -> None:
    found = read_text(EXPORT, mapping=mapping)
    assert found.scores.select("case", "session", "instrument", "score").rows() == [
        ("7", 1, "srs", 36), ("7", 3, "srs", 32), ("7", 1, "phq-9", 12),
    ]  # fmt: skip
    assert [(one.place.line, one.place.column) for one in found.problems] == [(6, 9)]
    assert "5 is out of range for item 2 of phq-9" in found.problems[0].what


def test_options_go_before_the_mapping(read_text: Reader, mapping: Path) -> None:
    found = read_text(EXPORT, mapping=mapping, missing=["5"], instrument="srs")
    assert list(found.instruments) == ["srs"]
    assert [one.what[:24] for one in found.problems] == ["-99 is out of range for "]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('case = "record_id"', 'cases = "record_id"', 1, "there is no field 'cases'. Fields: case, session"),
        ('case = "record_id"', "case = 1", 1, "'case' is not a text"),
        ('case = "record_id"', "case = record", 1, "the mapping file is not TOML"),
        ('missing = ["-99"]', 'missing = "-99"', 3, "it is no list"),
        ('missing = ["-99"]', 'date_order = "us"', 3, "'us' is no order of dates. Allowed: dmy, mdy, ymd"),
        ('instrument = "srs"', "", None, "a form does not say its instrument"),
        ('columns = "p_{item}_x"', 'columns = "p_x"', 13, "does not have {item} in it, once"),
        ('columns = "p_{item}_x"', 'colums = "p_{item}_x"', 13, "there is no field 'colums'"),
        ('items = { 1 = "rel", 2 = "goal", 3 = "appr", 4 = "over" }', "", None, "names no column"),
        ('items = { 1 = "rel"', "items = { 1 = true", None, ""),
    ],
)
def test_a_wrong_mapping_is_answered(
    read_text: Reader, mapping: Path, old: str, new: str, line: int | None, said: str
) -> None:
    mapping.write_text(MAPPING.replace(old, new, 1))
    with pytest.raises((InputError, SettingError)) as error:
        read_text(EXPORT, mapping=mapping)
    assert said in str(error.value)
    if line is not None:
        assert (error.value.place.path, error.value.place.line) == (str(mapping), line)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"over"', '"overall"', "the table has no column 'overall'"),
        ("p_{item}_x", "q_{item}", "no column of the table looks like 'q_{item}'"),
        ("redcap_repeat_instrument = ", "which = ", "the table has no column 'which'"),
    ],
)
def test_a_mapping_for_another_export_is_answered(
    read_text: Reader, mapping: Path, old: str, new: str, said: str
) -> None:
    mapping.write_text(MAPPING.replace(old, new))
    with pytest.raises(SettingError) as error:
        read_text(EXPORT, mapping=mapping)
    assert said in str(error.value)


def test_a_mapping_that_is_not_there(read_text: Reader, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(EXPORT, mapping=tmp_path / "no.toml")
