"""Today, the cases, a case with its ledger, plans, ratings and notes; and what others may see of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from reattune.practice.views import User

from .conftest import PASSWORD, Browser
from .therapy import practice_at, with_case


@pytest.fixture
def work(place, browser_of):
    with practice_at(place) as practice:
        browser: Browser = browser_of(practice)
        assert browser.unlock().status_code == 303
        yield practice, browser


@pytest.fixture
def clinic_work(place, browser_of):
    """Thea's case, and browsers for Thea, Theo and the supervisor Sue."""
    with practice_at(place) as practice:
        users: dict[str, User] = {
            name: practice.users.add(name, role, PASSWORD)
            for name, role in (("Thea", "therapist"), ("Theo", "therapist"), ("Sue", "supervisor"))
        }
        lines = ("T: How was it with Anna?", "C: Fine. Anna says hello.", "T: I went too fast.", "C: Yes.")
        case = with_case(practice, users["Thea"], "Berta K", lines)
        practice.desk(users["Thea"]).set_names(case, {"Anna": "Name1"})
        browsers = {}
        for name in users:
            browsers[name] = browser_of(practice)
            assert browsers[name].login(name).status_code == 303
        yield practice, users, case, browsers


def test_an_empty_practice_says_what_comes_first(work):
    _, browser = work
    assert "No case yet" in browser.get("/today").text
    assert "There is no case yet" in browser.get("/cases").text


def test_today_shows_no_more_alerts_than_are_wanted_each_with_its_false_alarms(work):
    practice, browser = work
    for n in range(3):
        with_case(practice, label=f"K{n}")
    practice.settings.alert_budget = 2
    page = browser.get("/today").text
    alerts = re.findall(r'<article class="card alert".*?</article>', page, re.DOTALL)
    assert len(alerts) == 2
    for one in alerts:
        assert "Possible strain, worth checking" in one
        assert "since session 1, 2 March 2026" in one
        assert re.search(r"Of 100|rests on|has not been measured", one), one
        assert "Not so" in one
    assert "1 more, held back" in page


def test_not_so_is_kept_and_the_alert_does_not_come_back(work):
    practice, browser = work
    case = with_case(practice)
    answer = browser.post(f"/cases/{case}/alerts/R1", {"answer": "not_so"})
    assert answer.headers["location"] == "/today"
    page = browser.get("/today").text
    assert "Kept: not so" in page
    assert 'class="card alert"' not in page
    assert practice.desk().case(case).ledger["ruptures"][0]["id"] == "R1"


def test_who_is_coming_stands_before_the_others(work):
    practice, browser = work
    practice.settings.alert_budget = 0
    soon, later = with_case(practice, label="Soon"), with_case(practice, label="Later")
    browser.post(f"/cases/{soon}/about", {"label": "Soon", "next": (date.today() + timedelta(1)).isoformat()})
    browser.post(
        f"/cases/{later}/about", {"label": "Later", "next": (date.today() + timedelta(30)).isoformat()}
    )
    page = browser.get("/today").text
    coming, others = page.split("Also open, or new")
    assert "Soon" in coming
    assert "tomorrow" in coming
    assert "Later" not in coming.split("Who is coming")[1]
    assert "Later" in others


def test_cases_are_added_found_and_filtered(work):
    practice, browser = work
    made = browser.post("/cases", {"label": "Quiet one", "kind": "couple"}).headers["location"]
    assert browser.get(made).status_code == 200
    with_case(practice, label="Open one")
    assert "Quiet one" in browser.get("/cases?q=quiet").text
    assert "Quiet one" not in browser.get("/cases?q=zzz").text
    shown = browser.get("/cases?show=open").text
    assert "Open one" in shown
    assert "Quiet one" not in shown
    browser.post(f"{made}/end", {"ending": "agreed"})
    assert "Quiet one" not in browser.get("/cases").text
    assert "ended: by agreement" in browser.get("/cases?show=ended").text


