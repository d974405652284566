"""What is written is read back, whatever the table; and nothing makes a reader break."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reattune.alliance.ratings import Ratings, read_ratings
from reattune.errors import InputError, ReattuneError, SettingError

CASES = (
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cf"]),
        min_size=1,
        max_size=8,
    )
    .map(lambda name: " ".join(name.split()))
    .filter(bool)
)
ANSWERS = st.one_of(st.none(), st.integers(0, 3))
TABLES = st.dictionaries(
    st.tuples(CASES, st.integers(0, 40)), st.lists(ANSWERS, min_size=9, max_size=9), min_size=1, max_size=12
).filter(lambda table: any(value is not None for row in table.values() for value in row))


def read(data: bytes, name: str = "r.csv", **options: object) -> Ratings:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_ratings(path, **options)  # type: ignore[arg-type]


def answers(found: Ratings) -> dict[tuple[str, int, str], float]:
    return {
        (c, s, i): v for c, s, i, v in found.answers.select("case", "session", "item", "value").iter_rows()
    }


def expected(table: dict[tuple[str, int], list[int | None]]) -> dict[tuple[str, int, str], float]:
    return {(c, s, str(n)): v for (c, s), row in table.items() for n, v in enumerate(row, 1) if v is not None}


@settings(max_examples=60, deadline=None)
@given(TABLES, st.sampled_from([",", ";", "\t"]))
def test_a_wide_table_is_read_back(table: dict[tuple[str, int], list[int | None]], delimiter: str) -> None:
    rows = [(c, s, *row) for (c, s), row in table.items()]
    frame = pl.DataFrame(rows, schema=["case", "session", *(f"phq9_{n}" for n in range(1, 10))], orient="row")
    found = read(frame.write_csv(separator=delimiter, quote_style="non_numeric").encode())
    assert answers(found) == expected(table)
    assert found.problems == ()
    complete = {(c, s): sum(row) for (c, s), row in table.items() if None not in row}  # type: ignore[arg-type]
    scores = {(c, s): v for c, s, v in found.scores.select("case", "session", "score").iter_rows()}
    assert {key: scores[key] for key in complete} == complete
    held = io.BytesIO()
    frame.write_parquet(held)
    again = read(held.getvalue(), "r.parquet")
    assert again.scores.equals(found.scores)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_a_long_table_is_read_back_in_any_order(
    table: dict[tuple[str, int], list[int | None]], random: object
) -> None:
    rows = [
        (c, s, "client", "PHQ-9", f"item {n}", v)
        for (c, s), row in table.items()
        for n, v in enumerate(row, 1)
    ]
    random.shuffle(rows)  # type: ignore[attr-defined]
    header = ["case", "session", "rater", "instrument", "item", "value"]
    frame = pl.DataFrame(rows, schema=header, orient="row", infer_schema_length=None)
    found = read(frame.write_csv().encode())
    assert answers(found) == expected(table)
    assert found.problems == ()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@example(b"PAR1")
@example(b"case,session,srs\n\x00,\x00,\x00\n")
@example(b'case,session,srs\n"""",1,"\n')
@example("case,session,srs\nA,٣,30\n".encode())
@example(b"case,session,srs\nA,99999999999,30\n")
@example(b"case,session,srs\nA,1,1e-999\n")
@example(b",,\n,,\n")
def test_garbage_is_answered_and_breaks_nothing(data: bytes) -> None:
    with pytest.raises((InputError, SettingError)):
        found = read(data)
        raise InputError("read", path=str(len(found)))


PIECES = st.lists(
    st.sampled_from(
        ["A", "1", "3", "-99", "NA", "", " ", '"', '""', ",", ";", "\n", "\r\n", "phq9", "x", "1e3", "3.0", "03/04/2026", 
         "4.3.26", "item 1", "total", "client", "T", "\ufeff", "é", "\t", "|", "1,5"]
    ),
    max_size=60,
)  # fmt: skip
HEADS = st.sampled_from(
    ["case,session,phq9_1,phq9_2,phq9", "case,session,date,rater,instrument,item,value", "client;date;srs", "session\ttotal\tx"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(HEADS, PIECES, st.sampled_from([None, "srs", "phq-9"]), st.sampled_from([None, "dmy", "mdy"]))
def test_near_tables_are_read_or_answered(
    head: str, pieces: list[str], instrument: str | None, order: str | None
) -> None:
    data = f"{head}\n{''.join(pieces)}".encode()
    try:
        found = read(data, instrument=instrument, date_order=order)
    except ReattuneError as error:
        assert isinstance(error, InputError | SettingError)
        assert error.mend and error.place.path
        return
    assert found.answers.height + found.scores.height > 0
    assert found.scores.select("case", "session", "rater", "instrument", "scale").is_duplicated().sum() == 0
    lines = data.decode().replace("\r\n", "\n").count("\n") + 1
    assert all(one.place.line is None or 1 <= one.place.line <= lines for one in found.problems)
    for _, _, panel in found.panels():
        assert panel.rated.any()
