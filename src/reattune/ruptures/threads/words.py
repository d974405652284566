"""Words as vectors, so that "laughed" meets "a joke" and "mum" meets "mother", without a language model.

The vectors are a table in the package (``words.npz``, made by ``benchmarks/thread_words.py``): one for each piece of the shipped
tokenizer, with how rare it is in talk of this kind. A word of several pieces is their mean. No word is looked at in its context:
that is what makes a case of a hundred sessions quick to search.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from reattune.errors import ModelError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

NEAR = 0.45
"""Cosine from which two words count as kin; what lies above is stretched to 0-1."""
COMMON = 0.35
"""A word of this rarity or less (about one turn in thirty) carries no topic."""
_LETTERS = "0-9A-Za-zÀ-ÖØ-öø-ÿ"
_WORDS = re.compile(rf"[{_LETTERS}]+|[^\s{_LETTERS}]")
_PLAIN = re.compile(rf"[{_LETTERS} \t\n\r!-/:-@\[-`{{-~‘’“”–—…]*")
"""A text of these alone can be split here as the tokenizer splits it: at blanks, each mark a word. Then each word is looked up
once a case and not each time it is said, which is what takes long."""


@dataclass(frozen=True)
class Texts:
    """Many texts as words, ready to be searched.

    Attributes:
        words: index into the vocabulary, text after text, each word once a text; common words are left out.
        starts: where each text's words begin in ``words``; one entry more than there are texts.
        holders, holder_starts: the other way round: word after word, the texts that hold it.
        vectors: one row a word of the vocabulary, unit length; shape (vocabulary, dimensions).
        weights: of each word of the vocabulary: rare in such talk and rare in these texts, 0-1.
        means: one row a text: weighted mean of its words, unit length, or zeros; shape (texts, dimensions).
    """

    words: Ints
    starts: Ints
    holders: Ints
    holder_starts: Ints
    vectors: Floats
    weights: Floats
    means: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, text: int) -> Ints:
        """The words of one text."""
        return self.words[self.starts[text] : self.starts[text + 1]]


def index_texts(texts: Sequence[str]) -> Texts:
    """Split, look up and weigh the words of these texts. Raises ModelError where the table is missing or damaged."""
    table = _table()
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__  # a new word takes the next number
    split: dict[str, list[int]] = {}
    words: list[int] = []
    starts = [0]
    all_plain = _splits_here("\n".join(texts), table.special)
    for text in texts:
        if all_plain or _splits_here(text, table.special):
            seen = dict.fromkeys(_WORDS.findall(text.lower()))
        else:
            found = _split(table.tokenizer, text)
            split.update((word, ids) for word, ids in reversed(found) if word not in known)
            seen = dict.fromkeys(word for word, _ in found)
        words += map(known.__getitem__, seen)
        starts.append(len(words))
    plain = [word for word in known if word not in split]
    encoded = table.tokenizer.encode_batch(plain, add_special_tokens=False)
    split.update(zip(plain, (one.ids for one in encoded), strict=True))
    pieces = [split[word] for word in known]
    return _weigh(table, pieces, np.array(words, dtype=np.int64), np.array(starts, dtype=np.int64))


def _splits_here(text: str, special: Sequence[str]) -> bool:
    return _PLAIN.fullmatch(text) is not None and not any(name in text for name in special)


def _split(tokenizer: Tokenizer, text: str) -> list[tuple[str, list[int]]]:
    """The words of a text with their pieces, as the tokenizer splits it: slow, and right for any script."""
    lower = text.lower()
    encoded = tokenizer.encode(text, add_special_tokens=False)
    spans: dict[int, tuple[int, int, list[int]]] = {}
    for piece, word, (first, last) in zip(encoded.ids, encoded.word_ids, encoded.offsets, strict=True):
        if word is None:
            continue
        begin, _, so_far = spans.get(word, (first, last, []))
        spans[word] = (begin, last, [*so_far, piece])
    return [(lower[first:last], ids) for first, last, ids in spans.values()]


def shared(texts: Texts, queries: Sequence[int]) -> Floats:
    """How much of each text's talk meets the words of these texts: sum over the words of weight times the nearest kin.

    Returns: one number a text, 0 where nothing meets; longer texts count for somewhat less.
    """
    asked, times = np.unique(
        np.concatenate([texts.of(q) for q in queries] or [texts.words[:0]]), return_counts=True
    )
    if not len(asked):
        return np.zeros(len(texts), dtype=np.float32)
    kin = (texts.vectors[asked] @ texts.vectors.T - NEAR) / (1 - NEAR)
    row, word = np.nonzero(kin > 0)  # few words are kin: go by the texts that hold them
    counts = np.diff(texts.holder_starts)[word]
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    holders = texts.holders[np.repeat(texts.holder_starts[word], counts) + steps]
    best = np.zeros((len(asked), len(texts)), dtype=np.float32)
    np.maximum.at(best, (np.repeat(row, counts), holders), np.repeat(kin[row, word], counts))
    score = (times * texts.weights[asked] ** 2) @ best
    lengths = np.diff(texts.starts).astype(np.float32)
    mean = max(1.0, float(lengths.mean()))
    return np.asarray(score / (0.5 + 0.5 * np.sqrt(np.maximum(lengths, 1) / mean)), dtype=np.float32)


def nearness(texts: Texts, queries: Sequence[int]) -> Floats:
    """Largest cosine between the mean of a query's words and that of each text; 0 where one of them has no word."""
    if not len(queries):
        return np.zeros(len(texts), dtype=np.float32)
    return np.asarray((texts.means @ texts.means[list(queries)].T).max(axis=1).clip(0), dtype=np.float32)


