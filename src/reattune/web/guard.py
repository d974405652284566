"""Every form is checked before its page sees it: it came from one of our pages, and from this browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request

from reattune.web.state import State

FIELD = "csrf"
"""The hidden field that every form carries."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignFormError(Exception):
    """A form that did not come from one of our pages.

    Args:
        same_site: whether the browser says that it did come from here (then it is merely old, and what was typed is shown back).
    """

    def __init__(self, same_site: bool) -> None:
        self.same_site = same_site
        super().__init__("form refused")


async def check_form(request: Request) -> None:
    """Read and check the form of any request that changes something; it is then at ``request.state.form``.

    Two checks, each enough by itself: what the browser says about where the form came from, and the token in it.

    Raises:
        ForeignFormError: one of them fails.
    """
    if request.method in SAFE:
        return
    state: State = request.app.state.reattune
    if not from_here(request):
        raise ForeignFormError(same_site=False)
    form = await request.form(max_part_size=state.config.upload_limit)
    request.state.form = form
    given = request.headers.get("x-csrf") or _text(form, FIELD)
    if not state.visits.csrf_holds(request.cookies.get(state.config.cookie), given):
        raise ForeignFormError(same_site=True)


def from_here(request: Request) -> bool:
    """Whether the browser's own headers say that the request came from one of our pages.

    ``Origin`` is ``null`` under our referrer policy, also for our own forms, and then says nothing.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return True
    return urlsplit(origin).netloc == request.headers.get("host")


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
