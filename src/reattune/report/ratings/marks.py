"""The layers of a client's chart, as Vega-Lite: told apart by shape and dash, not by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reattune.report.clean import for_page
from reattune.report.ratings import words
from reattune.report.ratings.figure import Figure, Shade
from reattune.report.words import listed

INK, SOFT, PAPER = "#22272b", "#545c63", "#ffffff"
GRID, WASH, EDGE = "#dfe2e0", "#f3e9d2", "#767e84"
CLIENTS, OTHERS = "#14536f", "#875200"
"""Colours of the house's pages; the page gives them others in the dark, by these very values."""

SHAPES = ("circle", "square", "diamond", "triangle-down")
DASHES = ([1, 0], [6, 4], [2, 3], [8, 3, 2, 3])

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of marks, in pixels (areas for points)."""

    line: float
    point: float
    ring: float
    triangle: float
    lift: float
    text: float


FULL = Sizes(line=2, point=48, ring=190, triangle=85, lift=-14, text=12)
GLANCE = Sizes(line=1.4, point=16, ring=70, triangle=36, lift=-9, text=11)


def layers(figure: Figure, sizes: Sizes, x: Spec, y: Spec) -> list[Spec]:
    """Everything inside the axes, from back to front."""
    full = sizes is FULL
    made = [_shading(figure, x), _ends(figure, y)]
    if full:
        made += [_end_names(figure, x, y), *_limits(figure, x, y)]
    made += [*_lines(figure, sizes, x, y), *_flags(figure, sizes, x, y)]
    made += [*_spans(figure, x, y), *_missed(figure, sizes, x, y)]
    if full:
        made += _names(figure, x, y)
    return made


def chances(figure: Figure, x: Spec) -> list[Spec]:
    """Bars of the probability of a drop, one a rating."""
    wide = 0.3 if len(figure.lines) > 1 else 0.34
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {
            "values": [0, 0.5, 1],
            "format": "%",
            "title": ["Chance", f"of a {words.move(figure.watched)}"],
            "minExtent": 34,
        },
    }
    made = []
    for n, line in enumerate(figure.lines[:2]):
        left = (n - 0.5) * wide if len(figure.lines) > 1 else -wide / 2
        rows = [
            {"x": p.session + left, "x2": p.session + left + wide * 0.9, "y": p.probability, "y0": 0}
            for p in line.series.points
            if p.probability is not None
        ]
        mark = {"type": "rect", "fill": PAPER if n else CLIENTS, "stroke": colour(n), "strokeWidth": 1}
        made.append(_mark(rows, mark, x=x, y=y, x2=_field("x2"), y2=_field("y0")))
    return made


def colour(n: int) -> str:
    """The colour of a figure's nth line."""
    return OTHERS if n else CLIENTS


def _mark(rows: Sequence[Mapping[str, Any]], mark: Spec, **encoding: Spec) -> Spec:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _field(name: str) -> Spec:
    return {"field": name}


def shaded(figure: Figure, shade: Shade) -> bool:
    """Whether an episode is shaded."""
    return shade.series == figure.lines[0].series


def _shading(figure: Figure, x: Spec) -> Spec:
    """The first rater's drops, the client's, are shaded; other people's have a line above alone."""
    rows = [{"x": s.start, "x2": s.end} for s in figure.shades if shaded(figure, s)]
    return _mark(rows, {"type": "rect", "fill": WASH, "clip": True}, x=x, x2=_field("x2"))


def ends(figure: Figure) -> list[tuple[float, str]]:
    """The form's ends, as far as they are in the picture, with their names."""
    measure = figure.watched.measure
    named = ((measure.low, "lowest score possible"), (measure.high, "highest score possible"))
    return [(end, name) for end, name in named if figure.low <= end <= figure.high]


def _ends(figure: Figure, y: Spec) -> Spec:
    rows = [{"y": end} for end, _ in ends(figure)]
    return _mark(rows, {"type": "rule", "stroke": EDGE, "strokeWidth": 1}, y=y)


def _end_names(figure: Figure, x: Spec, y: Spec) -> Spec:
    rows = [{"x": figure.first - 0.5, "y": end, "name": name} for end, name in ends(figure)]
    mark = {
        "type": "text", "align": "left", "baseline": "bottom", "dx": 5, "dy": -3, "fontSize": 11, "fill": SOFT,
    }  # fmt: skip
    return _mark(rows, mark, x=x, y=y, text={"field": "name"})


def _limits(figure: Figure, x: Spec, y: Spec) -> list[Spec]:
    """A short dashed line a session where the rule gives a limit and no probability; the first rater's."""
    if figure.probable:
        return []
    rows = [
        {"x": p.session - 0.3, "x2": p.session + 0.3, "y": p.limit}
        for p in figure.lines[0].series.points
        if p.limit is not None and figure.low <= p.limit <= figure.high
    ]
    mark = {"type": "rule", "stroke": EDGE, "strokeWidth": 1.3, "strokeDash": [3, 2]}
    return [_mark(rows, mark, x=x, y=y, x2=_field("x2"))]


