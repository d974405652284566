"""The command line: a thin face. ``main`` is the ``reattune`` command."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line with the process's arguments, and leave the process with its exit code."""
    from reattune.cli.app import run

    run()
