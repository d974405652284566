"""Who is the therapist, who the client, who neither: by the user's word, the file's, the label's, or a
guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reattune.errors import InputError, SettingError
from reattune.formats.draft import UNKNOWN, Remark, Row
from reattune.formats.rolewords import roles_of_labels
from reattune.formats.talk import likeliest
from reattune.record import Role, RoleAssignment

#: A guess below this confidence comes with a notice.
SURE = 0.8
_BY_ELIMINATION = 0.95


@dataclass(slots=True)
class Wish:
    """The user's options. ``used`` collects the names that were found in some session."""

    therapist: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set)
    seen: dict[str, None] = field(default_factory=dict)

    def check(self) -> None:
        """Raise a SettingError for a name that no session has."""
        for option, names in (("--therapist", self.therapist), ("--client", self.client)):
            for name in names:
                if name not in self.used:
                    listed = ", ".join(repr(label) for label in list(self.seen)[:20])
                    raise SettingError(
                        f"{option} {name!r} is no speaker in this file", mend=f"Its speakers: {listed}"
                    )


def wish(therapist: str | Sequence[str] | None, client: str | Sequence[str] | None) -> Wish:
    """The options as given; a single name may stand without a list.

    Raises:
        SettingError: one name as both.
    """
    first = (therapist,) if isinstance(therapist, str) else tuple(therapist or ())
    second = (client,) if isinstance(client, str) else tuple(client or ())
    both = {n.casefold() for n in first} & {n.casefold() for n in second}
    if both:
        raise SettingError(
            f"{min(both)!r} is given as therapist and as client", mend="Name each speaker once"
        )
    return Wish(first, second)


def resolve(rows: Sequence[Row], wanted: Wish, remarks: list[Remark]) -> tuple[RoleAssignment, ...]:
    """A role for each label, in order of first appearance. Every row has a speaker.

    Raises:
        InputError: one voice only, or nobody left to be therapist or client.
    """
    labels = list(dict.fromkeys(row.speaker or UNKNOWN for row in rows))
    wanted.seen.update(dict.fromkeys(labels))
    named = [label for label in labels if label != UNKNOWN]
    if len(named) < 2:
        raise InputError(
            f"only one speaker ({named[0]!r})" if named else "no speaker is named",
            mend="Both voices are needed: export it with all speakers, or label each turn (T: ..., C: ...)",
            line=rows[0].line if rows else None,
        )
    known = _given(rows, labels, wanted, remarks)
    _by_label(labels, known)
    rest = [label for label in labels if label not in known]
    _complete(rows, rest, known, bool(wanted.therapist or wanted.client), remarks)
    _check(known, rows)
    return tuple(known[label] for label in labels)


def _given(
    rows: Sequence[Row], labels: Sequence[str], wanted: Wish, remarks: list[Remark]
) -> dict[str, RoleAssignment]:
    """Roles from the options and from the file's role column; the options win."""
    votes: dict[str, Counter[Role]] = {}
    for row in rows:
        if row.role is not None:
            votes.setdefault(row.speaker or UNKNOWN, Counter())[row.role] += 1
    known: dict[str, RoleAssignment] = {}
    for label, counted in votes.items():
        role = counted.most_common(1)[0][0]
        if len(counted) > 1:
            what = f"{label!r} has more than one role in the file: {role.value} is taken, the most frequent"
            remarks.append(Remark("two roles", what))
        known[label] = RoleAssignment(label, role, "given", 1.0)
    for names, role in ((wanted.therapist, Role.THERAPIST), (wanted.client, Role.CLIENT)):
        chosen = {match for name in names if (match := _match(name, labels, wanted))}
        if chosen:
            known = {k: a for k, a in known.items() if a.role is not role}
        known |= {label: RoleAssignment(label, role, "given", 1.0) for label in chosen}
    return known


def _match(name: str, labels: Sequence[str], wanted: Wish) -> str | None:
    """The label that a name means: the same but for case, or the only one that has all its words."""
    same = [label for label in labels if label == name] or [
        label for label in labels if label.casefold() == name.strip().casefold()
    ]
    words = set(name.casefold().split())
    if not same and words:
        same = [label for label in labels if words <= set(label.casefold().replace(".", " ").split())]
    if len(same) != 1:
        return None
    wanted.used.add(name)
    return same[0]