@dataclass(frozen=True)
class _Table:
    tokenizer: Tokenizer
    vectors: Floats
    rarity: Floats
    special: tuple[str, ...]
    """What the tokenizer takes for one of its own marks ("[SEP]") where it stands in a text."""


@cache
def _table() -> _Table:
    folder = files("reattune.ruptures.threads")
    tokens = files("reattune.coders") / "models" / "tokenizer.json"
    try:
        with (folder / "words.npz").open("rb") as file, np.load(file) as stored:
            vectors = stored["vectors"].astype(np.float32)
            rarity = stored["rarity"].astype(np.float32) / 255
        tokenizer = Tokenizer.from_str(tokens.read_text("utf-8"))
    except Exception as error:  # numpy, zipfile and tokenizers raise types of their own that share no base
        raise ModelError(
            "the word table for threads is missing or damaged",
            mend="Reinstall reattune.",
            path=str(folder / "words.npz"),
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    special = tuple(mark.content for mark in tokenizer.get_added_tokens_decoder().values())
    return _Table(tokenizer, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), rarity, special)


def _weigh(table: _Table, pieces: list[list[int]], words: Ints, starts: Ints) -> Texts:
    count = len(starts) - 1
    counts = np.array([len(ids) for ids in pieces], dtype=np.int64)
    flat = np.array([piece for ids in pieces for piece in ids], dtype=np.int64)
    vectors = _sums(table.vectors, flat, counts)
    vectors /= np.maximum(counts, 1)[:, None]
    rarity = _greatest(table.rarity[flat], counts)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    holding = np.bincount(words, minlength=len(pieces))
    here = np.log((count + 1) / np.maximum(holding, 1)) / np.log(count + 2)
    weights = np.where(rarity > COMMON, rarity * here, 0).astype(np.float32)
    keep = weights[words] > 0
    text_of = np.repeat(np.arange(count), np.diff(starts))[keep]
    kept = words[keep]
    sums = _sums((vectors * weights[:, None]).astype(np.float32), kept, np.bincount(text_of, minlength=count))
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(text_of, minlength=count))]).astype(np.int64)
    holders = text_of[np.argsort(kept, kind="stable")]
    holder_starts = np.concatenate([[0], np.cumsum(np.bincount(kept, minlength=len(pieces)))]).astype(
        np.int64
    )
    return Texts(kept, bounds, holders, holder_starts, vectors, weights, means)


def _sums(rows: Floats, chosen: Ints, counts: Ints) -> Floats:
    """Sums of chosen rows, the first ``counts[0]`` of them first, and so on; zeros where the count is 0."""
    found = np.zeros((len(counts), rows.shape[1]), dtype=np.float32)
    order = np.argsort(-counts, kind="stable")
    begins = (np.cumsum(counts) - counts)[order]
    longer = np.searchsorted(-counts[order], -np.arange(counts.max(initial=0)))
    for k, many in enumerate(longer):  # the longest first: those with more than k rows stand in front
        found[:many] += rows[chosen[begins[:many] + k]]
    summed = np.empty_like(found)
    summed[order] = found
    return summed


def _greatest(values: Floats, counts: Ints) -> Floats:
    """The greatest of each run of values; 0 where the count is 0."""
    found = np.zeros(len(counts), dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        found[filled] = np.maximum.reduceat(values, np.cumsum(counts)[filled] - counts[filled])
    return found