def test_the_case_page_holds_line_ledger_and_table(work):
    practice, browser = work
    case = with_case(practice)
    page = browser.get(f"/cases/{case}").text
    assert 'class="caseline"' in page
    assert f'href="/cases/{case}/sessions/1"' in page
    assert f'href="/cases/{case}/ruptures/R1"' in page
    assert "The same as a table" in page
    assert "What speaks against it" in page
    assert len(page.encode()) < 100_000


def test_the_frame_is_recorded_and_taken_back(work):
    practice, browser = work
    case = with_case(practice)
    browser.post(f"/cases/{case}/frame", {"what": "moved to Thursdays", "session": "1", "area": "time"})
    page = browser.get(f"/cases/{case}").text
    assert "moved to Thursdays" in page
    event = re.search(r"/frame/([0-9a-f]+)/delete", page)[1]
    browser.post(f"/cases/{case}/frame/{event}/delete")
    assert "moved to Thursdays" not in browser.get(f"/cases/{case}").text
    assert browser.post(f"/cases/{case}/frame", {"what": "x", "session": "none"}).status_code == 400


def test_a_case_is_deleted_only_by_its_name(work):
    practice, browser = work
    case = with_case(practice)
    assert browser.post(f"/cases/{case}/delete", {"sure": "yes"}).status_code == 400
    assert browser.get(f"/cases/{case}").status_code == 200
    assert browser.post(f"/cases/{case}/delete", {"sure": "K, Mondays"}).headers["location"] == "/cases"
    assert browser.get(f"/cases/{case}").status_code == 404


def test_a_plan_shows_what_it_rests_on_and_a_persons_word_settles_it(work):
    practice, browser = work
    case = with_case(practice)
    page = browser.get(f"/cases/{case}/ruptures/R1").text
    assert "Fine. Whatever you think." in page
    assert "What could be done next" in page
    assert "data-print" in page
    browser.post(f"/cases/{case}/ruptures/R1", {"status": "repaired", "why": "We laughed about it"})
    page = browser.get(f"/cases/{case}/ruptures/R1").text
    assert "We laughed about it" in page
    assert "It is settled" in page
    assert practice.desk().case(case).ledger["ruptures"][0]["status"] == "repaired"


@pytest.mark.parametrize("fields", [{"status": "gone", "why": "x"}, {"status": "repaired", "why": " "}])
def test_a_word_without_its_reason_is_not_taken(work, fields):
    practice, browser = work
    case = with_case(practice)
    assert browser.post(f"/cases/{case}/ruptures/R1", fields).status_code == 400
    assert practice.desk().case(case).ledger["ruptures"][0]["status"] != "repaired"


def test_ratings_are_typed_in_by_item_or_by_score_and_drawn(work):
    practice, browser = work
    case = with_case(practice)
    path = f"/cases/{case}/ratings"
    for session, score in ((1, "36,5"), (2, "31"), (3, "30")):
        fields = {"instrument": "srs", "session": str(session), "rater": "client", "score": score}
        assert browser.post(path, fields).status_code == 303
    items = {f"i-{key}": "7" for key in ("heard", "matters", "way", "say")}
    assert (
        browser.post(path, {"instrument": "check-in", "session": "1", "rater": "client", **items}).status_code
        == 303
    )
    found = {(r.session, r.instrument, r.scale): r.score for r in practice.desk().case(case).ratings}
    assert found[1, "srs", "total"] == 36.5
    assert found[1, "check-in", "total"] == 7
    page = browser.get(path).text
    assert page.count("<svg") >= 2
    assert " style=" not in page
    assert "of clients in whom nothing has changed" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"instrument": "srs", "score": "41"}, "goes from 0 to 40"),
        ({"instrument": "srs", "score": "much"}, "no number"),
        ({"instrument": "srs"}, "empty"),
        ({"instrument": "check-in", "i-heard": "11"}, "cannot be 11"),
        ({"instrument": "nothing", "score": "1"}, "no instrument"),
        ({"instrument": "srs", "score": "3", "date": "yesterday"}, "no day"),
    ],
)  # fmt: skip
def test_a_rating_that_cannot_be_says_why(work, fields, said):
    practice, browser = work
    case = practice.desk().add_case("K")
    answer = browser.post(f"/cases/{case}/ratings", {"session": "1", **fields})
    assert answer.status_code == 400
    assert said in answer.text
    assert practice.desk().case(case).ratings == ()


