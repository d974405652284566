"""Makes the README's picture and its first result anew: ``python -m tests.docs.picture``, from the repository's root.

The example is coded by the model in the package; while there is none, with the codes given by hand, and the README says so.
Needs playwright and chromium.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

import reattune
from reattune.coders import HumanCoder, read_codings
from reattune.errors import ModelError
from reattune.report import to_terminal

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / "docs/images/report.png"
COMMAND = re.compile(
    r"^\.venv/bin/reattune analyze (?P<example>\S+)\n```\n\n```text\n(?P<shown>.*?)^```$", re.M | re.S
)
CAPTION = re.compile(r"^\*Example .* coded by .*\*$", re.M)
END = "  The session as a whole"
WIDTH = 100
CUT = "..."
VIEWPORT = {"width": 960, "height": 900}


def example() -> reattune.Session:
    """The session that the README shows."""
    found = COMMAND.search(README.read_text(encoding="utf-8"))
    if not found:
        raise ValueError("the README shows no command with its result")
    session = reattune.read(ROOT / found["example"])
    if not isinstance(session, reattune.Session):
        raise ValueError("the README's example is not one session")
    return session


def analysis() -> reattune.Analysis:
    """The README's example, by the shipped model."""
    return reattune.analyze(example())


def by_hand() -> reattune.Analysis:
    """The README's example, with the codes given by hand."""
    session = example()
    codes = read_codings(ROOT / "examples/codes.jsonl")[session.id]
    return reattune.analyze(session, HumanCoder(codes, "first coder"))


def first_lines(made: reattune.Analysis) -> str:
    """What the terminal shows of the moments found, without what follows."""
    stream = io.StringIO()
    Console(file=stream, width=WIDTH, highlight=False, markup=False, emoji=False).print(to_terminal(made))
    lines = [line.rstrip() for line in stream.getvalue().rstrip().splitlines()]
    return "\n".join([*lines[: lines.index(END)], CUT]) + "\n"


def take(page: str) -> None:
    """The top of the page as a picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        shot = browser.new_page(viewport=VIEWPORT, device_scale_factor=1.25)
        shot.goto(path.as_uri())
        shot.screenshot(path=PICTURE)
        browser.close()


def main() -> int:
    """Write both."""
    try:
        made = analysis()
        who = f"the shipped model, {made.coder.name} {made.coder.version}"
    except ModelError:
        made, who = by_hand(), "hand: the shipped model's own reading can differ"
    text = CAPTION.sub(f"*Example `{made.session.id}`, coded by {who}.*", README.read_text(encoding="utf-8"))
    if found := COMMAND.search(text):
        text = text[: found.start("shown")] + first_lines(made) + text[found.end("shown") :]
    README.write_text(text, encoding="utf-8")
    take(made.to_html())
    return 0


if __name__ == "__main__":
    sys.exit(main())
