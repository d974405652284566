"""Charts of ratings: Vega-Lite, drawn to SVG and PNG on this machine by vl-convert. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reattune.errors import MissingExtraError
from reattune.report.clean import for_page
from reattune.report.ratings import words
from reattune.report.ratings.figure import Figure
from reattune.report.ratings.marks import (
    EDGE,
    FULL,
    GLANCE,
    GRID,
    INK,
    PAPER,
    SOFT,
    Sizes,
    Spec,
    chances,
    key,
    layers,
    y_title,
)  # fmt: skip

VEGA_LITE = "5.20"
"""Version of the grammar in which the charts are written; vl-convert brings it along."""

FONT = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Helvetica Neue, Arial, sans-serif"
WIDTH, NARROW = 640, 210
HEIGHT, STRIP = 230, 44
SMALL = 210, 88
COLUMNS = 3
PNG_SCALE = 2.0
SMALL_KEY = "Shaded: a drop worth asking about. Ring: flagged. Triangle: back. ×: no form."


def chart(figure: Figure, *, width: int = WIDTH, heading: bool = True) -> Spec:
    """One form of one case, as a Vega-Lite specification.

    Args:
        figure: its numbers.
        width: of the plot, in pixels.
        heading: whether title and key stand above it.
    """
    axes = {"width": width, "height": HEIGHT}
    x = _x(figure, width, labels=not figure.probable)
    parts = [{**axes, "layer": layers(figure, FULL, x, _y(figure, FULL))}]
    if figure.probable:
        parts.append({"width": width, "height": STRIP, "layer": chances(figure, _x(figure, width))})
    whole: Spec = {"vconcat": parts, "spacing": 8}
    if heading:
        whole["title"] = _title(for_page(figure.title), [key(figure)])
    return _dressed(whole)


def glance(figure: Figure, *, width: int = SMALL[0]) -> Spec:
    """One form of one case, small, without a heading."""
    return _dressed(_small(figure, width))


def multiples(figures: Sequence[Figure], *, columns: int = COLUMNS, note: str = "") -> Spec:
    """Many cases side by side.

    Args:
        figures: one a case and form.
        columns: beside each other.
        note: a line under the heading.
    """
    forms = {figure.forms for figure in figures}
    parts = []
    for figure in figures:
        title = {
            "text": for_page(figure.case if len(forms) == 1 else figure.title),
            "anchor": "start",
            "frame": "group",
            "fontSize": 12,
            "offset": 8,
            "limit": 230,
        }
        parts.append({**_small(figure, SMALL[0]), "title": title})
    whole = {"concat": parts, "columns": columns, "spacing": {"row": 56, "column": 52}, "bounds": "flush"}
    return _dressed(
        {
            **whole,
            "title": _title(
                ": ".join((words.HEADLINE, *(forms if len(forms) == 1 else ()))), [SMALL_KEY, note]
            ),
        }
    )


def to_svg(spec: Spec, title: str, description: str, name: str) -> str:
    """A chart as SVG, with a title and a description for screen readers.

    Args:
        spec: the chart.
        title, description: what it shows.
        name: letters and digits that no other picture on the page has.

    Raises:
        MissingExtraError: vl-convert is not installed.
    """
    svg: str = _converter().vegalite_to_svg(spec, vl_version=VEGA_LITE)
    head, body = re.sub(r"^<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*", "", svg, flags=re.DOTALL).split(">", 1)
    # To a screen reader it is one picture with a description, not a heap of marks.
    body = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", body)
    body = re.sub(r'(id="|url\(#)(?=clip|gradient)', rf"\g<1>{name}-", body)
    texts = (
        f'<title id="{name}-title">{escape(for_page(title))}</title>'
        f'<desc id="{name}-desc">{escape(for_page(description))}</desc>'
    )
    return f'{head} role="img" aria-labelledby="{name}-title {name}-desc">{texts}{body}'


def to_png(spec: Spec) -> bytes:
    """A chart as PNG.

    Raises:
        MissingExtraError: vl-convert is not installed.
    """
    png: bytes = _converter().vegalite_to_png(spec, vl_version=VEGA_LITE, scale=PNG_SCALE)
    return png


def to_altair(spec: Spec) -> Any:
    """A chart as an Altair chart, to restyle or to show in a notebook.

    Raises:
        MissingExtraError: Altair is not installed.
    """
    try:
        import altair
    except ImportError as error:
        raise _missing("altair") from error
    return altair.Chart.from_dict({k: v for k, v in spec.items() if k != "$schema"})


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise _missing("vl-convert-python") from error
    return vl_convert


def _missing(package: str) -> MissingExtraError:
    return MissingExtraError(
        f"Charts need {package}, which is not installed",
        mend='Install what charts need: pip install "reattune[charts]"',
    )


def _small(figure: Figure, width: int) -> Spec:
    x = _x(figure, width, title=False)
    return {"width": width, "height": SMALL[1], "layer": layers(figure, GLANCE, x, _y(figure, GLANCE))}


def _x(figure: Figure, width: int, *, labels: bool = True, title: bool = True) -> Spec:
    every = 1
    while (figure.last - figure.first + 1) / every > max(6, width // 30):
        every = {1: 2, 2: 5}.get(every, every * 2)
    first = figure.first if every <= 2 else -(-figure.first // every) * every
    return {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [figure.first - 0.5, figure.last + 0.5], "nice": False, "zero": False},
        "axis": {
            "title": "Session" if title and labels else None,
            "values": list(range(first, figure.last + 1, every)),
            "format": "d",
            "labels": labels,
            "ticks": labels,
            "grid": False,
        },
    }


def _y(figure: Figure, sizes: Sizes) -> Spec:
    values = _ticks(figure, 6 if sizes is FULL else 3)
    whole = all(float(value).is_integer() for value in values)
    return {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [figure.low, figure.high], "nice": False, "zero": False},
        "axis": {
            "title": y_title(figure) if sizes is FULL else None,
            "values": values,
            "format": "d" if whole else "~g",
            "minExtent": 34 if sizes is FULL else 26,
        },
    }


def _ticks(figure: Figure, most: int) -> list[float]:
    """Round numbers inside both the picture and the form's range: the closest together of which there are at most so many."""
    low, high = max(figure.low, figure.watched.measure.low), min(figure.high, figure.watched.measure.high)
    found = [low]
    for step in sorted((s * 10.0**p for p in range(-3, 4) for s in (1, 2, 5)), reverse=True):
        first, last = int(-(-(low - 1e-9) // step)), int((high + 1e-9) // step)
        if last - first + 1 > most:
            break
        found = [round(n * step, 6) for n in range(first, last + 1)] or found
    return found


def _title(text: str, lines: Sequence[str]) -> Spec:
    return {
        "text": text, "subtitle": [line for line in lines if line], "anchor": "start", "frame": "group", "offset": 12,
    }  # fmt: skip


def _dressed(spec: Spec) -> Spec:
    axis = {
        "labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal", "domainColor": EDGE, "tickColor": EDGE, "gridColor": GRID, "labelPadding": 5,
        "titlePadding": 8,
    }  # fmt: skip
    title = {
        "color": INK, "fontSize": 16, "fontWeight": 600, "subtitleColor": SOFT, "subtitleFontSize": 12,
        "subtitlePadding": 5,
    }  # fmt: skip
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.split('.', 1)[0]}.json",
        **spec,
        "background": PAPER,
        "padding": {"left": 10, "top": 10, "right": 22, "bottom": 10},
        "config": {"font": FONT, "aria": False, "axis": axis, "title": title, "view": {"stroke": None}},
    }
