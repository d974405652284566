"""The scheme and the profiles that come with the package, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from reattune.errors import InputError
from reattune.scheme.model import Profile, Scheme
from reattune.scheme.reading import SCHEME_FILES, build_profiles, build_scheme


@cache
def load_scheme() -> Scheme:
    """The scheme that comes with reattune.

    Raises:
        InputError: a data file is missing or damaged.
    """
    return build_scheme({name: _text(name) for name in SCHEME_FILES})


@cache
def load_profiles() -> Mapping[str, Profile]:
    """The profiles that come with reattune, by name; ``therapy`` is the first.

    Raises:
        InputError: the data file is missing or damaged.
    """
    return MappingProxyType({p.name: p for p in build_profiles(_text("profiles.toml"), load_scheme())})


def _text(name: str) -> str:
    try:
        return (files("reattune.scheme") / "data" / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the data file cannot be read", path=name, mend="Install reattune again") from error
