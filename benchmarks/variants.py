"""The same talk, said or written down a little differently: what should leave a coder's reading as it was.

Each way takes one session's texts and a source of chance, and gives as many texts back. They are plain word rules: where one
misreads a sentence ("her" for "him"), the change is an odd sentence, and the figures take it in.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reattune.coders.training.noise import with_fillers, without_punctuation

Way = Callable[[Sequence[str], random.Random], list[str]]

MISHEARD, DROPPED = 0.25, 0.04
"""Share of words with a sound-alike that are misheard, and of short words that are lost, as by a middling recogniser."""

_LISTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "variants.toml").read_text(encoding="utf-8"))


def _groups(name: str) -> list[list[str]]:
    return [group.split() for group in _LISTS[name].split(",")]


NAMES = {gender: tuple(_LISTS[gender].split()) for gender in ("women", "men")}
AMERICAN: dict[str, str] = dict(_groups("spelling"))
BRITISH = {there: here for here, there in AMERICAN.items()}
AMERICAN |= dict(_groups("to_american"))
GENDERED = {a: b for pair in _groups("gendered") for a, b in (pair, pair[::-1])}
GENDERED |= {"him": "her", "his": "her", "hers": "his", "mr": "mrs", "mrs": "mr", "ms": "mr", "miss": "mr"}
SOUND_ALIKES = {
    word: [other for other in group if other != word] for group in _groups("alike") for word in group
}

_AFTER_HER = frozenset(_LISTS["after_her"].split())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HER = re.compile(r"\bher\b(?=(\s+[a-z]+)?)", re.IGNORECASE)


def _like(word: str, model: str) -> str:
    """``word`` with the capitals of ``model``."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def _swap(text: str, pairs: Mapping[str, str]) -> str:
    return _WORD.sub(lambda m: _like(pairs[m[0].lower()], m[0]) if m[0].lower() in pairs else m[0], text)


def lower(texts: Sequence[str], _: random.Random) -> list[str]:
    """No capitals."""
    return [t.lower() for t in texts]


def upper(texts: Sequence[str], _: random.Random) -> list[str]:
    """Capitals only, as old captions have it."""
    return [t.upper() for t in texts]


def unpunctuated(texts: Sequence[str], _: random.Random) -> list[str]:
    """No punctuation but apostrophes, hyphens and brackets."""
    return [without_punctuation(t) for t in texts]


def halting(texts: Sequence[str], rng: random.Random) -> list[str]:
    """Fillers at one word in ten, and one word in thirty said twice."""
    said = [with_fillers(t, rng) for t in texts]
    return [" ".join(f"{w} {w}" if rng.random() < 1 / 30 else w for w in t.split()) for t in said]


def recognised(texts: Sequence[str], rng: random.Random) -> list[str]:
    """As a speech recogniser without punctuation gives it: some words misheard, some short ones lost."""

    def heard(text: str) -> str:
        kept = []
        for word in without_punctuation(text).lower().split():
            if len(word) <= 4 and rng.random() < DROPPED and not word.startswith("["):
                continue
            alike = SOUND_ALIKES.get(word)
            kept.append(rng.choice(alike) if alike and rng.random() < MISHEARD else word)
        return " ".join(kept)

    return [heard(t) for t in texts]


def other_names(texts: Sequence[str], rng: random.Random) -> list[str]:
    """Every known given name replaced, the whole session through, by another of the same gender from another place."""
    pairs: dict[str, str] = {}
    for names in NAMES.values():
        shuffled = list(names)
        rng.shuffle(shuffled)
        pairs |= dict(zip(shuffled, [*shuffled[1:], shuffled[0]], strict=True))
    return [_names(t, pairs) for t in texts]


def other_genders(texts: Sequence[str], rng: random.Random) -> list[str]:
    """He for she and she for he; kin, titles and names with them."""
    women, men = list(NAMES["women"]), list(NAMES["men"])
    rng.shuffle(women)
    rng.shuffle(men)
    pairs = dict(zip(women, men, strict=True)) | dict(zip(men, women, strict=True))
    return [_names(_genders(t), pairs) for t in texts]


def _names(text: str, pairs: Mapping[str, str]) -> str:
    """Names are names only with a capital letter: "will" and "mark" are not."""

    def other(found: re.Match[str]) -> str:
        name, mark, tail = found[0].replace("’", "'").partition("'")
        return pairs[name] + mark + tail if name in pairs else found[0]

    return _WORD.sub(other, text)


def _genders(text: str) -> str:
    def of_her(found: re.Match[str]) -> str:
        after = (found[1] or "").strip()
        return "\0" + _like("his" if after and after not in _AFTER_HER else "him", found[0]) + "\0"

    # What stood for "her" is kept apart, so that the second step does not turn it back.
    parts = _HER.sub(of_her, text).split("\0")
    return "".join(part if i % 2 else _swap(part, GENDERED) for i, part in enumerate(parts))


def american(texts: Sequence[str], _: random.Random) -> list[str]:
    """British spelling made American."""
    return [_swap(t, AMERICAN) for t in texts]


def british(texts: Sequence[str], _: random.Random) -> list[str]:
    """American spelling made British."""
    return [_swap(t, BRITISH) for t in texts]


def addressed(names: Sequence[str]) -> Way:
    """Every third turn begins with one name, the whole session through: few transcripts hold names enough to judge by."""

    def way(texts: Sequence[str], rng: random.Random) -> list[str]:
        name = rng.choice(names)
        return [f"{name}, {t}" if i % 3 == 0 and t else t for i, t in enumerate(texts)]

    return way


_HERE = 19
"""So many names at the head of each list are English ones."""

WAYS: dict[str, Way] = {
    "no capitals": lower,
    "capitals only": upper,
    "no punctuation": unpunctuated,
    "hesitations put in": halting,
    "as misheard by a recogniser": recognised,
    "other names": other_names,
    "other genders": other_genders,
    "addressed by a man's name": addressed(NAMES["men"][:_HERE]),
    "addressed by a name from elsewhere": addressed(NAMES["women"][_HERE:]),
    "American spelling": american,
    "British spelling": british,
}
"""Every way by the name that the tables show."""
AGAINST: dict[str, Way] = dict.fromkeys(
    ("addressed by a man's name", "addressed by a name from elsewhere"), addressed(NAMES["women"][:_HERE])
)
"""Ways held against another way, not against the talk as it was: here an English woman's name in the same places."""


def rewrite(title: str, texts: Sequence[str], seed: str) -> tuple[list[str], list[str]]:
    """The texts before and after, by the way of this name."""
    before = AGAINST[title](texts, random.Random(seed)) if title in AGAINST else list(texts)
    return before, WAYS[title](texts, random.Random(seed))
