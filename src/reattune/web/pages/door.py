"""The client's door: a check-in by link or on the practice's tablet, in under a minute, without JavaScript.

What counts here is who could be holding the link. Therapists make it, so it alone shows nothing: not the answers, and not whether
there are any. Only the browser that wrote them (it holds a sealed cookie) gets them back. Whoever has the link can still change
what may happen with them, which is what a client with a new phone needs. Nothing is changed by opening a page.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.record import CheckIn, Sharing
from reattune.web.client import LONGEST_WORDS, client_page, danger_words, language_of, trouble
from reattune.web.context import state_of, text, texts
from reattune.web.danger import speaks_of_danger
from reattune.web.i18n import Language, translator
from reattune.web.limits import TooManyTriesError, address_key
from reattune.web.qr import base_address, only_here, qr_code
from reattune.web.seal import Seal

if TYPE_CHECKING:
    from reattune.practice.door import Door
    from reattune.practice.opening import Practice
    from reattune.practice.views import Invitation

router = APIRouter()

ITEMS = ("heard", "matters", "way")
"""The scales, in order, each 0-10."""
STEPS = (0, 2, 5, 8, 10)
"""What the five words of a scale stand for: whole numbers, as the form has them, the same distance to both sides."""
KINDS = ("stung", "not_said", "judged", "too_fast", "agreed_not_meant", "setting")
"""What a hard thing was about."""
REASONS = (
    "hurt",
    "reaction",
    "small",
    "no_words",
    "afterwards",
    "no_moment",
    "embarrassed",
    "trust",
    "manners",
)
"""What made it hard to say."""
LOW = 2
"""An answer up to here opens the question about what made it hard to say."""
_POSITIONS = tuple(str(n) for n in range(len(STEPS)))
_SEALED_SECONDS = 15 * 60


class _Visit:
    """One opening of the door: who is asked, in which language, on which device.

    Args:
        request: what is answered.
        token: from the address.
        tablet: whether the page stands on the practice's tablet: then nothing that was written is ever shown again.
        practice, door, invitation: what the token opened.
    """

    def __init__(
        self,
        request: Request,
        token: str,
        tablet: bool,
        practice: Practice,
        door: Door,
        invitation: Invitation,
    ) -> None:
        self.request, self.token, self.tablet = request, token, tablet
        self.practice, self.door, self.invitation = practice, door, invitation
        self.language: Language = language_of(request, invitation.languages)
        self.seal = Seal(practice)
        self.own = not tablet and self.seal.holds(
            f"own:{token}", request.cookies.get(self.seal.cookie_name(token), "")
        )

    @property
    def therapist(self) -> str:
        """How the therapist is called; "" where the practice is one person's and has no name for them."""
        return self.invitation.readers[0][0] if self.invitation.readers else ""

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of this visit."""
        t, invitation = translator(self.language), self.invitation
        return client_page(
            self.request,
            f"door/{template}.html.j2",
            self.language,
            status,
            offered=values.pop("offered", invitation.languages),
            place=self.practice.settings.practice_name,
            who=self.therapist or t("door.who"),
            who_start=self.therapist or t("door.who_start"),
            advisers=", ".join(name for name, _ in invitation.readers[1:]),
            date=invitation.date,
            expires=invitation.expires,
            danger=danger_words(invitation.danger_text, self.language),
            tablet=self.tablet,
            longest=LONGEST_WORDS,
            **values,
        )


@router.get("/c/{token}")
def open_link(request: Request, token: str) -> Response:
    """The check-in by link; what was said before, as far as this browser may see it."""
    visit = _visit(request, token, tablet=False)
    return visit if isinstance(visit, Response) else _form(visit, _chosen(visit))


@router.get("/t/{token}")
def open_tablet(request: Request, token: str) -> Response:
    """The check-in on the practice's tablet, once."""
    visit = _visit(request, token, tablet=True)
    if isinstance(visit, Response):
        return visit
    return _sent(visit) if visit.invitation.said is not None else _form(visit, _chosen(visit))


@router.post("/c/{token}")
def answer_link(request: Request, token: str) -> Response:
    """Save what the form says, and ask once more where something was hard to say."""
    visit = _visit(request, token, tablet=False)
    return visit if isinstance(visit, Response) else _answer(visit)


@router.post("/t/{token}")
def answer_tablet(request: Request, token: str) -> Response:
    """The same on the tablet: the first answer counts, whoever has the tablet next changes nothing."""
    visit = _visit(request, token, tablet=True)
    if isinstance(visit, Response):
        return visit
    return _sent(visit) if visit.invitation.said is not None else _answer(visit)


@router.post("/c/{token}/more")
def more_link(request: Request, token: str) -> Response:
    """Save what made it hard to say."""
    visit = _visit(request, token, tablet=False)
    return visit if isinstance(visit, Response) else _more(visit)


