"""Words of a case: split here or by the tokenizer, one at a time or all at once, they come out the same."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.formats import read
from reattune.ruptures.threads import words
from reattune.ruptures.threads.words import Texts, index_texts

CASES = Path(__file__).parents[2] / "examples" / "cases"
ODD = (
    "",
    "   ",
    "Café naïve – “quoted”, it’s… fine",
    "[SEP] is no word of ours, nor is [MASK]",
    "a\x00b, c\u200bd",
    "she_said a_b __ --",
    "日本語 and English",
    "e\u0301tude, ÅNGSTRÖM × 2 ÷ 3",
    "x" * 130,
    "£5 or €6? 50% + 3 = no",
    "İstanbul",
    "line\nbreak\tand\rmore",
)


def same(one: Texts, other: Texts) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Texts))


def by_tokenizer(texts: list[str]) -> Texts:
    """The full way: every text through the tokenizer, one after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_splits_here", lambda text, special: False)
        return index_texts(texts)


def test_a_case_comes_out_as_the_tokenizer_splits_it():
    texts = [
        t.text
        for p in sorted((CASES / "your-friend" / "sessions").iterdir())
        for s in read(p)
        for t in s.turns
    ]
    assert same(index_texts(texts), by_tokenizer(texts))


def test_odd_texts_come_out_as_the_tokenizer_splits_them():
    assert same(index_texts(list(ODD)), by_tokenizer(list(ODD)))
    for one in ODD:
        assert same(
            index_texts([one, "a plain text beside it"]), by_tokenizer([one, "a plain text beside it"])
        )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="aAbé’–_ -.[SEP]ß×\t\n中e\u0301", max_size=30), max_size=4))
def test_any_text_comes_out_as_the_tokenizer_splits_it(texts):
    assert same(index_texts(texts), by_tokenizer(texts))


def test_means_are_those_of_a_plain_loop():
    texts = index_texts(["My mother laughed at my poem.", "", "You laughed at the poem as well, and at me."])
    for i in range(len(texts)):
        total = sum(
            (texts.weights[w] * texts.vectors[w] for w in texts.of(i)), np.zeros(texts.vectors.shape[1])
        )
        size = np.linalg.norm(total)
        assert np.allclose(texts.means[i], total / size if size else total, atol=1e-5)
