"""What each source is worth, on corpora small enough for a test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reattune.coders.human import TranscriptCodes
from reattune.coders.labels import LABELS
from reattune.coders.training.data import CodedSession, label_turns

KINDS = (
    ("how was the week", "it was long and good", []),
    ("you must stop it", "whatever then", [("lectures", 0), ("minimal_response", 1)]),
    ("you must stop it", "nonsense, no", [("lectures", 0), ("defends_self", 1)]),
    ("sorry, my fault", "thank you", [("acknowledges_contribution", 0)]),
)
"""What the two say, and the codes on either turn: the words alone tell them."""


def made(source: str, seed: int, sessions: int) -> list[CodedSession]:
    """Talks of six exchanges, each of one of the kinds."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(sessions):
        roles, texts, codes = [], [], TranscriptCodes()
        for kind in rng.choice(4, size=6, p=(0.4, 0.2, 0.2, 0.2)):
            for code, at in KINDS[kind][2]:
                codes.turns.setdefault(len(roles) + at, []).append((code, 1 if at else None))
            roles += ["therapist", "client"]
            texts += KINDS[kind][:2]
        y = label_turns(roles, codes)
        found.append(CodedSession(f"{source}/{n}", f"{source}/{n}", roles, texts, y, y, codes))
    return found


@pytest.fixture(scope="module")
def corpora():
    from learning import Corpora

    return Corpora(
        made("annomi", 1, 12),
        made("mibot", 2, 5),
        made("written", 3, 8),
        made("written/3", 4, 6),
        made("written/33", 5, 4),
    )


def test_a_smaller_share_is_part_of_a_larger_one(corpora):
    from learning import Mix

    quarter, half = ({s.key for s in corpora.ours(Mix(share, share))} for share in (0.25, 0.5))
    assert quarter < half
    assert (len(quarter), len(half)) == (2 + 2, 4 + 3)


def test_no_session_is_read_by_what_learned_from_it(corpora):
    from learning import MIXES, read_mix

    fold = [i % 5 for i in range(len(corpora.annomi))]

    def reading(ours, real, held):
        learned = {s.key for s in (*ours, *real)}
        assert not learned & {s.key for s in held}
        assert not learned & {s.key for s in corpora.apart}
        return [np.zeros((len(s.texts), len(LABELS))) for s in held]

    for name, mix in MIXES.items():
        found = read_mix(corpora, mix, fold, reading)
        assert all(len(x) == len(s.texts) for x, s in zip(found["annomi"], corpora.annomi, strict=True)), name
        assert bool(found["chat"]) is not mix.mibot


def test_the_plain_reading_learns_and_the_table_is_drawn(corpora):
    from learning import measure, render, words

    rows = measure(corpora, words, ["AnnoMI alone", "our first sessions alone"], lambda _: None)
    assert rows["AnnoMI alone"]["annomi"]["rupture"] > 0.95
    assert "gain" not in rows["AnnoMI alone"]
    assert rows["our first sessions alone"]["gain"] == pytest.approx(0, abs=0.05)
    text = render({"words": {"date": "2026-01-01", "rows": rows}})
    assert "not the shipped network" in text
    assert "| our first sessions alone | 8 |" in text


def test_the_network_can_take_the_place_of_the_words(corpora):
    pytest.importorskip(
        "torch", reason="the train extra (torch) is not installed: make setup EXTRAS=dev,train"
    )
    from learning import Mix, network, read_mix
    from reattune.coders.embedded import EmbeddedCoder
    from reattune.coders.training.fit import Settings
    from reattune.coders.training.network import Network, Shape

    tokenizer = EmbeddedCoder()._tokenizer
    tiny = Shape(width=24, layers=1, heads=2, inner=32)
    once = Settings(epochs=1, rate=1e-3, noise=0.0)
    reading = network(lambda: Network(len(LABELS), tiny), tokenizer, once, replace(once, seed=1))
    found = read_mix(corpora, Mix(0.25, 0.25), [i % 2 for i in range(len(corpora.annomi))], reading)
    for source, sessions in (("annomi", corpora.annomi), ("chat", corpora.mibot), ("written", corpora.apart)):
        assert [x.shape for x in found[source]] == [(len(s.texts), len(LABELS)) for s in sessions]
        assert all(np.isfinite(x).all() for x in found[source])
