"""Pictures by name: one case's chart, or a caseload side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reattune.alliance.watch import RatingFindings
from reattune.errors import SettingError
from reattune.report.ratings.charts import chart, multiples, to_altair, to_png, to_svg
from reattune.report.ratings.figure import Figure, described, figures
from reattune.report.ratings.marks import Spec
from reattune.report.ratings.series import cases, in_order_of_attention
from reattune.report.words import count

MOST_MULTIPLES = 48
"""Cases on one picture."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart ready to be put out, with its title, its description, and a note on what it leaves out."""

    spec: Spec
    title: str
    description: str
    note: str = ""

    def svg(self) -> str:
        """As SVG."""
        return to_svg(self.spec, self.title, self.description, "chart")

    def png(self) -> bytes:
        """As PNG."""
        return to_png(self.spec)


def case_svg(findings: RatingFindings, case: str, instrument: str | None = None) -> str:
    """One case's chart as SVG.

    Raises:
        SettingError: no such case, or no such form in it.
        MissingExtraError: vl-convert is not installed.
    """
    return _drawn(case_figure(findings, case, instrument)).svg()


def case_altair(findings: RatingFindings, case: str, instrument: str | None = None) -> Any:
    """One case's chart as an Altair chart.

    Raises:
        SettingError: no such case, or no such form in it.
        MissingExtraError: Altair is not installed.
    """
    return to_altair(chart(case_figure(findings, case, instrument)))


def drawing(findings: RatingFindings, names: Sequence[str] = ()) -> Drawing:
    """One picture: of a single case if only one is asked for or there; else of those asked for, or all with a drop.

    Raises:
        SettingError: no such case; no case with a drop to draw.
    """
    if not names and findings.cases == 1:
        names = [findings.table["case"][0]]
    if len(names) == 1:
        return _drawn(case_figure(findings, names[0], None))
    wanted = list(names) or in_order_of_attention(findings)
    if not wanted:
        raise SettingError(
            "no case has a drop to draw", mend="Name a case to draw it all the same: --case NAME"
        )
    shown = [case_figure(findings, name, None) for name in wanted[:MOST_MULTIPLES]]
    note = "" if len(wanted) <= MOST_MULTIPLES else f"{count(MOST_MULTIPLES, 'case')} of {len(wanted):,}."
    told = " ".join(f"{figure.title}. {described(figure)}" for figure in shown)
    return Drawing(multiples(shown, note=note), f"{count(len(shown), 'case')} side by side", told, note)


def case_figure(findings: RatingFindings, case: str, instrument: str | None) -> Figure:
    """The figure of one case: of the form that is asked for, else of the one with the most drops, else the first.

    Raises:
        SettingError: no such case, or no such form in it.
    """
    found = next(cases(findings, [case]), None)
    if found is None:
        raise SettingError(
            f"there is no case {case!r} in these ratings", mend="Give the name as it stands in the file"
        )
    made = figures(found)
    if instrument is not None:
        made = [
            one for one in made if instrument in [line.series.watched.instrument.key for line in one.lines]
        ]
    if not made:
        raise SettingError(f"the case {case!r} has no ratings on {instrument!r}", mend="Leave instrument out")
    return max(made, key=lambda one: len(one.shades))


def _drawn(figure: Figure) -> Drawing:
    return Drawing(chart(figure), figure.title, described(figure))
