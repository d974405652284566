"""The public face for ratings in Python: watch them with a rule, put the result out."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from reattune.alliance.episodes import as_episodes, episode_history
from reattune.alliance.ratings import Ratings, to_pandas
from reattune.alliance.sides import beside, both_sides
from reattune.alliance.watch import RatingFindings, counterpart, watch
from reattune.errors import SettingError
from reattune.record import RatingEpisode

if TYPE_CHECKING:
    from reattune.alliance.rules import Rule


@dataclass(frozen=True)
class Monitoring(RatingFindings):
    """Ratings after a rule has looked at them: ``table``, ``episodes``, ``watched``, and ways to put them out.

    Each episode is a drop worth asking about, never a verdict. How often the rule flags where nothing has changed stands in
    ``watched[...].false_alarms``: in 100 sessions of simulated stable clients.
    """

    @property
    def episode_list(self) -> list[RatingEpisode]:
        """``episodes`` as ``RatingEpisode`` records."""
        return as_episodes(self.episodes)

    def as_of(self, session: int) -> Monitoring:
        """What was known after this session: the rule again, on ratings up to it.

        Raises:
            SettingError: the rule looked back over whole series (``prospective=False``).
        """
        self._needs_foresight_kept_out("as_of asks")
        forms = {one.instrument.key: one.scale.key for one in self.watched}
        ratings = replace(
            self.ratings, instruments={k: v for k, v in self.ratings.instruments.items() if k in forms}
        )
        scales = set(forms.values())
        scale = scales.pop() if len(scales) == 1 else None
        found = watch(
            ratings,
            self.rule,
            scale=scale,
            rater=self.rater,
            recover_within=self.recover_within,
            until=session,
        )
        return Monitoring(**_parts(found))

    def history(self) -> pl.DataFrame:
        """How each episode stood after every session, as it was known then: ``as_of`` before the columns of an episode.

        Raises:
            SettingError: the rule looked back over whole series.
        """
        self._needs_foresight_kept_out("history tells")
        parts = []
        for one in self.watched:
            panel = self.ratings.panel(*one.key, self.rater)
            found = episode_history(panel, self.rule.signals(panel), recover_within=self.recover_within)
            names = {"instrument": pl.lit(one.key[0]), "scale": pl.lit(one.key[1])}
            parts.append(found.drop("series").with_columns(**names))
        return pl.concat(parts) if parts else pl.DataFrame()

    def both_sides(self) -> pl.DataFrame:
        """The sessions that client and therapist both rated: ``instrument``, ``scale``, ``case``, ``session``, and in each
        one's own standard deviations ``client``, ``therapist`` and ``discrepancy`` (client less therapist; below 0: the client
        rates the session lower than usual, by comparison)."""
        parts = []
        for one in self.watched:
            if one.side_of != one.key:
                continue
            panel = self.ratings.panel(*one.key)
            other = counterpart(one.instrument, one.scale, self.ratings.instruments.values())
            if other is not None:
                panel = beside(panel, self.ratings.panel(other.key, one.scale.key))
            names = [
                pl.lit(name).alias(column)
                for column, name in zip(("instrument", "scale"), one.key, strict=True)
            ]
            parts.append(both_sides(panel).select(*names, pl.all()))
        return pl.concat(parts) if parts else pl.DataFrame()

    def _needs_foresight_kept_out(self, what: str) -> None:
        if not self.prospective:
            raise SettingError(
                f"{what} what was known at the time, and the rule looked back over whole series",
                mend="Run monitor with prospective=True",
            )

    def to_dict(self) -> dict[str, Any]:
        """The findings as plain dicts and lists: ``rule`` and ``cases``, each case as ``reattune monitor --json`` prints it."""
        from reattune.report.ratings.data import to_dict

        return to_dict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """``to_dict`` as JSON in ASCII: one line, or indented."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=True, allow_nan=False)

    def to_csv(self) -> str:
        """A table with a header and a row for each rating."""
        from reattune.report.ratings.data import to_csv

        return to_csv(self)

    def to_pandas(self) -> Any:
        """``table`` as a pandas table.

        Raises:
            MissingExtraError: pandas or pyarrow is not installed.
        """
        return to_pandas(self.table)

    def to_html(self) -> str:
        """A self-contained page to read and print. It loads nothing from anywhere.

        Raises:
            MissingExtraError: what draws charts is not installed (the extra ``charts``).
        """
        from reattune.report.ratings.page import to_html

        return to_html(self)

    def chart(self, case: str, *, instrument: str | None = None) -> str:
        """The chart of one case as SVG, with its description for screen readers.

        Args:
            case: the case's name.
            instrument: the form; None for the one with the most to show.

        Raises:
            SettingError: no such case, or no such form in it.
            MissingExtraError: what draws charts is not installed (the extra ``charts``).
        """
        from reattune.report.ratings.pictures import case_svg

        return case_svg(self, case, instrument)

    def altair(self, case: str, *, instrument: str | None = None) -> Any:
        """The same chart as an Altair chart, to restyle or to show in a notebook.

        Raises:
            SettingError: no such case, or no such form in it.
            MissingExtraError: Altair is not installed (the extra ``charts``).
        """
        from reattune.report.ratings.pictures import case_altair

        return case_altair(self, case, instrument)


def monitor(
    ratings: Ratings,
    *,
    rule: str | Rule = "level",
    instrument: str | None = None,
    scale: str | None = None,
    rater: str | None = None,
    recover_within: int = 3,
    prospective: bool = True,
    baseline: int | None = None,
    **settings: Any,
) -> Monitoring:
    """Look for drops in ratings, and for their repair.

    Args:
        ratings: what ``read_ratings`` gives.
        rule: the name of a rule, or a rule. ``level``, the default, gives a probability and works from the second rating on.
        instrument: one form's key; None for every form there is.
        scale: key of the scale; None for the total (or the first scale of a form without one).
        rater: one rater's ratings; None for everybody's.
        recover_within: sessions from its onset within which a drop that is back counts as repaired, not as repaired late.
        prospective: what is said of a session rests on it and earlier ones alone. False: on whole series.
        baseline: for rules with one (``xmr``, ``ewma``, ``cusum``): limits from so many first ratings.
        settings: the rule's other settings by name, such as ``threshold``.

    Raises:
        SettingError: no such rule, setting, form, scale or rater, or a form of which the rule needs to know more; or
            ``ratings`` is something else.
    """
    if not isinstance(ratings, Ratings):
        raise SettingError(
            f"monitor takes ratings and was given a {type(ratings).__name__}",
            mend='Read the file first: reattune.monitor(reattune.read_ratings("ratings.csv"))',
        )
    wanted = settings if baseline is None else {**settings, "baseline": baseline}
    found = watch(
        ratings,
        _rule(rule, wanted),
        instrument=instrument,
        scale=scale,
        rater=rater,
        recover_within=recover_within,
        prospective=prospective,
    )
    return Monitoring(**_parts(found))


def _rule(rule: str | Rule, settings: dict[str, Any]) -> Rule:
    from reattune.alliance.rules import load_rule
    from reattune.alliance.rules.catalog import settings_of, with_settings

    if isinstance(rule, str):
        return load_rule(rule, **settings)
    unknown = [name for name in settings if name not in settings_of(rule)]
    if unknown:
        known = ", ".join(settings_of(rule))
        raise SettingError(
            f"The rule {rule.name!r} has no setting {unknown[0]!r}", mend=f"Its settings are {known}"
        )
    return with_settings(rule, settings) if settings else rule


def _parts(found: RatingFindings) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(found)}
