"""Threads: a later client turn that goes back to an earlier moment of the relationship, and the turns that it may mean."""

from reattune.ruptures.threads.search import find_threads
from reattune.ruptures.threads.thread import Thread

__all__ = ["Thread", "find_threads"]
