"""Findings as self-contained HTML pages: nothing is fetched, only the page's own style and script may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reattune.report import words
from reattune.report.clean import for_page
from reattune.report.look import look
from reattune.report.view import facts, view
from reattune.ruptures.findings import Findings


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One session in the index of several: its page, and what to look at first there."""

    href: str
    session: str
    source: str
    facts: tuple[str, ...]
    strains: str
    what: str
    sure: str

    @classmethod
    def of(cls, findings: Findings, href: str) -> IndexEntry:
        """The entry for a session whose page is at ``href`` (relative to the index)."""
        found = words.count(len(findings.episodes), "possible strain") if findings.episodes else "none found"
        source = findings.session.source or ""
        first = look(findings)
        return cls(href, findings.session.id, source, facts(findings.session), found, first.what, first.sure)


def to_html(findings: Findings, *, index: str | None = None) -> str:
    """One session as a page of its own.

    Args:
        findings: what was found.
        index: address of an index page to link back to, relative to this page.
    """
    return _render("session.html.j2", view=view(findings), index=index)


def to_html_index(entries: Iterable[IndexEntry]) -> str:
    """An index page over several sessions' pages, in the order given."""
    return _render("index.html.j2", entries=tuple(entries))


def _render(template: str, **values: Any) -> str:
    environment = _environment()
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return environment.get_template(template).render(
        style=Markup(style),  # our own file, not the session's words
        script=Markup(script),
        policy=policy,
        headline=words.HEADLINE,
        **values,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reattune.report"),
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
    loader = PackageLoader("reattune.report")
    source, _, _ = loader.get_source(_environment(), name)
    return f"\n{source.strip()}\n"


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
