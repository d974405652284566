"""``python -m reattune.coders.training``: build the shipped models from the coded transcripts."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch
from rich.console import Console

from reattune.coders.embedded import shipped_models
from reattune.coders.training.build import RECIPES, Build
from reattune.errors import InputError, ReattuneError


def main() -> int:
    """Run the build; 2 when the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared"), help="folder of the public transcripts and codings"
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of our own written sessions")
    parser.add_argument(
        "--work", type=Path, default=Path("build/model"), help="where finished stages are kept"
    )
    parser.add_argument("--models", type=Path, default=shipped_models(), help="folder to write the models to")
    parser.add_argument("--predictions", type=Path, default=Path("benchmarks"))
    parser.add_argument("--only", choices=tuple(RECIPES), help="build this one alone")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    console, begun = Console(stderr=True), time.monotonic()
    torch.set_num_threads(options.threads)

    def tell(text: str) -> None:
        console.print(f"{time.monotonic() - begun:6.0f} s  {text}", highlight=False)

    try:
        if not (options.shared / "rupture-codings").is_dir():
            raise InputError(
                "the coded transcripts are not there",
                mend="Name the folder that holds data/ and rupture-codings/ with --shared.",
                path=options.shared,
            )
        for recipe in [options.only] if options.only else RECIPES:
            tell(recipe)
            build = Build(options.shared, options.data, options.work, recipe, tell)
            build.run(options.models, options.predictions)
    except ReattuneError as error:
        console.print(str(error), highlight=False)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
