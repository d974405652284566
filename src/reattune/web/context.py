"""What pages are made with: the desk of whoever asks, the page itself, a sentence for the next page, the form that came.

A page is a plain function::

    @router.get("/cases")
    def cases(request: Request) -> Response:
        desk = current_desk(request)
        return render(request, "cases.html.j2", cases=desk.cases())

    @router.post("/cases")
    def add(request: Request) -> Response:
        case = current_desk(request).add_case(text(request, "label"))
        flash(request, "The case is there.")
        return go(f"/cases/{case}")

Forms are checked before the function runs (``web/guard.py``). There is no nonce: nothing is inline.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from reattune.errors import NotAllowedError
from reattune.report.clean import for_page
from reattune.web import strength
from reattune.web.guard import FIELD
from reattune.web.i18n import FALLBACK, Language, choose, translator
from reattune.web.state import State
from reattune.web.tablet import tablet_path
from reattune.web.visits import Visit, new_token

if TYPE_CHECKING:
    from reattune.practice.desk import Desk
    from reattune.practice.opening import Practice
    from reattune.practice.users import User

_SAFE_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~-]*\Z")


class GoTo(Exception):  # noqa: N818 - a way to go, not an error
    """Leads to another page instead of answering."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)


class AskAgainError(Exception):
    """A form came after its writer was signed out: nothing is saved, and what was typed is shown back."""


def state_of(request: Request) -> State:
    """What the running server holds."""
    state: State = request.app.state.reattune
    return state


def browser_token(request: Request) -> str | None:
    """The random token that the browser has, or gets with this answer; None: neither."""
    new: str | None = getattr(request.state, "new_token", None)
    return new or request.cookies.get(state_of(request).config.cookie)


def current_visit(request: Request) -> Visit | None:
    """Who is signed in with this browser; None: nobody. Looked up once a request."""
    if not hasattr(request.state, "visit"):
        request.state.visit = state_of(request).visits.find(browser_token(request))
    visit: Visit | None = request.state.visit
    return visit


def open_practice_of(request: Request) -> Practice:
    """The open practice.

    Raises:
        GoTo: it is locked or not made yet: leads to ``/unlock``, which knows which.
    """
    practice = state_of(request).practice
    if practice is None:
        raise _ask(request, "/unlock")
    return practice


def current_user(request: Request) -> User | None:
    """Who asks; None: the owner of a practice without accounts.

    Raises:
        GoTo: nobody is signed in, or no longer: leads to ``/unlock`` or ``/login``.
        AskAgainError: the same, with a form.
    """
    practice = open_practice_of(request)
    if not hasattr(request.state, "user"):
        visit, accounts = current_visit(request), practice.users.list()
        if not accounts:
            if visit is None or visit.user is not None:
                raise _ask(request, "/unlock")
            request.state.user = None
        else:
            found = [u for u in accounts if visit is not None and u.id == visit.user and u.active]
            if not found:
                raise _ask(request, "/login")
            request.state.user = found[0]
    user: User | None = request.state.user
    return user


def current_desk(request: Request) -> Desk:
    """The desk of whoever asks: every method checks what they may see.

    Raises:
        GoTo, AskAgainError: as ``current_user`` does.
    """
    user = current_user(request)
    return open_practice_of(request).desk(user)


def require_role(request: Request, *roles: str) -> User | None:
    """Who asks, where their part is one of these.

    Raises:
        GoTo, AskAgainError: as ``current_user`` does.
        NotAllowedError: it is another; the page is then not there for them.
    """
    user = current_user(request)
    if role_of(user) not in roles:
        raise NotAllowedError("this page is not there for you", mend="Ask the practice's admin")
    return user


def role_of(user: User | None) -> str:
    """``owner`` (a practice without accounts), ``therapist``, ``supervisor`` or ``admin``."""
    return "owner" if user is None else str(user.role)


def _ask(request: Request, path: str) -> Exception:
    if request.method != "GET":
        return AskAgainError()
    if (tablet := tablet_path(request)) is not None:
        return GoTo(tablet)
    here = request.url.path
    return GoTo(f"{path}?next={quote(here)}" if here not in ("/", "/today", "/unlock", "/login") else path)


def next_path(request: Request) -> str:
    """Where to go after signing in: a path of ours, or the start page."""
    wanted = request.query_params.get("next", "")
    return wanted if _SAFE_PATH.match(wanted) else "/today"


