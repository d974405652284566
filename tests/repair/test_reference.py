"""The page about repair says what the data and the code say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from reattune.repair.reference import reference

from .test_frame import benchmark

PAGE = (Path(__file__).parents[2] / "docs/reference-repair.md").read_text(encoding="utf-8")


def test_the_page_lists_the_knowledge_base_as_it_is():
    assert PAGE.endswith(reference()), (
        "write its end anew: python -c 'from reattune.repair.reference import reference'"
    )


def test_the_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    space: dict = {}
    for node in ast.parse(code).body:
        line = code.splitlines()[node.lineno - 1]
        if isinstance(node, ast.Expr) and "# -> " in line:
            value = eval(compile(ast.Expression(node.value), "<page>", "eval"), space)
            assert repr(value) == line.split("# -> ")[1]
        else:
            exec(compile(ast.Module([node], []), "<page>", "exec"), space)


def test_the_figures_are_the_ones_measured():
    right, wrong, missed = benchmark.measure("measure")["all"]
    rows = benchmark.rows("measure")
    about = sum(r["area"] != "-" for r in rows)
    precision, recall = (f"{x:.2f}".lstrip("0") for x in (right / (right + wrong), right / (right + missed)))
    told = re.sub(r"\s+", " ", PAGE)
    assert f"precision {precision}, recall {recall}** ({right} found, {wrong} false)" in told
    assert (
        f"on {len(rows)} sentences" in told
        and f"({about} about the frame, {len(rows) - about} near misses)" in told
    )
