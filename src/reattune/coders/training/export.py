"""From the fitted network to the file that ships: ONNX, weights in eight bits, the card inside.

Only the weights are rounded, each column (of the word table: each row) with a scale of its own; what is computed with them
stays in 32 bits. Rounding the activations too would be quicker, but their scale is taken over a whole batch, so that what is
said later would touch, if only slightly, the reading of what was said before.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import nn

from reattune.coders.card import METADATA_KEY, ModelCard

NARROWEST = 32
"""A matrix with a side smaller than this stays as it is."""


def export(network: nn.Module, card: ModelCard, target: Path) -> None:
    """Write ``target`` (about a quarter of the network's size) with its card."""
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        _to_onnx(network, full)
        model = onnx.load(str(full))
    round_weights(model)
    _save(model, card, target)


def put_card(card: ModelCard, target: Path) -> None:
    """Give the model file another card; what it computes stays."""
    _save(onnx.load(str(target)), card, target)


def _save(model: onnx.ModelProto, card: ModelCard, target: Path) -> None:
    del model.metadata_props[:]
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, card.dump()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    onnx.save(model, str(part))
    part.replace(target)


def _to_onnx(network: nn.Module, target: Path) -> None:
    ids = torch.randint(5, 1000, (2, 12))
    turns = torch.tensor([[0] * 4 + [1] * 4 + [2] * 4, [0] * 6 + [1] * 4 + [-1] * 2])
    row, token = torch.export.Dim("windows", max=4096), torch.export.Dim("tokens", max=512)
    slot = torch.export.Dim("slots", max=512)
    program = torch.onnx.export(
        network,
        (ids, turns, torch.arange(3)),
        dynamo=True,
        input_names=["ids", "turns", "slots"],
        output_names=["logits"],
        dynamic_shapes=({0: row, 1: token}, {0: row, 1: token}, {0: slot}),
        verbose=False,
    )
    program.save(str(target))


def round_weights(model: onnx.ModelProto) -> None:
    """Replace each large float matrix by its int8 rounding and the node that scales it back, in place."""
    graph = model.graph
    axes = {name: 0 if node.op_type == "Gather" else 1 for node in graph.node for name in node.input}
    nodes = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 2 or min(values.shape) < NARROWEST:
            continue
        axis = axes.get(weight.name, 1)
        rounded, scale = _round(values, axis)
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(rounded, f"{weight.name}.int8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{weight.name}.scale"))
        nodes.append(
            helper.make_node(
                "DequantizeLinear",
                [f"{weight.name}.int8", f"{weight.name}.scale"],
                [weight.name],
                axis=axis,
            )
        )
    for node in reversed(nodes):
        graph.node.insert(0, node)


def _round(values: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric rounding to -127..127 with one scale for each slice along ``axis``."""
    largest = np.abs(values).max(axis=1 - axis)
    scale = (np.maximum(largest, 1e-12) / 127).astype(np.float32)
    spread = scale[:, None] if axis == 0 else scale[None, :]
    return np.round(values / spread).clip(-127, 127).astype(np.int8), scale
