"""Notice ruptures in a working relationship, repair them, learn from them.

>>> import reattune
>>> session = reattune.read("session.vtt")  # doctest: +SKIP
>>> analysis = reattune.analyze(session)  # doctest: +SKIP
>>> analysis.episodes, analysis.to_html(), analysis.to_dict()  # doctest: +SKIP

Everything happens on this machine. What is named here is loaded on first use, so that ``import reattune`` is
quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reattune.alliance.ratings import Ratings, read_ratings
    from reattune.analysis import Analysis, analyze, read
    from reattune.errors import ReattuneError
    from reattune.monitoring import Monitoring, monitor
    from reattune.practice.opening import Practice, init_practice, open_practice
    from reattune.record import Episode, Session, Turn

    __version__: str

__all__ = [
    "Analysis",
    "Episode",
    "Monitoring",
    "Practice",
    "Ratings",
    "ReattuneError",
    "Session",
    "Turn",
    "__version__",
    "analyze",
    "init_practice",
    "monitor",
    "open_practice",
    "read",
    "read_ratings",
]

_HOME = {
    "Analysis": "reattune.analysis",
    "analyze": "reattune.analysis",
    "read": "reattune.analysis",
    "Ratings": "reattune.alliance.ratings",
    "read_ratings": "reattune.alliance.ratings",
    "Monitoring": "reattune.monitoring",
    "monitor": "reattune.monitoring",
    "Practice": "reattune.practice.opening",
    "init_practice": "reattune.practice.opening",
    "open_practice": "reattune.practice.opening",
    "ReattuneError": "reattune.errors",
    "Episode": "reattune.record",
    "Session": "reattune.record",
    "Turn": "reattune.record",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use and keep it."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("reattune")
    elif name in _HOME:
        from importlib import import_module

        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
