"""The ways of writing the same talk down differently stand beside the benchmarks: put their folder where Python looks."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
