from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reattune.alliance.ratings import Ratings, read_ratings

Reader = Callable[..., Ratings]


@pytest.fixture
def read_text(tmp_path: Path) -> Reader:
    """Writes text (or bytes) to a file of that name and reads it as ratings."""

    def reader(content: str | bytes, name: str = "ratings.csv", **options: object) -> Ratings:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_ratings(path, **options)  # type: ignore[arg-type]

    return reader
