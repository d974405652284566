"""The command line with the coder that ships, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reattune.coders.embedded import EmbeddedCoder
from reattune.errors import ModelError


@pytest.fixture(scope="module", autouse=True)
def model() -> None:
    try:
        EmbeddedCoder()
    except ModelError as error:
        pytest.skip(f"no model: {error}")


def reattune(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from reattune.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )


def test_json_of_a_session(here: Path) -> None:
    done = reattune("analyze", "a.txt", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    made = json.loads(line)
    assert made["coder"]["name"]
    for turn in made["turns"]:
        client = turn["role"] == "client"
        assert (turn["p_rupture"] is not None) == client
        assert (turn["p_strategy"] is not None) == (not client)
        for name in ("p_withdrawal", "p_confrontation", "p_rupture", "p_strategy", "p_contribution"):
            assert turn[name] is None or 0 <= turn[name] <= 1


def test_a_page_and_a_table(here: Path) -> None:
    done = reattune("analyze", "a.txt", "--html", "page.html", "--csv", "out.csv", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "Whatever you say." in (here / "page.html").read_text(encoding="utf-8")
    assert len((here / "out.csv").read_text(encoding="utf-8").splitlines()) == 7


def test_a_coder_that_does_not_exist(here: Path) -> None:
    done = reattune("analyze", "a.txt", "--coder", "oracle")
    assert done.returncode == 2
    assert "there is no coder 'oracle'" in done.stderr


def test_explained_on_demand_only(here: Path) -> None:
    talk = (here / "a.txt").read_text(encoding="utf-8")
    (here / "a.txt").write_text(talk + "Therapist: So you agree?\nClient: Whatever. You always do this.\n")
    plain, asked = (reattune("analyze", "a.txt", "--json", *more) for more in ((), ("--explain",)))
    assert "explanation" not in plain.stdout
    made = json.loads(asked.stdout)
    marked = {c["turn"] for c in made["turns"] if c["role"] == "client" and c["codes"]}
    assert marked, "the shipped coder marks none of this talk: choose other words"
    assert {t["turn"] for t in made["turns"] if "explanation" in t} == marked
    for turn in made["turns"]:
        for word in turn.get("explanation", {}).get("words", ()):
            assert turn["text"][word["start"] : word["end"]] == word["text"]
