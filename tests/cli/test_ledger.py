"""``reattune ledger``: a case folder in, the ledger out; bad rows named with their place, good files kept."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from report.pages import Page

from .conftest import Run

STRAINED = """\
Therapist: You should do the diary daily, or there is no point in it.
Client: Whatever you say.
Therapist: It is for your own good.
Client: Whatever. It is fine.
Therapist: So shall we go on with the diary?
Client: If you like, we can go on with it.
"""
QUIET = """\
Therapist: How was the week?
Client: It was full, my mother was ill and I was there each evening.
Therapist: That sounds like a lot.
Client: It was, but I slept all right in the end.
"""
KEYS = {
    "id", "type", "status", "probability", "omission", "trigger", "first_marker", "disclosed", "thread", "repairs",
    "ratings", "frame_warnings", "history", "plan",
}  # fmt: skip


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two transcripts, the second strained."""
    monkeypatch.chdir(tmp_path)
    sessions = tmp_path / "kay" / "sessions"
    sessions.mkdir(parents=True)
    (sessions / "01-2026-03-02.txt").write_text(QUIET, encoding="utf-8")
    (sessions / "02-2026-03-09.txt").write_text(STRAINED, encoding="utf-8")
    return tmp_path / "kay"


def add(case: Path, name: str, text: str) -> None:
    (case / name).write_text(text, encoding="utf-8")


def said(result) -> str:
    return " ".join((result.stdout + result.stderr).split())


