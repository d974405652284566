"""Self-contained HTML pages: nothing is fetched, only the page's own style and script may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reattune.report.clean import for_page


def render(
    template: str, *, styles: Sequence[str] = ("page.css",), script: str = "page.js", **values: Any
) -> str:
    """A page.

    Args:
        template: its name.
        styles: style sheets, one after the other.
        script: the page's script.
        values: what the template shows. Plain strings are cleaned and escaped on their way in.
    """
    style, code = "".join(_part(name) for name in styles), _part(script)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(code)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(
        style=Markup(style),  # our own files, not the session's words
        script=Markup(code),
        policy=policy,
        **values,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader("reattune.report"), PackageLoader("reattune.report.ratings")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )


def _finalize(value: object) -> object:
    """Clean every plain string on its way into a page; markup is the templates' own."""
    return for_page(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _part(name: str) -> str:
    environment = _environment()
    if environment.loader is None:
        raise FileNotFoundError(name)
    source, _, _ = environment.loader.get_source(environment, name)
    return f"\n{source.strip()}\n"


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
