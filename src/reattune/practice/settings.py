"""What a practice has set: one row a setting, typed, with the value that holds until somebody sets another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from sqlalchemy import select

from reattune.errors import SettingError
from reattune.store import audit
from reattune.store import tables as t

if TYPE_CHECKING:
    from reattune.store.database import Database

T = TypeVar("T")

KEEP = "keep"
DELETE_TRANSCRIPTS = "delete_transcripts"
RETENTIONS = (KEEP, DELETE_TRANSCRIPTS)
"""What becomes of a transcript once it is analysed: its words stay, or they go and marks and positions stay."""
LEARNT_KINDS = ("transcript", "rating")
"""Kinds of alert that have a threshold. A client's own word and a note by hand are always shown."""
_MOST_ALERTS = 50
_LONGEST_TEXT = 4000


class _Kept(Generic[T]):
    """A setting as an attribute: reads and writes its row."""

    def __init__(self, default: T, check: Callable[[Any], T], doc: str) -> None:
        self.default = default
        self.check = check
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, settings: None, owner: type) -> _Kept[T]: ...
    @overload
    def __get__(self, settings: Settings, owner: type) -> T: ...
    def __get__(self, settings: Settings | None, owner: type) -> T | _Kept[T]:
        if settings is None:
            return self
        raw = settings.rows().get(self.name)
        return self.default if raw is None else self.check(raw)

    def __set__(self, settings: Settings, value: T) -> None:
        settings.put(self.name, self.check(value))


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise SettingError(f"{value!r} cannot be set", mend=f"Give a whole number from {low} to {high}")
        return value

    return check


def _choice(*options: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in options:
            raise SettingError(f"{value!r} cannot be set", mend=f"Choose one of: {', '.join(options)}")
        return str(value)

    return check


def _thresholds(value: Any) -> Mapping[str, float]:
    if not isinstance(value, Mapping) or set(value) - set(LEARNT_KINDS):
        raise SettingError("these are no thresholds", mend=f"Give one for each of: {', '.join(LEARNT_KINDS)}")
    for kind, one in value.items():
        if not isinstance(one, int | float) or not 0 <= one <= 1:
            raise SettingError(f"{one!r} is no threshold for {kind}", mend="Give a number from 0 to 1")
    return {**DEFAULT_THRESHOLDS, **{kind: float(one) for kind, one in value.items()}}


def _keys(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(v, str) and 0 < len(v) <= 100 for v in value):
        raise SettingError(f"{value!r} cannot be set", mend="Give names, each once")
    return tuple(dict.fromkeys(value))


def _languages(value: Any) -> tuple[str, ...]:
    found = _keys(value)
    if not found:
        raise SettingError("a practice needs one language at least", mend='Name one, such as "en"')
    return found


def _texts(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise SettingError("these are no texts by language", mend='Give {"en": "In danger, call ..."}')
    if any(len(v) > _LONGEST_TEXT for v in value.values()):
        raise SettingError(
            "the text is too long to be read in danger", mend=f"Keep it below {_LONGEST_TEXT} characters"
        )
    return {str(k): v.strip() for k, v in value.items() if v.strip()}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise SettingError("this is no short text", mend=f"Keep it below {_LONGEST_TEXT} characters")
    return value.strip()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"{value!r} is neither yes nor no", mend="Give True or False")
    return value


DEFAULT_THRESHOLDS: Mapping[str, float] = {"transcript": 0.5, "rating": 0.5}
"""Probability from which an entry is shown as an alert. Judgements: half and half."""


class Settings:
    """The settings of a practice; setting one is a transaction of its own and stands in the audit log."""

    alert_budget = _Kept(3, _whole(0, _MOST_ALERTS), "How many alerts the start page shows at most.")
    thresholds = _Kept(
        DEFAULT_THRESHOLDS, _thresholds, "From which probability on, by kind, before anything is learnt."
    )
    learn = _Kept(True, _flag, "Whether thresholds move with the answers to alerts.")
    retention = _Kept(KEEP, _choice(*RETENTIONS), "What becomes of a transcript's words once it is analysed.")
    languages: _Kept[tuple[str, ...]] = _Kept(
        ("en", "de"), _languages, "In which languages the check-in is offered."
    )
    danger_text: _Kept[Mapping[str, str]] = _Kept(
        {}, _texts, "Where to turn in danger, in the practice's words, by language."
    )
    instruments: _Kept[tuple[str, ...]] = _Kept(
        ("check-in", "wai-sr", "srs"), _keys, "Forms offered when ratings are typed in, by key."
    )
    session_minutes = _Kept(50, _whole(1, 600), "How long a session is.")
    practice_name = _Kept("", _text, "How the practice is called on the client's pages.")

    def __init__(self, database: Database, actor: str = "owner") -> None:
        self._database = database
        self._actor = actor

    def as_user(self, actor: str) -> Settings:
        """The same settings, whose changes stand in the audit log under this account's id."""
        return Settings(self._database, actor)

    def rows(self) -> dict[str, Any]:
        """All that is set, by name, as it is kept."""
        with self._database.reading() as conn:
            return {row.key: row.value for row in conn.execute(select(t.settings.c.key, t.settings.c.value))}

    def put(self, name: str, value: Any) -> None:
        """Keep a checked value."""
        kept = list(value) if isinstance(value, tuple) else value
        with self._database.begin() as conn:
            conn.execute(t.settings.delete().where(t.settings.c.key == name))
            conn.execute(t.settings.insert().values(key=name, value=kept))
            audit.append(conn, self._actor, "setting.changed", None, name)
