"""Fitting the heads alone: the encoder is read once, and what it knows of each turn is kept.

A few thousand real turns are few for a large encoder: where its layers learned from them too, its readings of unseen talks were
no better than with the encoder left as our own sessions had made it, and took an hour instead of minutes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from reattune.coders.training.data import CodedSession
from reattune.coders.training.fit import Settings, label_weights, loss_of, pieces_of
from reattune.coders.training.network import Network
from reattune.coders.windows import batch

VARIANTS = 2
"""Ways in which each session is read: other noise in the words, other cuts into windows."""
TURNS_A_STEP = 128
DROPPED = 0.2
"""Share of what the encoder knows, and of the hidden layer, that is left out at random in each step."""

Features = Mapping[str, Tensor]
"""By session key, (variants, turns, 2 * width)."""


def read_features(
    network: Network, sessions: Sequence[CodedSession], tokenizer: Tokenizer, settings: Settings
) -> dict[str, Tensor]:
    """What the encoder knows of each turn of these sessions, in ``VARIANTS`` ways."""
    network.eval()
    width = network.hidden.in_features
    found = {s.key: torch.zeros(VARIANTS, len(s.texts), width) for s in sessions}
    with torch.inference_mode():
        for variant in range(VARIANTS):
            rng = random.Random(settings.seed * 100 + variant)
            pieces = sorted(pieces_of(sessions, tokenizer, rng, settings.noise), key=lambda p: len(p.window))
            for at in range(0, len(pieces), settings.windows_a_step):
                group = pieces[at : at + settings.windows_a_step]
                rows = batch([p.window for p in group])
                slots = torch.arange(max(len(p.window.tokens) for p in group))
                known = network.features(torch.from_numpy(rows.ids), torch.from_numpy(rows.turns), slots)
                for piece, turns in zip(group, known, strict=True):
                    w = piece.window
                    end = w.first + len(w.tokens)
                    found[piece.session.key][variant, w.fresh : end] = turns[
                        w.fresh - w.first : end - w.first
                    ]
    return found


def fit_heads(
    network: Network,
    features: Features,
    sessions: Sequence[CodedSession],
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
) -> Network:
    """Fit the hidden layer and the heads in place, the encoder left alone; evaluation mode. ``tell`` hears of the last loss."""
    torch.manual_seed(settings.seed)
    weights = label_weights(settings)
    known = torch.cat([features[s.key] for s in sessions], dim=1)
    targets = torch.cat([torch.from_numpy(s.targets) for s in sessions])
    drop = nn.Dropout(DROPPED)
    learned = [*network.hidden.parameters(), *network.heads.parameters()]
    optimizer = torch.optim.AdamW(learned, lr=settings.rate, weight_decay=0.01)
    total = settings.epochs * -(-len(targets) // TURNS_A_STEP)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.02, 1 - step / total))
    loss = torch.zeros(())
    for epoch in range(settings.epochs):
        x = known[epoch % len(known)]
        for some in torch.randperm(len(targets)).split(TURNS_A_STEP):
            logits = network.heads(drop(F.gelu(network.hidden(drop(x[some])))))
            loss = loss_of(logits, targets[some], weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    tell(f"{settings.epochs} epochs of the heads: loss {float(loss.detach()):.4f}")
    network.eval()
    return network