def test_a_table_of_ratings_gives_this_case_its_rows(work):
    practice, browser = work
    case = practice.desk().add_case("K7")
    table = b"case,session,rater,instrument,item,value\nK7,1,client,srs,total,33\nX1,1,client,srs,total,20\n"
    answer = browser.post(f"/cases/{case}/ratings/file", files={"file": ("all.csv", table, "text/csv")})
    assert answer.status_code == 303, answer.text
    assert [r.score for r in practice.desk().case(case).ratings] == [33]


def test_another_therapists_case_is_not_there(clinic_work):
    _, _, case, browsers = clinic_work
    for path in (
        "",
        "/sessions/1",
        "/sessions/1/transcript",
        "/ruptures/R1",
        "/ratings",
        "/notes",
        "/sessions/new",
    ):
        assert browsers["Theo"].get(f"/cases/{case}{path}").status_code == 404, path
    assert browsers["Theo"].post(f"/cases/{case}/sessions/1/delete", {"sure": "yes"}).status_code == 404
    assert browsers["Thea"].get(f"/cases/{case}/sessions/1").status_code == 200


def test_a_supervisor_sees_what_is_shared_with_names_replaced_and_changes_nothing(clinic_work):
    practice, users, case, browsers = clinic_work
    desk = practice.desk(users["Thea"])
    desk.add_note(case, 1, "My private thought", shelf="process")
    desk.add_note(case, 1, "For the record", shelf="record")
    assert browsers["Sue"].get(f"/cases/{case}").status_code == 404
    answer = browsers["Thea"].post(f"/cases/{case}/share", {"user": users["Sue"].id, "replaced_names": "yes"})
    assert answer.status_code == 303
    for path in ("", "/sessions/1", "/sessions/1/transcript", "/ruptures/R1", "/notes"):
        page = browsers["Sue"].get(f"/cases/{case}{path}")
        assert page.status_code == 200, path
        assert "Anna" not in page.text, path
        assert "Berta" not in page.text, path
        assert "My private thought" not in page.text, path
    transcript = browsers["Sue"].get(f"/cases/{case}/sessions/1/transcript").text
    assert "Name1" in transcript
    assert "/turns/" not in transcript
    assert "For the record" in browsers["Sue"].get(f"/cases/{case}/notes").text
    before = desk.session(case, 1).corrections
    assert browsers["Sue"].post(f"/cases/{case}/sessions/1/turns/2", {"code": []}).status_code in (403, 404)
    assert desk.session(case, 1).corrections == before


def test_a_supervisors_own_note_can_be_written_and_changed(clinic_work):
    practice, users, case, browsers = clinic_work
    practice.desk(users["Thea"]).share(case, users["Sue"].id)
    sue = browsers["Sue"]
    sue.post(f"/cases/{case}/notes", {"text": "Listen to turn 2", "session": "1", "shelf": "record"})
    page = sue.get(f"/cases/{case}/notes").text
    note = re.search(r'id="note-([0-9a-f]+)"', page)[1]
    sue.post(f"/cases/{case}/notes/{note}", {"text": "Listen to turn 2 again"})
    assert "turn 2 again" in browsers["Thea"].get(f"/cases/{case}/notes").text
    sue.post(f"/cases/{case}/notes/{note}/delete")
    assert "turn 2 again" not in browsers["Thea"].get(f"/cases/{case}/notes").text