@router.post("/t/{token}/more")
def more_tablet(request: Request, token: str) -> Response:
    """The same on the tablet."""
    visit = _visit(request, token, tablet=True)
    return visit if isinstance(visit, Response) else _more(visit)


@router.get("/c/{token}/more")
@router.get("/t/{token}/more")
def more_again(request: Request, token: str) -> Response:
    """Where a reload or a bookmark of the second step leads: to the beginning."""
    return (open_tablet if request.url.path.startswith("/t/") else open_link)(request, token)


def unsaved(request: Request) -> Response:
    """A form that was refused because the page had been open too long: shown again with everything that was filled in."""
    tablet = request.url.path.startswith("/t/")
    token = request.url.path.split("/")[2]
    visit = _visit(request, token, tablet=tablet)
    if isinstance(visit, Response):
        return visit
    if request.url.path.endswith("/more"):
        return trouble(request, 403, "unsaved")
    if tablet and visit.invitation.said is not None:
        return _sent(visit)
    return _form(visit, _typed(request), status=403, unsaved=True)


def _visit(request: Request, token: str, *, tablet: bool) -> _Visit | Response:
    """What the token opens, or the page that says why it opens nothing."""
    state = state_of(request)
    practice = state.practice
    if practice is None:
        return trouble(request, 503, "locked")
    tries = address_key("link", request.client.host if request.client else None)
    try:
        state.limits.attempt(tries)
    except TooManyTriesError as error:
        response = trouble(request, 429, "wait", minutes=max(1, round(error.wait / 60)))
        response.headers["retry-after"] = str(error.wait)
        return response
    door = practice.door
    invitation = door.open(token)
    if invitation is None:
        return trouble(request, 404, "")
    state.limits.take_back(tries)
    return _Visit(request, token, tablet, practice, door, invitation)


def _form(visit: _Visit, chosen: dict[str, Any], status: int = 200, unsaved: bool = False) -> Response:
    return visit.page(
        "form",
        status,
        chosen=chosen,
        kinds=KINDS,
        own=visit.own,
        changed=visit.invitation.last_changed if visit.own else None,
        unsaved=unsaved,
        action=f"/{'t' if visit.tablet else 'c'}/{visit.token}",
    )


def _sent(visit: _Visit) -> Response:
    t = translator(visit.language)
    title, sent = t("door.thanks.title"), t("door.thanks.tablet_sent")
    return visit.page("closed", title=title, text=sent, typed="", practice_link=True)


def _answer(visit: _Visit) -> Response:
    request, before = visit.request, visit.invitation.said
    forget = before is not None and text(request, "forget") == "yes"
    said = _read(visit)
    if forget:
        given = CheckIn(session=said.session, sharing=Sharing.KEEP, date=said.date)
    elif before is None:
        given = said
    else:
        given = _over(before, said, own=visit.own, chosen=_sharing(request, "sharing_before"))
    if before is not None or _answered(said):
        visit.door.answer(visit.token, given)
    near = speaks_of_danger(said.words)
    low = any(value <= LOW for _, value in said.answers) or said.hard_to_say is True
    if before is None and low:
        chose = _sharing(request)
        page = visit.page(
            "more",
            reasons=REASONS,
            sharing="" if chose is None else chose.value,
            near=near,
            seal=visit.seal.make(f"more:{visit.token}:{int(time.time()) // _SEALED_SECONDS}"),
            action=f"{request.url.path}/more",
            offered=(),
        )
    else:
        page = _thanks(visit, given, near=near, first=before is None, forgotten=forget)
    if _answered(said):
        _remember(visit, page)
    return page


def _more(visit: _Visit) -> Response:
    """The second step. On the tablet it holds for a quarter of an hour after the first, and for nobody who comes later."""
    request, before = visit.request, visit.invitation.said
    window = int(time.time()) // _SEALED_SECONDS
    sealed = text(request, "seal")
    fresh = any(visit.seal.holds(f"more:{visit.token}:{w}", sealed) for w in (window, window - 1))
    if before is None or not fresh:
        return _sent(visit) if visit.tablet else _form(visit, _chosen(visit))
    added, reasons = text(request, "words"), _known(request, "made_hard", REASONS)
    given = before
    if (added or reasons) and text(request, "skip") != "yes":
        words = before.words if before.words.endswith(added) else f"{before.words}\n\n{added}".strip()
        given = replace(
            before,
            made_hard=reasons,
            words=words[:LONGEST_WORDS],
            # Nobody reads words because somebody forgot to choose.
            sharing=_sharing(request) or Sharing.KEEP,
        )
        visit.door.answer(visit.token, given)
    return _thanks(visit, given, near=speaks_of_danger(given.words), first=True)


