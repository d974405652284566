"""A session in the browser: brought in, looked through, read, corrected; the coder's version stays beside."""

from __future__ import annotations

import re

import pytest

from reattune.record import CheckIn, Sharing

from .conftest import Browser
from .therapy import TALK, UNNAMED, practice_at, with_case

HOSTILE = "Fine. <script>alert(1)</script> {{7*7}} \"'><img src=x onerror=alert(1)>"


@pytest.fixture
def work(place, browser_of):
    with practice_at(place) as practice:
        browser: Browser = browser_of(practice)
        assert browser.unlock().status_code == 303
        yield practice, browser


def send(browser: Browser, case: str, lines, name: str = "s.txt", **more):
    files = {"file": (name, "\n".join(lines).encode(), "text/plain")}
    fields = {"session": "1", "date": "2026-03-02", "consent": "given", **more}
    return browser.post(f"/cases/{case}/sessions/new", fields, files=files)


def test_a_transcript_goes_all_the_way_from_the_file_to_the_page(work):
    practice, browser = work
    case = practice.desk().add_case("K")
    answer = send(browser, case, TALK)
    assert answer.status_code == 303
    job = answer.headers["location"]
    waiting = browser.get(job)
    assert 'http-equiv="refresh"' in waiting.text
    practice.worker.run_pending()
    assert browser.get(job).headers["location"] == f"/cases/{case}/sessions/1"
    page = browser.get(f"/cases/{case}/sessions/1").text
    assert "Possible strain, worth checking" in page
    assert "Fine. Whatever you think." in page
    assert "What speaks against it" in page
    assert 'http-equiv="refresh"' not in page
    whole = browser.get(f"/cases/{case}/sessions/1/transcript").text
    assert len(re.findall(r'id="turn-\d+"', whole)) == len(TALK)


def test_who_is_who_is_asked_where_the_file_does_not_tell(work):
    practice, browser = work
    case = practice.desk().add_case("K")
    asked = send(browser, case, UNNAMED)
    assert asked.status_code == 200
    assert "Who is who?" in asked.text
    held = re.search(r'name="held" value="([^"]+)"', asked.text)[1]
    order = re.findall(r"<bdi>(Sam|Alex)</bdi>", asked.text)
    roles = {f"role-{i}": "therapist" if who == "Sam" else "client" for i, who in enumerate(order)}
    answer = browser.post(f"/cases/{case}/sessions/who", {"held": held, "shown": "0", "which": "0", **roles})
    assert answer.status_code == 303
    practice.worker.run_pending()
    session = practice.desk().session(case, 1).session
    assert {t.speaker: t.role for t in session.turns} == {"Sam": "therapist", "Alex": "client"}
    again = browser.post(f"/cases/{case}/sessions/who", {"held": held, "shown": "0", **roles})
    assert "not here any more" in again.text


def test_nobody_the_therapist_is_asked_again(work):
    practice, browser = work
    case = practice.desk().add_case("K")
    held = re.search(r'name="held" value="([^"]+)"', send(browser, case, UNNAMED).text)[1]
    answer = browser.post(
        f"/cases/{case}/sessions/who", {"held": held, "shown": "0", "role-0": "client", "role-1": "client"}
    )
    assert answer.status_code == 400
    assert "Nobody is the therapist" in answer.text


@pytest.mark.parametrize("consent", ["withheld", "unknown"])
def test_without_the_clients_yes_no_word_is_kept(work, consent):
    practice, browser = work
    case = practice.desk().add_case("K")
    assert send(browser, case, TALK, consent=consent).status_code == 303
    assert practice.worker.run_pending() == []
    file = practice.desk().session(case, 1)
    assert (file.session, file.meeting.consent) == (None, consent)


@pytest.mark.parametrize(
    ("lines", "said"),
    [(("nobody speaks here",), "speaker"), ((), "empty"), (("T: Only one voice.",), "only one")],
)
def test_a_file_that_cannot_be_read_says_what_to_mend(work, lines, said):
    practice, browser = work
    case = practice.desk().add_case("K")
    answer = send(browser, case, lines)
    assert answer.status_code == 400
    assert said in answer.text.lower()
    assert practice.desk().case(case).meetings == ()


def test_a_second_transcript_of_a_session_asks_first(work):
    practice, browser = work
    case = with_case(practice)
    assert "has a transcript already" in send(browser, case, TALK).text
    assert send(browser, case, TALK, replace="yes").status_code == 303


