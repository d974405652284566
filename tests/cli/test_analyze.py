"""``reattune analyze``: outputs, exit codes, bad input, nothing half-written."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reattune import coders, formats
from reattune.errors import ModelError

from .conftest import GOOD, SECRET, FakeCoder, Run

MANY = "".join(
    f"{n},{who},{words}\n"
    for n in ("one", "two")
    for who, words in (("therapist", "How was it?"), ("client", "Whatever."), ("therapist", "I am sorry."))
)
TABLE = f"transcript_id,interlocutor,utterance_text\n{MANY}"


def test_a_report_in_the_terminal(run: Run, here: Path) -> None:
    result = run("analyze", "a.txt")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "Look first at turn" in said
    assert "“Whatever you say.”" in said
    assert result.stderr == ""
    assert list(here.iterdir()) == [here / "a.txt"]


def test_json_is_one_object_a_session_and_nothing_else(run: Run, here: Path) -> None:
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    result = run("analyze", "a.txt", "many.csv", "--json")
    assert result.exit_code == 0, result.output
    made = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["session"] for one in made] == ["a", "one", "two"]
    assert [one["file"] for one in made] == ["a.txt", "many.csv", "many.csv"]
    assert made[0]["coder"] == {"name": "fake", "version": "0.1"}
    assert made[0]["episodes"][0]["start"] == 3


def test_a_table_over_all_sessions(run: Run, here: Path) -> None:
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    result = run("analyze", "a.txt", "many.csv", "--csv", "out.csv", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    with Path("out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["session"] for row in rows] == ["a"] * 6 + ["one"] * 3 + ["two"] * 3
    assert [row["turn"] for row in rows[:3]] == ["0", "1", "2"]


def test_a_page_for_one_session(run: Run, here: Path) -> None:
    result = run("analyze", "a.txt", "--html", "page.html")
    assert result.exit_code == 0, result.output
    page = (here / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Whatever you say." in page
    assert "index.html" not in page
    assert "page.html" in result.stderr


@pytest.mark.parametrize("target", ["pages", "pages/", "deep/er/pages", "."])
def test_a_folder_of_pages_with_an_index(run: Run, here: Path, target: str) -> None:
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    result = run("analyze", "a.txt", "many.csv", "--html", target)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in Path(target).glob("*.html")) == [
        "a.html",
        "index.html",
        "one.html",
        "two.html",
    ]
    index = (Path(target) / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2><a href="([^"]+)"', index) == ["a.html", "one.html", "two.html"]
    assert 'href="index.html"' in (Path(target) / "one.html").read_text(encoding="utf-8")


def test_page_names_are_unique_whatever_the_sessions_are_called(run: Run, here: Path) -> None:
    names = ["index", "A", "a", "../../up", "..", "<b>", "sitzung-ü", "a" * 300]
    rows = "".join(f'"{n}",therapist,How?\n"{n}",client,Well.\n' for n in names)
    (here / "many.csv").write_text(f"transcript_id,interlocutor,utterance_text\n{rows}", encoding="utf-8")
    result = run("analyze", "many.csv", "--html", "pages", "-q")
    assert result.exit_code == 0, result.output
    made = {p.name for p in (here / "pages").iterdir()}
    assert made == {
        "index.html", "index-2.html", "A.html", "a-2.html", "up.html", "session.html", "b.html",
        "sitzung-ü.html", f"{'a' * 80}.html",
    }  # fmt: skip
    assert sorted(p.name for p in here.iterdir()) == ["a.txt", "many.csv", "pages"]


def test_several_sessions_do_not_go_into_one_page(run: Run, here: Path) -> None:
    (here / "many.csv").write_text(TABLE, encoding="utf-8")
    for inputs in (("a.txt", "many.csv"), ("many.csv",)):
        result = run("analyze", *inputs, "--html", "page.html", "--csv", "out.csv")
        assert result.exit_code == 2
        assert "2 sessions do not go into one page. Name a folder: --html page/" in result.stderr
    assert sorted(p.name for p in here.iterdir()) == ["a.txt", "many.csv"]


BAD = {
    "empty.txt": b"",
    "photo.vtt": bytes(range(256)) * 20,
    "cut.json": b'{"segments": [{"start": 0.0, "text": "Hel',
    "columns.csv": b"colour,size\nred,3\n",
    "one.txt": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_a_remedy_and_nothing_is_written(run: Run, here: Path, name: str) -> None:
    (here / name).write_bytes(BAD[name])
    before = sorted(here.iterdir())
    result = run("analyze", name, "--json", "--csv", "out.csv", "--html", "pages")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {name}")
    assert result.stderr.count(".") >= 2
    assert sorted(here.iterdir()) == before


def test_a_folder_a_missing_file_and_one_without_permission(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "folder").mkdir()
    assert "folder: this is a directory. Name the transcript files in it" in run("analyze", "folder").stderr
    assert "gone.txt: there is no such file" in run("analyze", "gone.txt").stderr

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run("analyze", "a.txt")
    assert result.exit_code == 2
    assert "no permission to read this file" in result.stderr


def test_good_files_are_analysed_and_bad_ones_listed_at_the_end(run: Run, here: Path) -> None:
    (here / "photo.vtt").write_bytes(BAD["photo.vtt"])
    (here / "b.txt").write_text(GOOD, encoding="utf-8")
    result = run("analyze", "a.txt", "photo.vtt", "gone.txt", "b.txt", "--json", "--html", "pages")
    assert result.exit_code == 1
    assert [json.loads(line)["session"] for line in result.stdout.splitlines()] == ["a", "b"]
    assert sorted(p.name for p in (here / "pages").iterdir()) == ["a.html", "b.html", "index.html"]
    errors = result.stderr.split("Not analysed (2 of 4 files):\n")[1].splitlines()
    assert [line.split(":")[1].strip() for line in errors] == ["photo.vtt", "gone.txt"]


def test_only_bad_files_is_exit_code_2(run: Run, here: Path) -> None:
    assert run("analyze", "gone.txt", "lost.txt").exit_code == 2


def test_an_input_is_never_overwritten(run: Run, here: Path) -> None:
    (here / "link.html").symlink_to(here / "a.txt")
    for option, target in (("--csv", "a.txt"), ("--html", "link.html"), ("--csv", "./a.txt")):
        result = run("analyze", "a.txt", option, target)
        assert result.exit_code == 2, target
        assert "would be overwritten" in result.stderr
    (here / "pages").mkdir()
    (here / "pages" / "x.html").write_text(GOOD, encoding="utf-8")
    result = run("analyze", "pages/x.html", "--format", "text", "--html", "pages")
    assert result.exit_code == 2
    assert (here / "a.txt").read_text(encoding="utf-8") == GOOD
    assert (here / "pages" / "x.html").read_text(encoding="utf-8") == GOOD


def test_outputs_that_cannot_be_are_refused_before_any_work(
    run: Run, here: Path, fake_coder: list[str]
) -> None:
    (here / "folder").mkdir()
    for arguments, why in (
        (("--csv", "no/where.csv"), "its folder does not exist"),
        (("--html", "no/where.html"), "its folder does not exist"),
        (("--csv", "folder"), "this is a folder"),
        (("--html", "a.txt"), "this is a file"),
        (("--html", "x.html", "--csv", "x.html"), "name one file"),
    ):
        result = run("analyze", "a.txt", *arguments)
        assert result.exit_code == 2, arguments
        assert why in result.stderr
    assert fake_coder == []


def test_a_disk_that_fails_leaves_the_old_file_and_no_remains(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "out.csv").write_text("old", encoding="utf-8")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("analyze", "a.txt", "--csv", "out.csv", "-q")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert (here / "out.csv").read_text(encoding="utf-8") == "old"
    assert sorted(p.name for p in here.iterdir()) == ["a.txt", "out.csv"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_what_is_written_is_for_its_owner_alone(run: Run, here: Path) -> None:
    run("analyze", "a.txt", "--csv", "out.csv", "--html", "page.html", "-q")
    for name in ("out.csv", "page.html"):
        assert stat.S_IMODE((here / name).stat().st_mode) == 0o600


def test_options_reach_the_reader_and_the_coder(run: Run, here: Path, fake_coder: list[str]) -> None:
    (here / "t.csv").write_text("who;what\nAnn;How are you?\nBo;Whatever.\n", encoding="utf-8")
    result = run(
        "analyze", "t.csv", "--format", "csv", "--columns", "speaker=who, text=what",
        "--therapist", "Ann", "--client", "Bo", "--coder", "other", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert [turn["role"] for turn in json.loads(result.stdout)["turns"]] == ["therapist", "client"]
    assert fake_coder == ["other"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--columns", "speaker"), "'speaker' is not FIELD=COLUMN"),
        (("--columns", "text=a,text=b"), "'text' stands there twice"),
        (("--format", "tape"), "'tape' is no transcript format. Formats: webvtt"),
        (("--therapist", "Nobody"), "Nobody"),
    ],
)
def test_a_wrong_option_is_explained(run: Run, here: Path, arguments: tuple[str, ...], why: str) -> None:
    result = run("analyze", "a.txt", *arguments)
    assert result.exit_code == 2
    assert why in result.stderr


def test_what_the_reader_noticed_is_a_note(run: Run, here: Path) -> None:
    (here / "w.txt").write_bytes(GOOD.replace("full", "f\u00fcll").encode("cp1252"))
    assert "Note: w.txt" in run("analyze", "w.txt").stderr
    assert run("analyze", "w.txt", "--quiet").output == ""


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
@pytest.mark.parametrize("name", ["ta\nb.txt", "\x1b[31mred.txt", "ü 'x' \"y\" [b].txt", "-q.txt", "😀.txt"])
def test_odd_file_names(run: Run, here: Path, name: str) -> None:
    (here / name).write_text(GOOD, encoding="utf-8")
    result = run("analyze", "--json", "--html", "pages", "--", name)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["file"] == name
    bad = run("analyze", "--", f"{name}.gone")
    assert bad.exit_code == 2
    assert len(bad.stderr.splitlines()) == 1
    assert "\x1b" not in bad.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no UTF-8 are a matter of Linux")
def test_a_file_name_that_is_no_utf8(run: Run, here: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.txt")
    (here / name).write_text(GOOD, encoding="utf-8")
    result = run("analyze", name, "--json", "--html", "pages", "--csv", "out.csv")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["file"] == name


def test_an_unexpected_error_says_where_and_never_what_was_said(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: FakeCoder, session: object) -> object:
        raise ValueError(f"cannot code {session}")

    (here / "b.txt").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(FakeCoder, "code", broken)
    result = run("analyze", "a.txt", "b.txt", "--csv", "out.csv")
    assert result.exit_code == 2
    assert (
        result.stderr.count("ValueError at conftest.py") + result.stderr.count("ValueError at test_analyze")
        == 2
    )
    assert SECRET not in result.output
    assert not (here / "out.csv").exists()


def test_a_coder_without_its_model_ends_the_run(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> object:
        raise ModelError("the model file is missing", mend="Install reattune again")

    monkeypatch.setattr(coders, "load_coder", missing)
    result = run("analyze", "a.txt", "a.txt")
    assert result.exit_code == 2
    assert result.stderr == "Error: the model file is missing. Install reattune again.\n"


def test_files_are_taken_one_by_one(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    read, code = formats.read, FakeCoder.code
    monkeypatch.setattr(
        formats, "read", lambda path, **k: (events.append(f"read {path}"), read(path, **k))[1]
    )
    monkeypatch.setattr(FakeCoder, "code", lambda self, s: (events.append(f"code {s.id}"), code(self, s))[1])
    (here / "b.txt").write_text(GOOD, encoding="utf-8")
    assert run("analyze", "a.txt", "b.txt", "-q").exit_code == 0
    assert events == ["read a.txt", "code a", "read b.txt", "code b"]


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from cli.conftest import FakeCoder
from reattune import coders
coders.load_coder = lambda name="embedded": FakeCoder()
from reattune.cli import main
main()
"""


