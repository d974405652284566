"""``reattune practice``: a case's way through the commands, JSON from each, and errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reattune.cli import practice_open
from reattune.cli.app import app

from .conftest import GOOD, SECRET
from .test_ledger import QUIET, STRAINED

PASSPHRASE = "four words with nothing in common"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_keys: None) -> Path:
    """Where the practice goes, with the passphrase in a file, both told by the environment."""
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\nsomething else\n", encoding="utf-8")
    secret.chmod(0o600)
    monkeypatch.setenv("REATTUNE_PASSPHRASE_FILE", str(secret))
    monkeypatch.setenv("REATTUNE_PRACTICE", str(tmp_path / "practice"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "practice"


def ask(*arguments: Any, code: int = 0, said: str = "") -> dict[str, Any]:
    """One command's JSON."""
    result = CliRunner().invoke(app, ["practice", *map(str, arguments), "--json"], input=said)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def tell(*arguments: Any, code: int = 0, said: str = "") -> str:
    """One command's words, on one line."""
    result = CliRunner().invoke(app, ["practice", *map(str, arguments)], input=said)
    assert result.exit_code == code, result.output
    return " ".join((result.stdout + result.stderr).split())


@pytest.fixture
def made(place: Path) -> dict[str, Any]:
    """A practice with one case of two sessions, the second strained."""
    answer = ask("init")
    (place.parent / "01-2026-03-02.txt").write_text(QUIET, encoding="utf-8")
    (place.parent / "02-2026-03-09.txt").write_text(STRAINED, encoding="utf-8")
    ask("add", "Kay", "01-2026-03-02.txt", "02-2026-03-09.txt", "--new", "--consent", "given")
    return answer


def test_a_practice_is_made_with_a_code_that_is_shown_once(made, place):
    assert place.is_dir() and made["practice"] == str(place)
    assert made["recovery_code"].count("-") == 7
    assert "there is something" in tell("init", code=2).lower()
    assert made["recovery_code"] not in tell("list")


def test_the_way_of_a_case_through_the_commands(made, place):
    (card,) = ask("list")["cases"]
    assert (card["label"], card["sessions"], card["last_date"]) == ("Kay", 2, "2026-03-09")
    ledger = ask("ledger", "kay")
    (one,) = ledger["ruptures"]
    assert one["id"] == "R1" and one["status"] == "open" and one["plan"]
    assert "R1 open" in tell("ledger", card["id"][:6])
    plans = ask("plan", "Kay")["plans"]
    assert list(plans) == ["R1"] and plans["R1"] == one["plan"]
    assert "stage" in tell("plan", "Kay", "r1")
    assert "there is no entry" in tell("plan", "Kay", "R9", code=2)

    ask("note", "Kay", "--session", 2, "--shelf", "record", said="Next time on Friday.")
    settled = ask("settle", "Kay", "R1", "repaired", said="We spoke about the diary.")
    assert settled["rupture"]["status"] == "repaired"
    assert settled["rupture"]["history"][-1]["source"] == "therapist"
    assert ask("plan", "Kay")["plans"] == {}

    out = place.parent / "out"
    assert ask("export", "Kay", out, "--part", "record")["part"] == "record"
    assert "Next time on Friday." in (out / "notes.csv").read_text(encoding="utf-8")
    assert not (out / "sessions").exists()

    log = ask("audit", "Kay")
    assert log["ok"] and {"note.added", "case.read"} <= {e["action"] for e in log["entries"]}
    assert "diary" not in json.dumps(log)


def test_more_is_added_to_a_case(made, place):
    (place.parent / "ratings.csv").write_text(
        "session,instrument,item,value\n1,srs,total,36\n2,srs,total,24\n", encoding="utf-8"
    )
    ask(
        "add",
        "Kay",
        "--attendance",
        "missed",
        "--date",
        "2026-03-16",
        "--frame",
        "moved to Fridays",
        "--area",
        "time",
    )
    (one,) = ask("ledger", "Kay")["ruptures"]
    assert [w["what"] for w in one["frame_warnings"]] == ["moved to Fridays"]
    answer = ask("add", "Kay", "--ratings", "ratings.csv", "--ending", "left")
    assert answer["problems"] == []
    (card,) = ask("list", "--ended")["cases"]
    assert (card["ending"], card["sessions"]) == ("left", 3)
    assert ask("list")["cases"] == []
    (one,) = ask("ledger", "Kay")["ruptures"]
    assert one["status"] == "lost"


