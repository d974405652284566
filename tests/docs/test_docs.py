"""The documentation holds: links lead somewhere, Python blocks run, command lines and make targets exist, lists are whole."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import reattune
from reattune.cli import console
from reattune.cli.app import app
from reattune.coders import HumanCoder, read_codings
from reattune.coders.training.inline import read_inline
from reattune.errors import ModelError
from reattune.report import CSV_COLUMNS

from . import picture

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "data").glob("*.md"))]
RUN = [
    ROOT / "README.md",
    ROOT / "docs/reference-python.md",
    ROOT / "docs/guide-researcher.md",
    ROOT / "docs/reference-ratings.md",
    ROOT / "docs/reference-practice.md",
]
"""Pages whose Python blocks run, each block on its own."""

FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
RESULT = "# -> "
"""What stands behind it on a line is the repr of the line's value."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path, *languages: str) -> Iterator[tuple[int, str]]:
    """Fenced blocks of these languages, with the line on which each begins."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found["language"] in languages:
            yield text.count("\n", 0, found.start()) + 1, found["body"]


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The ids that headings get."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for found in LINK.finditer(prose(page)):
        target, _, anchor = found["target"].partition("#")
        if re.match(r"\w+:", target):
            continue
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            wrong.append(found["target"])
    assert wrong == []


@pytest.mark.parametrize(
    ("page", "line", "code"),
    [(page, line, code) for page in RUN for line, code in blocks(page, "python")],
    ids=lambda value: (
        name(value) if isinstance(value, Path) else str(value) if isinstance(value, int) else ""
    ),
)
def test_python_blocks_run(
    page: Path, line: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    try:
        run(code)
    except ModelError as error:
        pytest.skip(f"no model: {error}")


def run(code: str) -> None:
    """Run a block; lines that end in ``# -> value`` must give that value."""
    space: dict[str, Any] = {"__name__": "example"}
    lines = code.splitlines()
    for node in ast.parse(code).body:
        _, shows, expected = lines[(node.end_lineno or 1) - 1].partition(RESULT)
        if shows and isinstance(node, ast.Expr):
            value = eval(compile(ast.Expression(node.value), "<block>", "eval"), space)
            assert repr(value) == expected.strip(), ast.unparse(node)
        else:
            exec(compile(ast.Module([node], []), "<block>", "exec"), space)


def command_lines(page: Path) -> Iterator[str]:
    """Each ``reattune ...`` in a shell block or in the text."""
    for _, body in blocks(page, "sh", "console", "bash", ""):
        for line in body.replace("\\\n", " ").splitlines():
            if found := re.match(r"^(?:\$ )?(?:.*\s)?(?:\S*/)?(reattune .*)$", line.strip()):
                yield found[1]
    for span in SPAN.findall(prose(page)):
        if span.startswith("reattune "):
            yield span


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_command_lines_exist(page: Path) -> None:
    group: Any = typer.main.get_command(app)
    wrong = []
    for line in command_lines(page):
        words = shlex.split(re.split(r"\s[|>]", line)[0], comments=True)[1:]
        command = group.commands.get(words[0]) if words and not words[0].startswith("-") else group
        if command is None:
            wrong.append(f"{line}: no such command")
            continue
        if hasattr(command, "commands") and len(words) > 1 and command is not group:
            command = command.commands.get(words[1], command)
        known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        asked = {w.partition("=")[0] for w in words if re.match(r"--?[a-z]", w)}
        wrong += [f"{line}: {option}" for option in asked - known]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page: Path) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    code = [body for _, body in blocks(page, "sh", "console", "bash", "")] + SPAN.findall(prose(page))
    asked = {t for part in code for t in re.findall(r"^\s*make (?:[A-Z]+=\S+ )*([a-z]+)", part, re.MULTILINE)}
    assert asked <= known


def test_the_contract_is_described_whole() -> None:
    page = (ROOT / "docs/reference-cli.md").read_text(encoding="utf-8")
    session = reattune.read(ROOT / "examples/sessions/pain-clinic.docx")
    assert isinstance(session, reattune.Session)
    codes = read_codings(ROOT / "examples/codes.jsonl")["pain-clinic"]
    made = reattune.analyze(session, HumanCoder(codes, "hand")).to_dict()
    keys = set(re.findall(r'"(\w+)":', json.dumps(made)))
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
    assert [column for column in CSV_COLUMNS if f"`{column}`" not in page] == []


def test_exit_codes_are_described() -> None:
    page = (ROOT / "docs/reference-cli.md").read_text(encoding="utf-8")
    codes = (0, console.EXIT_SOME_BAD, console.EXIT_BAD, console.EXIT_FAULT, console.EXIT_PIPE)
    assert [code for code in codes if f"| {code} |" not in page] == []


def test_the_corpus_card_counts_what_is_there() -> None:
    card = (ROOT / "data/README.md").read_text(encoding="utf-8")
    sessions = [read_inline(path) for path in sorted((ROOT / "data/written").glob("*.txt"))]
    turns = sum(len(session.texts) for session in sessions)
    assert f"{len(sessions)} sessions, {turns:,} turns" in card


def test_the_corpus_card_has_the_agreement_that_was_measured() -> None:
    card = (ROOT / "data/README.md").read_text(encoding="utf-8")
    measured = json.loads((ROOT / "benchmarks/results/readers.json").read_text(encoding="utf-8"))
    for label in ("rupture", "withdrawal", "confrontation", "strategy", "contribution"):
        shown = [f"{measured[part][label]['kappa']:.2f}".lstrip("0") for part in ("first", "written")]
        words = "any marker" if label == "rupture" else label
        assert f"{words} | {' | '.join(shown)} |" in card, label


def test_the_first_result_is_what_the_terminal_shows() -> None:
    found = picture.COMMAND.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    try:
        made = picture.analysis()
    except ModelError as error:
        pytest.skip(f"no model: {error}")
    assert found["shown"] == picture.first_lines(made), "refresh it: python -m tests.docs.picture"
    missed = reattune.read(ROOT / "examples/sessions/pain-clinic.docx")
    assert isinstance(missed, reattune.Session)
    assert reattune.analyze(missed).episodes == (), "the README names it as one that the model misses"


def test_the_picture_is_small() -> None:
    picture = ROOT / "docs/images/report.png"
    assert "docs/images/report.png" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert picture.stat().st_size < 250_000
