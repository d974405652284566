"""Dates in the forms that people use, and an error where two readings are possible."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from reattune.errors import InputError, SettingError
from reattune.formats.ratings.dates import parse_dates


def parse(*texts: str | None, order: str | None = None) -> list[date | None]:
    cells = pl.Series(list(texts), dtype=pl.String)
    lines = pl.int_range(2, 2 + len(cells), dtype=pl.UInt32, eager=True)
    return parse_dates(cells, order, lines=lines, column=3)[0].to_list()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04", "2026-3-4", "2026/03/04", "2026.03.04", "20260304", "2026-03-04T10:11", "2026-03-04 10:11:12.5",
        "2026-03-04T10:11:12Z", "2026-03-04 00:00:00", "04.03.2026", "4.3.2026", "4. 3. 2026", "04.03.26", "4 March 2026",
        "04-Mar-2026", "4-mar-26", "4th March 2026", "March 4, 2026", "Mar 4th 2026", "Wed, 4 March 2026", "4. März 2026",
        "4. Mrz. 2026", "04.03.2026, 10:15 Uhr",
    ],
)  # fmt: skip
def test_common_forms(text: str) -> None:
    assert parse(text) == [date(2026, 3, 4)]


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-13-01", "31.02.2026", "4/5", "2026", "0026-03-04", "9999-01-01", "12:30", "", "1.2.3.4"],
)
def test_no_date(text: str) -> None:
    assert parse(text) == [None]


def test_empty_cells_have_none() -> None:
    assert parse(None, "2026-03-04", None) == [None, date(2026, 3, 4), None]


def test_a_date_with_two_readings_is_an_error_with_its_place() -> None:
    with pytest.raises(InputError, match="03/04/2026 can be read in two ways") as error:
        parse("2026-01-01", "03/04/2026", "05/05/2026")
    assert (error.value.place.line, error.value.place.column) == (3, 3)
    assert "--date-order dmy" in error.value.mend


def test_one_plain_value_settles_the_column() -> None:
    assert parse("03/04/2026", "13/04/2026") == [date(2026, 4, 3), date(2026, 4, 13)]
    assert parse("03/04/2026", "04/13/2026") == [date(2026, 3, 4), date(2026, 4, 13)]
    assert parse("03-04-26", "25-04-26") == [date(2026, 4, 3), date(2026, 4, 25)]


def test_both_orders_in_one_column_are_an_error_only_if_some_value_is_open() -> None:
    assert parse("13/04/2026", "04/13/2026") == [date(2026, 4, 13)] * 2
    with pytest.raises(InputError, match="dates in both orders"):
        parse("13/04/2026", "04/13/2026", "03/04/2026")


def test_the_same_day_and_month_is_no_question() -> None:
    assert parse("04/04/2026") == [date(2026, 4, 4)]


@pytest.mark.parametrize(
    ("order", "made"), [("dmy", date(2026, 4, 3)), ("mdy", date(2026, 3, 4)), ("ymd", None)]
)
def test_the_order_that_is_given_counts(order: str, made: date | None) -> None:
    assert parse("03/04/2026", order=order) == [made]


def test_an_order_that_is_given_keeps_what_does_not_fit_out() -> None:
    assert parse("03/13/2026", order="dmy") == [None]
    assert parse("26/03/04", order="ymd") == [date(2026, 3, 4)]
    assert parse("04.03.2026", order="mdy") == [date(2026, 3, 4)], "points part day, month, year"
    assert parse("2026-03-04", order="mdy") == [date(2026, 3, 4)]
    with pytest.raises(SettingError, match="Allowed values are dmy, mdy, ymd"):
        parse("03/04/2026", order="us")


def test_two_digit_years() -> None:
    assert parse("1.2.68", "1.2.69") == [date(2068, 2, 1), date(1969, 2, 1)]
