"""The whole way from coded transcripts to the shipped model: ``make model``.

1. *Base*: fine-tune the encoder on our own written sessions.
2. *Folds*: five times, tune the base further on four fifths of AnnoMI, add the words' own reading, and predict the rest. These
   predictions out of fold give calibration, thresholds and every figure that the model reports of itself.
3. *Final*: the same on all of AnnoMI and MIBot; write the ONNX file with its card.

Each stage is kept in the working folder and not done again when it is there. About an hour and a half on two cores.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from reattune.coders.card import ModelCard
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import Floats
from reattune.coders.training.data import CodedSession, annomi, mibot, written
from reattune.coders.training.encoder import encoder_folder
from reattune.coders.training.export import export
from reattune.coders.training.figures import load_predictions, make_card, save_predictions
from reattune.coders.training.fit import Settings, fit, predict
from reattune.coders.training.folds import assign_folds
from reattune.coders.training.lexical import Lexical, Reader, fit_lexical
from reattune.coders.training.network import Network, load_bert

NAME, VERSION = "minilm-words", "1"
BASE = Settings(epochs=3, rate=1.5e-4)
FURTHER = Settings(epochs=2, rate=1e-4)
FOLDS = 5
HELD_BACK = "written/3300"
"""Written sessions from this key on are kept apart, to be read by the finished model only."""
_ROLE_WORDS = {1: "therapist", 2: "client", 3: "someone"}

Tell = Callable[[str], None]


class Build:
    """One build.

    Args:
        shared: folder with ``data/`` and ``rupture-codings/``.
        data: folder with our own written sessions.
        work: where the stages are kept.
    """

    def __init__(self, shared: Path, data: Path, work: Path, tell: Tell) -> None:
        self.work, self.tell = work, tell
        work.mkdir(parents=True, exist_ok=True)
        self.base_folder = encoder_folder()
        self.tokenizer = Tokenizer.from_file(str(self.base_folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.annomi, self.mibot = annomi(shared), mibot(shared)
        ours = written(data)
        self.written = [s for s in ours if s.key < HELD_BACK]
        self.held_back = [s for s in ours if s.key >= HELD_BACK]

    def start(self) -> Network:
        """The encoder as it comes, with heads that as yet say "rare" of everything."""
        torch.manual_seed(0)
        network = Network(len(LABELS))
        load_bert(network, self.base_folder / "model.safetensors")
        with torch.no_grad():
            for place, word in _ROLE_WORDS.items():
                network.words.weight[place] = network.words.weight[self.tokenizer.token_to_id(word)]
            network.heads.bias.fill_(-2.5)
        # The words' own meanings stay: a few thousand turns cannot improve them, only bend them.
        network.words.weight.requires_grad_(False)
        network.places.weight.requires_grad_(False)
        return network

    def fitted(
        self, name: str, sessions: Sequence[CodedSession], settings: Settings, further_from: str | None
    ) -> Network:
        """The network of this stage, from the working folder or fitted now."""
        network, kept = self.start(), self.work / f"{name}.pt"
        if kept.is_file():
            network.load_state_dict(torch.load(kept))
            network.eval()
            return network
        if further_from:
            network.load_state_dict(torch.load(self.work / f"{further_from}.pt"))
        fit(network, sessions, self.tokenizer, settings, lambda text: self.tell(f"{name}: {text}"))
        part = kept.with_suffix(".part")
        torch.save(network.state_dict(), part)
        part.replace(kept)
        return network

    def with_words(self, network: Network, sessions: Sequence[CodedSession]) -> Reader:
        """The network and a count of the words of these sessions and of our own."""
        lexical = Lexical()
        fit_lexical(lexical, [*sessions, *self.written], self.tokenizer)
        reader = Reader(network, lexical)
        reader.eval()
        return reader

    def out_of_fold(self) -> tuple[list[Floats], list[Floats]]:
        """Logits of each AnnoMI session by a network that has not seen it, and of each MIBot session as the mean of all."""
        fold = assign_folds(self.annomi, FOLDS)
        logits: list[Floats] = [np.empty(0)] * len(self.annomi)
        chats: list[list[Floats]] = []
        for k in range(FOLDS):
            learn = [s for s, f in zip(self.annomi, fold, strict=True) if f != k]
            held = [i for i, f in enumerate(fold) if f == k]
            reader = self.with_words(self.fitted(f"fold{k}", learn, FURTHER, "base"), learn)
            for i, found in zip(held, self.read(reader, [self.annomi[i] for i in held]), strict=True):
                logits[i] = found
            chats.append(self.read(reader, self.mibot))
            self.tell(f"fold{k}: predicted")
        return logits, [np.mean(x, axis=0) for x in zip(*chats, strict=True)]

    def read(self, reader: Reader, sessions: Sequence[CodedSession]) -> list[Floats]:
        """Logits of each session."""
        return [x.astype(np.float64) for x in predict(reader, sessions, self.tokenizer)]

    def run(self, model: Path, predictions: Path) -> ModelCard:
        """Build all; write the model's folder and the predictions out of fold. Returns the card."""
        self.fitted("base", self.written, BASE, None)
        logits, chat = self.out_of_fold()
        real = [*self.annomi, *self.mibot]
        final = self.with_words(self.fitted("final", real, FURTHER, "base"), real)
        own = self.read(final, self.held_back)
        save_predictions(predictions, [*real, *self.held_back], [*logits, *chat, *own])
        card = make_card(NAME, VERSION, self.annomi, load_predictions(predictions, self.annomi))
        for name, value in sorted(card.metrics.items()):
            self.tell(f"{name} {value:.3f}")
        export(final, card, model / "model.onnx")
        shutil.copyfile(self.base_folder / "tokenizer.json", model / "tokenizer.json")
        return card
