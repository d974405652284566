"""The terminal: calm, whole, and with what speaks against."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from reattune.alliance.instruments import load_instrument
from reattune.alliance.power import operating_characteristics
from reattune.alliance.ratings import read_ratings
from reattune.alliance.rules import load_rule
from reattune.alliance.simulate import Drop
from reattune.monitoring import Monitoring, monitor
from reattune.report.ratings.power import drop_in_words, power_to_terminal
from reattune.report.ratings.terminal import to_terminal

from .caseload import hostile, quiet, ratings, watched

NEVER = re.compile(
    r"\b(fail\w*|deteriorat\w*|alarm(ing)?!|resistan\w*|non-complian\w*|bad|poor|worse|risk)\b|!", re.I
)


def shown(made: Monitoring, *, full: bool = False, width: int = 200) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, markup=False, emoji=False).print(
        to_terminal(made, full=full)
    )
    return " ".join(stream.getvalue().split())


def test_it_begins_with_what_to_look_at_first() -> None:
    text = shown(watched())
    assert text.startswith("WAI-SR 6 cases, ")
    assert "Look first at open: the client's WAI-SR went from about 4." in text
    assert "not back by session 9" in text
    assert "1 not back yet, 1 too early to tell, 2 back within 3 sessions, 1 back later." in text


def test_each_flag_has_its_false_alarms_and_its_counter_evidence() -> None:
    text = shown(watched())
    assert re.search(
        r"new WAI-SR · client · too early to tell · chance of a drop \d+ in 100 · false alarms [\d.]+ in 100",
        text,
    )
    assert "It rests on one rating, and one rating alone is barely dependable." in text
    assert re.search(r"5:4.50 6:2.90\* 7:3.30\*? 8:3.10\*? 9:3.20", text)
    assert "The therapist's own ratings stayed about where they were: it may not have been noticed" in text
    assert "How far measurement error alone moves its scores is not known here" in text


def test_drops_that_are_back_take_a_line_each() -> None:
    text = shown(watched())
    assert re.search(r"Back again case .* gone WAI-SR client 6 4\.\d+ → 2\.80 session 10 \d+ in 100", text)
    assert "5:" not in text.split("Back again")[1].split("other case")[0]
    full = shown(watched(), full=True)
    assert "6:2.80* 7:– 8:– 9:3.90" in full and "Right after it, the next 2 sessions have no rating." in full
    assert "The next session came after 21 days; 7 had been usual." in full


def test_clients_without_a_flag_are_counted_and_no_more() -> None:
    text = shown(watched())
    assert "2 other cases have no flag; that does not mean that all is well there." in text
    assert "steady" not in text and "ceiling" not in text


def test_nothing_found_is_no_proof() -> None:
    text = shown(quiet())
    assert "No drop flagged" in text and "no proof that all is well" in text
    assert "A constant maximum says least of all." in text


def test_a_drop_from_the_ceiling() -> None:
    made = monitor(ratings({"a": {"client": [5.0, 5.0, 5.0, 5.0, 3.5]}}))
    text = shown(made)
    assert "a constant maximum does not mean that all was well" in text


@pytest.mark.parametrize("made", [watched(), quiet(), watched(rule="fixed-drop")])
def test_no_word_that_judges(made: Monitoring) -> None:
    text = shown(made, full=True).replace("false alarms", "")
    assert not NEVER.search(text), NEVER.search(text)


def test_names_from_the_file_stay_on_their_line() -> None:
    made = monitor(ratings({"a\n\x1b[31mb": {"client": [4.0, 4.1, 4.0, 4.0, 2.0]}}))
    stream = io.StringIO()
    Console(file=stream, width=100, highlight=False, markup=False).print(to_terminal(made))
    assert "\x1b" not in stream.getvalue() and "a [31mb" in stream.getvalue()
    assert shown(hostile())


def test_many_drops_are_cut_short_with_a_note() -> None:
    many = {f"c{n}": {"client": [4.3, 4.4, 4.3, 4.4, 4.3, 2.4]} for n in range(40)}
    text = shown(monitor(ratings(many)))
    assert "28 more drops: --episodes FILE lists them, --html FILE draws them." in text


def test_operating_characteristics_as_a_table() -> None:
    form = load_instrument("wai-sr")
    drops = (Drop(2, 1), Drop(1.5, 4, gradual=True), Drop(1.5, 0))
    found = operating_characteristics(load_rule("xmr-baseline"), sessions=10, clients=200, drops=drops)
    stream = io.StringIO()
    Console(file=stream, width=140).print(power_to_terminal(form, form.scale(), [found]))
    text = " ".join(stream.getvalue().split())
    assert "10 sessions each, 200 without a change" in text
    assert f"false alarms {found.false_alarms.value:.1f} [" in text
    assert f"2 SD, 1 session {100 * found.found[0].sensitivity.value:.0f}% [" in text
    assert drop_in_words(drops[1]) == "1.5 SD, 4 sessions, slowly back"
    assert drop_in_words(drops[2]) == "1.5 SD, lasting"


def symptoms() -> Monitoring:
    """PHQ-9, on which a high score is the strained end, with an answer that somebody should see today."""
    items = [[1, 1, 0, 1, 0, 1, 0, 0, 0], [1, 0, 0, 1, 0, 1, 0, 0, 0], [1, 1, 0, 1, 0, 1, 1, 0, 0]]
    items += [[2, 3, 2, 3, 2, 3, 2, 1, 1], [2, 3, 2, 3, 2, 2, 2, 1, 0]]
    header = ["case", "session", *(f"phq9_{n}" for n in range(1, 10))]
    lines = [header, *(["A", n, *row] for n, row in enumerate(items, 1))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "phq.csv"
        path.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-8")
        return monitor(read_ratings(path))


def test_a_form_on_which_high_is_the_strained_end() -> None:
    text = shown(symptoms())
    assert "A rise worth asking about" in text and "chance of a rise" in text
    assert "the level had risen" in text and "ratings in a row were higher than before." in text
    assert "drop" not in text.split("Rule:")[0].replace("1 drop: 1 too early", "")


def test_an_answer_to_see_today_comes_before_everything() -> None:
    text = shown(symptoms())
    assert text.index("Answers to look at today") < text.index("A rise worth asking about")
    assert "A, session 4: PHQ-9, item 9, answered 1." in text
    assert "Answers to look at today" not in shown(watched())
    page = symptoms().to_html()
    assert page.index("Answers to look at today") < page.index("A rise worth asking about")
    assert "Answers to look at today" not in shown(symptoms().as_of(3))  # type: ignore[arg-type]
