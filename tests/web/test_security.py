"""What someone would try who has no business here: each is tried."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from reattune.practice.opening import Practice, init_practice
from reattune.store.tables import METADATA

from .conftest import PASSPHRASE, PASSWORD, PORT, Browser, app_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}'; DROP TABLE cases; --"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A practice with accounts and a case of Thea's, for tests that change nothing in it."""
    place = tmp_path_factory.mktemp("shared") / "practice"
    made, _ = init_practice(str(place), PASSPHRASE)
    for name, role in (("Ada", "admin"), ("Thea", "therapist"), ("Theo", "therapist"), ("Sue", "supervisor")):
        made.users.add(name, role, PASSWORD)
    thea = next(u for u in made.users.list() if u.name == "Thea")
    case = made.desk(thea).add_case("Kestrel")
    yield made, place, case
    made.close()


@pytest.fixture
def someone(shared: Any) -> Any:
    """Gives a browser in which someone is signed in by name; None: nobody."""

    def signed_in(name: str | None) -> Browser:
        browser = Browser(app_of(shared[0], shared[1]))
        if name:
            assert browser.login(name).status_code == 303
        return browser

    return signed_in


def changing(app: Any) -> list[tuple[str, str]]:
    """Every address that changes something, with its variables filled in."""
    found = []
    for route in routes_of(app):
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}:
            path = route.path
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", "1")
            found.append((method, path))
    return found


def routes_of(app: Any) -> list[APIRoute]:
    """Every page of the application, also where routers are kept whole."""
    found: list[APIRoute] = []
    todo = list(app.routes)
    while todo:
        route = todo.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            todo += getattr(
                getattr(route, "router", None) or getattr(route, "original_router", None), "routes", []
            )
    return found


