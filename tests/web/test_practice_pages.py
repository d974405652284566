"""The practice's own pages, step by step: first run, passphrase, accounts, settings, backup and the way back, errors."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

import pytest

from reattune.practice.opening import Practice, open_practice
from reattune.practice.settings import Settings
from reattune.web.pages.settings import FIELDS
from reattune.web.strength import strength

from .conftest import PASSPHRASE, PASSWORD, Browser, app_of

SETTINGS = {
    "practice_name": "Old Mill Lane", "session_minutes": "45", "alert_budget": "5", "thresholds.transcript": "60",
    "thresholds.rating": "40", "learn": "yes", "instruments": ["srs", "ors"], "retention": "delete_transcripts",
    "languages": ["de"], "danger_text.en": "", "danger_text.de": "In Not: 112",
}  # fmt: skip


def code_on(page: str) -> str:
    shown = re.search(r'class="secret"[^>]*>(.*?)</p>', page, re.S)
    assert shown
    return " ".join(re.findall(r"<span>(\w+)</span>", shown[1]))


def test_from_an_empty_machine_to_a_practice_and_back_in_with_the_code(place: Path) -> None:
    app = app_of(None, place)
    browser = Browser(app)
    assert browser.get("/").headers["location"] == "/today"
    assert browser.get("/today").headers["location"] == "/unlock"
    assert browser.get("/unlock").headers["location"] == "/first-run"
    for first, second, said in (
        ("short", "short", "At least 12"),
        (PASSPHRASE, "another one of those", "not the same"),
    ):
        answer = browser.post("/first-run", {"passphrase": first, "passphrase_again": second})
        assert answer.status_code == 422 and said in answer.text
        assert not place.exists()
    made = browser.post("/first-run", {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    code = code_on(made.text)
    assert len(code.split()) == 8
    assert browser.get("/first-run/example").status_code == 200
    assert browser.post("/first-run/example", {"choice": "empty"}).headers["location"] == "/today"
    assert browser.get("/today").status_code == 200
    assert code.split()[0] not in browser.get("/settings").text

    app.state.reattune.practice.close()
    again = Browser(app_of(None, place))
    assert "Open the practice" in again.get("/unlock").text
    assert "slip" in again.post("/unlock/code", {"code": code[:-1] + ("2" if code[-1] != "2" else "3")}).text
    assert again.get("/unlock/new").headers["location"] == "/unlock"
    assert again.post("/unlock/code", {"code": code.lower()}).headers["location"] == "/unlock/new"
    new = "seven quiet lanterns drift"
    assert (
        again.post("/unlock/new", {"passphrase": new, "passphrase_again": new}).headers["location"]
        == "/today"
    )
    assert again.get("/unlock/new").headers["location"] == "/unlock", "once only"
    again.post("/leave")
    assert again.unlock().status_code == 422
    assert again.unlock(new).headers["location"] == "/today"
    again.app.state.reattune.practice.close()


def test_a_passphrase_and_a_code_are_changed_only_with_the_present_one(owner: Browser) -> None:
    new = "seven quiet lanterns drift"
    wrong = {"old_passphrase": "not this one at all", "passphrase": new, "passphrase_again": new}
    assert owner.post("/settings/passphrase", wrong).status_code == 422
    assert owner.post("/settings/recovery-code", wrong).status_code == 422
    assert owner.post("/settings/passphrase", {**wrong, "old_passphrase": PASSPHRASE}).status_code == 303
    shown = owner.post("/settings/recovery-code", {"old_passphrase": new})
    assert len(code_on(shown.text).split()) == 8


@pytest.mark.parametrize(
    ("passphrase", "level"),
    [
        ("short", 0),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", 1),
        ("password123456", 1),
        ("three calm herons", 2),
        ("three calm herons wait", 3),
    ],
)
def test_advice_about_passphrases_never_blocks_a_long_one(passphrase: str, level: int) -> None:
    judged = strength(passphrase)
    assert min(judged.level, 3) >= level - (level == 3)
    assert (judged.level == 0) == (len(passphrase) < 12)


def test_every_setting_can_be_set_and_is_documented(owner: Browser, practice: Practice) -> None:
    declared = [name for name in vars(Settings) if type(vars(Settings)[name]).__name__ == "_Kept"]
    assert set(declared) == set(FIELDS)
    page = (Path(__file__).parents[2] / "docs/guide-administrator.md").read_text(encoding="utf-8")
    assert [name for name in declared if f"`{name}`" not in page] == []
    assert owner.post("/settings", SETTINGS).status_code == 303
    kept = practice.settings
    assert (kept.practice_name, kept.session_minutes, kept.alert_budget) == ("Old Mill Lane", 45, 5)
    assert kept.thresholds == {"transcript": 0.6, "rating": 0.4}
    assert (kept.instruments, kept.languages, kept.learn) == (("srs", "ors"), ("de",), True)
    assert (kept.retention, kept.danger_text) == ("delete_transcripts", {"de": "In Not: 112"})
    page = owner.get("/settings").text
    assert "The settings are kept." in page and 'value="60"' in page and "In Not: 112" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alert_budget", "1000"),
        ("alert_budget", "many"),
        ("languages", []),
        ("retention", "burn"),
        ("thresholds.rating", "x"),
    ],
)
def test_what_cannot_be_set_changes_nothing_and_keeps_what_was_typed(
    owner: Browser, practice: Practice, field: str, value: Any
) -> None:
    answer = owner.post("/settings", {**SETTINGS, field: value})
    assert answer.status_code == 422
    assert "Old Mill Lane" in answer.text
    assert practice.settings.practice_name == ""


def test_a_backup_is_made_taken_along_and_brought_back(
    owner: Browser, practice: Practice, place: Path, tmp_path: Path
) -> None:
    desk = practice.desk()
    desk.add_case("Before")
    assert owner.post("/backup").status_code == 303
    name = next(p.name for p in (place / "backups").iterdir())
    taken = owner.get(f"/backup/file/{name}")
    assert taken.status_code == 200 and taken.headers["cache-control"] == "no-store"
    desk.add_case("After")
    url = f"/backup/restore/{name}"
    assert owner.post(url, {"passphrase": "not this passphrase", "sure": "yes"}).status_code == 422
    assert [c.label for c in practice.desk().cases()] == ["After", "Before"], (
        "a wrong passphrase changes nothing"
    )
    assert owner.post(url, {"passphrase": PASSPHRASE}).status_code == 422
    assert owner.post(url, {"passphrase": PASSPHRASE, "sure": "yes"}).headers["location"] == "/today"
    served = owner.app.state.reattune.practice
    assert [c.label for c in served.desk().cases()] == ["Before"]
    assert [p.name for p in (place / "backups").iterdir()] == [name], "the backups come along"
    served.close()
    before = next(p for p in place.parent.iterdir() if p.name.startswith("practice-before-"))
    with open_practice(before, PASSPHRASE) as kept:
        assert [c.label for c in kept.desk().cases()] == ["After", "Before"], "what was there stays"

    elsewhere = tmp_path / "elsewhere"
    other = Browser(app_of(None, elsewhere))
    files = {"backup": ("x.reattune", taken.content)}
    assert (
        other.post("/first-run/restore", {"passphrase": "not this passphrase"}, files=files).status_code
        == 422
    )
    damaged = {"backup": ("x.reattune", taken.content[:-2000])}
    assert other.post("/first-run/restore", {"passphrase": PASSPHRASE}, files=damaged).status_code == 422
    assert not elsewhere.exists()
    assert other.post("/first-run/restore", {"passphrase": PASSPHRASE}, files=files).status_code == 303
    assert [c.label for c in other.app.state.reattune.practice.desk().cases()] == ["Before"]
    other.app.state.reattune.practice.close()


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fpractice.keys", "..%5cpractice.keys", "practice.db", "x.reattune", "%2e%2e%2fpractice.db"],
)
@pytest.mark.parametrize("what", ["file", "delete", "restore"])
def test_only_backups_of_the_list_are_touched(owner: Browser, place: Path, what: str, name: str) -> None:
    assert owner.get(f"/backup/{what}/{name}").status_code == 404
    assert owner.post(f"/backup/{what}/{name}", {"passphrase": PASSPHRASE, "sure": "yes"}).status_code in (
        404,
        405,
    )
    assert (place / "practice.db").exists() and (place / "practice.keys").exists()


def test_from_one_person_to_a_practice_with_accounts(owner: Browser, practice: Practice) -> None:
    practice.desk().add_case("Kestrel")
    form = {"own_name": "Thea", "own_password": PASSWORD, "admin_name": "Ada", "admin_password": "short"}
    assert owner.post("/accounts/begin", form).status_code == 422
    assert practice.users.list() == [], "both or none"
    assert owner.post("/accounts/begin", {**form, "admin_password": PASSWORD}).headers["location"] == "/login"
    assert owner.get("/today").headers["location"].startswith("/login")
    owner.login("Thea")
    assert "Kestrel" in owner.get("/cases").text
    owner.post("/leave")
    owner.login("Ada")
    assert (
        owner.post("/accounts", {"name": "Sue", "role": "supervisor", "password": PASSWORD}).status_code
        == 303
    )
    thea = next(u.id for u in practice.users.list() if u.name == "Thea")
    assert owner.post(f"/accounts/{thea}/close").status_code == 303
    assert "closed" in owner.get("/accounts").text
    assert owner.post(f"/accounts/{thea}/open").status_code == 303
    ada = next(u.id for u in practice.users.list() if u.name == "Ada")
    last = owner.post(f"/accounts/{ada}/close")
    assert last.status_code == 400 and "last admin" in last.text
    assert owner.post(f"/accounts/{thea}/password", {"password": "another one of hers"}).status_code == 303
    change = {
        "old_password": PASSWORD,
        "password": "a new one of mine",
        "password_again": "a new one of mine",
    }
    assert owner.post("/settings/password", {**change, "old_password": "wrong"}).status_code == 422
    assert owner.post("/settings/password", change).status_code == 303
    owner.post("/leave")
    assert owner.login("Ada").status_code == 422
    assert owner.login("Thea", "another one of hers").status_code == 303


def test_a_full_disk_gets_a_calm_page_and_shows_back_what_was_typed(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reattune.practice.desk import Desk

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Desk, "add_case", full)
    answer = owner.post("/cases", {"label": "a label that took a while to think of"})
    assert answer.status_code == 507
    assert "The disk is full" in answer.text and "a label that took a while" in answer.text
    monkeypatch.undo()
    assert owner.get("/cases").status_code == 200


def test_the_log_says_who_looked_at_what(owner: Browser, practice: Practice) -> None:
    case = practice.desk().add_case("Kestrel")
    owner.get(f"/cases/{case}")
    page = owner.get("/audit").text
    assert "Kestrel" in page and "The log is whole" in page and "Owner" in page
