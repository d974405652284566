"""Names replaced for those with whom a case is shared.

Replaced are the names kept with the case, and what looks like a name in its transcripts: speakers' labels, what follows a title
("Frau Weber", "Dr Lee") or a phrase of naming ("my name is", "ich heiße"), and in English a capitalised word inside a sentence
that is never written small. E-mail addresses, links and long numbers go too. This is an aid and no anonymisation: a rare story
tells who it is, a name that is also a word ("Grace", "Mark") or that was written small is missed, and too much may be replaced
(towns, brands). The therapist who shares a case can look at what is shown, and add names to the list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

from reattune.record import Session

T = TypeVar("T")

_HOLDS = (str, tuple, list, Mapping)
"""What may hold text."""

_NAME = r"[A-ZÀ-ÖØ-Þ][\w’'\-]*[\w]"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau|Doktor|Doctor|Professor|Sir|Madam|Aunt|Uncle|Tante|Onkel)\.?\s+"
    rf"({_NAME})(?:\s+({_NAME}))?"
)
_NAMED = re.compile(
    rf"\b(?:[Mm]y name is|[Mm]y name's|[Nn]ame is|(?:is|was|am) called|I'm called|named|"
    rf"[Ii]ch heiße|[Mm]ein Name ist|(?:er|sie|Er|Sie) heißt)\s+({_NAME})(?:\s+({_NAME}))?"
)
_CALLED = re.compile(
    rf"^(?:Hello|Hi|Hey|Hallo|Thanks|Thank you|Goodbye|Bye|Dear|Liebe|Lieber|Guten Tag|Good morning),?\s+({_NAME})\b"
)
_INSIDE = re.compile(rf"(?<=[a-zß-öø-ÿ,;:]\s)({_NAME})")
_WORD = re.compile(r"[^\W\d_][\w’'\-]*")
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s/\-.()]?\d){6,}(?!\w)")
_GERMAN = frozenset("ich und nicht das ist sie wir mit auch aber dann war habe".split())  # noqa: SIM905
_GERMAN_SHARE = 0.08
_TAKEN = frozenset(
    """i i'm i've i'd i'll ok okay god jesus christ monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december christmas easter halloween ramadan
    english german french spanish italian american british european tv pc dvd gp nhs cbt ptsd adhd ocd therapist client
    counsellor counselor doctor dr mr mrs ms speaker patient mum mom dad mama papa mother father grandma grandpa nan granny
    internet whatsapp facebook instagram google zoom netflix covid""".split()  # noqa: SIM905
)
"""Words that stand capitalised inside a sentence and are no names of people, and labels that are parts and not names."""
_LABEL_WORDS = frozenset(
    """therapist client counsellor counselor patient doctor dr mr mrs ms herr frau prof interviewer interviewee speaker
    the unknown third interpreter partner t c p k klient klientin therapeut therapeutin self other husband wife a b one two
    man woman""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Pseudonyms:
    """What stands for which name; whole words, longer names first.

    Attributes:
        kept: names that the therapist keeps with the case, in any case; by name, what stands for each.
        found: names found, as they are written.
    """

    kept: Mapping[str, str]
    found: Mapping[str, str]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        def any_of(names: Iterable[str]) -> str:
            return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))

        parts = []
        if self.kept:
            parts.append(f"(?i:{any_of(self.kept)})")
        if self.found:
            # As written: what was found by its capital is often a word as well when it is written small.
            parts.append(any_of(self.found))
        if not parts:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?=(?:['’]?s)?(?!\w))")

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {name.casefold(): instead for name, instead in {**self.found, **self.kept}.items()}

    def text(self, text: str) -> str:
        """The text with the names replaced, and addresses, links and long numbers taken out."""
        text = _MAIL.sub("[address]", text)
        text = _LINK.sub("[link]", text)
        text = _NUMBER.sub("[number]", text)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda m: self._folded.get(m[0].casefold(), "[name]"), text)

    def session(self, session: Session) -> Session:
        """A transcript with names replaced: words, labels; the file's name and notices go."""
        return replace(
            session,
            id="",
            source=None,
            notices=(),
            turns=tuple(
                replace(t, speaker=self.text(t.speaker), text=self.text(t.text), id=None)
                for t in session.turns
            ),
            roles=tuple(replace(r, speaker=self.text(r.speaker)) for r in session.roles),
        )

    def within(self, value: T) -> T:
        """Every text within dicts, lists, tuples and frozen dataclasses, replaced. Keys, enum members and numbers stay."""
        return self._within(value)  # type: ignore[no-any-return]

    def _within(self, value: Any) -> Any:  # noqa: PLR0911 - one for each kind
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Session):
            return self.session(value)
        if isinstance(value, Mapping):
            return {key: self._within(one) for key, one in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(self._within(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                f.name: self._within(old)
                for f in fields(value)
                if f.init and (isinstance(old := getattr(value, f.name), _HOLDS) or is_dataclass(old))
            }
            return replace(value, **changed)
        return value


def pseudonyms(
    kept: Mapping[str, str], sessions: Iterable[Session] = (), texts: Iterable[str] = ()
) -> Pseudonyms:
    """What to replace in a case.

    Args:
        kept: names that the therapist keeps with the case, and what stands for them.
        sessions: transcripts; what looks like a name in them is found.
        texts: other texts of the case, such as its label.
    """
    own = {name.strip(): instead for name, instead in kept.items() if name.strip()}
    for name, instead in list(own.items()):
        for part in name.split():
            if part[:1].isupper() and len(part) > 2 and part.casefold() not in _LABEL_WORDS:
                own.setdefault(part, instead)  # of "Rosalind Parker" people say one
    known = {name.casefold() for name in own}
    shown: dict[str, str] = {}
    transcripts = list(sessions)
    found = [name for s in transcripts for name in _labels(s)]
    found += [name for s in transcripts for name in names_in([t.text for t in s.turns])]
    found += names_in(list(texts))
    number = 1
    for name in dict.fromkeys(found):
        if name.casefold() in known:
            continue
        known.add(name.casefold())
        shown[name] = f"Name{number}"
        number += 1
    return Pseudonyms(own, shown)


def _labels(session: Session) -> list[str]:
    labels = dict.fromkeys(turn.speaker for turn in session.turns)
    return [
        w for label in labels for w in _WORD.findall(label) if w.casefold() not in _LABEL_WORDS and len(w) > 1
    ]


def names_in(texts: Iterable[str]) -> list[str]:
    """What looks like a name in texts of one transcript, in order of appearance."""
    lines = list(texts)
    words = Counter(w for line in lines for w in _WORD.findall(line))
    small = {w for w in words if w[:1].islower()}
    german = sum(n for w, n in words.items() if w in _GERMAN) > _GERMAN_SHARE * max(words.total(), 1)
    found: list[str] = []
    for line in lines:
        for pattern in (_TITLED, _NAMED, _CALLED):
            found += [g for match in pattern.finditer(line) for g in match.groups() if g]
        # German writes every noun with a capital: there only titles, naming and greetings tell.
        if not german:
            found += [m[1] for m in _INSIDE.finditer(line) if not m[1].isupper()]
    clean = (_bare(name) for name in found)
    return [
        n
        for n in dict.fromkeys(clean)
        if n.casefold() not in _TAKEN and n.casefold() not in small and len(n) > 1
    ]


def _bare(name: str) -> str:
    """Without the genitive's ending."""
    return re.sub(r"['’]s?$", "", name)