def process(*arguments: str, **settings: object) -> subprocess.Popen[bytes]:
    program = PROGRAM.format(tests=str(Path(__file__).parent.parent))
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **settings,
    )  # type: ignore[call-overload, no-any-return]


def test_a_pipe_that_closes_early_is_no_error(here: Path) -> None:
    (here / "long.txt").write_text(GOOD * 400, encoding="utf-8")
    for arguments in (("--json",), ()):
        with process("analyze", *["long.txt"] * 4, *arguments) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.read(10)
            running.stdout.close()
            said = running.stderr.read()
            assert running.wait(60) == 141
        assert said == b""


def test_a_terminal_that_knows_only_ascii(here: Path) -> None:
    with process("analyze", "a.txt", env={**os.environ, "PYTHONIOENCODING": "ascii"}) as running:
        out, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, b"")
    assert b"Look first" in out


def test_a_fault_outside_any_file_ends_with_its_own_code(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reattune.cli import app

    def broken() -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(app, "app", broken)
    with pytest.raises(SystemExit) as ended:
        app.run()
    assert ended.value.code == 70


def test_a_coder_that_cannot_explain_says_so(here: Path, run: Run) -> None:
    done = run("analyze", "a.txt", "--explain")
    assert done.exit_code == 2
    assert "cannot say which words weighed" in done.stderr
