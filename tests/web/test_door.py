"""The client's door: what it saves, what it shows to whom, and what it never does."""

from __future__ import annotations

import logging
import re
from datetime import date

import pytest

from reattune.record import Sharing

CHOICE = {"heard": "4", "matters": "3", "way": "none", "hard": "no"}
"""Positions on the scales: fully, mostly, rather not say."""
HARD = {
    "heard": "1", "matters": "3", "way": "2", "hard": "yes", "kinds": ["stung", "too_fast"], "strength": "4",
    "words": "You looked at the clock.",
}  # fmt: skip


@pytest.fixture
def case(practice):
    desk = practice.desk()
    made = desk.add_case("Willow")
    desk.add_meeting(made, date(2026, 3, 2))
    practice.settings.danger_text = {"en": "Call 030 555 0101.", "de": "Rufen Sie 030 555 0101 an."}
    return made


@pytest.fixture
def token(practice, case):
    return practice.desk().make_link(case, 1)[1]


@pytest.fixture
def phone(practice, browser_of):
    """The client's phone: nobody is signed in on it."""
    return browser_of(practice)


def seen(practice, case):
    """What the therapist sees of check-ins."""
    return practice.desk().case(case).checkins


def rows(practice):
    """Everything that could be changed, to compare before and after."""
    from sqlalchemy import select

    from reattune.store.tables import METADATA

    with practice.database.reading() as conn:
        return {t.name: sorted(map(repr, conn.execute(select(t)))) for t in METADATA.sorted_tables}


def test_it_asks_in_the_clients_language_and_says_who_reads_what(phone, token):
    page = phone.get(f"/c/{token}", headers={"accept-language": "de-AT,de;q=0.9"})
    assert page.status_code == 200 and '<html lang="de"' in page.text
    assert page.headers["content-language"] == "de"
    for words in (
        "Wurde ich heute gehört?",
        "War etwas schwer zu sagen?",
        "Wer was liest, und wann",
        "Rufen Sie 030 555 0101 an.",
    ):
        assert words in page.text
    assert "2. März 2026" in page.text
    english = phone.get(f"/c/{token}?lang=en", headers={"accept-language": "de"})
    assert "Today, was I heard?" in english.text and "Call 030 555 0101." in english.text


def test_it_works_without_script_and_loads_nothing_but_its_look(phone, token):
    page = phone.get(f"/c/{token}").text
    assert "<script" not in page and "style=" not in page and not re.search(r"\son[a-z]+=", page)
    assert "reattune" not in re.sub(r"reattune-\d+", "", page).lower()
    sources = re.findall(r'(?:src|href)="([^"#?]+)', page)
    assert set(sources) <= {"/static/door.css", "data:,"}
    assert len(page.encode()) < 30_000


def test_looking_changes_nothing(practice, phone, token):
    before = rows(practice)
    for path in (f"/c/{token}", f"/t/{token}", f"/c/{token}/more", f"/t/{token}/more", "/c/unknown"):
        phone.get(path)
    assert rows(practice) == before


def test_answers_without_anything_hard_are_read_at_once(practice, case, phone, token):
    page = phone.post(f"/c/{token}", CHOICE)
    assert page.status_code == 200 and "can see your answers" in page.text
    [card] = seen(practice, case)
    assert dict(card.said.answers) == {"heard": 10.0, "matters": 8.0}
    assert card.said.hard_to_say is False and card.sharing is Sharing.READ_NOW


def test_what_was_hard_to_say_is_kept_until_the_client_decides(practice, case, phone, token):
    page = phone.post(f"/c/{token}", HARD)
    assert "One more thing, only if you like." in page.text
    assert seen(practice, case) == ()
    said = practice.door.read_back(token)
    assert said.sharing is Sharing.KEEP and said.words == HARD["words"]
    assert said.kinds == ("stung", "too_fast") and said.strength == 4 and said.hard_to_say is True


@pytest.mark.parametrize("sharing", ["read_now", "talk_first", "keep"])
def test_the_therapist_sees_what_the_client_chose(practice, case, phone, token, sharing):
    phone.post(f"/c/{token}", {**HARD, "sharing": sharing})
    cards = seen(practice, case)
    if sharing == "read_now":
        assert cards[0].said.words == HARD["words"]
    elif sharing == "talk_first":
        assert cards[0].said is None
    else:
        assert cards == () and practice.desk().case(case).links[0].state == "open"


