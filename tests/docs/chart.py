"""Makes the README's picture of a client's chart anew: ``python -m tests.docs.chart``, from the repository's root."""

from __future__ import annotations

import sys
from pathlib import Path

import reattune
from reattune.report.ratings.pictures import drawing

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/images/client-chart.png"
CASELOAD = ROOT / "examples/ratings/caseload-wide.csv"
CASE = "C09"


def monitoring() -> reattune.Monitoring:
    """The caseload after the default rule."""
    return reattune.monitor(reattune.read_ratings(CASELOAD))


def main() -> int:
    """Write the picture."""
    PICTURE.write_bytes(drawing(monitoring(), [CASE]).png())
    return 0


if __name__ == "__main__":
    sys.exit(main())
