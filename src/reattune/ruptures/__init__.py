"""From coded turns to episodes: start, trigger, significance, what was tried, how it ended."""

from reattune.ruptures.findings import Findings

__all__ = ["Findings"]
