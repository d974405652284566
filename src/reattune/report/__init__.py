"""Findings for people and machines: pure functions, from ``Findings`` to text.

``to_dict`` and ``to_json_line`` keep the JSON contract, ``to_csv`` gives a row for each turn, ``to_html`` a
page to read and print, ``to_terminal`` something for Rich to print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reattune.report.data import CSV_COLUMNS, csv_rows, to_csv, to_dict, to_json_line

if TYPE_CHECKING:
    from reattune.report.page import IndexEntry, to_html, to_html_index
    from reattune.report.terminal import to_terminal

__all__ = [
    "CSV_COLUMNS",
    "IndexEntry",
    "csv_rows",
    "to_csv",
    "to_dict",
    "to_html",
    "to_html_index",
    "to_json_line",
    "to_terminal",
]


def __getattr__(name: str) -> Any:
    """Load the parts that need Jinja2 or Rich only when they are used."""
    if name in ("IndexEntry", "to_html", "to_html_index"):
        from reattune.report import page

        return getattr(page, name)
    if name == "to_terminal":
        from reattune.report.terminal import to_terminal

        return to_terminal
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
