"""The words that carried a mark, as a report shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reattune.record import Explanation, WeighedTurn, WeighedWords
from reattune.report import to_dict, to_html
from reattune.report.clean import shorten
from reattune.report.weighing import Piece, pieces, weighed
from reattune.ruptures.findings import Findings

from .conftest import hostile_example
from .pages import Page
from .test_terminal import flat, shown

TEXT = "Sure. Whatever you think is best."


def why(turn: int = 7) -> Explanation:
    return Explanation(
        turn,
        "rupture",
        0.84,
        0.21,
        (WeighedWords(6, 14, 1.9), WeighedWords(0, 5, -0.4)),
        (WeighedTurn(6, 0.9), WeighedTurn(2, -0.3)),
    )


@pytest.fixture
def explained(findings: Findings) -> Findings:
    return replace(findings, explanations=(why(),))


def test_words_for_and_against_are_set_apart(explained: Findings) -> None:
    assert pieces(TEXT, why(), 320) == (
        Piece("Sure.", "against"),
        Piece(" "),
        Piece("Whatever", "for"),
        Piece(" you think is best."),
    )
    text = to_html(explained)
    assert '<span class="against">Sure.</span> <strong>Whatever</strong> you think is best.</p>' in text
    said = Page(text).said
    assert (
        "These words weighed most: “Whatever”. With those left out the coder would say 21 in 100 instead of 84 in 100. "
        "These spoke against: “Sure”. Of what was said before, turn 7 speaks for it and turn 3 speaks against it."
    ) in said
    assert "it says what moved the coder, not what moved the client" in said


def test_unasked_nothing_is_shown(findings: Findings) -> None:
    text = to_html(findings)
    assert "weighed" not in Page(text).said
    assert all("explanation" not in turn for turn in to_dict(findings)["turns"])
    assert "weighed" not in shown(findings)


def test_the_page_stays_sound(explained: Findings) -> None:
    assert Page(to_html(explained)).faults == []


def test_hostile_words_stay_words_when_they_are_weighed() -> None:
    findings = hostile_example()
    text = findings.session.turns[1].text
    spans = (WeighedWords(0, len(text), 1.0),)
    page = Page(to_html(replace(findings, explanations=(Explanation(1, "rupture", 0.9, 0.2, spans),))))
    assert page.faults == []
    assert (len(page.all("script")), page.all("img")) == (1, [])


def test_the_terminal_is_short(explained: Findings) -> None:
    assert "→ weighed most: “Whatever”; against: “Sure”" in flat(shown(explained, width=400))


def test_json_carries_places_and_weights(explained: Findings) -> None:
    turn = to_dict(explained)["turns"][7]
    assert turn["explanation"] == {
        "label": "rupture",
        "probability": 0.84,
        "without": 0.21,
        "words": [
            {"start": 6, "end": 14, "text": "Whatever", "weight": 1.9},
            {"start": 0, "end": 5, "text": "Sure.", "weight": -0.4},
        ],
        "earlier": [{"turn": 6, "weight": 0.9}, {"turn": 2, "weight": -0.3}],
    }


def test_where_no_word_stands_out_it_says_so() -> None:
    plain = weighed("Go on.", Explanation(1, "rupture", 0.3, None, (), (WeighedTurn(0, 3.0),)))
    assert plain.sentences == (
        "No single word or phrase of it weighed much.",
        "Of what was said before, turn 1 speaks for it.",
    )
    assert plain.brief == ""


@given(
    st.text(alphabet="ab c.\n", max_size=120),
    st.lists(st.integers(0, 120), min_size=4, max_size=4, unique=True),
    st.integers(10, 60),
)
def test_pieces_together_are_the_quote(text: str, at: list[int], limit: int) -> None:
    a, b, c, d = sorted(min(i, len(text)) for i in at)
    spans = (WeighedWords(c, d, 1.0), WeighedWords(a, b, -1.0))
    found = pieces(text, Explanation(0, "rupture", 0.5, None, spans), limit)
    assert "".join(p.text for p in found) == shorten(text, limit)
