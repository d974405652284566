"""A chart's numbers, its words, and the picture."""

from __future__ import annotations

import builtins
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

import reattune
from reattune.errors import MissingExtraError, SettingError
from reattune.report.ratings.charts import chart, multiples, to_png, to_svg
from reattune.report.ratings.figure import Figure, described, figures
from reattune.report.ratings.marks import CLIENTS, DASHES, OTHERS, SHAPES, key
from reattune.report.ratings.pictures import drawing
from reattune.report.ratings.series import cases, drops_in_order, in_order_of_attention

from .caseload import CASES, HOSTILE, hostile, quiet, ratings, watched


def figure(case: str, **settings: object) -> Figure:
    (one,) = cases(watched(**settings), [case])
    (made,) = figures(one)
    return made


def marks(spec: Any, kind: str) -> list[dict[str, Any]]:
    """All layers of a kind of mark, wherever they are in the chart."""
    if isinstance(spec, list):
        return [found for one in spec for found in marks(one, kind)]
    if not isinstance(spec, dict):
        return []
    here = [spec] if isinstance(spec.get("mark"), dict) and spec["mark"]["type"] == kind else []
    return here + [found for value in spec.values() for found in marks(value, kind)]


def rows(layers: list[dict[str, Any]], **mark: object) -> list[dict[str, Any]]:
    chosen = [one for one in layers if mark.items() <= one["mark"].items()]
    return [row for one in chosen for row in one["data"]["values"]]


def test_a_missed_session_is_a_gap_that_no_line_crosses() -> None:
    made = figure("gone")
    assert made.missed == (("client", 7), ("client", 8))
    drawn = rows(marks(chart(made), "line"))
    runs = {row["x"]: row["run"] for row in drawn}
    assert runs[6] != runs[9] and runs[1] == runs[6] and runs[9] == runs[11]
    crosses = [row["x"] for row in rows(marks(chart(made), "text")) if row["name"] == "×"]
    assert crosses == [7, 8]


def test_every_rating_stands_where_it_is() -> None:
    dots = rows(marks(chart(figure("both")), "point"), shape="square")
    assert [(row["x"], row["y"]) for row in dots] == list(enumerate(CASES["both"]["therapist"], 1))


def test_raters_are_told_apart_without_colour() -> None:
    spec = chart(figure("both"))
    lines = {(one["mark"]["stroke"], tuple(one["mark"]["strokeDash"])) for one in marks(spec, "line")}
    assert lines == {(CLIENTS, tuple(DASHES[0])), (OTHERS, tuple(DASHES[1]))}
    shapes = {one["mark"]["shape"] for one in marks(spec, "point") if one["mark"]["size"] == 48}
    assert shapes == set(SHAPES[:2])
    names = {row["name"] for row in rows(marks(spec, "text"))}
    assert {"client", "therapist"} <= names


def test_episodes_are_shaded_and_the_way_back_is_marked() -> None:
    spec = chart(figure("both"))
    assert {"x": 4.5, "x2": 5.5} in rows(marks(spec, "rect"), clip=True)
    assert [row["x"] for row in rows(marks(spec, "point"), shape="triangle-up")] == [6, 6]
    still = chart(figure("open"))
    assert {"x": 5.5, "x2": 9.5} in rows(marks(still, "rect"), clip=True)
    assert rows(marks(still, "point"), shape="triangle-up") == []


def test_the_rule_shows_as_probability_or_as_limits() -> None:
    made = chart(figure("open"))
    assert len(made["vconcat"]) == 2
    chances = rows(marks(made["vconcat"][1], "rect"))
    assert all(0 <= row["y"] <= 1 for row in chances) and max(row["y"] for row in chances) > 0.5
    limits = chart(figure("open", rule="xmr-baseline"))
    assert len(limits["vconcat"]) == 1
    dashes = rows(marks(limits, "rule"), strokeDash=[3, 2])
    assert [row["x"] for row in dashes] == [pytest.approx(n - 0.3) for n in range(6, 10)]
    assert "short dashes" in key(figure("open", rule="xmr-baseline"))


