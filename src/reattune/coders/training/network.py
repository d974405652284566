"""The network: a small encoder (BERT's or MPNet's). A turn's tokens see their own turn and earlier ones, never later ones.

One pass over a window reads all its turns at once, each with its own past as context. That is both what makes leakage from
the future impossible and what makes it quick: a turn is encoded once, not again for every turn that follows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that torch's own documentation uses

from reattune.coders.encoding import CLOSING_TOKEN

_MPNET_SHIFT, _MPNET_CLOSING = 4, 2
"""MPNet's word table is BERT's with four rows before it; its closing token is one of the four."""
_MPNET_PLACES = 2
"""Rows before the first place in MPNet's table of places."""
_FARTHEST = 128
"""Distances from here on share MPNet's last bucket."""


@dataclass(frozen=True)
class Shape:
    """Size of an encoder.

    ``distances``: buckets of the distance between two tokens, each with a weight of its own in attention (MPNet; Song et al.,
    2020); 0 for an encoder without (BERT; Devlin et al., 2019).
    """

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    distances: int = 0


MPNET = Shape(width=768, inner=3072, distances=32)
"""The lower six of MPNet's twelve layers."""


class Layer(nn.Module):
    """One transformer layer, normalised after each part as BERT does (Devlin et al., 2019)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.mix = nn.Linear(shape.width, shape.width)
        self.mix_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)
        self.down_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, n, width = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(b, n, self.heads, width // self.heads).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        if mask.dtype is torch.bool:
            heads = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:  # spelt out: with weights by distance the joint operation does not come through the export
            heads = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + mask).softmax(-1) @ v
        mixed = self.mix(heads.transpose(1, 2).reshape(b, n, width))
        x = self.mix_norm(x + self.dropout(mixed))
        y: Tensor = self.down_norm(x + self.dropout(self.down(F.gelu(self.up(x)))))
        return y


class Network(nn.Module):
    """Encoder and heads.

    Input as in ``windows.Batch`` and ``slots``, the turn numbers 0..turns-1; output (windows, turns, labels), logits.
    """

    def __init__(self, labels: int, shape: Shape | None = None, dropout: float = 0.1) -> None:
        super().__init__()
        shape = shape or Shape()
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.places = nn.Embedding(shape.positions, shape.width)
        self.segment = nn.Parameter(torch.zeros(shape.width))
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(2 * shape.width, shape.width)
        self.heads = nn.Linear(shape.width, labels)
        self.kept = 0
        self.distance = nn.Embedding(shape.distances, shape.heads) if shape.distances else None
        steps = torch.arange(1 - shape.positions, shape.positions)
        self.register_buffer("buckets", _buckets(steps, shape.distances or 2), persistent=False)

    def forward(self, ids: Tensor, turns: Tensor, slots: Tensor) -> Tensor:
        return self.read(self.features(ids, turns, slots))

    def read(self, features: Tensor) -> Tensor:
        """Logits from a turn's features."""
        y: Tensor = self.heads(self.dropout(F.gelu(self.hidden(features))))
        return y

    def features(self, ids: Tensor, turns: Tensor, slots: Tensor) -> Tensor:
        """What the encoder knows of each turn, (windows, turns, 2 * width): the mean over its tokens, and its role's token."""
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)) + self.segment
        x = self.norm(x)
        mask = self._mask(turns)
        for i, layer in enumerate(self.layers):
            # No noise below what learns: it could not be answered there.
            x = layer(self.dropout(x) if i == self.kept else x, mask)
        member = (turns[:, None, :] == slots[None, :, None]).to(x.dtype)
        mean = member @ x / member.sum(-1, keepdim=True).clamp(min=1)
        first = (member * (member.cumsum(-1) == 1)) @ x  # the role token
        return torch.cat([mean, first], -1)

    def _mask(self, turns: Tensor) -> Tensor:
        """Who sees whom, (windows, 1, tokens, tokens); or, with distances, weights, (windows, heads, tokens, tokens)."""
        # A query token of turn t sees key tokens of turns 0..t; padding (turn -1) is seen by padding alone.
        seen = (turns[:, None, :] <= turns[:, :, None]) & ((turns[:, None, :] >= 0) | (turns[:, :, None] < 0))
        if self.distance is None:
            return seen[:, None]
        at = torch.arange(turns.shape[1], device=turns.device)
        apart = at[None, :] - at[:, None] + self.places.num_embeddings - 1
        weights: Tensor = self.distance(self.buckets[apart]).permute(2, 0, 1)[None]
        return weights.masked_fill(~seen[:, None], -1e9)

    def keep_lowest(self, kept: int) -> None:
        """From now on the first ``kept`` layers, and all below them, stay as they are; the words' own meanings always do."""
        self.kept = kept
        self.requires_grad_(True)
        below = [self.words, self.places, *self.layers[:kept], *([self.norm] if kept else [])]
        below += [self.distance] if self.distance is not None else []
        for part in below:
            part.requires_grad_(False)
        if kept:
            self.segment.requires_grad_(False)

    def train(self, mode: bool = True) -> Network:
        """As every module; layers that are kept never drop anything out."""
        super().train(mode)
        for layer in self.layers[: self.kept]:
            layer.eval()
        return self


