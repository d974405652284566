"""What Alembic runs: the steps over the connection that ``store.migrating`` hands it, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from reattune.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
