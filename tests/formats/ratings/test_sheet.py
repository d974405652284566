"""Files of every kind as the same ratings: CSV in its dialects and encodings, Excel, Parquet."""

from __future__ import annotations

import builtins
import io
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from reattune.errors import InputError, MissingExtraError, SettingError

from .conftest import Reader

ROWS = [["Zoë", 1, "2026-03-02", 9.1, 8.5, 9.0, 10.0], ["Zoë", 2, "2026-03-09", 7.0, 8.0, 9.5, 9.0]]
HEADER = ["case", "session", "date", "srs_1", "srs_2", "srs_3", "srs_4"]
SCORES = [("Zoë", 1, date(2026, 3, 2), 36.6), ("Zoë", 2, date(2026, 3, 9), 33.5)]


def table(delimiter: str = ",", end: str = "\n", comma: bool = False) -> str:
    lines = [delimiter.join(HEADER)]
    for row in ROWS:
        cells = [
            str(cell).replace(".", ",") if comma and isinstance(cell, float) else str(cell) for cell in row
        ]
        lines.append(delimiter.join(cells))
    return end.join(lines) + end


def scores(found: Any) -> list[tuple[Any, ...]]:
    return [
        (*row[:3], round(row[3], 9)) for row in found.scores.select("case", "session", "date", "score").rows()
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(read_text: Reader, delimiter: str, end: str) -> None:
    assert scores(read_text(table(delimiter, end), "r.txt")) == SCORES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings(read_text: Reader, encoding: str) -> None:
    assert scores(read_text(table().encode(encoding))) == SCORES


def test_decimal_commas_and_the_line_by_which_excel_names_the_separator(read_text: Reader) -> None:
    assert scores(read_text("\n\nsep=;\n" + table(";", comma=True))) == SCORES
    bad = read_text("sep=;\n" + table(";", comma=True).replace("9,1", "91"))
    assert bad.problems[0].place.line == 3


@pytest.mark.parametrize(
    "text",
    [
        table().replace("Zoë", '"Zoë"'),
        '"' + table().replace(",", '","').replace("\n", '"\n"').removesuffix('"'),
        "\n\n" + table() + "\n\n,,,,,,\n",
        table().replace("\n", "\n\n"),
        table().replace("\n", ",\n"),
        table().replace(",9.0\n", ',9.0\n"A, ""B""",3\n'),
    ],
)
def test_quotes_empty_lines_and_rows_cut_short(read_text: Reader, text: str) -> None:
    assert scores(read_text(text)) == SCORES


def test_lines_are_those_of_the_file_where_cells_have_line_breaks(read_text: Reader) -> None:
    text = 'case,session,note,srs\nA,1,"two\nlines",30\nA,2,,99\n"B\nC",3,x,31\nA,4,,98\n'
    found = read_text(text)
    assert [(one.place.line, one.place.column) for one in found.problems] == [(4, 4), (7, 4)]
    assert found.scores["case"].to_list() == ["A", "B C"]


def test_an_unclosed_quotation_mark_costs_its_line_only(read_text: Reader) -> None:
    found = read_text('case,session,srs\nA,1,30\n"A,2,30\nA,3,31\n')
    assert found.scores["session"].to_list() == [1, 3]
    assert [one.place.line for one in found.problems] == [3]
    assert "quotation mark" in found.problems[0].what


def workbook(sheets: dict[str, list[list[Any]]], corner: tuple[int, int] = (0, 0)) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for r, row in enumerate(rows, corner[0]):
            for c, cell in enumerate(row, corner[1]):
                if isinstance(cell, datetime):
                    page.write_datetime(r, c, cell, day)
                elif cell is not None:
                    page.write(r, c, cell)
    book.close()
    return held.getvalue()


def as_dates(rows: list[list[Any]]) -> list[list[Any]]:
    return [[*row[:2], datetime.fromisoformat(row[2]), *row[3:]] for row in rows]


def test_excel_with_real_dates_and_the_cell_of_a_problem(read_text: Reader) -> None:
    assert scores(read_text(workbook({"r": [HEADER, *as_dates(ROWS)]}), "r.xlsx")) == SCORES
    bad = [*as_dates(ROWS), ["Zoë", 3, None, 11, "x", 9, None]]
    found = read_text(workbook({"r": [HEADER, *bad]}, corner=(2, 1)), "r.xlsx")
    assert scores(found) == SCORES
    assert [(one.place.line, one.place.column) for one in found.problems] == [(6, 5), (6, 6)]


def test_excel_sheets_are_named(read_text: Reader) -> None:
    data = workbook({"notes": [["a", "b"], [1, 2]], "ratings": [HEADER, *ROWS], "none": []})
    assert scores(read_text(data, "r.xlsx", sheet="ratings")) == SCORES
    with pytest.raises(SettingError, match=r"there is no sheet 'x'. Sheets: 'notes', 'ratings', 'none'"):
        read_text(data, "r.xlsx", sheet="x")
    with pytest.raises(InputError, match="no column of the table is an item"):
        read_text(data, "r.xlsx")
    with pytest.raises(InputError, match="the sheet is empty"):
        read_text(data, "r.xlsx", sheet="none")


def test_excel_without_the_extra_says_how_to_get_it(
    read_text: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "fastexcel":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'reattune\[excel\]'"):
        read_text(workbook({"r": [HEADER, *ROWS]}), "r.xlsx")


def test_parquet_with_types_of_its_own(read_text: Reader) -> None:
    frame = pl.DataFrame(ROWS, schema=HEADER, orient="row").with_columns(
        pl.col("date").str.to_date(), pl.col("session").cast(pl.Float64), pl.col("srs_1").cast(pl.Float32)
    )
    held = io.BytesIO()
    frame.with_columns(list=pl.Series([[1], [2]])).write_parquet(held)
    assert scores(read_text(held.getvalue(), "r.parquet")) == SCORES


def test_a_parquet_row_is_counted_from_one(read_text: Reader) -> None:
    held = io.BytesIO()
    pl.DataFrame({"case": ["A", "A"], "session": [1, 2], "srs": [30.0, 99.0]}).write_parquet(held)
    found = read_text(held.getvalue(), "r.parquet")
    assert [(one.place.line, one.place.column) for one in found.problems] == [(2, 3)]


@pytest.mark.parametrize("data", [b"PAR1 not really", b"PK\x03\x04 xl/ not really", b"\x00\x01\x02" * 40])
def test_damaged_files_are_answered(read_text: Reader, data: bytes) -> None:
    with pytest.raises(InputError) as error:
        read_text(data)
    assert error.value.mend and error.value.place.path
