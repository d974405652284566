"""Links that the therapist makes: shown once, for one session, revocable; the device handed over leads nowhere else."""

from __future__ import annotations

import re
from datetime import date

import pytest


@pytest.fixture
def case(practice):
    desk = practice.desk()
    made = desk.add_case("Willow")
    desk.add_meeting(made, date(2026, 3, 2))
    return made


def token_in(page):
    return re.search(r"/c/([A-Za-z0-9_-]{43})", page.text)[1]


def test_a_link_is_shown_once_with_its_code_and_opens_the_check_in(owner, practice, case, browser_of):
    page = owner.post(f"/cases/{case}/links", {"session": "1", "days": "7", "lang": "de"})
    assert page.status_code == 200 and "<svg" in page.text and "Ihre kurze Rückmeldung" in page.text
    assert "style=" not in page.text and page.headers["cache-control"] == "no-store"
    token = token_in(page)
    assert token not in owner.get(f"/cases/{case}/links").text
    assert "Today, was I heard?" in browser_of(practice).get(f"/c/{token}").text
    link = practice.desk().case(case).links[0]
    assert link.session == 1 and round((link.expires - link.created).total_seconds() / 86400) == 7


def test_todays_session_is_added_where_it_is_not_there_yet(owner, practice, case):
    owner.post(f"/cases/{case}/links", {"session": "today", "lang": "en"})
    meetings = practice.desk().case(case).meetings
    assert [m.number for m in meetings] == [1, 2] and meetings[1].date == date.today()
    assert "Today's, a new one" not in owner.get(f"/cases/{case}/links").text


def test_revoking_closes_it_at_once(owner, practice, case, browser_of):
    token = token_in(owner.post(f"/cases/{case}/links", {"session": "1"}))
    link = practice.desk().case(case).links[0]
    assert owner.post(f"/cases/{case}/links/{link.id}/revoke").status_code == 303
    assert browser_of(practice).get(f"/c/{token}").status_code == 404
    assert "closed" in owner.get(f"/cases/{case}/links").text


def test_a_session_that_is_not_there_and_a_foreign_form(owner, case, practice):
    assert owner.post(f"/cases/{case}/links", {"session": "99"}).status_code == 400
    assert owner.client.post(f"/cases/{case}/links", data={"session": "1"}).status_code == 403
    assert practice.desk().case(case).links == ()


def test_looking_makes_no_link(owner, practice, case):
    for path in (f"/cases/{case}/links", f"/cases/{case}/links/tablet"):
        owner.get(path)
    assert practice.desk().case(case).links == ()


def test_the_device_handed_over_leads_to_the_check_in_and_nowhere_else(owner, case):
    going = owner.post(f"/cases/{case}/links/tablet", {"session": "1", "lang": "en"})
    path = going.headers["location"].partition("?")[0]
    assert going.status_code == 303 and path.startswith("/t/")
    assert "cache" in going.headers["clear-site-data"]
    for elsewhere in ("/today", "/cases", f"/cases/{case}", f"/cases/{case}/links", "/settings", "/audit"):
        answer = owner.get(elsewhere)
        assert answer.status_code == 303 and answer.headers["location"] == path, elsewhere
        assert "Willow" not in answer.text
    page = owner.get(path)
    assert (
        page.status_code == 200
        and "Willow" not in page.text
        and "<nav" in page.text
        and 'href="/' not in page.text.replace('href="/static', "")
    )
    assert owner.post(f"/cases/{case}/links", {"session": "1"}).status_code == 401


def test_signing_in_brings_the_device_back(owner, case):
    owner.post(f"/cases/{case}/links/tablet", {"session": "1"})
    assert owner.unlock().status_code == 303
    assert owner.get(f"/cases/{case}/links").status_code == 200
    assert "reattune-tablet" not in owner.client.cookies


def test_on_this_computer_alone_it_says_so(practice, browser_of, case):
    here = browser_of(practice)
    here.unlock()
    assert "on this computer only" in here.get(f"/cases/{case}/links").text
    lan = browser_of(practice, names=("127.0.0.1", "192.168.1.20"))
    lan.unlock()
    page = lan.post(f"/cases/{case}/links", {"session": "1"})
    assert "http://192.168.1.20:8765/c/" in page.text and "on this computer only" not in page.text


def test_another_therapists_case_is_not_there(clinic, browser_of):
    thea = next(u for u in clinic.users.list() if u.name == "Thea")
    desk = clinic.desk(thea)
    case = desk.add_case("Ash")
    desk.add_meeting(case, date(2026, 3, 2))
    link, _ = desk.make_link(case, 1)
    theo = browser_of(clinic)
    theo.login("Theo")
    assert theo.get(f"/cases/{case}/links").status_code == theo.get("/cases/nowhere/links").status_code == 404
    for path in (f"/cases/{case}/links", f"/cases/{case}/links/tablet", f"/cases/{case}/links/{link}/revoke"):
        assert theo.post(path, {"session": "1"}).status_code == 404
    assert len(desk.case(case).links) == 1 and desk.case(case).links[0].state == "open"


def test_one_case_does_not_close_the_links_of_another(owner, practice, case):
    desk = practice.desk()
    other = desk.add_case("Ash")
    desk.add_meeting(other, date(2026, 3, 2))
    link, _ = desk.make_link(other, 1)
    assert owner.post(f"/cases/{case}/links/{link}/revoke").status_code == 404
    assert desk.case(other).links[0].state == "open"
