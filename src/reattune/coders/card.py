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
DECIDED = ("rupture", "withdrawal", "confrontation", "strategy", "contribution")
"""Labels that count as present from a threshold on."""


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
            ModelError: there is no card, it cannot be read, its labels are not those of this scheme, the scheme has changed in
                kind (another number before the point), or a calibration or a threshold is missing.
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
        ours = load_scheme().version
        odd = sorted(set(card.labels) ^ set(LABELS))
        if card.labels != LABELS:
            what = f"the labels differ: {', '.join(odd or ['the same labels in another order'])}"
        elif card.scheme.split(".")[0] != ours.split(".")[0]:
            what = "the codes may mean something else"
        else:
            return card._whole(mend, path)
        raise ModelError(
            f"the model was made for scheme {card.scheme}, this is {ours}; {what}", mend=mend, path=path
        )

    def _whole(self, mend: str, path: str) -> ModelCard:
        """The card itself, once it is seen that nothing is missing that coding needs."""
        wanted = {"calibration": LABELS, "decisions": DECIDED}
        for what, names in wanted.items():
            missing = [name for name in names if name not in getattr(self, what)]
            if missing:
                raise ModelError(
                    f"the model's card has no {what} for {', '.join(missing)}", mend=mend, path=path
                )
        return self
