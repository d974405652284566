"""Which version of the tables a practice has, and the way from there to this version's."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from reattune.errors import NewerSchemaError
from reattune.store.engine import MIGRATING, MODE

OPTIONS = {MODE: MIGRATING}
"""The execution options of a connection that is to be migrated."""


@cache
def newest() -> str:
    """The version of the tables that this reattune writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def version(conn: Connection) -> str | None:
    """The version of the tables that the database has; None where it has none."""
    return MigrationContext.configure(conn).get_current_revision()


def behind(conn: Connection) -> bool:
    """Whether the database's tables are older than this version's.

    Raises:
        NewerSchemaError: they are of a version unknown here.
    """
    found = version(conn)
    known = {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise NewerSchemaError(
            f"This practice was written by a newer reattune (tables {found}, known here up to {newest()})",
            mend="Install the newest reattune; nothing was changed",
        )
    return found != newest()


def upgrade(conn: Connection) -> None:
    """Brings the tables to this version, within the transaction of ``conn``."""
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "reattune.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
