"""Transcripts in and out: one module a format, found by content, with a role for every voice.

``read`` gives sessions, ``write`` puts them back, ``sniff`` names a file's format, ``FORMATS`` lists them
all.
"""

from reattune.formats.catalog import FORMATS
from reattune.formats.draft import Format
from reattune.formats.reading import read, read_bytes, sniff
from reattune.formats.writing import dump, write

__all__ = ["FORMATS", "Format", "dump", "read", "read_bytes", "sniff", "write"]