def _lines(figure: Figure, sizes: Sizes, x: Spec, y: Spec) -> list[Spec]:
    made = []
    for n, line in reversed(list(enumerate(figure.lines))):
        runs = zip(line.series.points, line.runs, strict=True)
        rows = [{"x": p.session, "y": p.score, "run": run} for p, run in runs]
        kind = n % len(SHAPES)
        drawn = {"type": "line", "stroke": colour(n), "strokeWidth": sizes.line, "strokeDash": DASHES[kind]}
        dots = {
            "type": "point", "shape": SHAPES[kind], "size": sizes.point, "opacity": 1, "stroke": colour(n),
            "fill": PAPER if n else CLIENTS, "strokeWidth": 0.8 * sizes.line,
        }  # fmt: skip
        made += [
            _mark(rows, drawn, x=x, y=y, detail={"field": "run", "type": "nominal"}),
            _mark(rows, dots, x=x, y=y),
        ]
    return made


def _flags(figure: Figure, sizes: Sizes, x: Spec, y: Spec) -> list[Spec]:
    made = []
    for n, line in enumerate(figure.lines):
        rows = [{"x": p.session, "y": p.score} for p in line.series.points if p.flagged]
        ring = {
            "type": "point", "shape": "circle", "size": sizes.ring, "fill": None, "stroke": colour(n),
            "strokeWidth": 0.8 * sizes.line, "opacity": 1,
        }  # fmt: skip
        back = {drop.episode.recovery for drop in line.series.drops}
        there = [{"x": p.session, "y": p.score} for p in line.series.points if p.session in back]
        triangle = {
            "type": "point", "shape": "triangle-up", "size": sizes.triangle, "yOffset": sizes.lift,
            "fill": PAPER if n else INK, "stroke": INK, "strokeWidth": 0.5 * sizes.line, "opacity": 1,
        }  # fmt: skip
        made += [_mark(rows, ring, x=x, y=y), _mark(there, triangle, x=x, y=y)]
    return made


def _spans(figure: Figure, x: Spec, y: Spec) -> list[Spec]:
    """A line above each episode, dashed as its rater's line is."""
    made = []
    for n, line in enumerate(figure.lines):
        rows = [
            {"x": s.start + 0.06, "x2": s.end - 0.06, "y": figure.marks_at}
            for s in figure.shades
            if s.series.rater == line.series.rater
        ]
        mark = {
            "type": "rule", "stroke": colour(n), "strokeWidth": 3, "strokeDash": DASHES[n % len(DASHES)],
            "yOffset": 5 * n, "clip": True,
        }  # fmt: skip
        made.append(_mark(rows, mark, x=x, y=y, x2=_field("x2")))
    return made


def _missed(figure: Figure, sizes: Sizes, x: Spec, y: Spec) -> list[Spec]:
    made = []
    for n, line in enumerate(figure.lines):
        rows = [{"x": session, "y": figure.missed_at, "name": "×"} for session in line.series.missed]
        mark = {
            "type": "text", "fontSize": 1.5 * sizes.text, "fontWeight": 600, "fill": colour(n), "baseline": "middle",
            "yOffset": -1.1 * sizes.text * n,
        }  # fmt: skip
        made.append(_mark(rows, mark, x=x, y=y, text={"field": "name"}))
    return made


def _names(figure: Figure, x: Spec, y: Spec) -> list[Spec]:
    made = []
    for n, line in enumerate(figure.lines):
        last = line.series.points[-1].session
        rows = [{"x": last, "y": line.label_at, "name": for_page(line.series.rater)}]
        mark = {
            "type": "text", "align": "left", "dx": 13, "fontSize": 12, "fontWeight": 600, "fill": colour(n),
            "clip": False, "limit": 90,
        }  # fmt: skip
        made.append(_mark(rows, mark, x=x, y=y, text={"field": "name"}))
    return made


def key(figure: Figure) -> str:
    """What the marks mean, one line; only those that are there."""
    side = "below" if figure.watched.measure.higher_is_better else "above"
    limits = any(p.limit is not None for line in figure.lines[:1] for p in line.series.points)
    others = dict.fromkeys(words.whose(s.series.rater) for s in figure.shades if not shaded(figure, s))
    parts = [
        (any(shaded(figure, s) for s in figure.shades), f"shaded: {words.headline(figure.watched).lower()}"),
        (bool(others), f"dashed line above: the same in {listed(list(others))} ratings"),
        (any(p.flagged for line in figure.lines for p in line.series.points), "ring: flagged"),
        (any(shade.drop.back for shade in figure.shades), "triangle: back"),
        (limits and not figure.probable, f"short dashes: {side} them the rule flags"),
        (bool(figure.missed), "×: no form"),
    ]
    line = "; ".join(text for there, text in parts if there)
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def y_title(figure: Figure) -> str:
    """The form and its range."""
    measure = figure.watched.measure
    turned = "" if measure.higher_is_better else ", high is strained"
    return f"{figure.forms} ({measure.low:g}–{measure.high:g}{turned})"