def query(request: Request) -> str:
    """The same wish as a query, to carry it through a form; empty where there is none."""
    wanted = next_path(request)
    return f"?next={quote(wanted)}" if wanted != "/today" else ""


def go(path: str) -> RedirectResponse:
    """Lead to a page of ours after a form."""
    return RedirectResponse(path, status_code=303)


def flash(request: Request, sentence: str) -> None:
    """A sentence to show once, on the next page. Never a person's words: it waits in memory."""
    visit = current_visit(request)
    if visit is not None:
        visit.notes.append(sentence)


def form(request: Request) -> FormData:
    """The form that came, checked."""
    found = getattr(request.state, "form", None)
    return found if isinstance(found, FormData) else FormData()


def text(request: Request, name: str, default: str = "") -> str:
    """A text field of the form, without spaces at its ends."""
    value = form(request).get(name)
    return value.strip() if isinstance(value, str) else default


def secret(request: Request, name: str) -> str:
    """A passphrase or password of the form, every character as it was typed."""
    value = form(request).get(name)
    return value if isinstance(value, str) else ""


def texts(request: Request, name: str) -> list[str]:
    """All values of a field that may come several times (ticked boxes)."""
    return [v for v in form(request).getlist(name) if isinstance(v, str)]


def upload(request: Request, name: str) -> UploadFile | None:
    """A file of the form; None where none was chosen. See ``web/uploads.py`` for reading it safely."""
    value = form(request).get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


def typed(request: Request) -> list[tuple[str, str]]:
    """What someone typed into a form that could not be taken, to show it back: long enough to hurt, and no secret."""
    return [
        (name, value)
        for name, value in form(request).multi_items()
        if isinstance(value, str) and name != FIELD and "pass" not in name and len(value.strip()) > 20
    ]


def sign_in(request: Request, user: str | None, *, recovered: bool = False) -> None:
    """Begin a visit with a new token, and forget the one that the browser had before; the answer takes it along.

    Args:
        request: what is answered.
        user: the account's id; None: the owner.
        recovered: came in with the recovery code.
    """
    visits = state_of(request).visits
    token = visits.begin(user, browser_token(request), recovered=recovered)
    request.state.new_token = token
    request.state.visit = visits.find(token)
    if hasattr(request.state, "user"):
        del request.state.user


def sign_out(request: Request) -> None:
    """End the visit of this browser; the answer takes its token away."""
    state_of(request).visits.end(browser_token(request))
    request.state.new_token = ""
    request.state.visit = None


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page.

    Args:
        request: what is answered.
        template: its name in ``web/templates``.
        status: the HTTP status.
        values: what the template shows. Plain strings are cleaned and escaped on their way in. Besides these a template has:
            ``csrf`` (the hidden field, as markup), ``csrf_token``, ``user`` (None: the owner), ``role`` (None: nobody is
            signed in), ``path``, ``language`` and ``direction`` (of the page; pass ``language``, a code or a ``Language``,
            for another than English), ``_`` (a sentence or key in that language), ``notes`` (sentences to show once),
            ``static(name)``.
    """
    state = state_of(request)
    token, visit = browser_token(request), current_visit(request)
    if not token:
        token = request.state.new_token = new_token()
    code = state.visits.csrf(token)
    notes: list[str] = []
    if visit is not None:
        notes, visit.notes = visit.notes, []
    user, role = _known(request)
    language = values.pop("language", None) or choose(FALLBACK)
    language = language if isinstance(language, Language) else choose(language)
    page = environment().get_template(template).render(
        csrf=Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, code),
        csrf_token=code,
        user=user,
        role=role,
        path=request.url.path,
        language=language.code,
        direction=language.direction,
        _=translator(language),
        notes=notes,
        **values,
    )  # fmt: skip
    return HTMLResponse(page, status_code=status)


def _known(request: Request) -> tuple[User | None, str | None]:
    """Who is signed in, also on a page that asks for nobody; the role is None where nobody is."""
    try:
        user = current_user(request)
    except (GoTo, AskAgainError):
        return None, None
    return user, role_of(user)


@cache
def environment() -> Environment:
    """The templates of the web, and after them those of the reports, whose parts pages may include."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("reattune.web"),
                PackageLoader("reattune.report"),
                PackageLoader("reattune.report.ratings"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.globals["static"] = _static
    made.globals["strength_words"] = strength.for_script()
    return made


def _finalize(value: object) -> object:
    return for_page(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _static(name: str) -> str:
    """The address of a file in ``static``; it changes with the content, so browsers may keep what they have."""
    content = files("reattune.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
