"""``reattune monitor``: files in, drops out; nothing half-written; what could not be read is listed."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from .conftest import Run

ROOT = Path(__file__).parents[2]
HEADER = "case,session,date,rater,wai_total\n"
SCORES = {
    "a": [4.3, 4.4, 4.3, 4.25, 4.5, 2.9, 3.3, 3.1, 3.2],
    "b": [4.0, 4.1, 3.9, 4.0],
    "c": [4.6, 4.7, 4.6, 4.6, 3.1, 4.6, 4.7],
}


@pytest.fixture
def ratings(here: Path) -> Path:
    path = here / "ratings.csv"
    start = date(2026, 1, 5)
    rows = [
        f"{case},{n},{start + timedelta(days=7 * n)},client,{score}\n"
        for case, scores in SCORES.items()
        for n, score in enumerate(scores, 1)
    ]
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def words(result: object) -> str:
    return " ".join(str(result.output).split())  # type: ignore[attr-defined]


def test_a_file_of_ratings(run: Run, ratings: Path) -> None:
    done = run("monitor", ratings)
    assert done.exit_code == 0
    assert "Look first at a: the client's WAI-SR went from about 4." in words(done)
    assert "1 other case has no flag" in words(done)


def test_json_is_one_object_a_case_and_nothing_else(run: Run, ratings: Path) -> None:
    done = run("monitor", ratings, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["case"] for one in lines] == ["a", "b", "c"]
    assert {one["rule"]["name"] for one in lines} == {"level"}
    assert done.stdout.isascii() and lines[0]["series"][0]["episodes"][0]["onset"] == 6


def test_all_outputs_at_once(run: Run, here: Path, ratings: Path) -> None:
    options = [
        part for name in ("csv", "episodes", "html", "svg", "png") for part in (f"--{name}", f"out.{name}")
    ]
    done = run("monitor", ratings, *options)
    assert done.exit_code == 0, done.output
    assert all(f"written: out.{name}" in done.output for name in ("csv", "episodes", "html", "svg", "png"))
    table = list(csv.DictReader((here / "out.csv").open(encoding="utf-8")))
    assert len(table) == sum(len(one) for one in SCORES.values())
    assert [(row["case"], row["status"]) for row in csv.DictReader((here / "out.episodes").open(encoding="utf-8"))] == [
        ("a", "open"), ("c", "repaired"),
    ]  # fmt: skip
    assert (here / "out.png").read_bytes().startswith(b"\x89PNG")
    assert (here / "out.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "</html>" in (here / "out.html").read_text(encoding="utf-8")
    assert not list(here.glob("*.part"))


def test_quiet_says_nothing(run: Run, ratings: Path) -> None:
    assert run("monitor", ratings, "--quiet").output == ""


def test_one_case_in_full(run: Run, ratings: Path) -> None:
    done = run("monitor", ratings, "--case", "c", "--svg", "c.svg")
    assert done.exit_code == 0
    assert "5:3.10*" in words(done) and "Back again" not in done.output
    assert ">c · WAI-SR<" in Path("c.svg").read_text(encoding="utf-8")
    wrong = run("monitor", ratings, "--case", "z", "--csv", "z.csv")
    assert wrong.exit_code == 2 and "no case 'z'" in wrong.output and not Path("z.csv").exists()


def test_the_rule_and_its_settings(run: Run, ratings: Path) -> None:
    done = run("monitor", ratings, "--rule", "xmr-baseline", "--baseline", "4", "--json")
    first = json.loads(done.stdout.splitlines()[0])
    assert first["rule"]["name"] == "xmr-baseline"
    points = first["series"][0]["sessions"]
    assert [point["limit"] is None for point in points] == [True] * 4 + [False] * 5
    strict = run("monitor", ratings, "--threshold", "50", "--json")
    assert all(
        not one["episodes"] for line in strict.stdout.splitlines() for one in json.loads(line)["series"]
    )
    late = run("monitor", ratings, "--recover-within", "9", "--json")
    assert json.loads(late.stdout.splitlines()[0])["series"][0]["episodes"][0]["status"] == "censored"
    back = run("monitor", ratings, "--rule", "xmr", "--retrospective", "--json")
    assert json.loads(back.stdout.splitlines()[0])["rule"]["prospective"] is False


def test_what_was_known_then(run: Run, ratings: Path) -> None:
    done = run("monitor", ratings, "--as-of", "6", "--json")
    series = json.loads(done.stdout.splitlines()[0])["series"][0]
    assert series["sessions"][-1]["session"] == 6 and series["episodes"][0]["status"] == "censored"
    both = run("monitor", ratings, "--as-of", "6", "--retrospective")
    assert both.exit_code == 2 and "Leave one of them out" in both.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rule", "levle"], "Did you mean 'level'"),
        (["--baseline", "4"], "has no setting 'baseline'"),
        (["--scale", "trust"], "has no scale 'trust'"),
        (["--rater", "mother"], "nobody rated wai-sr as 'mother'"),
        (["--instrument", "srs"], "no column of the table"),
        (["--recover-within", "0"], "recover_within"),
        (["--columns", "case"], "is not FIELD=COLUMN"),
        (["--csv", "ratings.csv"], "would be overwritten"),
        (["--csv", "x", "--html", "x"], "name one file"),
        (["--csv", "nowhere/x.csv"], "its folder does not exist"),
        (["--date-order", "yyy"], "yyy"),
    ],
)
def test_wrong_options_end_with_2_and_write_nothing(
    run: Run, here: Path, ratings: Path, options: list[str], said: str
) -> None:
    before = sorted(here.iterdir())
    done = run("monitor", ratings, *options)
    assert done.exit_code == 2, done.output
    assert said in words(done)
    assert sorted(here.iterdir()) == before


def test_a_file_that_is_none(run: Run, here: Path) -> None:
    for name, text in (("empty.csv", ""), ("words.csv", "hello\nworld\n")):
        (here / name).write_text(text, encoding="utf-8")
        done = run("monitor", name)
        assert done.exit_code == 2 and name in done.output
    assert run("monitor", "missing.csv").exit_code == 2


def test_bad_values_are_listed_with_line_and_column_and_the_rest_goes_on(
    run: Run, here: Path, ratings: Path
) -> None:
    text = ratings.read_text(encoding="utf-8").replace(
        "a,3,2026-01-26,client,4.3", "a,3,2026-01-26,client,nine"
    )
    ratings.write_text(text, encoding="utf-8")
    done = run("monitor", ratings, "--csv", "out.csv")
    assert done.exit_code == 1
    assert re.search(r"Error: \S*ratings\.csv:4:5: 'nine' is no number", done.output)
    assert "Look first at a" in words(done)
    assert pl.read_csv("out.csv").filter(pl.col("case") == "a").height == 8


def test_many_problems_are_counted(run: Run, ratings: Path) -> None:
    with ratings.open("a", encoding="utf-8") as stream:
        stream.writelines(f"d,{n},2026-01-05,client,x\n" for n in range(1, 81))
    done = run("monitor", ratings)
    assert done.exit_code == 1
    assert done.output.count("is no number") == 50 and "And 30 more of them." in done.output


def test_names_from_a_file_cannot_run(run: Run, here: Path) -> None:
    rows = [f"=cmd|x,{n},,client,{score}\n" for n, score in enumerate(SCORES["a"], 1)]
    (here / "r.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    done = run("monitor", "r.csv", "--csv", "out.csv", "--episodes", "ep.csv", "--quiet")
    assert done.exit_code == 0
    for name in ("out.csv", "ep.csv"):
        with Path(name).open(encoding="utf-8") as stream:
            assert {row["case"] for row in csv.DictReader(stream)} == {"'=cmd|x"}


def test_how_often_the_rule_is_wrong(run: Run, ratings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reattune.alliance import trial

    few = trial.trial
    monkeypatch.setattr(
        trial, "trial", lambda rules, measure, sessions: few(rules, measure, sessions, clients=60)
    )
    done = run("monitor", ratings, "--power", "--rule", "xmr-baseline, fixed-drop")
    assert done.exit_code == 0, done.output
    text = words(done)
    assert (
        "7 sessions each" in text
        and "xmr-baseline false alarms" in text
        and "fixed-drop false alarms" in text
    )
    assert "Look first" not in text
    assert run("monitor", ratings, "--power", "--rule", "xrm").exit_code == 2


def test_the_examples(run: Run) -> None:
    done = run("monitor", ROOT / "examples/ratings/caseload-wide.csv")
    assert done.exit_code == 0
    assert "WAI-SR, WAI-SRT" in done.output and "12 cases" in done.output
    redcap = [ROOT / f"examples/ratings/redcap-{name}" for name in ("export.csv", "mapping.toml")]
    assert run("monitor", redcap[0], "--mapping", redcap[1], "--quiet").exit_code == 0
    assert run("monitor", ROOT / "examples/ratings/with-problems.csv", "--quiet").exit_code == 1