def _thanks(visit: _Visit, given: CheckIn, *, near: bool, first: bool, forgotten: bool = False) -> Response:
    """What happens now, in as many words as the one who asks may know."""
    t = translator(visit.language)
    who = visit.therapist or t("door.who_start")
    lines = []
    if not first:
        lines.append(t("door.thanks.forgotten" if forgotten else "door.thanks.saved"))
    if (first or visit.own) and not forgotten and _answered(given):
        plain = given.sharing is Sharing.READ_NOW and not _hard(given)
        key = "ratings" if plain else given.sharing.value
        lines.append(t(f"door.thanks.{key}", who=who))
    reachable = visit.tablet and not only_here(visit.request)
    address = f"{base_address(visit.request)}/c/{visit.token}?lang={visit.language.code}"
    return visit.page(
        "thanks",
        lines=lines,
        near=near,
        spoken=first and _hard(given) and given.sharing is not Sharing.KEEP,
        again=f"/c/{visit.token}",
        qr=qr_code(address) if reachable else "",
        offered=(),
    )


def _remember(visit: _Visit, response: Response) -> None:
    """Let this browser, and no other, show the words again. Not the tablet: it belongs to nobody."""
    if visit.tablet:
        return
    response.set_cookie(
        visit.seal.cookie_name(visit.token),
        visit.seal.make(f"own:{visit.token}"),
        expires=visit.invitation.expires,
        httponly=True,
        secure=state_of(visit.request).config.tls,
        # A link from a message or a code counts as coming from elsewhere: "strict" would hide the words from their writer.
        samesite="lax",
        path="/c/",
    )


def _read(visit: _Visit) -> CheckIn:
    """The form as a check-in. What was hard to say is kept for the client until it is decided; anything else may be read."""
    request = visit.request
    answers = []
    for item in ITEMS:
        step = text(request, item)
        if step in _POSITIONS:
            answers.append((item, float(STEPS[int(step)])))
    strength = text(request, "strength")
    said = CheckIn(
        session=visit.invitation.session,
        answers=tuple(answers),
        hard_to_say={"yes": True, "no": False}.get(text(request, "hard")),
        kinds=_known(request, "kinds", KINDS),
        strength=int(strength) if strength in ("1", "2", "3", "4", "5") else None,
        words=text(request, "words")[:LONGEST_WORDS],
        date=visit.invitation.date,
    )
    undecided = Sharing.KEEP if _hard(said) else Sharing.READ_NOW
    return replace(said, sharing=_sharing(request) or undecided)


def _hard(said: CheckIn) -> bool:
    """Whether there is something that a client has to decide about."""
    return bool(said.hard_to_say or said.kinds or said.words or said.made_hard)


def _answered(said: CheckIn) -> bool:
    return bool(said.answers or said.hard_to_say is not None or said.kinds or said.strength or said.words)


def _over(before: CheckIn, said: CheckIn, *, own: bool, chosen: Sharing | None) -> CheckIn:
    """What stands after a second answer by the same link.

    The browser that wrote the first saw all of it and sends all of it again. Any other saw nothing: what it sends stands instead,
    or, if that is empty, changes no more than what may happen.
    """
    if own:
        return replace(said, made_hard=before.made_hard)
    return said if _answered(said) else replace(before, sharing=chosen or before.sharing)


def _known(request: Request, name: str, options: Sequence[str]) -> tuple[str, ...]:
    given = set(texts(request, name))
    return tuple(option for option in options if option in given)


def _sharing(request: Request, name: str = "sharing") -> Sharing | None:
    chosen = text(request, name)
    return Sharing(chosen) if chosen in tuple(Sharing) else None


def _chosen(visit: _Visit) -> dict[str, Any]:
    """What the form begins with."""
    said = visit.invitation.said
    empty = {**dict.fromkeys((*ITEMS, "hard", "strength", "sharing", "words"), ""), "kinds": ()}
    if said is None or not visit.own:
        return empty
    answers = {item: _nearest(value) for item, value in said.answers if item in ITEMS}
    return {
        **empty,
        **answers,
        "hard": {None: "", True: "yes", False: "no"}[said.hard_to_say],
        "kinds": said.kinds,
        "strength": "" if said.strength is None else str(said.strength),
        "words": said.words,
        "sharing": said.sharing.value if _hard(said) else "",
    }


def _nearest(value: float) -> str:
    """The position of the step next to a value; an imported check-in may hold any number."""
    return min(_POSITIONS, key=lambda n: abs(STEPS[int(n)] - value))


def _typed(request: Request) -> dict[str, Any]:
    """The same from a form that could not be taken."""
    names = (*ITEMS, "hard", "strength", "sharing", "words")
    return {**{name: text(request, name) for name in names}, "kinds": _known(request, "kinds", KINDS)}