def test_a_change_of_mind_by_the_same_link(practice, case, phone, token):
    phone.post(f"/c/{token}", {**HARD, "sharing": "keep"})
    again = phone.get(f"/c/{token}").text
    assert "You have been here before" in again and HARD["words"] in again
    phone.post(f"/c/{token}", {**HARD, "sharing": "read_now"})
    assert seen(practice, case)[0].said.words == HARD["words"]
    phone.post(f"/c/{token}", {**HARD, "sharing": "keep"})
    assert seen(practice, case) == ()


def test_another_device_learns_nothing_and_may_still_decide(practice, case, phone, token, browser_of):
    other = browser_of(practice)
    empty = other.get(f"/c/{token}").text
    phone.post(f"/c/{token}", {**HARD, "sharing": "keep"})
    later = browser_of(practice).get(f"/c/{token}").text
    hidden = re.compile(r'name="csrf" value="[0-9a-f]+"')
    assert hidden.sub("", later) == hidden.sub("", empty), (
        "the link alone must not tell whether anything was said"
    )
    page = other.post(f"/c/{token}", {"sharing_before": "read_now"})
    assert HARD["words"] not in page.text
    assert seen(practice, case)[0].said.words == HARD["words"]
    assert HARD["words"] not in other.get(f"/c/{token}").text


def test_answering_anew_elsewhere_takes_the_place_of_the_old(practice, phone, token, browser_of):
    phone.post(f"/c/{token}", {**HARD, "sharing": "keep"})
    browser_of(practice).post(
        f"/c/{token}", {**CHOICE, "words": "New.", "hard": "yes", "sharing": "talk_first"}
    )
    said = practice.door.read_back(token)
    assert said.words == "New." and said.kinds == () and said.sharing is Sharing.TALK_FIRST


def test_deleting_by_the_same_link(practice, case, phone, token):
    phone.post(f"/c/{token}", {**HARD, "sharing": "read_now"})
    page = phone.post(f"/c/{token}", {**HARD, "forget": "yes", "sharing": "read_now"})
    assert "is deleted" in page.text and seen(practice, case) == ()
    said = practice.door.read_back(token)
    assert said.words == "" and said.answers == () and said.kinds == ()


def seal_of(page):
    return re.search(r'name="seal" value="([0-9a-f]+)"', page.text)[1]


def test_the_second_step_is_optional_and_goes_the_same_way(practice, case, phone, token):
    first = phone.post(f"/c/{token}", {**HARD, "sharing": "talk_first"})
    assert "Let us talk about it first" in first.text
    more = {
        "seal": seal_of(first),
        "sharing": "talk_first",
        "made_hard": ["small", "no_words", "nonsense"],
        "words": "Slower.",
    }
    page = phone.post(f"/c/{token}/more", more)
    assert "talk about something first" in page.text
    said = practice.door.read_back(token)
    assert said.made_hard == ("small", "no_words")
    assert said.words == f"{HARD['words']}\n\nSlower." and said.sharing is Sharing.TALK_FIRST
    phone.post(f"/c/{token}/more", more)
    assert practice.door.read_back(token).words == said.words, "a page sent twice says it once"


def test_the_second_step_can_be_left_out(practice, phone, token):
    first = phone.post(f"/c/{token}", {**HARD, "sharing": "read_now"})
    before = practice.door.read_back(token)
    page = phone.post(
        f"/c/{token}/more",
        {"seal": seal_of(first), "sharing": "read_now", "skip": "yes", "words": "x", "made_hard": "small"},
    )
    assert page.status_code == 200 and practice.door.read_back(token) == before


def test_low_answers_open_it_too_and_words_added_there_are_kept_unless_decided(practice, case, phone, token):
    first = phone.post(f"/c/{token}", {"heard": "0", "matters": "4", "way": "4"})
    assert "What could have been even a little better?" in first.text
    assert seen(practice, case)[0].sharing is Sharing.READ_NOW
    phone.post(f"/c/{token}/more", {"seal": seal_of(first), "words": "Ask me more."})
    assert seen(practice, case) == ()
    assert practice.door.read_back(token).words == "Ask me more."


