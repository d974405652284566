"""The commands that list: scheme, formats; help and version."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import reattune
from reattune.formats import FORMATS
from reattune.scheme import load_scheme

from .conftest import Run

HELP = """
import sys
sys.argv = ["reattune", "--help"]
from reattune.cli import main
try:
    main()
except SystemExit:
    pass
"""


def test_the_scheme_lists_every_code(run: Run) -> None:
    result = run("scheme")
    assert result.exit_code == 0
    assert [code.code for code in load_scheme() if code.code not in result.stdout] == []


def test_one_code_with_all_that_is_known_of_it(run: Run) -> None:
    result = run("scheme", "denial")
    said = " ".join(result.stdout.split())
    code = load_scheme()["denial"]
    assert code.definition[:60] in said
    for words in ("not this", "nearest", "source", code.name):
        assert words in said


def test_a_family(run: Run) -> None:
    result = run("scheme", "--family", "strategy")
    assert "acknowledges_contribution" in result.stdout
    assert "denial" not in result.stdout


@pytest.mark.parametrize("arguments", [("scheme", "denia"), ("scheme", "--family", "strategi")])
def test_a_near_miss_is_helped(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Did you mean" in result.stderr
    assert result.stdout == ""


def test_the_scheme_as_json(run: Run) -> None:
    listed = json.loads(run("scheme", "--json").stdout)
    assert [one["code"] for one in listed] == [code.code for code in load_scheme()]
    one = json.loads(run("scheme", "denial", "--json").stdout)
    assert one == next(code for code in listed if code["code"] == "denial")
    family = json.loads(run("scheme", "--json", "--family", "withdrawal").stdout)
    assert {code["family"] for code in family} == {"withdrawal"}


def test_the_formats(run: Run) -> None:
    result = run("formats")
    assert result.exit_code == 0
    assert [one.name for one in FORMATS if one.name not in result.stdout] == []
    listed = json.loads(run("formats", "--json").stdout)
    assert [one["name"] for one in listed] == [one.name for one in FORMATS]
    assert set(listed[0]) == {"name", "title", "endings", "what", "writable", "many"}


def test_version_and_help(run: Run) -> None:
    assert run("--version").stdout == f"reattune {reattune.__version__}\n"
    for arguments in (("--help",), ("analyze", "--help"), ("scheme", "-h"), ("formats", "-h")):
        assert run(*arguments).exit_code == 0


def test_an_unknown_option_is_exit_code_2(run: Run) -> None:
    assert run("analyze", "a.txt", "--loud").exit_code == 2
    assert run("analyze").exit_code == 2


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import reattune", ("numpy", "jinja2", "rich", "typer", "onnxruntime", "reattune.formats")),
        (
            HELP,
            ("numpy", "jinja2", "onnxruntime", "tokenizers", "reattune.formats", "reattune.report.page"),
        ),
    ],
)
def test_nothing_heavy_is_loaded_early(statement: str, unwanted: tuple[str, ...]) -> None:
    program = (
        f"{statement}\nimport sys\nprint([m for m in {unwanted!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
