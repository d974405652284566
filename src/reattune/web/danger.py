"""Plain phrases that make the practice's own text about danger stand first on the client's page that says thank you.

This finds little and claims nothing: a phrase is looked up word for word, nothing is stored, nobody is told, and the text
stands at the foot of every page of the check-in in any case. The phrases are in the language files (``danger.phrases``).
"""

from __future__ import annotations

import re
import unicodedata

from reattune.web.i18n import languages

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


def speaks_of_danger(words: str) -> bool:
    """Whether the words hold one of the phrases, in any of the languages: people write in their own."""
    said = _plain(words)
    return any(
        f" {_plain(phrase)} " in f" {said} "
        for language in languages().values()
        for phrase in language.find("danger.phrases") or ()
    )


def _plain(text: str) -> str:
    """Lower case, one space between words, no marks between them but the apostrophe within one."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).casefold()
    return " ".join(re.findall(r"[\w']+", text))
