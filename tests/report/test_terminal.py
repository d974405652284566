"""What the terminal shows."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from reattune.report import to_terminal
from reattune.ruptures.findings import Findings

from .conftest import hostile_example, long_example, quiet_example, worked_example


def shown(findings: Findings, *, brief: bool = False, width: int = 100, colour: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, highlight=False)
    console.print(to_terminal(findings, brief=brief))
    return stream.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_says_what_to_look_at_first_with_quotes_and_doubts(findings: Findings) -> None:
    text = flat(shown(findings, width=400))
    for words in (
        "Possible strain, worth checking Look first at turns 6–12 (from 0:39)",
        "about 78 in 100",
        "6 Maren: “Okay.” → gives a bare reply",
        "just before 5 Dr Osei: “I see.",
        "tried 15 Dr Osei: “You're right.",
        "against “Okay” can be plain agreement.",
        "Left to you turn 10",
        "it finds about 47",
    ):
        assert words in text, words


def test_the_brief_form_is_the_head_alone(findings: Findings) -> None:
    text = shown(findings, brief=True)
    assert "Look first at turns 6–12" in flat(text)
    assert "Dr Osei" not in text


def test_without_a_strain_it_says_so_and_doubts_itself(quiet: Findings) -> None:
    text = flat(shown(quiet))
    assert "found no strain" in text
    assert "misses about 53 in 100" in text


def test_hostile_words_do_not_steer_the_terminal() -> None:
    text = shown(hostile_example())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    assert "{{7*7}}" in text


def test_markup_in_words_stays_words() -> None:
    from dataclasses import replace

    findings = worked_example()
    turns = list(findings.session.turns)
    turns[5] = replace(turns[5], text="[bold red]fine[/] :smile:", speaker="[link]")
    text = flat(shown(replace(findings, session=replace(findings.session, turns=tuple(turns)))))
    assert "[link]: “[bold red]fine[/] :smile:”" in text


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_fits_any_width(width: int) -> None:
    for findings in (worked_example(), quiet_example(), long_example(120)):
        lines = shown(findings, width=width).splitlines()
        assert max(len(line) for line in lines) <= width
