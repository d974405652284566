"""The words themselves, counted: a linear reading of a turn's tokens, beside the encoder's.

The encoder learns from a few thousand turns what an exchange does; that "whatever" or "fine" stands on the turn at all it sees
less surely than plain counting does. The two err in different places, and their sum is better than either
(``docs/model-card.md``).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer
from torch import Tensor, nn

from reattune.coders.encoding import encode_turns
from reattune.coders.labels import LABELS, SUMMARY_LABELS
from reattune.coders.training.data import CodedSession

VOCABULARY = 30522
PAIRS = 2**15
"""Buckets for two tokens in a row."""
READ = SUMMARY_LABELS[:5]
"""Labels that are read from the words too: rupture, withdrawal, confrontation, strategy, contribution."""
SHARE = 0.6
"""Weight of this reading in the sum. Chosen once, on the first fold, among .3, .6 and 1; the differences were small."""
_SPREAD = 40503


class Lexical(nn.Module):
    """Sum of weights of the turn's tokens and pairs of tokens and of the tokens of the turn before, over root length."""

    def __init__(self) -> None:
        super().__init__()
        self.here = nn.Embedding(VOCABULARY, len(READ))
        self.pairs = nn.Embedding(PAIRS, len(READ))
        self.before = nn.Embedding(VOCABULARY, len(READ))
        for table in (self.here, self.pairs, self.before):
            nn.init.zeros_(table.weight)
            table.weight.requires_grad_(False)

    def forward(self, ids: Tensor, turns: Tensor, member: Tensor) -> Tensor:
        """(windows, turns, ``READ``), logits. ``member``: (windows, turns, tokens), 1 where the token is of the turn."""
        earlier = torch.cat([ids[:, :1], ids[:, :-1]], dim=1)
        together = torch.cat([turns[:, :1] * 0, (turns[:, 1:] == turns[:, :-1]).to(turns.dtype)], dim=1)
        pairs = self.pairs((earlier * _SPREAD + ids) % PAIRS) * together[..., None]
        scale = member.sum(-1, keepdim=True).clamp(min=1) ** -0.5
        here = (member @ (self.here(ids) + pairs)) * scale
        past = (member @ self.before(ids)) * scale
        shifted = torch.cat([past[:, :1] * 0, past[:, :-1]], dim=1)
        y: Tensor = here + shifted
        return y


class Reader(nn.Module):
    """The encoder's reading plus ``SHARE`` times the words' own. Input and output as the encoder's."""

    def __init__(self, network: nn.Module, lexical: Lexical) -> None:
        super().__init__()
        self.network, self.lexical = network, lexical

    def forward(self, ids: Tensor, turns: Tensor, slots: Tensor) -> Tensor:
        """(windows, turns, labels), logits."""
        y = self.network(ids, turns, slots)
        member = (turns[:, None, :] == slots[None, :, None]).to(y.dtype)
        words = SHARE * self.lexical(ids, turns, member)
        z: Tensor = torch.cat([y[..., : len(READ)] + words, y[..., len(READ) :]], dim=-1)
        return z


def _features(rows: Sequence[Sequence[int]]) -> csr_matrix:
    """One session's turns as counts over root length: tokens, pairs, tokens of the turn before."""
    at: list[tuple[int, int, float]] = []
    for turn, tokens in enumerate(rows):
        weight = len(tokens) ** -0.5
        at += [(turn, token, weight) for token in tokens]
        at += [(turn, VOCABULARY + (a * _SPREAD + b) % PAIRS, weight) for a, b in itertools.pairwise(tokens)]
        at += [(turn + 1, VOCABULARY + PAIRS + token, weight) for token in tokens if turn + 1 < len(rows)]
    i, j, x = zip(*at, strict=True)
    return csr_matrix((x, (i, j)), shape=(len(rows), 2 * VOCABULARY + PAIRS))


def fit_lexical(module: Lexical, sessions: Sequence[CodedSession], tokenizer: Tokenizer) -> None:
    """Logistic regression for each label in ``READ``, rare features held back by their inverse document frequency."""
    x = vstack([_features(encode_turns(tokenizer, s.roles, s.texts)) for s in sessions]).tocsr()
    gold = np.concatenate([s.gold for s in sessions])
    seen = np.asarray((x > 0).sum(0)).ravel()
    rarity = np.where(seen >= 2, np.log((1 + x.shape[0]) / (1 + seen)) + 1, 0.0)
    x = x @ diags(rarity)
    for column, name in enumerate(READ):
        y = gold[:, LABELS.index(name)]
        model = LogisticRegression(C=0.1, max_iter=300, class_weight="balanced").fit(x[y >= 0], y[y >= 0])
        weights = torch.from_numpy((model.coef_[0] * rarity).astype(np.float32))
        module.here.weight[:, column] = weights[:VOCABULARY]
        module.pairs.weight[:, column] = weights[VOCABULARY : VOCABULARY + PAIRS]
        module.before.weight[:, column] = weights[VOCABULARY + PAIRS :]
