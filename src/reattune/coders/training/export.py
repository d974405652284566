"""From the fitted network to the file that ships: ONNX, eight-bit weights, the card inside."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from reattune.coders.card import METADATA_KEY, ModelCard
from reattune.coders.training.network import Network


def export(network: Network, card: ModelCard, target: Path) -> None:
    """Write ``target`` (ONNX, weights as int8, about a quarter of the network's size) with its card."""
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        full, ready, small = (Path(folder) / f"{name}.onnx" for name in ("full", "ready", "small"))
        _to_onnx(network, full)
        quant_pre_process(str(full), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(small),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )
        model = onnx.load(str(small))
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, card.dump()
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(target))


def _to_onnx(network: Network, target: Path) -> None:
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
