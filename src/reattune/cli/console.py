"""Where the command line speaks: results to stdout, all else to stderr; and how errors end a command."""

from __future__ import annotations

import functools
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

import typer

from reattune.errors import ReattuneError
from reattune.report.clean import for_terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

EXIT_SOME_BAD = 1
"""Some inputs could not be analysed."""
EXIT_BAD = 2
"""No input could be analysed, or an option is wrong."""
EXIT_FAULT = 70
"""An error in reattune itself."""
EXIT_PIPE = 141
"""Whoever read the output has stopped reading."""

_PATIENCE_S = 1.0

P = ParamSpec("P")
R = TypeVar("R")


def out() -> Console:
    """The console for results."""
    return _console(stderr=False)


def err() -> Console:
    """The console for messages."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    class Piped(Console):
        """Leaves a broken pipe to ``guarded``."""

        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    return Piped(stderr=stderr, highlight=False, markup=False, emoji=False)


def say(message: str) -> None:
    """A line to stderr."""
    from rich.text import Text

    err().print(Text(for_terminal(message)), soft_wrap=True)


def complain(message: str) -> None:
    """An error to stderr, on one line that no terminal breaks."""
    from rich.text import Text

    err().print(Text.assemble(("Error: ", "bold"), for_terminal(message)), soft_wrap=True)


def remark(message: str) -> None:
    """Something worth knowing, to stderr."""
    from rich.text import Text

    err().print(Text.assemble(("Note: ", "bold"), for_terminal(message)), soft_wrap=True)


def fault(error: Exception) -> str:
    """An unexpected error as its place in the code, without its own text: that may hold spoken words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames[-6:]))
    return (
        f"reattune made an error of its own ({type(error).__name__} at {where or 'an unknown place'}). "
        "Please report this line; it holds nothing from the session."
    )


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command end with a message and an exit code where an input, an option or a pipe gives out."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            _close_pipe()
            raise typer.Exit(EXIT_PIPE) from None
        except ReattuneError as error:
            complain(str(error))
            raise typer.Exit(EXIT_BAD) from None
        return result

    return run


def _close_pipe() -> None:
    """Send what is still buffered nowhere, so that Python says nothing about it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


class Waiting:
    """A progress bar on stderr that comes after a second and steps aside while something is printed."""

    def __init__(self, bar: Progress | None, task: TaskID | None) -> None:
        self._bar = bar
        self._task = task
        self._done = -1
        self._due = False
        self._hidden = False
        self._lock = threading.Lock()

    def next(self, name: str) -> None:
        """Say what is next; the one before it is done."""
        self._done += 1
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, current=for_terminal(name)[-40:])

    def come(self) -> None:
        """Show the bar from now on."""
        with self._lock:
            self._due = True
            if self._bar is not None and not self._hidden:
                self._bar.start()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Keep the bar away for a while."""
        with self._lock:
            self._hidden = True
            if self._bar is not None and self._due:
                self._bar.stop()
        try:
            yield
        finally:
            with self._lock:
                self._hidden = False
                if self._bar is not None and self._due:
                    self._bar.start()


@contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Waiting]:
    """A progress bar for work that lasts; none where nobody looks."""
    console = err()
    if quiet or not console.is_terminal:
        yield Waiting(None, None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.fields[current]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    waiting = Waiting(bar, bar.add_task("", total=total, current=""))
    timer = threading.Timer(_PATIENCE_S, waiting.come)
    timer.daemon = True
    timer.start()
    try:
        yield waiting
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
