"""The first tables of a practice."""

from __future__ import annotations

from alembic import op

from reattune.store.tables import METADATA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes them."""
    METADATA.create_all(op.get_bind())
