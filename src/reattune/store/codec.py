"""Records to bytes and back: compact JSON under zlib, from the types of the frozen dataclasses themselves.

What a field leaves at its default is not written, so that records may gain fields with defaults and old bytes still
read. No pickle: reading bytes can build the records named by the type and nothing else.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
import zlib
from collections.abc import Callable, Hashable
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from reattune.errors import DamagedError, NewerSchemaError

VERSION = b"\x01"
"""First byte of what ``dumps`` gives; another one means another way of writing."""
LEVEL = 6
"""zlib's level: above it bytes hardly shrink."""
ATOMS = (str, int, float, bool, type(None))

T = TypeVar("T")


def dumps(record: object) -> bytes:
    """A record as bytes.

    Args:
        record: a dataclass of ``record/`` or ``ruptures.findings``, or a tuple or dict of them, nested as they come.

    Raises:
        TypeError: it holds something that is none of the kinds above, nor text, number, truth value, date or enum member.
    """
    text = json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"))
    return VERSION + zlib.compress(text.encode(), LEVEL)


def loads(kind: type[T], data: bytes) -> T:
    """The record that ``dumps`` made bytes of; ``kind`` is its type (``Session``, ``tuple[Episode, ...]``).

    Raises:
        NewerSchemaError: written by a newer reattune, in another way or with fields unknown here.
        DamagedError: the bytes are not what ``dumps`` gives for this type.
        NotImplementedError: the type has a field of a kind that ``dumps`` does not write.
    """
    if data[:1] != VERSION:
        raise NewerSchemaError(
            "A record in the practice is written in a way unknown to this version",
            mend="Use the reattune that wrote it, or a newer one",
        )
    try:
        value: T = _reader(typing.cast(Hashable, kind))(json.loads(zlib.decompress(data[1:])))
    except NewerSchemaError:
        raise
    except (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError):
        name = getattr(kind, "__name__", "record")
        raise DamagedError(
            f"A stored {name} cannot be read", mend="Restore the practice from a backup"
        ) from None
    return value


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, ATOMS):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(v)
            for f, empty in _fields(type(value))
            if not _same(v := getattr(value, f.name), empty)
        }
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _same(value: Any, empty: Any) -> bool:
    """Whether a value is its field's default, type included (1 is not 1.0, and not True)."""
    return type(value) is type(empty) and value == empty


@cache
def _fields(kind: type) -> tuple[tuple[Any, Any], ...]:
    """The fields of a dataclass, each with its default (``dataclasses.MISSING`` where there is none)."""
    return tuple(
        (f, f.default_factory() if f.default_factory is not dataclasses.MISSING else f.default)
        for f in dataclasses.fields(kind)
    )


Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> Reader:
    """What turns JSON back into ``kind``; made once a type."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional(args)
    if origin is tuple:
        return _tuple(args)
    if origin in (list, dict):
        inner = _reader(args[-1])
        if origin is list:
            return lambda raw: [inner(v) for v in raw]
        return lambda raw: {k: inner(v) for k, v in raw.items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    if isinstance(kind, type):
        return _atom(kind)
    raise NotImplementedError(f"{kind!r} cannot be read")


def _dataclass(kind: Any) -> Reader:
    hints = typing.get_type_hints(kind)
    made: dict[str, Reader] = {}

    def read(raw: Any) -> Any:
        if not made:  # only now: a record may hold records of its own kind
            made.update({f.name: _reader(hints[f.name]) for f in dataclasses.fields(kind)})
        if type(raw) is not dict:
            raise ValueError("not an object")
        try:
            return kind(**{name: made[name](value) for name, value in raw.items()})
        except KeyError:
            raise NewerSchemaError(
                f"A stored {kind.__name__} has parts unknown to this version",
                mend="Use the reattune that wrote it, or a newer one",
            ) from None

    return read


def _optional(args: tuple[Any, ...]) -> Reader:
    inner = [a for a in args if a is not type(None)]
    if len(inner) != 1:
        if all(a in ATOMS for a in args):
            return lambda raw: raw
        raise NotImplementedError("only one kind beside None can be told apart")
    read = _reader(inner[0])
    return lambda raw: None if raw is None else read(raw)


def _tuple(args: tuple[Any, ...]) -> Reader:
    if len(args) == 2 and args[1] is Ellipsis:
        each = _reader(args[0])
        return lambda raw: tuple([each(v) for v in raw])
    parts = [_reader(a) for a in args]
    return lambda raw: tuple([read(v) for read, v in zip(parts, raw, strict=True)])


def _atom(kind: type) -> Reader:
    if issubclass(kind, Enum):
        return kind
    if kind is datetime:
        return datetime.fromisoformat
    if kind is date:
        return date.fromisoformat
    wanted = (int, float) if kind is float else (kind,)
    if kind not in ATOMS:
        raise NotImplementedError(f"{kind.__name__} cannot be read")

    def read(raw: Any) -> Any:
        if type(raw) not in wanted:
            raise ValueError(f"not {kind.__name__}")
        return raw

    return read
