"""QR codes as inline SVG, and the address under which others reach this practice."""

from __future__ import annotations

import segno
from markupsafe import Markup
from starlette.requests import Request

from reattune.web.config import LOOPBACK
from reattune.web.context import state_of
from reattune.web.edge import host_name


def qr_code(address: str) -> Markup:
    """The address as a QR code that still reads when a seventh of it is dirty. Black on the page's ground: put it on white."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None))


def base_address(request: Request) -> str:
    """Scheme, name and port that a client's device must call: the network's name of this computer, where it answers to one."""
    config = state_of(request).config
    here = request.headers.get("host", "")
    if host_name(here) in LOOPBACK:
        elsewhere = next((n for n in config.names if n not in LOOPBACK), None)
        if elsewhere is not None:
            name = f"[{elsewhere}]" if ":" in elsewhere else elsewhere
            here = f"{name}:{config.port}"
    return f"{'https' if config.tls else request.url.scheme}://{here}"


def only_here(request: Request) -> bool:
    """Whether the practice's links open on this computer only, because nobody asked for it to be reached from others."""
    return host_name(base_address(request).partition("://")[2]) in LOOPBACK
