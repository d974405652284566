"""The network: a small BERT encoder in which a turn's tokens see their own turn and earlier ones, never later ones.

One pass over a window reads all its turns at once, each with its own past as context. That is both what makes leakage from
the future impossible and what makes it quick: a turn is encoded once, not again for every turn that follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that torch's own documentation uses


@dataclass(frozen=True)
class Shape:
    """Size of a BERT encoder."""

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512


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

        heads = F.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask
        )
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

    def forward(self, ids: Tensor, turns: Tensor, slots: Tensor) -> Tensor:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)) + self.segment
        x = self.dropout(self.norm(x))
        # A query token of turn t sees key tokens of turns 0..t; padding (turn -1) is seen by padding alone.
        seen = (turns[:, None, :] <= turns[:, :, None]) & ((turns[:, None, :] >= 0) | (turns[:, :, None] < 0))
        mask = seen[:, None]
        for layer in self.layers:
            x = layer(x, mask)
        member = (turns[:, None, :] == slots[None, :, None]).to(x.dtype)
        mean = member @ x / member.sum(-1, keepdim=True).clamp(min=1)
        first = (member * (member.cumsum(-1) == 1)) @ x  # the role token
        y: Tensor = self.heads(self.dropout(F.gelu(self.hidden(torch.cat([mean, first], -1)))))
        return y


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
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = have[f"embeddings.LayerNorm.{kind}"]
        for i in range(len(network.layers)):
            for ours, theirs in parts.items():
                state[f"layers.{i}.{ours}.{kind}"] = have[f"encoder.layer.{i}.{theirs}.{kind}"]
    network.load_state_dict(state)
