"""``python -m reattune``: the command line."""

from reattune.cli import main

main()
