"""An open practice with a coder that goes by single words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("sqlcipher3", reason="the practice extra is not installed")

from reattune.practice import users
from reattune.practice.opening import Practice, init_practice

from .making import PASSPHRASE, PASSWORD, WordCoder


@pytest.fixture(autouse=True)
def _quick(quick_keys, monkeypatch):
    """Keys and passwords that are cheap to make; their real cost has a test of its own."""
    monkeypatch.setattr(users, "_N", 2**4)


@pytest.fixture
def coder() -> WordCoder:
    return WordCoder()


@pytest.fixture
def practice(tmp_path, coder) -> Iterator[Practice]:
    """In a folder."""
    made, _ = init_practice(tmp_path / "practice", PASSPHRASE, coder=coder)
    with made:
        yield made


@pytest.fixture
def anywhere(where, coder) -> Iterator[Practice]:
    """In a folder and in PostgreSQL: each test that asks for it runs on both."""
    made, _ = init_practice(where, PASSPHRASE, coder=coder)
    with made:
        yield made


@pytest.fixture
def desk(practice):
    """The owner's."""
    return practice.desk()


@pytest.fixture
def people(practice):
    """An admin, two therapists and a supervisor, by their parts."""
    add = practice.users.add
    return {
        "admin": add("Ada", "admin", PASSWORD),
        "lee": add("Dr Lee", "therapist", PASSWORD),
        "kim": add("Dr Kim", "therapist", PASSWORD),
        "sam": add("Sam", "supervisor", PASSWORD),
    }