def test_good_answers_open_nothing_more(phone, token):
    page = phone.post(f"/c/{token}", {"heard": "4", "matters": "3", "way": "2"}).text
    assert "Thank you" in page and 'name="made_hard"' not in page


def test_an_empty_form_is_no_answer(practice, case, phone, token):
    page = phone.post(f"/c/{token}", {})
    assert page.status_code == 200 and practice.door.read_back(token) is None


@pytest.mark.parametrize(
    "odd",
    [
        {"heard": "11"}, {"heard": "-1"}, {"heard": "x"}, {"hard": "perhaps"}, {"kinds": ["<script>", "stung"]},
        {"strength": "9"}, {"sharing": "everyone"}, {"words": "a" * 9000}, {"words": "\x00\u202e<b>"}, {"lang": "../../x"},
    ],
)  # fmt: skip
def test_odd_values_do_no_harm(practice, phone, token, odd):
    page = phone.post(f"/c/{token}", {**HARD, **odd})
    assert page.status_code == 200
    said = practice.door.read_back(token)
    assert (
        set(said.kinds) <= {"stung", "too_fast"} and len(said.words) <= 4000 and said.sharing is Sharing.KEEP
    )


def test_words_stay_words(practice, phone, token):
    hostile = "<script>alert(1)</script>\"'{{ 7*7 }}</textarea><img src=x onerror=alert(1)>"
    phone.post(f"/c/{token}", {**HARD, "words": hostile})
    again = phone.get(f"/c/{token}").text
    assert (
        "<script" not in again and "<img" not in again and "&lt;script&gt;" in again and "{{ 7*7 }}" in again
    )


def test_danger_stands_at_the_foot_and_first_where_the_words_speak_of_it(practice, case, phone, token):
    assert "Call 030 555 0101." in phone.get(f"/c/{token}").text
    calm = phone.post(f"/c/{token}", {**CHOICE}).text
    assert "do not have to carry it alone" not in calm and calm.rindex("Call 030 555 0101.") > calm.index(
        "can see"
    )
    page = phone.post(
        f"/c/{token}", {**CHOICE, "hard": "yes", "words": "Sometimes I don’t want to  LIVE."}
    ).text
    assert (
        page.index("do not have to carry it alone")
        < page.index("Call 030 555 0101.")
        < page.index("changes are saved")
    )
    assert seen(practice, case) == (), "nobody is told because of a phrase"


def test_without_a_text_of_the_practice_it_still_says_where_to_turn(practice, phone, token):
    practice.settings.danger_text = {}
    assert "call the emergency number" in phone.get(f"/c/{token}").text


def closed(page):
    return page.status_code == 404 and "This link is closed" in page.text


def test_unknown_expired_and_revoked_links_look_the_same(practice, case, phone, token, monkeypatch):
    from datetime import timedelta

    from reattune.practice import door

    desk = practice.desk()
    link, second = desk.make_link(case, 1)
    desk.revoke_link(link)
    pages = [phone.get("/c/" + "x" * len(token)), phone.get(f"/c/{second}"), phone.get("/c/short")]
    later = (door.now() + timedelta(days=15)).isoformat(timespec="milliseconds")
    monkeypatch.setattr(door, "stamp", lambda: later)
    pages.append(phone.get(f"/c/{token}"))
    assert all(closed(page) for page in pages)
    assert len({page.text for page in pages}) == 1
    assert closed(phone.post(f"/c/{token}", HARD)) and practice.door.read_back(token) is None


def test_what_was_typed_is_shown_back_when_the_link_has_closed_meanwhile(practice, case, phone):
    desk = practice.desk()
    link, token = desk.make_link(case, 1)
    phone.get(f"/c/{token}")
    desk.revoke_link(link)
    page = phone.post(f"/c/{token}", HARD)
    assert closed(page) and HARD["words"] in page.text


