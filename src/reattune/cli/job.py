"""A run over transcript files: read, code, put out, file by file, so that any number fits in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reattune.cli import console
from reattune.cli.outputs import Pages, Rows, check_output, same_file, whole_file
from reattune.errors import ModelError, ReattuneError, SettingError

if TYPE_CHECKING:
    from reattune.analysis import Analysis
    from reattune.coders.protocol import Coder
    from reattune.record import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How transcripts are to be read."""

    format: str | None = None
    therapist: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """See that the format exists.

        Raises:
            SettingError: it does not.
        """
        from reattune.formats import FORMATS

        names = [one.name for one in FORMATS]
        if self.format is not None and self.format not in names:
            raise SettingError(
                f"--format {self.format!r} is no transcript format", mend=f"Formats: {', '.join(names)}"
            )

    def read(self, path: Path) -> list[Session]:
        """The sessions in one file."""
        from reattune.formats import read

        return read(
            path,
            format=self.format,
            therapist=self.therapist or None,
            client=self.client or None,
            columns=self.columns or None,
        )


def parse_columns(given: Sequence[str]) -> dict[str, str]:
    """From "text=utterance,speaker=who" to a mapping.

    Raises:
        SettingError: a part without an equals sign, or a field twice.
    """
    columns: dict[str, str] = {}
    for part in (part for one in given for part in one.split(",") if part.strip()):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (name and equals and column):
            raise SettingError(
                f"--columns: {part.strip()!r} is not FIELD=COLUMN", mend="Write text=utterance,speaker=who"
            )
        if name in columns:
            raise SettingError(f"--columns: {name!r} stands there twice", mend="Name each field once")
        columns[name] = column
    return columns


class Job:
    """One run. ``done`` counts the sessions analysed, ``failures`` holds a message for each that was not."""

    def __init__(
        self, paths: Sequence[Path], options: ReadOptions, coder: str, *, explain: bool = False, quiet: bool
    ) -> None:
        self.paths = paths
        self.options = options
        self.coder_name = coder
        self.explain = explain
        self.quiet = quiet
        self.done = 0
        self.failures: list[str] = []
        self._coder: Coder | None = None

    def run(self, *, as_json: bool, csv: Path | None, html: str | None) -> None:
        """Analyse all files and put the results where they are wanted.

        Raises:
            SettingError: an output that may not or cannot be written.
            ModelError: the coder's model is missing or damaged.
        """
        pages = self._outputs(csv, html)
        with ExitStack() as stack:
            sinks: list[Callable[[Analysis], None]] = []
            if pages is not None:
                sinks.append(pages.add)
            if csv is not None:
                sinks.append(Rows(stack.enter_context(whole_file(csv, keep=lambda: self.done > 0))).add)
            if as_json:
                sinks.append(_print_json)
            elif not self.quiet:
                brief = pages is not None and pages.folder
                sinks.append(lambda analysis: _print_report(analysis, brief=brief))
            for analysis in self._analyses(pages):
                for sink in sinks:
                    sink(analysis)
                self.done += 1
        if self.done and not self.quiet:
            report = pages.close() if pages is not None else None
            for path in (report, csv):
                if path is not None:
                    console.remark(f"written: {path}")
        elif self.done and pages is not None:
            pages.close()
        self._list_failures()

    def _outputs(self, csv: Path | None, html: str | None) -> Pages | None:
        pages = Pages.at(html, self.paths) if html is not None else None
        if csv is not None:
            check_output(csv, self.paths)
            if pages is not None and not pages.folder and same_file(csv, pages.target):
                raise SettingError("--csv and --html name one file", mend="Name two", path=csv)
        return pages

    def _analyses(self, pages: Pages | None) -> Iterator[Analysis]:
        from reattune.analysis import analysis_of

        with console.progress(len(self.paths), quiet=self.quiet) as waiting:
            for path in self.paths:
                waiting.next(path.name)
                sessions = self._try(path, partial(self.options.read, path)) or []
                if pages is not None:
                    pages.expect(len(sessions))
                for session in sessions:
                    coder = self._load()
                    made = self._try(path, partial(analysis_of, session, coder, explain=self.explain))
                    if made is not None:
                        with waiting.hidden():
                            self._tell(session)
                            yield made

    def _try(self, path: Path, work: Callable[[], T]) -> T | None:
        """Do one file's work. What goes wrong with one file does not end the run over the others."""
        try:
            return work()
        except ModelError:
            raise
        except ReattuneError as error:
            self.failures.append(str(error.at(path)))
        except Exception as error:
            self.failures.append(f"{path}: {console.fault(error)}")
        return None

    def _load(self) -> Coder:
        """The coder, on first need: a run over unreadable files never waits for it."""
        if self._coder is None:
            from reattune.coders import load_coder

            self._coder = load_coder(self.coder_name)
        return self._coder

    def _tell(self, session: Session) -> None:
        if not self.quiet:
            for notice in session.notices:
                console.remark(str(notice))

    def _list_failures(self) -> None:
        if len(self.paths) > 1 and self.failures:
            console.say(f"Not analysed ({len(self.failures)} of {len(self.paths)} files):")
        for failure in self.failures:
            console.complain(failure)


def _print_json(analysis: Analysis) -> None:
    from reattune.report import to_json_line

    sys.stdout.write(to_json_line(analysis) + "\n")
    sys.stdout.flush()


def _print_report(analysis: Analysis, *, brief: bool) -> None:
    from reattune.report import to_terminal

    console.out().print(to_terminal(analysis, brief=brief))