def test_json_is_one_object_with_the_contracts_fields(run: Run, case: Path) -> None:
    result = run("ledger", case, "--json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert made["case"] == "kay"
    (one,) = made["ruptures"]
    assert set(one) >= KEYS
    assert (one["id"], one["type"], one["status"]) == ("R1", "withdrawal", "open")
    assert one["trigger"] == {"session": 2, "turn": 0}
    assert one["first_marker"] == {"session": 2, "turn": 1}
    assert one["history"][0]["session"] == 2
    assert one["plan"]["rupture"] == "R1"
    assert result.stderr == ""


def test_the_terminal_says_what_to_look_at_first_with_the_words(run: Run, case: Path) -> None:
    result = run("ledger", case)
    assert result.exit_code == 0, result.output
    for part in ("Look first at R1", "“Whatever you say.”", "Against", "next", "No verdict and no grade"):
        assert part.lower() in said(result).lower()


def test_nothing_is_written(run: Run, case: Path) -> None:
    before = sorted(case.rglob("*"))
    run("ledger", case)
    assert sorted(case.rglob("*")) == before


def test_a_page_holds_the_same_words_and_loads_nothing(run: Run, case: Path) -> None:
    (case / "sessions" / "03-2026-03-16.txt").write_text(
        STRAINED.replace("Whatever you say.", "Whatever <script>alert(1)</script> you say."), encoding="utf-8"
    )
    result = run("ledger", case, "--html", "kay.html")
    assert result.exit_code == 0, result.output
    page = Page(Path("kay.html").read_text(encoding="utf-8"))
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    for part in ("Look first at R1", "Whatever you say.", "It rests on one source alone", "No verdict"):
        assert part in page.said
    assert len(page.all("script")) == 1
    assert not [a for a in page.all("a") if not (a["href"] or "").startswith("#")]
    assert (stat.S_IMODE(Path("kay.html").stat().st_mode) & 0o077) == 0


def test_a_page_never_takes_the_place_of_what_was_read(run: Run, case: Path) -> None:
    result = run("ledger", case, "--html", case / "sessions" / "01-2026-03-02.txt")
    assert result.exit_code == 2
    assert (case / "sessions" / "01-2026-03-02.txt").read_text(encoding="utf-8") == QUIET


def test_as_of_leaves_out_what_came_later(run: Run, case: Path) -> None:
    made = json.loads(run("ledger", case, "--as-of", 1, "--json").stdout)
    assert (made["ruptures"], made["as_of"]) == ([], 1)


def test_a_therapists_word_in_the_notes_stands(run: Run, case: Path) -> None:
    add(
        case,
        "notes.csv",
        "session,author,kind,rupture,status,text\n2,therapist,status,R1,repaired,We spoke of it\n",
    )
    (one,) = json.loads(run("ledger", case, "--json").stdout)["ruptures"]
    assert one["status"] == "repaired"
    assert one["plan"] is None
    assert [h["source"] for h in one["history"]] == ["transcript", "therapist"]


def test_a_change_of_the_frame_while_it_is_open_gets_a_quiet_warning(run: Run, case: Path) -> None:
    add(case, "frame.csv", "session,date,what,area\n1,,first fee agreed,fee\n2,,moved to Thursdays,time\n")
    (one,) = json.loads(run("ledger", case, "--json").stdout)["ruptures"]
    assert [(w["session"], w["what"]) for w in one["frame_warnings"]] == [(2, "moved to Thursdays")]
    add(case, "frame.csv", "session,what,area\n2,moved to Thursdays,weather\n")
    assert "no area of the frame" in run("ledger", case, "--json").stderr


def test_talk_about_the_frame_is_offered_to_be_recorded(run: Run, case: Path) -> None:
    said_so = QUIET + "Client: Could we move to evenings from now on?\n"
    (case / "sessions" / "03-2026-03-16.txt").write_text(said_so, encoding="utf-8")
    (talk,) = json.loads(run("ledger", case, "--json").stdout)["frame_talk"]
    assert (talk["session"], talk["turn"], talk["area"]) == (3, 4, "time")
    add(case, "frame.csv", "session,what\n3,moved to evenings\n")
    assert json.loads(run("ledger", case, "--json").stdout)["frame_talk"] == []


def test_a_client_who_left(run: Run, case: Path) -> None:
    add(case, "notes.csv", "session,kind,status\n2,ending,left\n")
    (one,) = json.loads(run("ledger", case, "--json").stdout)["ruptures"]
    assert one["status"] == "lost"


def test_kept_words_are_nowhere(run: Run, case: Path) -> None:
    add(
        case,
        "checkins.csv",
        "session,heard,hard_to_say,kinds,strength,words,sharing\n1,2,yes,judged,5,zebra crossing,keep\n"
        "2,2,yes,judged,5,purple rain,talk_first\n",
    )
    for options in ((), ("--json",)):
        shown = said(run("ledger", case, *options))
        assert "zebra" not in shown
        assert "purple" not in shown
    assert "wants to talk about it first" in said(run("ledger", case))


@pytest.mark.parametrize(
    ("name", "text", "place", "mend"),
    [
        ("checkins.csv", "session,strength\n1,9\n2,3\n", "checkins.csv:2:2", "within"),
        ("notes.csv", "session,kind,status\nfirst,status,open\n", "notes.csv:2:1", "Write"),
        ("notes.csv", "session,kind,status\n2,status,mended\n", "notes.csv:2:3", "open, in_repair"),
        ("notes.csv", "session,kind,rupture,text\n2,note,the first,x\n", "notes.csv:2:3", "R1"),
        ("frame.csv", "session,date,what\n2,9 March,moved\n", "frame.csv:2:2", "2026-03-02"),
        ("meetings.csv", "session,attendance\n2,missed\n", "meetings.csv", "transcript"),
        ("checkins.csv", "heard,words\n1,2\n", "checkins.csv:1", "session"),
        ("checkins.csv", 'session,words\n1,"open\n', "checkins.csv", "quotes"),
        ("ratings.csv", "case,session,date,rater,instrument,item,value\nkay,1,,client,srs,total,90\n", "ratings.csv", "40"),
        ("sessions/third.txt", QUIET, "third.txt", "number"),
        ("sessions/02-again.txt", QUIET, "02-again.txt", "number"),
        ("sessions/03-2026-03-16.txt", "", "03-2026-03-16.txt", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_the_rest_is_kept(
    run: Run, case: Path, name: str, text: str, place: str, mend: str
) -> None:
    add(case, name, text)
    result = run("ledger", case, "--json")
    assert result.exit_code == 1, result.output
    assert place in result.stderr
    assert mend in result.stderr
    assert json.loads(result.stdout)["ruptures"][0]["id"] == "R1"


@pytest.mark.parametrize("folder", ["nowhere", "empty", "file.txt"])
def test_what_is_no_case_folder_is_refused(run: Run, case: Path, folder: str) -> None:
    (case / "empty").mkdir()
    add(case, "file.txt", "words")
    result = run("ledger", case / folder)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error:" in result.stderr


def test_ratings_alone_make_a_case(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(
        "case,session,date,rater,instrument,item,value\n"
        + "".join(
            f"x,{n},,client,srs,total,{v}\n" for n, v in enumerate((37, 38, 37, 37, 18, 17, 16, 17), 1)
        ),
        encoding="utf-8",
    )
    result = run("ledger", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    (one,) = json.loads(result.stdout)["ruptures"]
    assert one["type"] is None
    assert (one["ratings"][0]["flagged"], one["ratings"][0]["recovery"]) == (5, None)
    assert "no words and no form tell of a strain" in " ".join(one["reasons"])


def test_one_voice_keeps_its_role_through_the_case(run: Run, case: Path) -> None:
    """A session whose talk would mislead is read as the others are."""
    for path in (case / "sessions").iterdir():
        named = path.read_text(encoding="utf-8").replace("Therapist:", "Ines:").replace("Client:", "Kay:")
        path.write_text(named, encoding="utf-8")
    add(case, "roles.csv", "speaker,role\nInes,therapist\nKay,client\n")
    result = run("ledger", case, "--json")
    assert result.exit_code == 0, result.output
    assert "guess" not in result.stderr
    assert json.loads(result.stdout)["ruptures"][0]["first_marker"] == {"session": 2, "turn": 1}
