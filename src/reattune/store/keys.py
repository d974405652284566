"""The practice's key, and the two ways to it: the passphrase and the recovery code.

The database is encrypted with a random 256-bit key that nobody types. Two slots each hold that key, sealed with
AES-256-GCM under a key that scrypt (RFC 7914) derives from the passphrase or from the recovery code. So a passphrase
can be changed without writing the database anew, and a forgotten one does not lose the practice.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Literal
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from reattune.errors import DamagedError, NewerSchemaError, SettingError, WrongKeyError

FORMAT = "reattune keys 1"
WORK = {"passphrase": 2**17, "recovery": 2**13}
"""scrypt's N (r=8, p=1): 128 MiB and a few tenths of a second for a passphrase that somebody thought up; less for the
code, whose 190 random bits nobody can try out."""
MAX_WORK = 2**20
"""A keys file that asks for more is not ours."""
SHORTEST = 12
"""Fewest characters of a passphrase."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 signs that are not mistaken for one another (Crockford): no I, L, O, U."""
GROUPS, GROUP, CHECK = 8, 5, 2
"""A code is 8 groups of 5 signs; the last two are a check of the others, against slips of the pen."""
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})

SlotKind = Literal["passphrase", "recovery"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to the key. Binary values are hex; ``check`` tells a damaged slot from a wrong passphrase."""

    kind: str
    work: int
    salt: str
    nonce: str
    sealed: str
    check: str = ""

    def checked(self) -> Slot:
        """The slot with its check."""
        return replace(self, check=self._sum())

    def whole(self) -> bool:
        """Whether it is as it was written."""
        return self.check == self._sum() and 2 <= self.work <= MAX_WORK

    def _sum(self) -> str:
        fields = (self.kind, str(self.work), self.salt, self.nonce, self.sealed)
        return hashlib.sha256("|".join(fields).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Keys:
    """What ``practice.keys`` holds: an id of the practice and the slots. Not secret without passphrase or code."""

    practice: str
    slots: tuple[Slot, ...]

    def to_json(self) -> str:
        """As text."""
        slots = [asdict(s) for s in self.slots]
        return json.dumps({"format": FORMAT, "practice": self.practice, "slots": slots}, indent=1) + "\n"


def parse(text: str, where: str) -> Keys:
    """Keys from text; ``where`` names it in messages.

    Raises:
        DamagedError: it is not what ``to_json`` gives, or a part was altered.
        NewerSchemaError: it is of a newer kind.
    """
    mend = "Put back practice.keys from a backup, which is a ZIP archive; without it the practice cannot be opened"
    try:
        raw = json.loads(text)
        kind = raw["format"]
        if kind != FORMAT and str(kind).startswith("reattune keys "):
            raise NewerSchemaError(
                "The practice's keys are of a newer kind", mend="Install the newest reattune", path=where
            )
        keys = Keys(raw["practice"], tuple(Slot(**s) for s in raw["slots"]))
        whole = kind == FORMAT and all(s.whole() for s in keys.slots)
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise DamagedError("The practice's keys are damaged", mend=mend, path=where)
    return keys


def make(passphrase: str) -> tuple[Keys, bytes, str]:
    """New keys: what to keep, the database's key (32 bytes), the recovery code (to be shown once).

    Raises:
        SettingError: the passphrase is too short.
    """
    key, code = secrets.token_bytes(32), new_code()
    keys = Keys(str(uuid4()), ())
    keys = with_slot(keys, key, "passphrase", passphrase)
    return with_slot(keys, key, "recovery", code), key, code


def with_slot(keys: Keys, key: bytes, kind: SlotKind, secret: str) -> Keys:
    """The keys with the slot of this kind put in place of the old one.

    Raises:
        SettingError: the passphrase is too short.
    """
    if kind == "passphrase" and len(secret) < SHORTEST:
        raise SettingError(
            f"The passphrase is shorter than {SHORTEST} characters",
            mend="Take four or five words that do not belong together",
        )
    salt, nonce = os.urandom(16), os.urandom(12)
    work = WORK[kind]
    wrap = _derive(_normal(kind, secret), salt, work)
    sealed = AESGCM(wrap).encrypt(nonce, key, _bound(keys.practice, kind))
    slot = Slot(kind, work, salt.hex(), nonce.hex(), sealed.hex()).checked()
    return replace(keys, slots=(*(s for s in keys.slots if s.kind != kind), slot))


def unlock(keys: Keys, kind: SlotKind, secret: str) -> bytes:
    """The database's key.

    Raises:
        WrongKeyError: the passphrase or code is not this practice's, or the code has a slip of the pen.
        DamagedError: there is no slot of this kind.
    """
    secret = _normal(kind, secret)
    slot = next((s for s in keys.slots if s.kind == kind), None)
    if slot is None:
        raise DamagedError("The practice's keys lack a part", mend="Put back practice.keys from a backup")
    wrap = _derive(secret, bytes.fromhex(slot.salt), slot.work)
    try:
        return AESGCM(wrap).decrypt(
            bytes.fromhex(slot.nonce), bytes.fromhex(slot.sealed), _bound(keys.practice, kind)
        )
    except InvalidTag:
        pass
    if kind == "passphrase":
        raise WrongKeyError(
            "This is not the practice's passphrase",
            mend="Try again, minding capitals and keyboard layout; the printed recovery code opens it too",
        )
    raise WrongKeyError(
        "This recovery code is of another practice, or a newer one was made since",
        mend="Look for the newest printed code",
    )


def new_code() -> str:
    """A recovery code: 190 random bits and a check, as "XXXXX-XXXXX-..."."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP - CHECK))
    signs = body + _check(body)
    return "-".join(signs[i : i + GROUP] for i in range(0, len(signs), GROUP))


def _normal(kind: str, secret: str) -> str:
    """Spelt the one way in which it is used: a passphrase in Unicode's NFC, a code in capitals without breaks.

    Raises:
        WrongKeyError: not a recovery code, or one with a slip of the pen.
    """
    if kind == "passphrase":
        return unicodedata.normalize("NFC", secret)
    signs = "".join(c for c in secret.upper() if c.isalnum()).translate(MISREAD)
    if len(signs) != GROUPS * GROUP:
        raise WrongKeyError(
            f"A recovery code has {GROUPS * GROUP} signs, this one {len(signs)}",
            mend=f"Type all {GROUPS} groups of {GROUP}; capitals and dashes do not matter",
        )
    if _check(signs[:-CHECK]) != signs[-CHECK:]:
        raise WrongKeyError(
            "There is a slip in this recovery code", mend="Compare it with the print, sign by sign"
        )
    return signs


def _check(body: str) -> str:
    number = int.from_bytes(hashlib.sha256(body.encode()).digest()[:2], "big")
    return ALPHABET[number % 32] + ALPHABET[number // 32 % 32]


def _derive(secret: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=work, r=8, p=1).derive(secret.encode())


def _bound(practice: str, kind: str) -> bytes:
    """What the seal is bound to, so that a slot moved elsewhere does not open."""
    return f"{FORMAT}|{practice}|{kind}".encode()