def _buckets(steps: Tensor, count: int) -> Tensor:
    """MPNet's bucket of each distance (key minus query): one each for the nearest, then wider and wider, each side its half."""
    half = count // 2
    exact = half // 2
    far = steps.abs()
    wide = exact + (
        torch.log(far.clamp(min=1) / max(exact, 1)) / math.log(_FARTHEST / max(exact, 1)) * (half - exact)
    ).to(torch.long)
    return torch.where(far < exact, far, wide.clamp(max=half - 1)) + half * (steps > 0)


def load_bert(network: Network, weights: Path) -> None:
    """Put the encoder weights of a BERT checkpoint (safetensors, Hugging Face names) into the network."""
    have = load_file(weights)
    state = network.state_dict()
    state["words.weight"] = have["embeddings.word_embeddings.weight"]
    state["places.weight"] = have["embeddings.position_embeddings.weight"]
    state["segment"] = have["embeddings.token_type_embeddings.weight"][0]
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "mix": "attention.output.dense",
        "mix_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "down_norm": "output.LayerNorm",
    }
    _put_layers(network, state, have, parts)


def load_mpnet(network: Network, weights: Path) -> None:
    """Put the lower layers of an MPNet checkpoint (safetensors, Hugging Face names) into the network, words in BERT's order."""
    have = load_file(weights)
    state = network.state_dict()
    words = have["embeddings.word_embeddings.weight"]
    state["words.weight"] = words[_MPNET_SHIFT : _MPNET_SHIFT + network.words.num_embeddings].clone()
    state["words.weight"][CLOSING_TOKEN] = words[_MPNET_CLOSING]
    state["places.weight"] = have["embeddings.position_embeddings.weight"][_MPNET_PLACES:]
    state["distance.weight"] = have["encoder.relative_attention_bias.weight"]
    parts = {
        "query": "attention.attn.q",
        "key": "attention.attn.k",
        "value": "attention.attn.v",
        "mix": "attention.attn.o",
        "mix_norm": "attention.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "down_norm": "output.LayerNorm",
    }
    _put_layers(network, state, have, parts)


def _put_layers(
    network: Network, state: dict[str, Tensor], have: Mapping[str, Tensor], parts: Mapping[str, str]
) -> None:
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = have[f"embeddings.LayerNorm.{kind}"]
        for i in range(len(network.layers)):
            for ours, theirs in parts.items():
                state[f"layers.{i}.{ours}.{kind}"] = have[f"encoder.layer.{i}.{theirs}.{kind}"]
    network.load_state_dict(state)
