"""A command line with a coder that is quick and knows what it will say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reattune import coders
from reattune.cli.app import app
from reattune.record import Code, CoderId, Coding, Role, Session, TurnCoding

GOOD = """\
Therapist: Hello. How was the week with the diary?
Client: It was full, my mother was ill and I was there each evening.
Therapist: You should do the diary daily, or there is no point in it.
Client: Whatever you say.
Therapist: I am sorry, I pushed you there. How is it to hear that?
Client: Better. I was cross, to be honest, and now I am less so.
"""
SECRET = "my mother was ill"


class FakeCoder:
    """Marks "whatever" as a withdrawal and "sorry" as a step towards repair."""

    id = CoderId("embedded", "fake", "0.1")

    def code(self, session: Session) -> Coding:
        """See ``Coder``."""
        return Coding(self.id, tuple(self._turn(turn.index, turn.role, turn.text) for turn in session))

    def _turn(self, index: int, role: Role, text: str) -> TurnCoding:
        if role.strains:
            p = 0.9 if "whatever" in text.lower() else 0.02
            codes = (Code(index, "deferential_appeasing", "withdrawal", p),) if p > 0.5 else ()
            return TurnCoding(index, p, p, 0.01, codes=codes)
        if role.helps:
            p = 0.8 if "sorry" in text else 0.03
            codes = (Code(index, "acknowledges_contribution", "strategy", p),) if p > 0.5 else ()
            return TurnCoding(index, p_strategy=p, p_contribution=0.1, codes=codes)
        return TurnCoding(index)


@pytest.fixture(autouse=True)
def fake_coder(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every coder that is asked for by name is the fake one. Returns the names asked for."""
    asked: list[str] = []

    def load_coder(name: str = "embedded") -> FakeCoder:
        asked.append(name)
        return FakeCoder()

    monkeypatch.setattr(coders, "load_coder", load_coder)
    return asked


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with one good transcript."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path


Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    """The command line with arguments."""
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])
