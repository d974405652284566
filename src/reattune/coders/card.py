"""What a model file says of itself: name, version, labels, calibration, thresholds, figures. Carried inside the file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from reattune.coders.calibration import Decision, Platt
from reattune.coders.labels import LABELS
from reattune.errors import ModelError
from reattune.scheme import load_scheme

METADATA_KEY = "reattune"
"""Name of the entry in the ONNX file's metadata that holds the card."""


@dataclass(frozen=True)
class ModelCard:
    """Attributes:
    name, version: of the model.
    scheme: version of the scheme that the labels come from.
    labels: the network's outputs, in order.
    calibration: for each label.
    decisions: for rupture, withdrawal, confrontation, strategy, contribution: when it counts as present.
    metrics: figures measured out of fold when the model was made; the settings that reports show come from here.
    """

    name: str
    version: str
    scheme: str
    labels: tuple[str, ...]
    calibration: dict[str, Platt]
    decisions: dict[str, Decision]
    metrics: dict[str, float]

    def dump(self) -> str:
        """As JSON, for the file."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def load(cls, text: str | None, path: str) -> ModelCard:
        """From a file's metadata.

        Raises:
            ModelError: there is no card, it cannot be read, or its labels are not those of this scheme.
        """
        mend = "Reinstall reattune, or rebuild the model with `make model`."
        if text is None:
            raise ModelError("this is not a model of reattune: it carries no card", mend=mend, path=path)
        try:
            raw: dict[str, Any] = json.loads(text)
            card = cls(
                raw["name"],
                raw["version"],
                raw["scheme"],
                tuple(raw["labels"]),
                {k: Platt(**v) for k, v in raw["calibration"].items()},
                {k: Decision(**v) for k, v in raw["decisions"].items()},
                {k: float(v) for k, v in raw["metrics"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"the model's card cannot be read ({error})", mend=mend, path=path) from error
        if card.labels != LABELS:
            odd = sorted(set(card.labels) ^ set(LABELS)) or ["the same labels in another order"]
            raise ModelError(
                f"the model was made for scheme {card.scheme}, this is {load_scheme().version}; "
                f"the labels differ: {', '.join(odd)}",
                mend=mend,
                path=path,
            )
        return card
