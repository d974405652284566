"""Practices for the store's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reattune.store import Database

from .making import PASSPHRASE


@pytest.fixture(autouse=True)
def _quick(quick_keys):
    """Every practice here has keys that are quick to make."""


@pytest.fixture
def made(where: str) -> Iterator[tuple[Database, str]]:
    """A new practice and its recovery code, on both databases."""
    database, code = Database.create(where, PASSPHRASE)
    yield database, code
    database.close()


@pytest.fixture
def practice(made) -> Database:
    """A new practice on both databases."""
    return made[0]


@pytest.fixture
def folder(tmp_path) -> Iterator[Database]:
    """A new practice in a folder."""
    database, _ = Database.create(tmp_path / "practice", PASSPHRASE)
    yield database
    database.close()
