"""How drops in ratings are put into words: worth asking about; never a verdict on anyone."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812
from typing import Any

from reattune.alliance.instruments import TOTAL, Instrument, Scale
from reattune.alliance.measure import Measure
from reattune.alliance.patterns import PATTERNS
from reattune.alliance.sides import CLIENT, THERAPIST
from reattune.alliance.watch import RatingFindings, Watched
from reattune.record import RatingStatus
from reattune.report.ratings.series import Drop, Series
from reattune.report.words import capital, chance, count, listed

HEADLINE = "A drop worth asking about"

TODAY = "Answers to look at today"

STATUS_LABELS = {
    RatingStatus.REPAIRED: "back",
    RatingStatus.REPAIRED_LATE: "back, later",
    RatingStatus.OPEN: "not back yet",
    RatingStatus.CENSORED: "too early to tell",
}


def score(value: float, measure: Measure) -> str:
    """A score with as many decimals as its form has sense for."""
    step = measure.step or (measure.high - measure.low) / 100
    places = 0 if step >= 1 and float(value).is_integer() else 1 if step >= 0.1 else 2
    return f"{value:.{places}f}"


def day(one: Date | None) -> str:
    """A date as "9 March 2026"; empty where there is none."""
    return f"{one.day} {one:%B %Y}" if one else ""


def short_day(one: Date | None) -> str:
    """A date as "9 Mar 2026"; empty where there is none."""
    return f"{one.day} {one:%b %Y}" if one else ""


def form(watched: Watched) -> str:
    """The form and, unless it is the total, its scale: "WAI-SR", "WAI-SR, bond"."""
    return form_name(watched.instrument, watched.scale)


def form_name(instrument: Instrument, scale: Scale) -> str:
    """The same, of a form and its scale."""
    key = instrument.key
    name = key.upper() if len(key) <= 8 and key != "check-in" else key
    if len(instrument.scales) == 1 or scale.key == TOTAL:
        return name
    return f"{name}, {scale.title.lower()}"


def range_of(watched: Watched) -> str:
    """The form's range, and which end is the strained one where that is not the low one."""
    low, high = (f"{end:g}" for end in (watched.measure.low, watched.measure.high))
    turned = "" if watched.measure.higher_is_better else "; here a high score is the strained end"
    return f"{low} to {high}{turned}"


def who(rater: str) -> str:
    """The rater as the subject of a sentence: "the client", or a name of one's own."""
    return f"the {rater}" if rater in (CLIENT, THERAPIST) else rater


def whose(rater: str) -> str:
    """ "the client's"."""
    return f"{who(rater)}'s"


def move(watched: Watched) -> str:
    """What a change for the strained end looks like on this form: "drop" or "rise"."""
    return "drop" if watched.measure.higher_is_better else "rise"


def headline(watched: Watched) -> str:
    """The headline for this form."""
    return HEADLINE if watched.measure.higher_is_better else "A rise worth asking about"


def fall(watched: Watched) -> tuple[str, str]:
    """The words for the strained direction: ("lower", "lowest") or ("higher", "highest")."""
    return ("lower", "lowest") if watched.measure.higher_is_better else ("higher", "highest")


def sessions(numbers: tuple[int, ...]) -> str:
    """ "session 7", "sessions 5, 6 and 9"."""
    return f"session{'' if len(numbers) == 1 else 's'} {listed([str(n) for n in numbers])}"


def status(drop: Drop) -> str:
    """What became of it, one clause."""
    one = drop.episode
    if one.recovery is not None:
        return f"back in session {one.recovery}, {count(one.length, 'session')} later"
    if one.status is RatingStatus.OPEN:
        return f"not back by session {drop.last}"
    end = "there" if drop.last == one.onset else f"in session {drop.last}"
    return f"the ratings end {end}: too early to tell whether it comes back"


def what(series: Series, drop: Drop) -> str:
    """The drop in numbers, one sentence without the full stop."""
    one, measure = drop.episode, series.watched.measure
    level, worst = score(one.reference, measure), score(one.worst, measure)
    start = "" if one.onset == one.nadir else f" (beginning in session {one.onset})"
    return f"from about {level} to {worst} in session {one.nadir}{start}"


