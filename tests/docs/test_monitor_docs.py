"""What the pages say of ``reattune monitor`` is whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

from reattune.alliance.patterns import PATTERNS
from reattune.record import RatingStatus
from reattune.report.ratings.data import CSV_COLUMNS, EPISODE_COLUMNS

from . import chart

ROOT = Path(__file__).parents[2]


def test_the_json_of_ratings_is_described_whole() -> None:
    page = (ROOT / "docs/reference-cli.md").read_text(encoding="utf-8")
    made = chart.monitoring().to_dict()
    keys = set(re.findall(r'"(\w+)":', json.dumps(made))) - {"cases"}
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
    assert [name for name in (*CSV_COLUMNS, *EPISODE_COLUMNS) if f"`{name}`" not in page] == []
    assert [name for name in (*PATTERNS, *map(str, RatingStatus)) if f"`{name}`" not in page] == []


def test_every_shape_is_defined() -> None:
    page = (ROOT / "docs/method-ratings.md").read_text(encoding="utf-8")
    assert [name for name in PATTERNS if f"`{name}`" not in page] == []


def test_the_picture_shows_what_its_words_say() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/images/client-chart.png" in readme and f"Case {chart.CASE} of" in readme
    assert chart.PICTURE.stat().st_size < 250_000
    mine = chart.monitoring().episodes.filter(case=chart.CASE, rater="client")
    assert mine.select("nadir", "recovery").rows() == [(13, 14)], (
        "look at it again: python -m tests.docs.chart"
    )