def test_a_corrected_turn_shows_both_versions_and_can_be_taken_back(work):
    practice, browser = work
    base = f"/cases/{with_case(practice)}/sessions/1"
    form = browser.get(f"{base}/turns/2").text
    assert re.search(r'value="minimal_response" checked', form)
    answer = browser.post(f"{base}/turns/2", {"code": ["deferential_appeasing"]})
    assert answer.headers["location"].endswith("?turn=2#turn-2")
    whole = browser.get(f"{base}/transcript").text
    assert "agrees or complies quickly" in whole
    machine = re.search(r'class="machine">(.*?)</li>\s*</ul>', whole, re.DOTALL)[1]
    assert "bare reply" in machine
    undo = re.search(r"/corrections/([0-9a-f]+)/undo", browser.get(f"{base}/turns/2").text)[1]
    browser.post(f"{base}/corrections/{undo}/undo")
    assert 'class="machine"' not in browser.get(f"{base}/transcript").text


def test_a_moment_can_be_set_aside_and_taken_back(work):
    practice, browser = work
    case = with_case(practice)
    base = f"/cases/{case}/sessions/1"
    start = re.search(r"/moments/(\d+)", browser.get(base).text)[1]
    browser.post(f"{base}/moments/{start}", {"strain": "no", "note": "They were smiling"})
    page = browser.get(base).text
    assert "Set aside by you" in page
    assert "They were smiling" in page
    assert "/moments/" not in page
    undo = re.search(r"/corrections/([0-9a-f]+)/undo", page)[1]
    browser.post(f"{base}/corrections/{undo}/undo")
    assert "/moments/" in browser.get(base).text


def test_a_persons_view_of_a_moment_stands_with_the_coders_beside(work):
    practice, browser = work
    base = f"/cases/{with_case(practice)}/sessions/1"
    start = re.search(r"/moments/(\d+)", browser.get(base).text)[1]
    browser.post(
        f"{base}/moments/{start}",
        {"strain": "yes", "type": "confrontation", "significance": "4", "outcome": "partial"},
    )
    page = browser.get(base).text
    assert "You say: confrontation" in page
    assert "The coder said: withdrawal" in page


def test_words_of_a_session_never_become_a_program(work):
    practice, browser = work
    case = with_case(practice, label="<b>K</b>", lines=(TALK[0], f"C: {HOSTILE}", *TALK[2:]))
    for path in (
        "",
        "/sessions/1",
        "/sessions/1/transcript",
        "/sessions/1/turns/2",
        "/notes",
        "/ruptures/R1",
    ):
        page = browser.get(f"/cases/{case}{path}").text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert "<b>K" not in page, path


def test_a_thread_leads_to_the_earlier_session_and_back(work):
    practice, browser = work
    case = with_case(practice)
    page = browser.get(f"/cases/{case}/sessions/1/transcript?turn=3&from=1.2")
    assert f'href="/cases/{case}/sessions/1/transcript?turn=2#turn-2"' in page.text
    assert "Back to session 1" in page.text
    assert "Back to session" not in browser.get(f"/cases/{case}/sessions/1/transcript?from=<b>.9").text


def test_what_is_not_there_is_not_there(work):
    practice, browser = work
    case = with_case(practice)
    for path in (
        f"/cases/{case}/sessions/9",
        f"/cases/{case}/sessions/1/turns/99",
        f"/cases/{case}/ruptures/R99",
        "/cases/x",
    ):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"/cases/{case}/sessions/x").status_code == 400


def test_the_clients_words_wait_behind_one_line_of_preparation(work):
    practice, browser = work
    case = with_case(practice)
    _, token = practice.desk().make_link(case, 1)
    said = CheckIn(1, (("heard", 4.0),), True, ("stung",), 3, "You looked at the clock.", Sharing.READ_NOW)
    practice.door.answer(token, said)
    for path in ("/today", f"/cases/{case}/ruptures/R1", f"/cases/{case}/notes"):
        assert "looked at the clock" not in browser.get(path).text, path
    page = browser.get(f"/cases/{case}").text
    assert page.count("looked at the clock") == 1
    before, after = page.split("Before you read: thank first.")
    assert "You looked at the clock." not in before
    assert "<details>" in after.split("You looked at the clock.")[0]
    practice.door.answer(token, CheckIn(1, (), True, (), None, "secret", Sharing.TALK_FIRST))
    page = browser.get(f"/cases/{case}").text
    assert "would like to talk about something first" in page
    assert "secret" not in page