def rows_of(practice: Practice) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept, but who looked at what and when."""
    with practice.database.reading() as conn:
        return {
            name: [tuple(row) for row in conn.execute(select(table))]
            for name, table in METADATA.tables.items()
            if name not in ("audit", "looks", "store_state")
        }


class TestForms:
    def test_every_form_is_refused_without_its_hidden_field(self, someone: Any) -> None:
        thea = someone("Thea")
        tried = changing(thea.app)
        assert len(tried) > 15
        answers = {p: thea.client.request(m, p, data={"x": "1"}).status_code for m, p in tried}
        # The client's door has a page of its own for it, which shows back what was typed.
        doors = {p: answers.pop(p) for p in list(answers) if p.startswith(("/c/", "/t/"))}
        assert {p: status for p, status in answers.items() if status != 403} == {}
        assert {p: status for p, status in doors.items() if status < 400} == {}

    def test_a_field_of_another_browser_is_refused(self, someone: Any) -> None:
        thea, other = someone("Thea"), someone("Theo")
        assert thea.client.post("/leave", data={"csrf": other.code()}).status_code == 403
        assert thea.get("/cases").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "https://evil.example"},
            {"origin": f"http://127.0.0.1:{PORT + 1}"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site", "origin": "null"},
        ],
    )
    def test_a_form_from_elsewhere_is_refused_even_with_the_field(self, someone: Any, headers: Any) -> None:
        thea = someone("Thea")
        answer = thea.post("/leave", {"note": "words that someone else wants shown here"}, headers=headers)
        assert answer.status_code == 403
        assert "words that someone else" not in answer.text
        assert thea.get("/cases").status_code == 200

    def test_our_own_form_is_taken_whatever_the_referrer_policy_makes_of_the_origin(
        self, someone: Any
    ) -> None:
        for headers in (
            {"origin": "null", "sec-fetch-site": "same-origin"},
            {"origin": f"http://127.0.0.1:{PORT}"},
        ):
            assert someone("Thea").post("/leave", headers=headers).status_code == 303

    def test_a_form_that_came_too_late_is_shown_back(self, someone: Any) -> None:
        thea = someone("Thea")
        thea.app.state.reattune.clock.now += 31 * 60
        words = "I sat with her silence & waited; <b>then</b> she told me."
        answer = thea.post("/cases", {"label": words, "passphrase": "a secret that is never shown back"})
        assert answer.status_code == 401
        assert "I sat with her silence &amp; waited; &lt;b&gt;then" in answer.text
        assert "a secret that is never" not in answer.text


class TestNames:
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            f"evil.example:{PORT}",
            "127.0.0.1.evil.example",
            "",
            "[::2]",
            "localhost@evil.example",
        ],
    )
    def test_a_foreign_name_gets_nothing(self, someone: Any, host: str) -> None:
        answer = someone(None).get("/login", headers={"host": host})
        assert answer.status_code == 421
        assert "csrf" not in answer.text

    @pytest.mark.parametrize("host", [f"localhost:{PORT}", "LOCALHOST", "[::1]:99", "127.0.0.1"])
    def test_its_own_names_are_answered(self, someone: Any, host: str) -> None:
        assert someone(None).get("/login", headers={"host": host}).status_code == 200


class TestVisits:
    def test_a_token_known_before_signing_in_is_worth_nothing_after(self, someone: Any) -> None:
        thea = someone(None)
        planted = "attacker-knows-this-token"
        thea.client.cookies.set(thea.app.state.reattune.config.cookie, planted, domain="127.0.0.1", path="/")
        assert thea.login("Thea").status_code == 303
        assert thea.app.state.reattune.visits.find(planted) is None
        assert [v for v in thea.client.cookies.jar if v.value != planted]

    def test_an_old_token_ends_with_signing_in_again_and_with_signing_out(self, someone: Any) -> None:
        thea = someone("Thea")
        first, visits = thea.cookie, thea.app.state.reattune.visits
        thea.post("/login", {"name": "Thea", "password": PASSWORD})
        assert visits.find(first) is None
        second = thea.cookie
        thea.post("/leave")
        assert visits.find(second) is None
        assert thea.get("/cases").headers["location"].startswith("/login")

    def test_a_visit_ends_after_half_an_hour_without_a_page_and_after_twelve_hours_anyway(
        self, someone: Any
    ) -> None:
        thea = someone("Thea")
        clock = thea.app.state.reattune.clock
        for _ in range(23):
            clock.now += 29 * 60
            assert thea.get("/cases").status_code == 200
        for _ in range(2):
            clock.now += 29 * 60
        assert thea.get("/cases").status_code == 303

    def test_who_writes_is_not_signed_out_meanwhile(self, someone: Any) -> None:
        thea = someone("Thea")
        for _ in range(3):
            thea.app.state.reattune.clock.now += 20 * 60
            assert thea.client.post("/still-here", headers={"x-csrf": thea.code()}).status_code == 204
        assert thea.get("/cases").status_code == 200

    @pytest.mark.parametrize("tls", [False, True])
    def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(self, shared: Any, tls: bool) -> None:
        browser = Browser(app_of(shared[0], shared[1], tls=tls))
        given = browser.get("/login").headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in given.split(";")}
        assert ("Secure" in given, given.startswith("__Host-")) == (tls, tls)
        assert "Max-Age" not in given and "Expires" not in given and "Domain" not in given

    @pytest.mark.parametrize(
        "wanted",
        ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a?b=//c"],
    )
    def test_signing_in_leads_nowhere_else(self, someone: Any, wanted: str) -> None:
        browser = someone(None)
        answer = browser.client.post(
            "/login",
            params={"next": wanted},
            data={"csrf": browser.code(), "name": "Thea", "password": PASSWORD},
        )
        assert answer.headers["location"] == "/today"

    def test_a_closed_account_is_out_at_once(self, clinic: Practice, browser_of: Any) -> None:
        thea = browser_of(clinic)
        thea.login("Thea")
        clinic.users.deactivate(next(u.id for u in clinic.users.list() if u.name == "Thea"))
        assert thea.get("/cases").headers["location"].startswith("/login")
        assert thea.login("Thea").status_code == 422


class TestTrying:
    def test_passphrases_get_slower_to_try(self, practice: Practice, browser_of: Any) -> None:
        browser = browser_of(practice)
        clock = browser.app.state.reattune.clock
        answers = [browser.unlock(f"wrong passphrase {i}").status_code for i in range(7)]
        assert answers == [422] * 5 + [429] * 2
        assert browser.unlock().status_code == 429, "the right one waits, too: else it would tell"
        waits = []
        for _ in range(12):
            wait = int(browser.unlock("wrong again and again").headers.get("retry-after", 0))
            waits.append(wait)
            clock.now += wait
            browser.unlock("wrong again and again")
        assert waits[1:4] == [2, 4, 8]
        assert max(waits) == 15 * 60
        clock.now += 15 * 60
        assert browser.unlock().status_code == 303

    def test_a_name_is_slowed_down_from_whatever_address_and_case_of_letters(
        self, clinic: Practice, place: Path
    ) -> None:
        app = app_of(clinic, place)
        answers = []
        for i in range(8):
            browser = Browser(app)
            browser.client._transport.client = (f"10.0.0.{i}", 1)  # type: ignore[attr-defined]
            answers.append(browser.login("THEA" if i % 2 else " thea ", "wrong password").status_code)
        assert answers[:5] == [422] * 5
        assert set(answers[5:]) == {429}
        assert Browser(app).login("Theo").status_code == 303, "others sign in as before"

    def test_an_address_is_slowed_down_over_all_names_and_an_own_account_does_not_help(
        self, clinic: Practice, browser_of: Any
    ) -> None:
        browser = browser_of(clinic)
        answers = []
        for i in range(30):
            answers.append(browser.login(f"name {i}", "wrong password").status_code)
            if i % 4 == 3:
                browser.login("Theo")
        assert answers.count(422) == 20
        assert set(answers[20:]) == {429}

    def test_many_at_once_gain_nothing(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        from reattune.web.limits import Limits, TooManyTriesError

        limits = Limits(lambda: 0.0)

        def attempt(_: int) -> bool:
            try:
                limits.attempt("passphrase:here")
            except TooManyTriesError:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(attempt, range(200))) == 5

    def test_an_ipv6_household_counts_as_one(self) -> None:
        from reattune.web.limits import address_key

        assert address_key("link", "2001:db8:1:2::1") == address_key("link", "2001:db8:1:2:ffff::9")
        assert address_key("link", "2001:db8:1:3::1") != address_key("link", "2001:db8:1:2::1")

    def test_a_name_that_there_is_not_gets_the_same_answer(self, someone: Any) -> None:
        wrong = someone(None).login("Thea", "not the password")
        none = someone(None).login("Nobody", "not the password")
        assert wrong.status_code == none.status_code == 422
        assert "do not fit together" in wrong.text and "do not fit together" in none.text


class TestRights:
    @pytest.mark.parametrize("name", ["Theo", "Sue", "Ada"])
    def test_another_therapists_case_is_not_there(self, someone: Any, shared: Any, name: str) -> None:
        browser, case = someone(name), shared[2]
        paths = [
            route.path.replace("{case}", case).replace("{n}", "1")
            for route in routes_of(browser.app)
            if "{case}" in route.path and "GET" in route.methods
        ]
        assert len(paths) >= 2
        for path in (re.sub(r"{[a-z]+}", "1", one) for one in paths):
            answer = browser.get(path)
            assert answer.status_code in (404, 422), (path, answer.status_code)
            assert "Kestrel" not in answer.text

    def test_forms_on_another_therapists_case_change_nothing(self, someone: Any, shared: Any) -> None:
        theo, (practice, _, case) = someone("Theo"), shared
        before = rows_of(practice)
        for method, path in [(m, p) for m, p in changing(theo.app) if p.startswith("/cases/")]:
            answer = theo.client.request(
                method,
                path.replace("/cases/1", f"/cases/{case}"),
                data={"csrf": theo.code(), "text": "x", "label": "y", "sure": "yes"},
            )
            # Some say first that the form lacks something; none gets further than that.
            assert answer.status_code in (303, 400, 404, 422), (path, answer.status_code)
        assert rows_of(practice) == before
        assert someone("Thea").get(f"/cases/{case}").status_code == 200

    @pytest.mark.parametrize(
        "path", ["/accounts", "/backup", "/settings/passphrase", "/settings/recovery-code"]
    )
    @pytest.mark.parametrize("name", ["Thea", "Sue"])
    def test_pages_of_the_admin_are_not_there_for_others(self, someone: Any, name: str, path: str) -> None:
        assert someone(name).get(path).status_code == 404
        assert someone(name).post(path, {"passphrase": "a new long passphrase"}).status_code in (404, 405)

    def test_the_admin_sees_no_case(self, someone: Any, shared: Any) -> None:
        ada = someone("Ada")
        for path in ("/today", "/cases", f"/cases/{shared[2]}", "/audit?more=yes", "/settings", "/accounts"):
            assert "Kestrel" not in ada.client.get(path, follow_redirects=True).text, path

    def test_the_owner_of_a_practice_with_accounts_signs_in_by_name_too(self, shared: Any) -> None:
        browser = Browser(app_of(shared[0], shared[1]))
        assert browser.unlock().headers["location"] == "/login"
        assert browser.get("/cases").headers["location"].startswith("/login")

    def test_nobody_sees_anything_before_signing_in(self, someone: Any) -> None:
        nobody = someone(None)
        open_to_all = ("/login", "/unlock", "/first-run", "/c/", "/t/", "/help", "/static")
        for route in routes_of(nobody.app):
            if "GET" in route.methods and not route.path.startswith(open_to_all) and route.path != "/":
                path = route.path
                for name in route.param_convertors:
                    path = path.replace(f"{{{name}}}", "1")
                answer = nobody.get(path)
                assert answer.status_code in (303, 404, 422), (path, answer.status_code)
                assert "Kestrel" not in answer.text

    def test_a_practice_is_set_up_on_its_own_computer_only(self, place: Path) -> None:
        browser = Browser(app_of(None, place))
        browser.client._transport.client = ("10.0.0.7", 1)  # type: ignore[attr-defined]
        assert browser.get("/first-run").status_code == 403
        assert (
            browser.post("/first-run", {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}).status_code
            == 403
        )
        assert not place.exists()

    def test_a_practice_that_is_there_is_never_made_over(self, owner: Browser) -> None:
        answer = owner.post(
            "/first-run", {"passphrase": "another passphrase", "passphrase_again": "another passphrase"}
        )
        assert answer.headers["location"] == "/unlock"
        owner.post("/leave")
        assert owner.unlock().status_code == 303


class TestWords:
    def test_hostile_words_in_every_setting_stay_words(self, owner: Browser) -> None:
        answer = owner.post(
            "/settings",
            {
                "practice_name": HOSTILE, "session_minutes": HOSTILE, "alert_budget": HOSTILE, "thresholds.transcript": HOSTILE,
                "thresholds.rating": HOSTILE, "learn": HOSTILE, "instruments": HOSTILE, "retention": HOSTILE,
                "languages": HOSTILE, "danger_text.en": HOSTILE,
            },
        )  # fmt: skip
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text and "<img" not in answer.text and "49" not in answer.text

    def test_hostile_names_of_accounts_stay_words(self, clinic: Practice, browser_of: Any) -> None:
        ada = browser_of(clinic)
        ada.login("Ada")
        made = ada.post("/accounts", {"name": HOSTILE, "role": "therapist", "password": PASSWORD})
        assert made.status_code == 303
        pages = [ada.get("/accounts").text]
        pages.append(
            ada.get(f"/accounts/{next(u.id for u in clinic.users.list() if '<script>' in u.name)}").text
        )
        pages.append(browser_of(clinic).login(HOSTILE, "wrong").text)
        for page in pages:
            assert "&lt;script&gt;" in page
            assert (
                "<script>alert" not in page
                and "<img" not in page
                and "49" not in page.split("</head>")[1][:200]
            )

    @pytest.mark.parametrize(
        "name", ["x' OR '1'='1", "Thea'--", 'Thea" OR 1=1 --', "Thea'; DROP TABLE users; --", "%", "T\x00hea"]
    )
    def test_sql_in_a_name_finds_nobody(self, someone: Any, name: str) -> None:
        assert someone(None).login(name, name).status_code == 422
        assert someone("Thea").get("/cases").status_code == 200

    @pytest.mark.parametrize(
        "case", ["' OR 1=1 --", "1; DROP TABLE cases", "%27%20OR%201=1", "..%2f..%2fpractice.keys"]
    )
    def test_sql_in_an_address_finds_nothing(self, someone: Any, case: str) -> None:
        assert someone("Thea").get(f"/cases/{case}").status_code == 404

    def test_neither_logs_nor_messages_hold_what_was_typed(
        self, owner: Browser, caplog: pytest.LogCaptureFixture, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from reattune.practice.desk import Desk

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("she said: nobody must read this")

        monkeypatch.setattr(Desk, "add_case", broken)
        with caplog.at_level(logging.DEBUG):
            answer = owner.post("/cases", {"label": "nobody must read this, either, at all"})
        assert answer.status_code == 500
        assert "nobody must read this, either, at all" in answer.text, "shown back to who typed it"
        said = "".join(
            r.getMessage() + str(r.exc_info or "") for r in caplog.records if r.name.startswith("reattune")
        )
        said += "".join(capsys.readouterr())
        assert "RuntimeError" in said
        assert "nobody must read" not in said
        assert "she said" not in answer.text


class TestHeaders:
    @pytest.mark.parametrize("path", ["/login", "/nowhere", "/today", "/cases", "/c/" + "x" * 43])
    def test_every_answer_is_closed(self, someone: Any, path: str) -> None:
        headers = someone("Thea").get(path).headers
        policy = headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy
            and "frame-ancestors 'none'" in policy
            and "base-uri 'none'" in policy
        )
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert (
            "camera=()" in headers["permissions-policy"] and "microphone=()" in headers["permissions-policy"]
        )
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers

    def test_pages_hold_nothing_inline(self) -> None:
        folder = Path(__file__).parents[2] / "src/reattune/web/templates"
        wrong = []
        for file in folder.rglob("*.j2"):
            page = file.read_text(encoding="utf-8")
            inline = re.search(
                r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(\bsrc=|application/json))|javascript:", page
            )
            wrong += [f"{file.relative_to(folder)}: {inline[0]}"] if inline else []
            if re.search(r"<form[^>]*method=\"post\"", page, re.I):
                forms = len(re.findall(r"<form[^>]*method=\"post\"", page, re.I))
                if page.count("csrf") < forms:
                    wrong.append(f"{file.relative_to(folder)}: a form without its hidden field")
        assert wrong == []

    def test_files_beside_static_are_not_served(self, someone: Any) -> None:
        for path in (
            "/static/../app.py",
            "/static/%2e%2e/app.py",
            "/static/..%2fapp.py",
            "/static//etc/passwd",
            "/static/",
        ):
            assert someone(None).get(path).status_code == 404, path
