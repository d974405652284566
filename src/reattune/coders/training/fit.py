"""Fitting: the network learns the soft labels of all heads at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from reattune.coders.encoding import encode_turns
from reattune.coders.labels import LABELS, SUMMARY_LABELS
from reattune.coders.training.data import CodedSession
from reattune.coders.training.network import Network
from reattune.coders.training.noise import vary
from reattune.coders.windows import Window, batch, windows


@dataclass(frozen=True)
class Settings:
    """How to fit.

    ``rate``: peak learning rate of the top layer; each layer below learns at ``decay`` of the one above. ``kept``: layers from
    the bottom that learn nothing at all.
    """

    epochs: int = 4
    rate: float = 1e-4
    decay: float = 0.9
    kept: int = 0
    windows_a_step: int = 4
    warmup: float = 0.1
    noise: float = 0.15
    code_weight: float = 0.2
    strained_weight: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Piece:
    """A window and the session that it is of."""

    window: Window
    session: CodedSession


def label_weights(settings: Settings) -> Tensor:
    """Weight of each label in the loss."""
    weights = [1.0 if name in SUMMARY_LABELS else settings.code_weight for name in LABELS]
    weights[LABELS.index("strained")] = settings.strained_weight
    return torch.tensor(weights)


def loss_of(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum over labels of the mean binary cross-entropy over the rated turns. Both are (turns, labels)."""
    rated = targets >= 0
    each = F.binary_cross_entropy_with_logits(logits, targets.clamp(min=0), reduction="none") * rated
    return ((each.sum(0) / rated.sum(0).clamp(min=1)) * weights).sum()


def pieces_of(
    sessions: Sequence[CodedSession], tokenizer: Tokenizer, rng: random.Random, noise: float
) -> list[Piece]:
    """The sessions' windows in random order, words varied with the ``noise``, cut another way each time."""
    pieces = []
    for session in sessions:
        texts = vary(session.texts, rng, noise)
        rows = encode_turns(tokenizer, session.roles, texts)
        # Another cut each time: otherwise the same turns would always stand first, without a past.
        limit, context = rng.choice((384, 448, 512)), rng.choice((48, 96, 128))
        pieces += [Piece(w, session) for w in windows(rows, limit, context)]
    rng.shuffle(pieces)
    return pieces


def _targets(pieces: Sequence[Piece], slots: int) -> Tensor:
    """(windows, slots, labels); context turns and padding are unrated."""
    y = torch.full((len(pieces), slots, len(LABELS)), -1.0)
    for row, piece in enumerate(pieces):
        w = piece.window
        fresh = torch.from_numpy(piece.session.targets[w.fresh : w.first + len(w.tokens)])
        y[row, w.fresh - w.first : len(w.tokens)] = fresh
    return y


def _optimizer(network: Network, settings: Settings) -> torch.optim.Optimizer:
    depth = len(network.layers)

    def scale(name: str) -> float:
        if name.startswith(("hidden", "heads")):
            return 3.0
        if name.startswith("layers."):
            return float(settings.decay ** (depth - 1 - int(name.split(".")[1])))
        return float(settings.decay**depth)

    groups = [
        {
            "params": [p],
            "lr": settings.rate * scale(name),
            "weight_decay": 0.01 if p.dim() > 1 and not name.startswith(("words", "places")) else 0.0,
        }
        for name, p in network.named_parameters()
        if p.requires_grad
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def fit(
    network: Network,
    sessions: Sequence[CodedSession],
    tokenizer: Tokenizer,
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
) -> Network:
    """Fit in place and return the network, in evaluation mode. ``tell`` hears of each epoch's mean loss."""
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    weights = label_weights(settings)
    # The words' own meanings stay too: a few thousand turns cannot improve them, only bend them.
    network.keep_lowest(settings.kept)
    optimizer = _optimizer(network, settings)
    a_step = settings.windows_a_step
    total = settings.epochs * -(-len(pieces_of(sessions, tokenizer, random.Random(0), 0)) // a_step)

    def pace(step: int) -> float:
        done = min(1.0, step / total)
        if done < settings.warmup:
            return (step + 1) / (settings.warmup * total + 1)
        return max(0.02, (1 - done) / (1 - settings.warmup))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    network.train()
    for epoch in range(settings.epochs):
        pieces = pieces_of(sessions, tokenizer, rng, settings.noise)
        losses = []
        # Windows of like length side by side, so that little of a batch is padding.
        order = sorted(range(len(pieces)), key=lambda i: len(pieces[i].window) + rng.random() * 60)
        steps = [order[i : i + a_step] for i in range(0, len(order), a_step)]
        rng.shuffle(steps)
        for step in steps:
            group = [pieces[i] for i in step]
            rows = batch([p.window for p in group])
            slots = max(len(p.window.tokens) for p in group)
            logits = network(torch.from_numpy(rows.ids), torch.from_numpy(rows.turns), torch.arange(slots))
            loss = loss_of(
                logits.reshape(-1, len(LABELS)), _targets(group, slots).reshape(-1, len(LABELS)), weights
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        tell(f"epoch {epoch + 1} of {settings.epochs}: loss {np.mean(losses):.4f}")
    network.eval()
    return network


def predict(
    network: nn.Module, sessions: Sequence[CodedSession], tokenizer: Tokenizer
) -> list[NDArray[np.float32]]:
    """Logits (turns, labels) of each session."""
    found = []
    with torch.inference_mode():
        for session in sessions:
            rows = encode_turns(tokenizer, session.roles, session.texts)
            logits = np.zeros((len(rows), len(LABELS)), dtype=np.float32)
            for window in windows(rows):
                b = batch([window])
                out = network(
                    torch.from_numpy(b.ids), torch.from_numpy(b.turns), torch.arange(len(window.tokens))
                )
                end = window.first + len(window.tokens)
                logits[window.fresh : end] = out[0, window.fresh - window.first :].numpy()
            found.append(logits)
    return found
