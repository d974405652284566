"""Which column holds what: by name, or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reattune.errors import SettingError
from reattune.formats.ratings.problems import listed

#: Each field and the column names known for it, in lower case with ``_`` between words.
KNOWN: dict[str, tuple[str, ...]] = {
    "case": ("case", "case_id", "client", "client_id", "patient", "patient_id", "participant", "participant_id", "subject",
             "subject_id", "record_id", "person", "person_id", "dyad", "dyad_id", "id", "code", "fall", "klient", "klientin",
             "patientin", "chiffre"),
    "session": ("session", "session_number", "session_no", "session_nr", "session_id", "sess", "sitzung", "sitzungsnummer",
                "sitzung_nr", "visit", "occasion", "redcap_repeat_instance", "redcap_event_name"),
    "date": ("date", "session_date", "datum", "day", "rated_on", "completed", "completed_at", "completed_on", "timestamp"),
    "rater": ("rater", "rated_by", "respondent", "perspective", "informant", "who", "role", "beurteiler"),
    "instrument": ("instrument", "form", "measure", "questionnaire", "fragebogen"),
    "item": ("item", "item_id", "question", "variable", "frage"),
    "value": ("value", "answer", "response", "score", "rating", "wert", "antwort"),
}  # fmt: skip
_APART = re.compile(r"[\s\-.]+")


def key_of(name: str) -> str:
    """A column's name in lower case, with ``_`` between words."""
    return _APART.sub("_", name.strip().casefold())


def find(name: str, names: Sequence[str]) -> int:
    """The place of a column that the user names, from 0; case and signs between words do not count.

    Raises:
        SettingError: the table has no such column.
    """
    if name in names:
        return names.index(name)
    keys = [key_of(one) for one in names]
    if key_of(name) in keys:
        return keys.index(key_of(name))
    raise SettingError(f"the table has no column {name!r}", mend=f"Its columns: {listed(names)}")


def places(names: Sequence[str], columns: Mapping[str, str]) -> tuple[dict[str, int], dict[int, str]]:
    """Which column (from 0) holds which field, and which columns the user calls by another name.

    Args:
        names: the header.
        columns: field -> column. A key that is no field is another name for the column ({"wai 1": "frage1"}).

    Raises:
        SettingError: the table has no such column, or one column is asked for twice.
    """
    fields: dict[str, int] = {}
    called: dict[int, str] = {}
    for field, column in columns.items():
        at = find(column, names)
        if at in fields.values() or at in called:
            raise SettingError(f"the column {column!r} is named twice", mend="Name each column once")
        if field in KNOWN:
            fields[field] = at
        else:
            called[at] = field
    keys = [key_of(name) for name in names]
    taken = {*fields.values(), *called}
    for field, known in KNOWN.items():
        at_known = next((keys.index(k) for k in known if k in keys and keys.index(k) not in taken), None)
        if field not in fields and at_known is not None:
            fields[field] = at_known
            taken.add(at_known)
    return fields, called
