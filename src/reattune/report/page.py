"""Findings as self-contained HTML pages: nothing is fetched, only the page's own style and script may run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reattune.report import words
from reattune.report.look import look
from reattune.report.rendering import render
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
    return render("session.html.j2", headline=words.HEADLINE, view=view(findings), index=index)


def to_html_index(entries: Iterable[IndexEntry]) -> str:
    """An index page over several sessions' pages, in the order given."""
    return render("index.html.j2", headline=words.HEADLINE, entries=tuple(entries))
