"""The progress bar: after a while, on a terminal, never in the way."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from reattune.cli import console


def terminal(monkeypatch: pytest.MonkeyPatch, *, interactive: bool) -> io.StringIO:
    stream = io.StringIO()
    made = Console(file=stream, force_terminal=interactive, width=80)
    monkeypatch.setattr(console, "err", lambda: made)
    return stream


def work(name: str) -> None:
    with console.progress(2) as waiting:
        waiting.next(name)
        time.sleep(0.3)
        with waiting.hidden():
            pass
        waiting.next("b.txt")
        time.sleep(0.2)


def test_a_bar_comes_where_work_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, interactive=True)
    monkeypatch.setattr(console, "_PATIENCE_S", 0.05)
    work("[red]a\x1b[31m.txt")
    said = stream.getvalue()
    assert "[red]a [31m.txt" in said
    assert "b.txt" in said
    assert "1/2" in said


def test_no_bar_for_quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, interactive=True)
    monkeypatch.setattr(console, "_PATIENCE_S", 30)
    work("a.txt")
    assert "a.txt" not in stream.getvalue()


def test_no_bar_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, interactive=False)
    monkeypatch.setattr(console, "_PATIENCE_S", 0)
    work("a.txt")
    assert stream.getvalue() == ""
