"""Which practice a command means, and its passphrase: never an argument, which others on the machine could read."""

from __future__ import annotations

import getpass
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reattune.cli import console
from reattune.errors import InputError, ReattuneError, SettingError
from reattune.record import Notice

if TYPE_CHECKING:
    from reattune.practice.desk import Desk
    from reattune.practice.opening import Practice
    from reattune.practice.views import CaseCard

PASSPHRASE_FILE = "REATTUNE_PASSPHRASE_FILE"
"""Environment variable with the path of a file that holds the passphrase."""
PLACE = "REATTUNE_PRACTICE"
"""Environment variable with the practice's place."""
_SHOWN = 8
_LONGEST = 4096

PlaceOption = Annotated[
    str | None,
    typer.Option(
        "--practice",
        metavar="PLACE",
        envvar=PLACE,
        show_envvar=False,
        help="Folder or postgresql:// address of the practice. Default: REATTUNE_PRACTICE, or your data folder.",
    ),
]
SecretOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        envvar=PASSPHRASE_FILE,
        show_envvar=False,
        help="A file whose first line is the passphrase. Default: REATTUNE_PASSPHRASE_FILE, or you are asked.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No report and no notes; errors only.")]
CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's label, or its id or the id's beginning.")
]


def place_of(place: str | None) -> str:
    """Where the practice is: as named, else in the user's data folder."""
    return place or str(_data_folder() / "reattune" / "practice")


def _data_folder() -> Path:
    """Where programs keep a user's data on this system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")


def passphrase(file: Path | None, *, new: bool = False, what: str = "Passphrase") -> str:
    """The passphrase: the first line of ``file``, or typed without being shown.

    Args:
        file: None to ask.
        new: ask twice, since nobody could mend a slip later.
        what: what is asked for.

    Raises:
        InputError: the file cannot be read or holds nothing.
        SettingError: nobody can be asked, or the two differ.
    """
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise SettingError(
            f"the {what.lower()} is missing, and there is no terminal to ask at",
            mend=f"Name a file that holds it: --passphrase-file, or {PASSPHRASE_FILE}",
        )
    said = getpass.getpass(f"{what}: ", stream=sys.stderr)
    if new and getpass.getpass(f"{what}, once more: ", stream=sys.stderr) != said:
        raise SettingError("the two are not the same", mend="Type it again")
    return said


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            line = stream.readline(_LONGEST)
    except OSError as error:
        raise InputError(
            f"this file cannot be read ({error.strerror or type(error).__name__})",
            mend="Name the file that holds the passphrase",
            path=file,
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        console.remark(
            f"{file}: others on this machine may read the passphrase; make it yours alone (chmod 600)"
        )
    from reattune.formats.decode import decode

    said, _ = decode(line)
    said = said.rstrip("\r\n")
    if not said:
        raise InputError("the first line is empty", mend="Write the passphrase there", path=file)
    return said


@contextmanager
def opened(place: str | None, secret: Path | None, *, recovery: bool = False) -> Iterator[Practice]:
    """The practice, open for as long as the context lasts.

    Args:
        place: as given on the command line.
        secret: file with the passphrase, or with the recovery code.
        recovery: open with the recovery code.
    """
    needs_practice()
    from reattune.practice.opening import open_practice

    where = place_of(place)
    said = passphrase(secret, what="Recovery code" if recovery else "Passphrase")
    practice = open_practice(where, recovery_code=said) if recovery else open_practice(where, said)
    try:
        yield practice
    finally:
        practice.close()


def needs_practice() -> None:
    """Say how to install what a practice needs, before anything else asks for it.

    Raises:
        MissingExtraError: it is not installed.
    """
    import_module("reattune.store")


def find_case(desk: Desk, named: str) -> CaseCard:
    """The one case that a word names: a label, an id, or an id's beginning.

    Raises:
        SettingError: none, or several.
    """
    cards = desk.cases(ended=True)
    same = [c for c in cards if c.id == named or c.label.casefold() == named.casefold()]
    if not same and len(named) >= 4:
        same = [c for c in cards if c.id.startswith(named.lower())]
    if len(same) == 1:
        return same[0]
    if not same:
        raise SettingError(f"there is no case {named[:60]!r}", mend="See the list: reattune practice list")
    several = ", ".join(c.id[:_SHOWN] for c in same)
    raise SettingError(f"several cases are called {named[:60]!r}", mend=f"Name one by its id: {several}")


def show(value: Any) -> None:
    """A value as one line of JSON: records as objects, days and moments as ISO text."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=True, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """A value as JSON has it; what went wrong or is worth knowing as its sentence."""
    if isinstance(value, ReattuneError | Notice | Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def words(file: Path | None, ask: str) -> str:
    """Words that someone writes: from a file, from a pipe, or typed after a question. Not from an argument: shells keep those.

    Raises:
        InputError: the file cannot be read.
    """
    if file is not None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InputError(
                f"this file cannot be read ({error.strerror or type(error).__name__})",
                mend="Name a text file",
                path=file,
            ) from error
        from reattune.formats.decode import decode

        return decode(data)[0].strip()
    if sys.stdin.isatty():
        return str(typer.prompt(ask, default="", show_default=False, err=True)).strip()
    return sys.stdin.read().strip()
