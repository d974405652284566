"""The coder that ships in the package, in two sizes: a transformer as an ONNX file, run by onnxruntime, without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from reattune.coders.card import METADATA_KEY, ModelCard
from reattune.coders.encoding import encode_turns
from reattune.coders.labels import LABELS
from reattune.coders.verdicts import turn_coding
from reattune.coders.windows import WINDOW_TOKENS, Window, batch, windows
from reattune.errors import ModelError, SettingError
from reattune.record import CoderId, Coding, Session, Turn

# onnxruntime reports to its makers by default, from the moment it is imported. Nothing leaves this machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

Floats = NDArray[np.float64]

THREADS = 2
"""Threads of the run time: a session is short, and a clinic's machine has other work to do."""
BATCH_TOKENS = 1024
"""Tokens (with padding) that go through the network at once, at most."""


def shipped_models() -> Path:
    """Folder of the model files in the package."""
    return Path(str(files("reattune.coders") / "models"))


class EmbeddedCoder:
    """Codes with a model file.

    Args:
        name: of the model: ``accurate``, or ``fast``, which is about twice as quick and misses more.
        folder: holds the model's file (``accurate.onnx``, ``fast.onnx``) and ``tokenizer.json``; None for the package's own.

    Raises:
        ModelError: a file is missing or damaged, or made for another scheme.
    """

    def __init__(self, name: str = "accurate", folder: Path | None = None) -> None:
        folder = folder or shipped_models()
        model, words = folder / f"{name}.onnx", folder / "tokenizer.json"
        for path in (model, words):
            if not path.is_file():
                raise ModelError(
                    "the coder's model file is missing",
                    mend="Reinstall reattune, or build the model with `make model`.",
                    path=path,
                )
        options = ort.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The weights are stored in eight bits and used in 32: turn them back once, at load.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        try:
            self._run = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(words))
        except Exception as error:  # onnxruntime and tokenizers raise types of their own that share no base
            raise ModelError(
                "the coder's model file cannot be read",
                mend="It may be damaged: reinstall reattune, or rebuild it with `make model`.",
                path=model,
            ) from error
        metadata = self._run.get_modelmeta().custom_metadata_map
        self.card = ModelCard.load(metadata.get(METADATA_KEY), str(model))
        width = self._run.get_outputs()[0].shape[-1]
        if width != len(self.card.labels):
            raise ModelError(
                f"the model's card names {len(self.card.labels)} labels, its network gives {width}",
                mend="Reinstall reattune, or rebuild the model with `make model`.",
                path=model,
            )
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @property
    def id(self) -> CoderId:
        """Name and version of the model."""
        return CoderId("embedded", self.card.name, self.card.version)

    def code(self, session: Session) -> Coding:
        """Code a session, each turn from what was said up to it."""
        return next(iter(self.code_all([session])))

    def code_all(self, sessions: Sequence[Session]) -> Iterator[Coding]:
        """Code many sessions; windows of several sessions share a pass through the network."""
        for group in _groups(sessions):
            rows = [self._encode(s.turns) for s in group]
            for session, logits in zip(group, self.logits(rows), strict=True):
                yield self._coding(session, logits)

    def logits(self, sessions: Sequence[Sequence[Sequence[int]]]) -> list[Floats]:
        """The network's bare outputs, (turns, labels) a session, from token rows as ``encode_turns`` gives them."""
        found = [np.zeros((len(rows), len(LABELS))) for rows in sessions]
        for i, w, y in self._outputs([(i, w) for i, rows in enumerate(sessions) for w in windows(rows)]):
            found[i][w.fresh : w.first + len(w.tokens)] = y[w.fresh - w.first :]
        return found

    def reread(self, session: Session, turn: int, changes: Sequence[Mapping[int, str]]) -> Floats:
        """Probabilities of one turn, read again with other words in it or before it.

        The window stays the one in which the turn was read, so that nothing differs but the words; a change of a turn that lies
        before the window changes nothing.

        Args:
            turn: index of the turn.
            changes: for each reading, the new words of some turns up to this one; an empty mapping leaves all as it was said.

        Returns:
            (changes, labels), 0-1, in the order of ``LABELS``.

        Raises:
            SettingError: the new words do not fit into the window. Words left out always do.
        """
        said = session.turns[: turn + 1]
        *_, last = windows(self._encode(said))
        pieces: list[tuple[int, Window]] = []
        places: dict[Window, int] = {}
        for change in changes:
            tokens = list(last.tokens)
            changed = [replace(said[i], text=text) for i, text in change.items() if i >= last.first]
            for one, row in zip(changed, self._encode(changed), strict=True):
                tokens[one.index - last.first] = tuple(row)
            window = Window(last.first, last.fresh, tuple(tokens))
            if len(window) > WINDOW_TOKENS:
                raise SettingError(
                    f"the changed words of turn {turn + 1} do not fit beside what was said before",
                    mend="Leave words out, or change fewer.",
                )
            pieces.append((places.setdefault(window, len(places)), window))
        logits = np.zeros((len(places), len(LABELS)))
        for i, _, y in self._outputs(list(dict(pieces).items())):
            logits[i] = y[turn - last.first]
        return self._probability(logits)[[i for i, _ in pieces]]

    def _encode(self, turns: Sequence[Turn]) -> list[list[int]]:
        return encode_turns(self._tokenizer, [str(t.role) for t in turns], [t.text for t in turns])

    def _outputs(self, pieces: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Window, Floats]]:
        """Each window, with the number that it came with, and its turns' logits, (turns, labels)."""
        for group in _batches(sorted(pieces, key=lambda piece: len(piece[1]))):
            rows = batch([w for _, w in group])
            slots = np.arange(max(len(w.tokens) for _, w in group), dtype=np.int64)
            (out,) = self._run.run(None, {"ids": rows.ids, "turns": rows.turns, "slots": slots})
            for (i, w), y in zip(group, out, strict=True):
                yield i, w, y[: len(w.tokens)]

    def _probability(self, logits: Floats) -> Floats:
        """Calibrated, (turns, labels)."""
        return np.stack([self.card.calibration[name](logits[:, j]) for j, name in enumerate(LABELS)], axis=-1)

    def _coding(self, session: Session, logits: Floats) -> Coding:
        probability = self._probability(logits)
        turns = tuple(
            turn_coding(turn, probability[turn.index], self.card.decisions) for turn in session.turns
        )
        settings = {f"threshold_{name}": d.threshold for name, d in self.card.decisions.items()}
        return Coding(self.id, turns, None, settings | self.card.metrics)


def _groups(sessions: Sequence[Session], turns: int = 2000) -> Iterator[list[Session]]:
    """Sessions side by side, about ``turns`` turns at a time, so that memory stays small."""
    group: list[Session] = []
    size = 0
    for session in sessions:
        if group and size + len(session) > turns:
            yield group
            group, size = [], 0
        group.append(session)
        size += len(session)
    if group:
        yield group


def _batches(pieces: Sequence[tuple[int, Window]]) -> Iterator[list[tuple[int, Window]]]:
    """Windows, shortest first, as many at once as ``BATCH_TOKENS`` allows."""
    group: list[tuple[int, Window]] = []
    for piece in pieces:
        if group and (len(group) + 1) * len(piece[1]) > BATCH_TOKENS:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group
