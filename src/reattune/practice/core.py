"""What all of a practice shares in one process: the database, its settings, and the coder, loaded when it is first needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from reattune.practice.reading import forget_unpacked
from reattune.practice.settings import Settings
from reattune.practice.users import Users

if TYPE_CHECKING:
    from reattune.coders.card import ModelCard
    from reattune.coders.protocol import Coder
    from reattune.practice.pseudonyms import Pseudonyms
    from reattune.store.database import Database

_NAMES_KEPT = 64


class Core:
    """Attributes:
    database: the practice's, open.
    settings, users: what is set, and who has an account.
    """

    def __init__(self, database: Database, coder: Coder | None = None) -> None:
        self.database = database
        self.settings = Settings(database)
        self.users = Users(database)
        self._coder = coder
        self._loading = threading.Lock()
        self._names: OrderedDict[tuple[str, str], Pseudonyms] = OrderedDict()

    def coder(self) -> Coder:
        """Who codes; the embedded model unless another was given.

        Raises:
            ModelError: the model's file is missing or damaged.
        """
        with self._loading:
            if self._coder is None:
                from reattune.coders import load_coder

                self._coder = load_coder("embedded")
            return self._coder

    def card(self) -> ModelCard | None:
        """The card of the model that codes; None for a coder without one."""
        card: ModelCard | None = getattr(self.coder(), "card", None)
        return card

    def names(self, case: str, state: str) -> Pseudonyms | None:
        """Names found in a case, as long as nothing in it has changed (``state``: its ``changed_at``)."""
        with self._loading:
            return self._names.get((case, state))

    def keep_names(self, case: str, state: str, names: Pseudonyms) -> None:
        """Keep them, in memory only."""
        with self._loading:
            self._names[case, state] = names
            while len(self._names) > _NAMES_KEPT:
                self._names.popitem(last=False)

    def forget(self) -> None:
        """Let go of the names and words that earlier looks left in memory."""
        with self._loading:
            self._names.clear()
        forget_unpacked()
