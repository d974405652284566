"""The house as DESIGN has it: imports run one way, rooms are small, nothing is undocumented."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import reattune

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/reattune"
ROOMS = (
    "errors", "record", "scheme", "formats", "coders", "ruptures", "alliance", "repair", "agreement", "ledger", "store",
    "corpus", "report", "analysis", "monitoring", "casework", "practice", "web", "cli",
)  # fmt: skip
"""From the ground up: each room imports only from itself and from rooms before it."""
KNOWS_NOTHING_OF = {
    "formats": {"coders", "ruptures"},
    "coders": {"formats"},
    "ruptures": {"formats"},
    "report": {"formats", "coders"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say the whole name"
            names = [node.module or ""]
            if node.module == "reattune":
                names = [f"reattune.{a.name}" for a in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("reattune.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    assert room in ROOMS, f"{room} has no place in the order of the rooms"
    for other in imports_of(path) - {room}:
        if other.startswith("__"):
            continue
        assert ROOMS.index(other) < ROOMS.index(room), f"{room} must not import from {other}"
        assert other not in KNOWS_NOTHING_OF.get(room, set()), f"{room} knows nothing of {other}"


def test_no_file_is_too_long_for_one_sitting():
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    assert [f"{p}: {n}" for p in files if (n := len(p.read_text(encoding="utf-8").splitlines())) > 600] == []


def test_every_public_name_is_documented():
    page = (ROOT / "docs/reference-python.md").read_text(encoding="utf-8")
    assert [n for n in reattune.__all__ if f"`{n}" not in page and f"reattune.{n}" not in page] == []


def test_every_command_and_option_is_documented():
    page = (ROOT / "docs/reference-cli.md").read_text(encoding="utf-8")
    missing = []
    for command in (
        (),
        ("analyze",),
        ("monitor",),
        ("ledger",),
        ("practice",),
        ("serve",),
        ("scheme",),
        ("formats",),
    ):
        found = subprocess.run(
            [sys.executable, "-m", "reattune", *command, "--help"],
            capture_output=True, text=True, check=True, env={"COLUMNS": "200", "NO_COLOR": "1", "PATH": "", "TERM": "dumb"},
        ).stdout  # fmt: skip
        words = {w.strip(",│ ") for w in found.split()}
        missing += [(command, w) for w in words if w.startswith("--") and w not in page]
        missing += [command for c in command if f"reattune {c}" not in page]
    assert missing == []


def test_every_command_of_a_practice_and_its_options_are_documented():
    from typer.testing import CliRunner

    from reattune.cli.app import app
    from reattune.cli.practice import app as practice

    page = (ROOT / "docs/reference-cli.md").read_text(encoding="utf-8")
    page = page[page.index("## reattune practice") :]
    commands = [str(one.name) for one in practice.registered_commands]
    assert set(commands) >= {
        "init",
        "add",
        "import",
        "export",
        "list",
        "ledger",
        "plan",
        "note",
        "settle",
        "audit",
    }
    missing = [name for name in commands if f"reattune practice {name}" not in page]
    for name in commands:
        wide = {"COLUMNS": "200", "TERMINAL_WIDTH": "200"}
        found = CliRunner().invoke(app, ["practice", name, "--help"], env=wide).stdout
        words = {w.strip(",:│ ") for w in found.split()}
        assert "--json" in words, name
        missing += [f"{name} {w}" for w in words if w.startswith("--") and w != "--help" and w not in page]
    assert missing == []


def test_public_things_have_docstrings():
    missing = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree):
            missing.append(str(path))
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if named and not ast.get_docstring(node):
                missing.append(f"{path}: {node.name}")
    assert missing == []


def test_the_repository_names_no_path_of_the_machine_it_was_made_on():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not tracked:
        pytest.skip("not a git checkout")
    odd = []
    for name in tracked.split("\0"):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".j2", ".html", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            odd += [name for mark in ("/" + "work/", "/" + "root/", "/" + "opt/") if mark in text]
    assert odd == []
