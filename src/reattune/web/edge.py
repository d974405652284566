"""What every request passes before any page sees it, and every answer after: names, sizes, headers, the last resort."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reattune.web.config import WebConfig
from reattune.web.guard import SAFE
from reattune.web.places import from_this_computer

_log = logging.getLogger("reattune.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Everything from here or not at all, and nothing inline: words from a session can never become a program."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), midi=(), payment=(), serial=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
}
_DRAIN_BYTES = 2 * 1024**3
_DRAIN_SECONDS = 60.0


class SafeHeaders:
    """Adds the security headers to every answer, and forbids keeping a copy of any page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if not scope.get("path", "").startswith("/static/") or message["status"] >= 400:
                    headers["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)


class TokenCookie:
    """Gives the browser the new token that a page put at ``request.state.new_token``; an empty one takes the cookie away."""

    def __init__(self, app: ASGIApp, *, config: WebConfig) -> None:
        self._app, self._config = app, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the cookie added."""

        async def add(message: Message) -> None:
            token = scope.get("state", {}).get("new_token")
            if message["type"] == "http.response.start" and token is not None:
                # Without an age: gone with the browser. Out of reach for scripts and for other sites.
                parts = [f"{self._config.cookie}={token}", "Path=/", "HttpOnly", "SameSite=Strict"]
                parts += ["Secure"] if self._config.tls else []
                parts += [] if token else ["Max-Age=0"]
                MutableHeaders(scope=message).append("set-cookie", "; ".join(parts))
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)


class KnownNames:
    """Answers to its own names only: a page elsewhere whose name points here gets nothing."""

    def __init__(self, app: ASGIApp, *, names: tuple[str, ...]) -> None:
        self._app, self._names = app, {n.lower() for n in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign name with 421."""
        if scope["type"] == "http" and host_name(Headers(scope=scope).get("host", "")) not in self._names:
            answer = PlainTextResponse(
                "This is not an address of this practice. Use the address that `reattune serve` printed.\n",
                421,
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def host_name(host: str) -> str:
    """The name in a Host header: lower case, without port, brackets and a closing dot."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


class BodyLimit:
    """Takes no more bytes than a form may have; the rest is read and thrown away, so that the browser shows our answer."""

    def __init__(
        self, app: ASGIApp, *, config: WebConfig, too_large: Callable[[Request, int], Response]
    ) -> None:
        self._app, self._config, self._too_large = app, config, too_large

    def _limit(self, scope: Scope) -> int:
        """A backup comes from this computer alone, a file from people who are signed in; others send words at most."""
        request, config = Request(scope), self._config
        if scope["path"] == "/first-run/restore" and from_this_computer(request):
            return config.restore_limit
        known = scope["app"].state.reattune.visits.find(request.cookies.get(config.cookie)) is not None
        return config.upload_limit if known else min(config.upload_limit, config.visitor_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page about size where there is too much."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._config.visitor_limit if scope["method"] in SAFE else self._limit(scope)
        length = Headers(scope=scope).get("content-length", "0")
        seen, started, ended = 0, False, False

        async def counted() -> Message:
            nonlocal seen, ended
            message = await receive()
            seen += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            if seen > limit:
                raise _TooMuchError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        # Between the two checks nothing slips through: a length that is stated, and the bytes that come.
        if length.isdecimal() and int(length) <= limit:
            try:
                await self._app(scope, counted, watched)
                return
            except _TooMuchError:
                if started:
                    return
        if not ended:
            await _drain(receive)
        await self._too_large(Request(scope), limit)(scope, receive, send)


class _TooMuchError(BaseException):
    """Passes every ``except Exception`` on its way out: nothing may mistake it for a fault in the form."""


async def _drain(receive: Receive) -> None:
    left = _DRAIN_BYTES
    with anyio.move_on_after(_DRAIN_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b"")) + 1
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return


class LastResort:
    """An error of our own becomes a calm page. The log gets its kind and its place in the code, never its words."""

    def __init__(self, app: ASGIApp, *, fault: Callable[[Request, Exception], Response]) -> None:
        self._app, self._fault = app, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; on an error, answer with the page about it."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            _log.error("an error of reattune's own: %s", place(error))
            if not started and scope["type"] == "http":
                await self._fault(Request(scope), error)(scope, receive, send)


def place(error: BaseException) -> str:
    """The kind of an error and where in our code it arose; nothing of its text, which could hold spoken words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "reattune" in Path(f.filename).parts] or frames[-1:]
    spot = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown place"
    return f"{type(error).__name__} at {spot}"
