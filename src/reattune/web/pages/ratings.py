"""Ratings of a case: charts, what a rule says of them, typing one in, bringing in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.alliance.instruments import Instrument, load_instrument, shipped
from reattune.alliance.instruments.wording import shipped_wording
from reattune.alliance.ratings import Ratings, read_ratings
from reattune.errors import InputError
from reattune.practice.desk import Desk
from reattune.practice.views import CaseFile, FilledForm
from reattune.record import Rating
from reattune.report import words as plain
from reattune.report.ratings import words
from reattune.web.context import (
    current_desk,
    flash,
    go,
    open_practice_of,
    render,
    state_of,
    text,
    upload,
)
from reattune.web.shown.asked import day_of, decimal, number, session_number
from reattune.web.shown.figures import Kept, Picture, pictures
from reattune.web.uploads import take

router = APIRouter()
CHARTS = Kept(60)
"""Drawn charts; they are larger than figures."""
RATERS = ("client", "therapist")


@router.get("/cases/{case}/ratings")
def show(request: Request, case: str) -> Response:
    """Charts and the forms to add to them."""
    desk = current_desk(request)
    file = desk.case(case)
    drawn, rule, alarms, answers = _drawn(desk, file)
    offered = _offered(request)
    asked = request.query_params.get("form", "")
    form = shipped().get(asked) or offered[0]
    rated = {(r.session, r.rater, r.instrument) for r in file.ratings}
    last = max((r.date for r in file.ratings if r.date), default=None)
    facts = [plain.count(len(rated), "rating")] + ([f"last on {words.day(last)}"] if last else [])
    return render(
        request,
        "ratings/show.html.j2",
        card=file.card,
        home=f"/cases/{case}",
        facts=facts if rated else [],
        answers=answers,
        pictures=drawn,
        rule=rule,
        alarms=alarms,
        forms=[(one.key, one.name) for one in offered],
        form=_form(form),
        session=number(request.query_params.get("session"), max(file.card.sessions, 1)),
        rater=form.rater,
    )


def _drawn(desk: Desk, file: CaseFile) -> tuple[Sequence[Picture], str, str, list[str]]:
    """The charts, the rule in a sentence, its false alarms, and answers that a person should see at once."""
    if not file.ratings:
        return (), "", "", []
    case = file.card.id

    def make() -> tuple[Sequence[Picture], str, str, list[str]]:
        found = desk.monitor(case)
        return pictures(found, file.card.label), words.rule(found), words.rates(found), words.at_once(found)

    state = f"{file.card.changed_at.isoformat()} {file.card.label}"
    return CHARTS.get("ratings", case, state, make)


def _offered(request: Request) -> list[Instrument]:
    """The forms that the practice uses, then the others that come along."""
    known = shipped()
    chosen = [known[key] for key in open_practice_of(request).settings.instruments if key in known]
    return [*chosen, *(one for one in known.values() if one not in chosen)]


def _form(one: Instrument) -> dict[str, Any]:
    """A form for typing in: its questions where they may be shipped, else their numbers."""
    wording = shipped_wording(one).get("en")
    low, high = one.bounds()
    items = [
        {
            "key": item.key,
            "label": wording.items[item.key] if wording else f"Item {item.key}",
            "low": f"{item.low:g}",
            "high": f"{item.high:g}",
        }
        for item in one.items
    ]
    return {
        "key": one.key,
        "title": one.name,
        "items": items,
        "low": f"{one.items[0].low:g}",
        "high": f"{one.items[0].high:g}",
        "range": f"{one.scale().title}: {low:g} to {high:g}",
        "worded": wording is not None,
    }


@router.post("/cases/{case}/ratings")
def add(request: Request, case: str) -> Response:
    """Keep a rating that was typed in: answers item by item, or the score alone."""
    form = load_instrument(text(request, "instrument"))
    session, day, rater = session_number(request), day_of(request), text(request, "rater")
    rater = rater if rater in RATERS else form.rater
    items = {
        item.key: decimal(text(request, f"i-{item.key}"), f"The answer to item {item.key}")
        for item in form.items
    }
    score = decimal(text(request, "score"), "The score")
    row: Rating | FilledForm
    if any(value is not None for value in items.values()):
        for item in form.items:
            value = items[item.key]
            if value is not None and not item.low <= value <= item.high:
                raise InputError(
                    f"Item {item.key} of {form.name} cannot be {value:g}", mend=f"Its answers: {item.allowed}"
                )
        row = FilledForm(session=session, instrument=form.key, items=items, rater=rater, date=day)
    elif score is not None:
        low, high = form.bounds()
        if not low <= score <= high:
            raise InputError(f"{form.name} has no score {score:g}", mend=f"It goes from {low:g} to {high:g}")
        row = Rating(case, session, rater, form.key, form.scale().key, score, day)
    else:
        raise InputError("The rating is empty", mend="Give the answers, or the score")
    current_desk(request).add_ratings(case, [row])
    flash(request, "The rating is kept.")
    return go(f"/cases/{case}/ratings")


@router.post("/cases/{case}/ratings/file")
def bring(request: Request, case: str) -> Response:
    """Take the ratings of a table that are this case's."""
    desk = current_desk(request)
    label = desk.case(case).card.label
    came = upload(request, "file")
    if came is None:
        raise InputError("There is no file yet", mend="Choose the table")
    file = take(came, state_of(request).config)
    found = read_ratings(file.name, data=file.data)
    rows = _own(found, label)
    desk.add_ratings(case, rows)
    said = f"{plain.count(len({(r.session, r.rater, r.instrument) for r in rows}), 'rating')} taken."
    if found.problems:
        said += (
            f" {plain.count(len(found.problems), 'cell')} could not be used; the first: {found.problems[0]}"
        )
    flash(request, said)
    return go(f"/cases/{case}/ratings")


def _own(found: Ratings, label: str) -> list[Rating]:
    """Those of this case: by its name, or all where the file holds one case alone.

    Raises:
        InputError: the file holds several cases and none is called like this one.
    """
    rows = found.to_ratings()
    names = {r.case for r in rows}
    if len(names) <= 1:
        return rows
    mine = [r for r in rows if r.case.casefold() == label.casefold()]
    if not mine:
        raise InputError(
            "The file holds several cases, and none is called like this one",
            mend=f"Name it {label!r} in the file's case column, or keep its rows alone",
        )
    return mine
