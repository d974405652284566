"""Without the extra the core works, and the store says what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("missing", ["sqlalchemy", "alembic", "cryptography"])
def test_the_store_names_its_extra(missing):
    told = run(
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import reattune\n"
        "from reattune.errors import MissingExtraError\n"
        "try:\n    import reattune.store\nexcept MissingExtraError as error:\n    print(error)"
    )
    assert "pip install 'reattune[practice]'" in told


def test_a_driver_that_is_missing_is_named(tmp_path):
    told = run(
        "import sys; sys.modules['sqlcipher3'] = None; sys.modules['psycopg'] = None\n"
        "from reattune.errors import MissingExtraError\n"
        "from reattune.store import Database\n"
        f"for where in ({str(tmp_path / 'p')!r}, 'postgresql://me@nowhere/db'):\n"
        "    try:\n        Database.create(where, 'four words with nothing in common')\n"
        "    except MissingExtraError as error:\n        print(error)"
    )
    assert "pip install 'reattune[practice]'" in told
    assert "pip install 'reattune[postgres]'" in told
    assert list(tmp_path.iterdir()) == []


def test_the_core_does_not_load_the_store():
    assert (
        run("import sys, reattune\nprint([m for m in sys.modules if m.startswith('sqlalchemy')])") == "[]\n"
    )