def test_small_ups_and_downs_do_not_look_like_cliffs() -> None:
    made = figure("steady")
    assert made.high - made.low > 0.4 * 4
    assert made.low < 3.8 and made.high > 4.0
    top = figure("ceiling")
    assert 5 < top.high < 5.5 and "highest score possible" in str(chart(top))


def test_names_at_the_line_ends_stand_apart() -> None:
    level = {"a": {"client": [4.0] * 4, "therapist": [4.0] * 4}}
    (made,) = figures(next(cases(reattune.monitor(ratings(level)))))  # type: ignore[arg-type]
    first, second = (line.label_at for line in made.lines)
    assert abs(first - second) >= 0.08 * 1.6 * 0.99


def test_the_words_say_what_the_picture_shows() -> None:
    said = described(figure("open"))
    assert "The client's 9 ratings of sessions 1 to 9, between 2.90 and 4.50 on a scale from 1 to 5." in said
    assert "A drop worth asking about: from about 4." in said
    assert "to 2.90 in session 6; not back by session 9." in said
    assert "no form for sessions 7 and 8" in described(figure("gone"))
    assert "all 5.00" in described(figure("ceiling")) and "No drop was flagged." in described(
        figure("ceiling")
    )
    assert "in the therapist's ratings" in described(figure("both"))


def test_the_svg_speaks_to_screen_readers() -> None:
    made = figure("open")
    svg = to_svg(chart(made), made.title, described(made), "k")
    root = ET.fromstring(svg)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "k-title k-desc"
    space = "{http://www.w3.org/2000/svg}"
    said = [root.findtext(f"{space}{name}") for name in ("title", "desc")]
    assert said == [made.title, described(made)]
    assert len(re.findall("aria-", svg)) == 1 and " role=" not in svg.partition(">")[2]
    assert not re.search(r"(href|src)=|url\((?!#k-clip)|@import|style=", svg)


def test_names_cannot_break_out_of_the_svg() -> None:
    svg = hostile().chart(HOSTILE)
    ET.fromstring(svg)
    assert "<script" not in svg


def test_png_and_many_cases() -> None:
    found = watched()
    names = in_order_of_attention(found)
    made = multiples([figures(one)[0] for one in cases(found, names)])
    png = to_png(made)
    assert png.startswith(b"\x89PNG") and len(png) > 5_000
    assert [part["title"]["text"] for part in made["concat"]] == names
    assert drawing(found).description.count("ratings of session") >= len(names)
    assert drawing(found, ["steady"]).title == "steady · WAI-SR"


def test_altair_takes_the_chart() -> None:
    altair = pytest.importorskip("altair")
    made = watched().altair("open")
    assert isinstance(made, altair.VConcatChart)
    assert json.dumps(made.to_dict())


def test_an_unknown_case_and_an_unknown_form() -> None:
    with pytest.raises(SettingError, match="no case 'nobody'"):
        watched().chart("nobody")
    with pytest.raises(SettingError, match="no ratings on 'srs'"):
        watched().chart("open", instrument="srs")
    with pytest.raises(SettingError, match="no case has a drop"):
        drawing(quiet())


@pytest.mark.parametrize(
    ("package", "work"),
    [
        ("vl_convert", lambda m: m.chart("open")),
        ("altair", lambda m: m.altair("open")),
        ("vl_convert", lambda m: m.to_html()),
    ],
)  # fmt: skip
def test_without_the_extra_it_says_what_to_install(
    package: str, work: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"reattune\[charts\]"):
        work(watched())


def test_what_to_look_at_first() -> None:
    found = watched()
    order = in_order_of_attention(found)
    assert order[:2] == ["open", "new"] and set(order) == {"open", "new", "both", "gone"}
    one = next(cases(found, ["both"]))
    assert [series.rater for series, _ in drops_in_order(one)] == ["client", "therapist"]
    assert [case.case for case in cases(found)] == list(CASES)
