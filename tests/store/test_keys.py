"""Passphrase, recovery code, and the file that holds the key under both."""

from __future__ import annotations

import json
import string
import subprocess
import sys

import pytest

from reattune.errors import DamagedError, NewerSchemaError, WrongKeyError
from reattune.store import Database, keys

from .making import PASSPHRASE

NEW = "quite another set of words"


def opens(where, passphrase=None, code=None) -> bool:
    try:
        Database.open(where, passphrase, recovery_code=code).close()
    except WrongKeyError:
        return False
    return True


def test_a_new_passphrase_takes_the_place_of_the_old_one(made, where):
    database, code = made
    database.change_passphrase(NEW)
    assert not opens(where, PASSPHRASE)
    assert opens(where, NEW)
    assert opens(where, code=code)


def test_a_new_recovery_code_takes_the_place_of_the_old_one(made, where):
    database, code = made
    new = database.new_recovery_code()
    assert new != code
    assert not opens(where, code=code)
    assert opens(where, code=new)
    assert opens(where, PASSPHRASE)


def test_a_forgotten_passphrase(made, where):
    _, code = made
    opened = Database.open(where, recovery_code=code)
    opened.change_passphrase(NEW)
    opened.close()
    assert opens(where, NEW)


@pytest.mark.parametrize("typed", ["", "x", PASSPHRASE.upper(), PASSPHRASE + " ", PASSPHRASE[:-1]])
def test_a_wrong_passphrase_says_so_and_what_to_do(practice, where, typed):
    with pytest.raises(WrongKeyError, match="recovery code opens it too"):
        Database.open(where, typed)
    assert practice.check().ok


def test_a_passphrase_typed_on_another_keyboard_is_the_same(tmp_path):
    Database.create(tmp_path / "p", "Grüße aus der Küche")[0].close()
    assert opens(tmp_path / "p", "Gru\u0308ße aus der Ku\u0308che")


@pytest.mark.parametrize(
    "write", [str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " "), lambda c: f" {c}\n",
              lambda c: c.replace("0", "o").replace("1", "l")]
)  # fmt: skip
def test_a_recovery_code_may_be_written_as_one_likes(made, where, write):
    assert opens(where, code=write(made[1]))


def test_a_slip_in_a_recovery_code_is_told_from_a_wrong_code(made, where):
    _, code = made
    slip = ("A" if code[0] != "A" else "B") + code[1:]
    with pytest.raises(WrongKeyError, match="slip"):
        Database.open(where, recovery_code=slip)
    with pytest.raises(WrongKeyError, match="40 signs, this one 39"):
        Database.open(where, recovery_code=code[:-1])
    with pytest.raises(WrongKeyError, match="another practice"):
        Database.open(where, recovery_code=keys.new_code())


def test_nearly_every_single_slip_is_noticed():
    noticed, slips = 0, 1000
    for n in range(slips):
        code = keys.new_code().replace("-", "")
        place = n % len(code)
        other = keys.ALPHABET[(keys.ALPHABET.index(code[place]) + 1 + n % 31) % 32]
        try:
            keys._normal("recovery", code[:place] + other + code[place + 1 :])
        except WrongKeyError:
            noticed += 1
    assert noticed > 980  # ten bits of check: about one in a thousand goes unseen, and is then a wrong code


def test_codes_have_the_look_that_was_promised():
    codes = {keys.new_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        groups = code.split("-")
        assert [len(g) for g in groups] == [5] * 8
        assert set(code) <= set(keys.ALPHABET) | {"-"}
    assert not set("ILOU") & set(keys.ALPHABET)
    assert set(keys.ALPHABET) <= set(string.ascii_uppercase + string.digits)


def test_the_work_for_a_passphrase_is_not_small():
    # In a process of its own, where no test has lowered it.
    program = (
        "from reattune.store import keys\n"
        f"made, key, code = keys.make({PASSPHRASE!r})\n"
        f"opened = keys.unlock(made, 'passphrase', {PASSPHRASE!r}), keys.unlock(made, 'recovery', code)\n"
        "print({s.kind: s.work for s in made.slots}, opened == (key, key))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found == f"{ {'passphrase': 2**17, 'recovery': 2**13} } True\n"


def test_the_keys_file_holds_neither_key_nor_words(folder):
    text = (folder.folder / "practice.keys").read_text()
    assert folder._key.hex() not in text
    assert PASSPHRASE not in text
    assert len({s["salt"] for s in json.loads(text)["slots"]}) == 2


def test_a_slot_moved_from_another_practice_does_not_open(tmp_path):
    mine, theirs = (Database.create(tmp_path / n, PASSPHRASE)[0] for n in "ab")
    file = tmp_path / "a/practice.keys"
    held, other = (json.loads((tmp_path / n / "practice.keys").read_text()) for n in "ab")
    held["slots"] = other["slots"]
    file.write_text(json.dumps(held))
    with pytest.raises(WrongKeyError):
        Database.open(tmp_path / "a", PASSPHRASE)
    mine.close(), theirs.close()


def test_keys_of_another_practice_do_not_fit_its_database(tmp_path):
    for name in "ab":
        Database.create(tmp_path / name, PASSPHRASE)[0].close()
    (tmp_path / "a/practice.keys").write_bytes((tmp_path / "b/practice.keys").read_bytes())
    with pytest.raises(DamagedError, match="restore the newest backup"):
        Database.open(tmp_path / "a", PASSPHRASE)


def test_every_altered_sign_of_the_keys_file_is_noticed(folder):
    folder.close()
    file = folder.folder / "practice.keys"
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises((DamagedError, WrongKeyError, NewerSchemaError)):
            Database.open(folder.folder, PASSPHRASE)
    file.write_bytes(whole)
    assert opens(folder.folder, PASSPHRASE)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format": "reattune keys 1", "practice": "x", "slots": [{}]}', "\0"]
)
def test_keys_that_are_none(folder, text):
    (folder.folder / "practice.keys").write_text(text)
    with pytest.raises(DamagedError, match="Put back practice"):
        Database.open(folder.folder, PASSPHRASE)


def test_keys_of_a_newer_kind(folder):
    file = folder.folder / "practice.keys"
    file.write_text(file.read_text().replace("reattune keys 1", "reattune keys 2"))
    with pytest.raises(NewerSchemaError, match="newest"):
        Database.open(folder.folder, PASSPHRASE)


def test_a_keys_file_cannot_ask_for_all_the_memory(folder):
    file = folder.folder / "practice.keys"
    held = json.loads(file.read_text())
    slot = keys.Slot(**{**held["slots"][0], "work": 2**30}).checked()
    held["slots"][0] = {n: getattr(slot, n) for n in keys.Slot.__slots__}
    file.write_text(json.dumps(held))
    with pytest.raises(DamagedError):
        Database.open(folder.folder, PASSPHRASE)
