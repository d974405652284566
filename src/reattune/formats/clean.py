"""Words as they are kept: one line, no control characters, nothing that a file cannot hold."""

from __future__ import annotations

import re

# Controls, lone surrogates (from JSON escapes), byte-order marks and the code points that Unicode leaves to
# nobody:
# no text format carries them, and XML and UTF-8 refuse some outright.
_UNKEEPABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_LABEL_LIMIT = 80


def clean(text: str) -> str:
    """``text`` on one line: runs of white space and line breaks become one space, unkeepable characters
    go."""
    return " ".join(_UNKEEPABLE.sub("", text).split())


def clean_label(label: str) -> str:
    """A speaker's label, cleaned and held to 80 characters."""
    return clean(label[: _LABEL_LIMIT * 4])[:_LABEL_LIMIT].rstrip()


def word_set(text: str) -> frozenset[str]:
    """The words of ``text`` as a set, for word lists that read as prose."""
    return frozenset(text.split())
