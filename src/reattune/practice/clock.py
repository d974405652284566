"""The time of day as the practice writes it: UTC, ISO text, to the millisecond."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def stamp() -> str:
    """This moment as text. Texts sort as the moments do."""
    return now().isoformat(timespec="milliseconds")


def read_moment(text: str) -> datetime:
    """The moment that a text stands for."""
    return datetime.fromisoformat(text)


def read_day(text: str | None) -> date | None:
    """The day that a text stands for, None for None."""
    return None if text is None else date.fromisoformat(text)


def day_text(day: date | None) -> str | None:
    """A day as text, None for None."""
    return None if day is None else day.isoformat()