def shape(series: Series, drop: Drop) -> str:
    """The shape of the episode in words."""
    title = PATTERNS[drop.episode.pattern].title
    if series.watched.measure.higher_is_better:
        return title
    for lower, higher in (
        ("decline", "rise"),
        ("drop", "rise"),
        ("low ", "high "),
        ("down and soon up", "up and soon down"),
    ):
        title = title.replace(lower, higher)
    return title


def told(series: Series, drop: Drop) -> str:
    """The drop, what became of it, and its shape: two sentences."""
    return f"{capital(what(series, drop))}; {status(drop)}. Shape: {shape(series, drop)}."


def sure(series: Series, drop: Drop) -> str:
    """How likely the rule holds it that the level has dropped; empty for rules that give no probability."""
    probability = drop.episode.probability
    if probability is None:
        return ""
    moved = "dropped" if series.watched.measure.higher_is_better else "risen"
    return (
        f"The rule holds it {_likely(probability)} that the level had {moved}: about {chance(probability)}."
    )


def _likely(probability: float) -> str:
    if probability >= 0.85:
        return "likely"
    if probability >= 0.65:
        return "more likely than not"
    if probability >= 0.45:
        return "about as likely as not"
    return "less likely than not"


def false_alarms(watched: Watched) -> str:
    """How often the rule flags where nothing has changed, one sentence; empty where that is not known."""
    rate = watched.false_alarms
    if rate is None:
        return ""
    return f"In simulation this rule flags about {_number(rate)} of 100 sessions of clients in whom nothing has changed."


def alarms_tag(watched: Watched) -> str:
    """The same in a few words, to stand beside a flag."""
    rate = watched.false_alarms
    return "" if rate is None else f"false alarms {_number(rate)} in 100"


def _number(rate: float) -> str:
    return f"{rate:.1f}".removesuffix(".0") if rate < 10 else str(round(rate))


def form_notes(watched: Watched) -> list[str]:
    """What to know of a form before believing a score on it."""
    said = [f"Scores run from {range_of(watched)}."]
    if watched.measure.reliable_change is None:
        said.append(
            "How far measurement error alone moves its scores is not known here, so that a drop cannot be compared with it. "
            "A copy of the form's file with your own standard deviation and reliability mends that."
        )
    else:
        said.append(
            f"A change of less than {score(watched.measure.reliable_change, watched.measure)} can be measurement error alone."
        )
    if not watched.instrument.validated:
        said.append("This form is not validated.")
    return said


def all_notes(findings: RatingFindings) -> list[tuple[str, list[str]]]:
    """``form_notes`` of every form that was looked at; forms with the same notes together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for one in findings.watched:
        together.setdefault(tuple(form_notes(one)), []).append(form(one))
    return [(listed(names), list(notes)) for notes, names in together.items()]


MOST_AT_ONCE = 20


def at_once(findings: RatingFindings) -> list[str]:
    """Answers that a person should see at once, whatever the total and whatever the rule says, a sentence each."""
    shown = set(findings.table["case"].unique().to_list())
    rows = [row for row in findings.ratings.at_once().iter_rows(named=True) if row["case"] in shown]
    rows.sort(key=lambda row: (row["date"] or Date.min, row["session"]), reverse=True)
    said = [_answer(row) for row in rows[:MOST_AT_ONCE]]
    more = len(rows) - len(said)
    return [*said, f"And {more:,} more such {'answer' if more == 1 else 'answers'}."] if more > 0 else said


def _answer(row: dict[str, Any]) -> str:
    when = f" ({short_day(row['date'])})" if row["date"] else ""
    what = f"{row['instrument'].upper()}, item {row['item']}, answered {row['value']:g}"
    return f"{row['case']}, session {row['session']}{when}: {what}. {capital(row['meaning'])}."


def rates(findings: RatingFindings) -> str:
    """How often the rule flags where nothing has changed, over all forms, one sentence; empty where that is not known."""
    for one in findings.watched:
        if said := false_alarms(one):
            return said
    return ""


def rule(findings: RatingFindings) -> str:
    """The rule and how it looked, one sentence."""
    way = "what it says of a session rests on that session and earlier ones alone"
    if not findings.prospective:
        way = "it looked back over whole series, with what nobody could know at the time"
    return f"Rule: {findings.rule.name}. Source: {findings.rule.source}. {capital(way)}."


def counted(findings: RatingFindings) -> str:
    """How much was looked at, one sentence."""
    return f"{count(findings.cases, 'case')}, {count(findings.table.height, 'rating')}"