def test_what_cannot_be_used_is_named_and_the_rest_is_kept(made, place):
    (place.parent / "03.txt").write_text("", encoding="utf-8")
    (place.parent / "04.txt").write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(app, ["practice", "add", "Kay", "03.txt", "04.txt", "--json"])
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["sessions"] == [4] and "03.txt" in answer["problems"][0]
    assert SECRET not in result.stderr


def test_folders_come_in(made, place):
    folder = place.parent / "lee"
    (folder / "sessions").mkdir(parents=True)
    (folder / "sessions/01-2026-03-02.txt").write_text(STRAINED, encoding="utf-8")
    (folder / "frame.csv").write_text("session,what\nx,moved\n", encoding="utf-8")
    (one,) = ask("import", folder, "--label", "Lee", code=1)["cases"]
    assert (one["label"], one["sessions"], one["resumed"]) == ("Lee", [1], False)
    assert "there is a case called 'Lee' already" in tell("import", folder, "--label", "Lee", code=2)
    assert "frame.csv:2:1" in one["problems"][0]
    assert ask("ledger", "Lee")["ruptures"]


def test_deletion_asks_first_and_is_real(made, place):
    assert "--yes" in tell("delete", "Kay", code=2)
    ask("delete", "Kay", "--session", 2, "--yes")
    assert ask("ledger", "Kay")["ruptures"] == []
    ident = ask("list")["cases"][0]["id"]
    ask("delete", "Kay", "--yes")
    assert ask("list", "--ended")["cases"] == []
    assert next(e["action"] for e in ask("audit", ident)["entries"]) == "case.deleted"


def test_a_backup_comes_back_by_passphrase_and_by_code(made, place):
    written = ask("backup")
    assert written["verified"] and Path(written["path"]).parent == place / "backups"
    assert ask("restore", written["path"], "--practice", place.parent / "again")["audit"]["ok"]
    code = place.parent / "code"
    code.write_text(made["recovery_code"], encoding="utf-8")
    code.chmod(0o600)
    again = ("--practice", place.parent / "third", "--passphrase-file", code)
    assert ask("restore", written["path"], "--recovery", *again)["practice"]
    assert ask("list", "--practice", place.parent / "third")["cases"][0]["label"] == "Kay"
    assert "something" in tell("restore", written["path"], code=2).lower()


def test_passphrase_and_code_can_be_changed(made, place):
    other = place.parent / "other"
    other.write_text("another four words\n", encoding="utf-8")
    other.chmod(0o600)
    code = place.parent / "code"
    code.write_text(made["recovery_code"], encoding="utf-8")
    code.chmod(0o600)
    ask("passphrase", "--recovery", "--passphrase-file", code, "--new-passphrase-file", other)
    assert "passphrase" in tell("list", code=2)
    assert ask("list", "--passphrase-file", other)["cases"]
    fresh = ask("passphrase", "--new-code", "--passphrase-file", other)["recovery_code"]
    assert fresh != made["recovery_code"]
    tell("passphrase", "--recovery", "--passphrase-file", code, "--new-code", code=2)


def test_a_wrong_passphrase_a_missing_one_and_no_practice_are_said(made, place, monkeypatch):
    other = place.parent / "other"
    other.write_text("not this one at all\n", encoding="utf-8")
    other.chmod(0o644)
    said = tell("list", "--passphrase-file", other, code=2)
    assert "others on this machine may read the passphrase" in said and "not this one" not in said
    assert "there is no practice" in tell("list", "--practice", place.parent / "none", code=2).lower()
    assert "there is no case 'Nobody'" in tell("ledger", "Nobody", code=2)
    monkeypatch.delenv("REATTUNE_PASSPHRASE_FILE")
    assert "REATTUNE_PASSPHRASE_FILE" in tell("list", code=2)


def test_the_passphrase_is_typed_unseen_and_twice_when_new(place, monkeypatch):
    monkeypatch.delenv("REATTUNE_PASSPHRASE_FILE")
    asked: list[str] = []

    def typed(prompt: str, stream: object = None) -> str:
        asked.append(prompt)
        return PASSPHRASE

    monkeypatch.setattr(practice_open.getpass, "getpass", typed)
    monkeypatch.setattr(practice_open.sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    assert practice_open.passphrase(None, new=True) == PASSPHRASE and len(asked) == 2


def test_by_default_the_practice_is_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(practice_open.sys, "platform", "linux")
    assert practice_open.place_of(None) == str(tmp_path / "reattune/practice")
    assert practice_open.place_of("postgresql://server/one") == "postgresql://server/one"
