"""Where a practice is kept: encrypted SQLite, or PostgreSQL; keys, migrations, audit log, deletion, backup.

``Database`` is made, opened, read and written; ``audit`` is the log; ``codec`` turns records into bytes and back;
``tables`` names what is kept.
"""

from reattune.errors import MissingExtraError

try:
    import alembic  # noqa: F401
    import cryptography  # noqa: F401
    import sqlalchemy  # noqa: F401
except ImportError:
    raise MissingExtraError(
        "What keeps a practice is not installed", mend="pip install 'reattune[practice]'"
    ) from None

from reattune.store.audit import AuditCheck, Entry
from reattune.store.backups import BackupReport
from reattune.store.database import Database, Health, restore

__all__ = ["AuditCheck", "BackupReport", "Database", "Entry", "Health", "restore"]