def test_trying_links_gets_slower_and_slower(phone, token):
    answers = [phone.get(f"/c/guess{n}").status_code for n in range(25)]
    assert answers[0] == 404 and answers[-1] == 429
    waiting = phone.get(f"/c/{token}")
    assert waiting.status_code == 429 and int(waiting.headers["retry-after"]) >= 1
    phone.app.state.reattune.clock.now += 3600
    assert phone.get(f"/c/{token}").status_code == 200


def test_many_good_openings_are_no_guessing(phone, token):
    assert {phone.get(f"/c/{token}").status_code for _ in range(30)} == {200}


def test_no_copy_no_referer_and_no_token_in_a_log(phone, token, caplog):
    caplog.set_level(logging.DEBUG)
    page = phone.get(f"/c/{token}")
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-frame-options"] == "DENY"
    phone.post(f"/c/{token}", HARD)
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert not [r for r in ours if token in r.getMessage()]


def test_the_store_keeps_no_token(practice, phone, token):
    phone.post(f"/c/{token}", {**HARD, "sharing": "read_now"})
    assert not [name for name, found in rows(practice).items() if any(token in row for row in found)]


def test_nothing_in_the_log_tells_of_what_is_kept(practice, case, phone, token):
    before = [e.action for e in practice.desk().audit(case)]
    phone.post(f"/c/{token}", {**HARD, "sharing": "keep"})
    assert [e.action for e in practice.desk().audit(case) if e.action.startswith("checkin")] == []
    assert len(before) <= len(practice.desk().audit(case))


def test_a_form_of_another_site_or_an_old_one_is_not_taken(practice, phone, token):
    foreign = phone.client.post(f"/c/{token}", data=HARD, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403 and practice.door.read_back(token) is None
    old = phone.client.post(f"/c/{token}", data={**HARD, "csrf": "0" * 64})
    assert old.status_code == 403 and practice.door.read_back(token) is None
    assert "not saved yet" in old.text and HARD["words"] in old.text, "what was filled in is still there"
    assert re.search(r'name="hard" value="yes"[^>]*checked', old.text)


def test_a_locked_practice_says_so_calmly_and_gives_the_words_back(place, browser_of):
    phone = browser_of(None)
    page = phone.get("/c/" + "x" * 43, headers={"accept-language": "de"})
    assert page.status_code == 503 and "Gerade nicht offen" in page.text and "/unlock" not in page.text
    assert HARD["words"] in phone.post("/c/" + "x" * 43, HARD).text


def test_the_tablet_shows_nothing_again(practice, phone, token):
    phone.post(f"/t/{token}", {**HARD, "sharing": "keep"})
    page = phone.get(f"/t/{token}")
    assert "You can give the tablet back now" in page.text and HARD["words"] not in page.text
    assert not [c for c in phone.client.cookies if c.startswith("own-")]
    phone.post(f"/t/{token}", {**CHOICE, "words": "someone else", "sharing": "read_now"})
    assert practice.door.read_back(token).words == HARD["words"], "the first answer on the tablet counts"
    assert HARD["words"] not in phone.get(f"/c/{token}").text


def test_the_second_step_on_the_tablet_needs_the_first(practice, phone, token):
    first = phone.post(f"/t/{token}", {**HARD, "sharing": "keep"})
    phone.post(f"/t/{token}/more", {"words": "someone else", "seal": "0" * 64})
    assert practice.door.read_back(token).words == HARD["words"]
    phone.post(f"/t/{token}/more", {"words": "Mine.", "seal": seal_of(first), "sharing": "keep"})
    assert practice.door.read_back(token).words.endswith("Mine.")


def test_in_a_clinic_it_names_who_reads(clinic, browser_of):
    thea, sue = (next(u for u in clinic.users.list() if u.name == name) for name in ("Thea", "Sue"))
    desk = clinic.desk(thea)
    case = desk.add_case("Ash")
    desk.add_meeting(case, date(2026, 3, 2))
    _, token = desk.make_link(case, 1)
    alone = browser_of(clinic).get(f"/c/{token}").text
    assert "Thea can see what you answer" in alone and "Sue" not in alone
    desk.share(case, sue.id)
    assert "Sue advises Thea" in browser_of(clinic).get(f"/c/{token}").text
