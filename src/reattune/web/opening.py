"""The practice opened for the server, and a passphrase checked against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reattune.web.state import State

if TYPE_CHECKING:
    from reattune.practice.opening import Practice


def open_with_passphrase(state: State, passphrase: str) -> Practice:
    """The practice, opened where it was locked; the passphrase is checked in any case.

    One after another: each check takes some 100 MB for a moment, on purpose (scrypt).

    Raises:
        WrongKeyError: the passphrase does not fit.
    """
    from reattune.practice.opening import open_practice
    from reattune.store import keys

    with state.lock:
        if state.practice is None:
            return state.adopt(open_practice(state.config.where, passphrase))
        keys.unlock(state.practice.database.keys(), "passphrase", passphrase)
        return state.practice


def open_with_code(state: State, code: str) -> Practice:
    """The same with the recovery code.

    Raises:
        WrongKeyError: the code does not fit.
    """
    from reattune.practice.opening import open_practice
    from reattune.store import keys

    with state.lock:
        if state.practice is None:
            return state.adopt(open_practice(state.config.where, recovery_code=code))
        keys.unlock(state.practice.database.keys(), "recovery", code)
        return state.practice
