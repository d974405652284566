"""The whole way from coded transcripts to the two shipped models: ``make model``.

1. *Base*: fine-tune the encoder on our own written sessions.
2. *Folds*: five times, tune the base further on four fifths of AnnoMI, add the words' own reading, and predict the rest. These
   predictions out of fold give calibration, thresholds and every figure that the model reports of itself.
3. *Final*: the same on all of AnnoMI and MIBot; write the ONNX file with its card.

``accurate`` begins from the lower half of MPNet, ``fast`` from MiniLM. Each stage is kept in the working folder and not done
again when it is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from reattune.coders.card import ModelCard
from reattune.coders.labels import LABELS
from reattune.coders.training.calibrate import Floats
from reattune.coders.training.data import CodedSession, annomi, mibot, written
from reattune.coders.training.encoder import minilm_folder, mpnet_folder
from reattune.coders.training.export import export
from reattune.coders.training.figures import load_predictions, make_card, save_predictions
from reattune.coders.training.fit import Settings, fit, predict
from reattune.coders.training.folds import assign_folds
from reattune.coders.training.heads import Features, fit_heads, read_features
from reattune.coders.training.lexical import Lexical, Reader, fit_lexical
from reattune.coders.training.network import MPNET, Network, Shape, load_bert, load_mpnet

FOLDS = 5
HELD_BACK = "written/3300"
"""Written sessions from this key on are kept apart, to be read by the finished model only."""
_ROLE_WORDS = {1: "therapist", 2: "client", 3: "someone"}

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """What one of the shipped models is made from.

    Attributes:
        name, version: as its card says.
        file: in the folder of models; the predictions out of fold are kept under the same stem.
        shape: of the network.
        load: puts the encoder's weights (a file) into it.
        folder: where these weights are, given the working folder.
        base, further: how to fit on our own sessions, and then on the real ones.
    """

    name: str
    version: str
    file: str
    shape: Shape
    load: Callable[[Network, Path], None]
    folder: Callable[[Path], Path]
    base: Settings
    further: Settings


RECIPES = {
    "accurate": Recipe(
        "mpnet-words",
        "1",
        "accurate.onnx",
        MPNET,
        load_mpnet,
        mpnet_folder,
        # A large encoder and few sessions: only its upper half learns from ours, only the heads from the real ones.
        base=Settings(epochs=2, rate=1.5e-4, kept=3),
        further=Settings(epochs=40, rate=3e-4, kept=MPNET.layers),
    ),
    "fast": Recipe(
        "minilm-words",
        "1",
        "fast.onnx",
        Shape(),
        load_bert,
        lambda _: minilm_folder(),
        base=Settings(epochs=3, rate=1.5e-4),
        further=Settings(epochs=2, rate=1e-4),
    ),
}


class Build:
    """One build.

    Args:
        shared: folder with ``data/`` and ``rupture-codings/``.
        data: folder with our own written sessions.
        work: where the stages are kept, a folder for each recipe.
        recipe: a key of ``RECIPES``.
    """

    def __init__(self, shared: Path, data: Path, work: Path, recipe: str, tell: Tell) -> None:
        self.recipe = RECIPES[recipe]
        self.work, self.tell = work / recipe, tell
        self.work.mkdir(parents=True, exist_ok=True)
        self.weights = self.recipe.folder(work) / "model.safetensors"
        self.words = minilm_folder() / "tokenizer.json"
        self.tokenizer = Tokenizer.from_file(str(self.words))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._known: dict[str, Tensor] = {}
        self.annomi, self.mibot = annomi(shared), mibot(shared)
        ours = written(data)
        self.written = [s for s in ours if s.key < HELD_BACK]
        self.held_back = [s for s in ours if s.key >= HELD_BACK]

    def start(self) -> Network:
        """The encoder as it comes, with heads that as yet say "rare" of everything."""
        torch.manual_seed(0)
        network = Network(len(LABELS), self.recipe.shape)
        self.recipe.load(network, self.weights)
        with torch.no_grad():
            for place, word in _ROLE_WORDS.items():
                network.words.weight[place] = network.words.weight[self.tokenizer.token_to_id(word)]
            network.heads.bias.fill_(-2.5)
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

        def tell(text: str) -> None:
            self.tell(f"{name}: {text}")

        if settings.kept == len(network.layers):
            fit_heads(network, self.known(network, sessions, settings), sessions, settings, tell)
        else:
            fit(network, sessions, self.tokenizer, settings, tell)
        part = kept.with_suffix(".part")
        torch.save(network.state_dict(), part)
        part.replace(kept)
        return network

    def known(self, network: Network, sessions: Sequence[CodedSession], settings: Settings) -> Features:
        """What the encoder knows of these sessions; each is read once, for all folds have the same encoder."""
        new = [s for s in sessions if s.key not in self._known]
        self._known |= read_features(network, new, self.tokenizer, settings)
        return self._known

    def with_words(self, network: Network, sessions: Sequence[CodedSession]) -> Reader:
        """The network and a count of the words of these sessions and of our own."""
        lexical = Lexical()
        fit_lexical(lexical, [*sessions, *self.written], self.tokenizer)
        reader = Reader(network, lexical)
        reader.eval()
        return reader

    def out_of_fold(self) -> tuple[list[Floats], list[Floats]]:
        """Logits of each session by a network that has not seen it; MIBot's chats are dealt out among the folds' networks."""
        fold = assign_folds(self.annomi, FOLDS)
        logits: list[Floats] = [np.empty(0)] * len(self.annomi)
        chats: list[Floats] = [np.empty(0)] * len(self.mibot)
        for k in range(FOLDS):
            learn = [s for s, f in zip(self.annomi, fold, strict=True) if f != k]
            held = [i for i, f in enumerate(fold) if f == k]
            reader = self.with_words(self.fitted(f"fold{k}", learn, self.recipe.further, "base"), learn)
            for i, found in zip(held, self.read(reader, [self.annomi[i] for i in held]), strict=True):
                logits[i] = found
            chats[k::FOLDS] = self.read(reader, self.mibot[k::FOLDS])
            self.tell(f"fold{k}: predicted")
        return logits, chats

    def read(self, reader: Reader, sessions: Sequence[CodedSession]) -> list[Floats]:
        """Logits of each session."""
        return [x.astype(np.float64) for x in predict(reader, sessions, self.tokenizer)]

    def run(self, models: Path, predictions: Path) -> ModelCard:
        """Build all; write the model and the predictions out of fold into these folders. Returns the card."""
        self.fitted("base", self.written, self.recipe.base, None)
        logits, chat = self.out_of_fold()
        real = [*self.annomi, *self.mibot]
        final = self.with_words(self.fitted("final", real, self.recipe.further, "base"), real)
        own = self.read(final, self.held_back)
        kept = predictions / f"out_of_fold_{Path(self.recipe.file).stem}.npz"
        save_predictions(kept, [*real, *self.held_back], [*logits, *chat, *own])
        card = make_card(
            self.recipe.name, self.recipe.version, self.annomi, load_predictions(kept, self.annomi)
        )
        for name, value in sorted(card.metrics.items()):
            self.tell(f"{name} {value:.3f}")
        export(final, card, models / self.recipe.file)
        shutil.copyfile(self.words, models / "tokenizer.json")
        return card
