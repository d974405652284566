"""A run over a file of ratings: read, watch, put out."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import polars as pl

from reattune.cli import console
from reattune.cli.outputs import check_output, same_file, whole_file
from reattune.errors import SettingError

if TYPE_CHECKING:
    from reattune.alliance.ratings import Ratings
    from reattune.alliance.watch import RatingFindings

MOST_PROBLEMS = 50
"""Problems listed one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the file is to be read."""

    path: Path
    instruments: tuple[str, ...]
    columns: dict[str, str]
    mapping: Path | None
    date_order: str | None
    rater: str | None
    sheet: str | None

    def read(self) -> Ratings:
        """The ratings."""
        from reattune.alliance.ratings import read_ratings

        return read_ratings(
            self.path,
            instrument=self.instruments or None,
            columns=self.columns or None,
            mapping=self.mapping,
            date_order=self.date_order,
            rater=self.rater,
            sheet=self.sheet,
        )


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results go."""

    as_json: bool
    csv: Path | None
    episodes: Path | None
    html: Path | None
    svg: Path | None
    png: Path | None

    @property
    def files(self) -> dict[str, Path]:
        """The files, by their option."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "as_json"}
        return {name: path for name, path in named.items() if path is not None}

    def check(self, source: Path) -> None:
        """See that they can be written, before anything is read.

        Raises:
            SettingError: one cannot be, or two are the same.
        """
        files = list(self.files.items())
        for n, (name, path) in enumerate(files):
            check_output(path, [source])
            for other, there in files[:n]:
                if same_file(path, there):
                    raise SettingError(f"--{other} and --{name} name one file", mend="Name two", path=path)


@dataclass
class Watching:
    """One run. ``problems`` counts what could not be read."""

    reading: Reading
    rule: str
    settings: dict[str, Any]
    scale: str | None
    cases: tuple[str, ...]
    recover_within: int
    prospective: bool
    as_of: int | None
    quiet: bool
    problems: int = 0

    def run(self, outputs: Outputs) -> None:
        """Watch the ratings and put the results where they are wanted.

        Raises:
            InputError: the file cannot be read as ratings.
            SettingError: an option that does not fit, or an output that cannot be written.
            MissingExtraError: a picture or a page is wanted and what draws them is not installed.
        """
        outputs.check(self.reading.path)
        found = self._shown(self._watch())
        for name, path in outputs.files.items():
            with whole_file(path) as stream:
                self._write(name, found, stream)
        if outputs.as_json:
            from reattune.report.ratings.data import json_lines
            from reattune.report.ratings.words import TODAY, at_once

            for answer in [] if self.quiet else at_once(found):
                console.say(f"{TODAY}: {answer}")
            for line in json_lines(found):
                sys.stdout.write(line + "\n")
        elif not self.quiet:
            from reattune.report.ratings.terminal import to_terminal

            console.out().print(to_terminal(found, full=bool(self.cases) or found.cases == 1))
        if not self.quiet:
            for path in outputs.files.values():
                console.remark(f"written: {path}")

    def power(self) -> None:
        """Print how often the rule, or rules, are wrong on the file's forms.

        Raises:
            SettingError: no such rule or setting.
        """
        from reattune.alliance.rules import load_rule
        from reattune.alliance.trial import trial
        from reattune.report.ratings.power import power_to_terminal

        rules = [load_rule(name.strip(), **self.settings) for name in self.rule.split(",") if name.strip()]
        ratings = self._read()
        for form in ratings.instruments.values():
            part = form.scale(self.scale)
            panel = ratings.panel(form.key, part.key)
            sessions = round(panel.rated.sum() / max(1, len(panel.values)))
            with console.progress(1, quiet=self.quiet) as waiting:
                waiting.next(form.key)
                found = trial(rules, panel.measure, sessions)
            console.out().print(power_to_terminal(form, part, found))

    def _watch(self) -> RatingFindings:
        from reattune.alliance.rules import load_rule
        from reattune.alliance.watch import watch

        rule = load_rule(self.rule, **self.settings)
        if self.as_of is not None and not self.prospective:
            raise SettingError(
                "--as-of asks what was known at the time, and --retrospective looks back from the end",
                mend="Leave one of them out",
            )
        ratings = self._read()
        with console.progress(1, quiet=self.quiet) as waiting:
            waiting.next(rule.name)
            return watch(
                ratings,
                rule,
                scale=self.scale,
                rater=self.reading.rater,
                recover_within=self.recover_within,
                prospective=self.prospective,
                until=self.as_of,
            )

    def _shown(self, found: RatingFindings) -> RatingFindings:
        """Only the cases asked for: the rule has seen the others all the same."""
        if not self.cases:
            return found
        there = set(found.table["case"].unique().to_list())
        for case in self.cases:
            if case not in there:
                raise SettingError(
                    f"--case: there is no case {case!r}", mend="Give the name as it stands in the file"
                )
        chosen = pl.col("case").is_in(list(self.cases))
        return replace(found, table=found.table.filter(chosen), episodes=found.episodes.filter(chosen))

    def _write(self, name: str, found: RatingFindings, stream: TextIO) -> None:
        from reattune.report.ratings import data, page, pictures

        if name in ("csv", "episodes"):
            data.write_csv(found.table if name == "csv" else found.episodes, stream)
        elif name == "html":
            with console.progress(page.most_drawn(found), quiet=self.quiet) as waiting:
                waiting.next(self.reading.path.name)
                html = page.to_html(
                    found, source=self.reading.path.name, step=lambda: waiting.next(self.reading.path.name)
                )
            stream.write(html)
        else:
            drawing = pictures.drawing(found, self.cases)
            if drawing.note and not self.quiet:
                console.remark(f"the picture shows {drawing.note}")
            if name == "svg":
                stream.write(drawing.svg())
            else:
                stream.buffer.write(drawing.png())

    def _read(self) -> Ratings:
        with console.progress(1, quiet=self.quiet) as waiting:
            waiting.next(self.reading.path.name)
            ratings = self.reading.read()
        self.problems = len(ratings.problems)
        for problem in ratings.problems[:MOST_PROBLEMS]:
            console.complain(str(problem))
        if self.problems > MOST_PROBLEMS:
            console.say(f"And {self.problems - MOST_PROBLEMS:,} more of them.")
        if not self.quiet:
            for notice in ratings.notices:
                console.remark(str(notice))
        return ratings