def _by_label(labels: Sequence[str], known: dict[str, RoleAssignment]) -> None:
    """What labels say, except a role that the user or the file has given to others."""
    taken = {a.role for a in known.values() if a.role is not Role.THIRD}
    for label, role in roles_of_labels(list(labels)).items():
        if label not in known and role not in taken:
            known[label] = RoleAssignment(label, role, "label", 1.0)
    if UNKNOWN in labels and UNKNOWN not in known:
        known[UNKNOWN] = RoleAssignment(UNKNOWN, Role.THIRD, "label", 1.0)


def _complete(
    rows: Sequence[Row],
    rest: Sequence[str],
    known: dict[str, RoleAssignment],
    asked: bool,
    remarks: list[Remark],
) -> None:
    """Roles for the labels that nothing is known of."""
    helped = any(a.role.helps for a in known.values())
    strained = any(a.role.strains for a in known.values())
    if not rest:
        return
    if helped and strained:
        _third(rest, known, "label", _BY_ELIMINATION, remarks)
    elif len(rest) == 1 and (helped or strained):
        role = Role.CLIENT if helped else Role.THERAPIST
        how, sure = ("given", 1.0) if asked else ("label", _BY_ELIMINATION)
        known[rest[0]] = RoleAssignment(rest[0], role, how, sure)
    elif helped:
        _most_talkative_client(rows, rest, known, remarks)
    elif len(rest) > 1:
        _guess(rows, rest, known, strained, remarks)


def _third(
    labels: Sequence[str], known: dict[str, RoleAssignment], how: str, sure: float, remarks: list[Remark]
) -> None:
    for label in labels:
        known[label] = RoleAssignment(label, Role.THIRD, how, sure)
    if labels:
        listed = ", ".join(repr(label) for label in labels[:10])
        option = f"--client {labels[0]!r}"
        remarks.append(Remark("third", f"taken as a third voice: {listed} (for a client, say {option})"))


def _words(rows: Sequence[Row]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row.speaker or UNKNOWN] += 1 + row.text.count(" ")
    return counted


def _most_talkative_client(
    rows: Sequence[Row], rest: Sequence[str], known: dict[str, RoleAssignment], remarks: list[Remark]
) -> None:
    counted = _words(rows)
    best = max(rest, key=lambda label: counted[label])
    sure = counted[best] / sum(counted[label] for label in rest)
    known[best] = RoleAssignment(best, Role.CLIENT, "guess", round(sure, 3))
    if sure < SURE:
        what = f"guessed that {best!r}, who says most, is the client (confidence {sure:.2f}): "
        remarks.append(Remark("role guess", what + "use --client NAME, once for each client, to say who is"))
    _third([label for label in rest if label != best], known, "guess", round(sure, 3), remarks)


def _guess(
    rows: Sequence[Row],
    rest: Sequence[str],
    known: dict[str, RoleAssignment],
    strained: bool,
    remarks: list[Remark],
) -> None:
    """The therapist by the talk; the client is the other of the two who say most, unless a client is
    known."""
    counted = _words(rows)
    pair = list(rest) if strained else sorted(rest, key=lambda label: -counted[label])[:2]
    best, chance = likeliest(pair, [(row.speaker or UNKNOWN, row.text) for row in rows])
    sure = round(chance, 3)
    known[best] = RoleAssignment(best, Role.THERAPIST, "guess", sure)
    if not strained:
        client = next(label for label in pair if label != best)
        known[client] = RoleAssignment(client, Role.CLIENT, "guess", sure)
    if chance < SURE:
        what = f"guessed from the talk that {best!r} is the therapist (confidence {chance:.2f}): "
        remarks.append(Remark("role guess", what + "use --therapist NAME to say who is"))
    _third([label for label in rest if label not in known], known, "guess", sure, remarks)


def _check(known: dict[str, RoleAssignment], rows: Sequence[Row]) -> None:
    listed = ", ".join(f"{label!r}: {a.role.value}" for label, a in list(known.items())[:10])
    line = rows[0].line if rows else None
    if not any(a.role.helps for a in known.values()):
        raise InputError(
            f"nobody is the therapist ({listed})", mend="Say who is: --therapist NAME", line=line
        )
    if not any(a.role.strains for a in known.values()):
        raise InputError(f"nobody is the client ({listed})", mend="Say who is: --client NAME", line=line)
