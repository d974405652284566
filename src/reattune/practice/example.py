"""The example practice: a dozen invented cases, to try things on without anybody's words."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reattune.errors import ModelError
from reattune.practice.exchange import import_case

if TYPE_CHECKING:
    from reattune.practice.desk import Desk
    from reattune.practice.opening import Practice

_PACKED = Path(__file__).parent / "example_data"
"""Where the wheel has the folders ``cases`` and ``practice``."""
_CHECKOUT = Path(__file__).parents[3] / "examples"
"""Where a checkout has them."""


@dataclass(frozen=True, slots=True)
class ExampleCase:
    """One case of the example practice.

    Attributes:
        folder: name of its folder.
        label: what it is called in the practice.
        kind: "therapy", "couple" or "work".
    """

    folder: str
    label: str
    kind: str


def example_cases() -> tuple[ExampleCase, ...]:
    """The cases, in the order in which they are opened.

    Raises:
        ModelError: the installation lacks them.
    """
    table = tomllib.loads((_root() / "practice/practice.toml").read_text(encoding="utf-8"))
    return tuple(ExampleCase(one["folder"], one["label"], one["kind"]) for one in table["case"])


def load_example(
    practice: Practice, desk: Desk | None = None, before: Callable[[str], None] | None = None
) -> list[str]:
    """Take the example cases into a practice; their transcripts wait for analysis.

    Args:
        practice: an open one.
        desk: whose cases they become; None for the owner's.
        before: called with each case's label before it is taken in; for a progress bar.

    Returns:
        Ids of the cases taken in. One whose label there is already is left out.

    Raises:
        ModelError: the installation lacks the example.
        NotAllowedError: this account keeps no cases.
    """
    user = None if desk is None else desk.user
    there = {card.label for card in practice.desk(user).cases(ended=True)}
    made = []
    for one in (c for c in example_cases() if c.label not in there):
        if before is not None:
            before(one.label)
        with laid_out(one) as folder:
            made.append(
                import_case(practice, folder, label=one.label, kind=one.kind, consent="given", user=user).case
            )
    practice.worker.wake()
    return made


@contextmanager
def laid_out(case: ExampleCase) -> Iterator[Path]:
    """The case's folder with all its tables, for as long as the context lasts."""
    root = _root()
    with tempfile.TemporaryDirectory(prefix="reattune-") as room:
        folder = Path(room) / case.folder
        shutil.copytree(root / "cases" / case.folder, folder)
        shutil.copytree(root / "practice" / case.folder, folder, dirs_exist_ok=True)
        yield folder


def _root() -> Path:
    """The folder that holds ``cases`` and ``practice``."""
    for root in (_PACKED, _CHECKOUT):
        if (root / "practice/practice.toml").is_file() and (root / "cases").is_dir():
            return root
    raise ModelError(
        "the example practice is not part of this installation",
        mend="Install reattune from its wheel, or run it in a checkout",
    )
