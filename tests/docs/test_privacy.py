"""What docs/privacy.md promises of the run time: it keeps no identifier and has nothing to send."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_loading_the_coder_leaves_no_telemetry_behind(tmp_path: Path) -> None:
    """ONNX Runtime's official builds report to their maker unless told not to before they are loaded."""
    program = (
        "import os, sys\n"
        "import reattune.coders.embedded\n"
        "sys.exit(0 if os.environ.get('ORT_DISABLE_TELEMETRY') == '1' else 'telemetry was left on')"
    )
    quiet = ("ORT_", "XDG_", "CI", "GITHUB")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(quiet)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "LOCALAPPDATA": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    left = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert (done.returncode, left) == (0, []), done.stderr
