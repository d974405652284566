"""What a speaker's label says about the role: "Therapist", "Dr Lee", "C", "Klientin", "Interpreter"."""

from __future__ import annotations

import re

from reattune.formats.clean import word_set
from reattune.record import Role

_THERAPIST = word_set(
    """therapist psychotherapist counsellor counselor clinician psychologist psychiatrist psychoanalyst
    analyst interviewer coach worker caseworker practitioner provider facilitator advisor adviser helper
    doctor therapeut therapeutin psychotherapeut psychotherapeutin berater beraterin psychologe
    psychologin psychiater psychiaterin arzt ärztin interviewerin sozialarbeiter sozialarbeiterin
    thérapeute psychologue terapeuta psicólogo psicóloga th ther"""
)
_CLIENT = word_set(
    """client patient interviewee coachee cl pt pat
    klient klientin patientin ratsuchende ratsuchender paciente cliente"""
)
_THIRD = word_set(
    """interpreter translator receptionist observer supervisor narrator secretary operator
    dolmetscher dolmetscherin empfang protokollant protokollantin beobachter beobachterin"""
)
_TITLES = frozenset({"dr", "doctor", "prof", "professor"})
_LETTERS = {  # one letter says it only beside its counterpart
    "t": Role.THERAPIST,
    "i": Role.THERAPIST,
    "c": Role.CLIENT,
    "k": Role.CLIENT,
    "p": Role.CLIENT,
}
_PAIRS = {  # letters that mean something else in company
    frozenset("bk"): {"b": Role.THERAPIST, "k": Role.CLIENT},
    frozenset("ib"): {"i": Role.THERAPIST, "b": Role.CLIENT},
    frozenset("bp"): {"b": Role.THERAPIST, "p": Role.CLIENT},
}
_NAMES = {role.value: role for role in Role}
_WORD = re.compile(r"[^\W\d_]+")


def role_of_value(value: str) -> Role | None:
    """The role that a cell of a role column names ("therapist", "Client", "self", "T"), or None."""
    key = value.strip().casefold()
    return _NAMES.get(key) or role_of_label(value) or _LETTERS.get(key)


def role_of_label(label: str) -> Role | None:
    """The role that a label names by a word in it, or None ("Sam", "SPEAKER_01", and single letters)."""
    words = [w.casefold() for w in _WORD.findall(label[:80])]
    if not words or len(words) > 6:
        return None
    # The last role word decides ("client's interpreter"), but one in brackets or a leading title decides
    # first.
    aside = re.search(r"\(([^)]{1,60})\)", label)
    if aside is not None and aside.group(1) != label:
        inner = role_of_label(aside.group(1))
        if inner is not None:
            return inner
    if words[0] in _TITLES and len(words) <= 4:
        return Role.THERAPIST
    for word in reversed(words):
        for names, role in ((_THIRD, Role.THIRD), (_THERAPIST, Role.THERAPIST), (_CLIENT, Role.CLIENT)):
            if word in names:
                return role
    return None


def roles_of_labels(labels: list[str]) -> dict[str, Role]:
    """The roles that a session's labels tell, read together.

    Letters count as a pair only: ``T`` and ``C`` say who is who, ``C`` and ``P`` (counsellor and patient?
    client and parent?) do not. ``T1`` and ``C2`` are read as ``T`` and ``C``.
    """
    known = {label: role for label in labels if (role := role_of_label(label)) is not None}
    letters = {label: letter for label in labels if label not in known and (letter := _letter(label))}
    present = frozenset(letters.values())
    meaning = next((m for pair, m in _PAIRS.items() if pair == present), _LETTERS)
    by_letter = {label: meaning[letter] for label, letter in letters.items() if letter in meaning}
    together = {**known, **by_letter}
    if Role.THERAPIST in known.values() or {Role.THERAPIST, Role.CLIENT} <= set(together.values()):
        return together
    if Role.CLIENT in known.values():  # "Client" and "C": the letter is somebody else, but who?
        return {**known, **{label: role for label, role in by_letter.items() if role is Role.THERAPIST}}
    if len(labels) == len(by_letter) == 1 or set(by_letter.values()) == {Role.THERAPIST}:
        return together
    return known


def _letter(label: str) -> str | None:
    found = re.fullmatch(r"([A-Za-z])[ ._-]?[0-9]{0,4}\.?", label.strip()[:10])
    return found.group(1).casefold() if found else None


def is_role_label(label: str) -> bool:
    """Whether a label is one that says a role, alone or in company (used to tell labels from other words)."""
    return role_of_label(label) is not None or (_letter(label) or "") in _LETTERS
