from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reattune.formats import read
from reattune.record import Session

Reader = Callable[..., list[Session]]


@pytest.fixture
def read_text(tmp_path: Path) -> Reader:
    """Writes text (or bytes) to a file of that name and reads it."""

    def reader(content: str | bytes, name: str = "session.txt", **options: object) -> list[Session]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, **options)  # type: ignore[arg-type]

    return reader
