"""The tables of a practice, the same in SQLCipher and in PostgreSQL.

Ids are UUIDs in hex unless said; days are ISO text (``2026-03-02``), moments ISO text in UTC. Blobs hold what ``store.codec``
packs. Everything of a case hangs on its row and goes with it; the audit log alone stays, since it holds no words.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA = 1
"""Number of the schema that these tables are."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


def _case(primary_key: bool = False) -> Column[str]:
    """The case that a row belongs to; it goes with it."""
    return Column(
        "case",
        String(32),
        ForeignKey("cases.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def _one_of(name: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(v) for v in values)})", name=name)


settings = Table(
    "settings",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)

users = Table(
    "users",
    METADATA,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    # None: this user has no password and cannot log in by name (the owner of a practice without accounts).
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False),
    Column("created", String(32), nullable=False),
    _one_of("role", "owner", "admin", "therapist", "supervisor"),
)

cases = Table(
    "cases",
    METADATA,
    _id(),
    Column("label", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("therapist", String(32), ForeignKey("users.id"), nullable=False, index=True),
    Column("ending", String(16)),
    Column("created", String(32), nullable=False),
    # Names to replace where the case is shared: [{"name": "Anna", "as": "Name1"}].
    Column("names", JSON, nullable=False),
    # The day of the next appointment, where one is known.
    Column("next_date", String(10)),
    # From here: a snapshot for the overview, written with the ledger, so that an overview reads this table alone.
    Column("sessions", Integer, nullable=False, default=0),
    Column("last_date", String(10)),
    Column("open_ruptures", Integer, nullable=False, default=0),
    Column("first_open_session", Integer),
    # A few lines on each entry that is not settled, as the card shows it, and what last changed.
    Column("overview", JSON, nullable=False),
    Column("changed_at", String(32), nullable=False),
    _one_of("kind", "therapy", "couple", "work"),
)

shares = Table(
    "shares",
    METADATA,
    _case(primary_key=True),
    Column("user", String(32), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("replaced_names", Boolean, nullable=False),
    Column("created", String(32), nullable=False),
    Index("ix_shares_user", "user"),
)

meetings = Table(
    "meetings",
    METADATA,
    _case(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("date", String(10)),
    Column("attendance", String(16), nullable=False),
    Column("consent", String(16), nullable=False),
    Column("consent_date", String(10)),
    # Name of the transcript's format, and how many turns it has: known after the words are gone, too.
    Column("format", String(40)),
    Column("turns", Integer),
    Column("strains", Integer),
    # Whether the words are (still) there.
    Column("words", Boolean, nullable=False, default=False),
    Column("transcript", LargeBinary),
    Column("coding", LargeBinary),
    Column("findings", LargeBinary),
    Column("threads", LargeBinary),
    # What the ledger needs of this session, computed once when it was analysed.
    Column("evidence", LargeBinary),
    Column("analysed_at", String(32)),
    _one_of("attendance", "held", "missed", "cancelled"),
    _one_of("consent", "given", "withheld", "unknown"),
)

ratings = Table(
    "ratings",
    METADATA,
    _case(primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("rater", String(100), primary_key=True),
    Column("instrument", String(100), primary_key=True),
    Column("scale", String(100), primary_key=True),
    Column("score", Float, nullable=False),
    Column("date", String(10)),
)

raw_ratings = Table(
    "raw_ratings",
    METADATA,
    _case(primary_key=True),
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("rater", String(100), primary_key=True),
    Column("instrument", String(100), primary_key=True),
    # The form as it was filled in: item and value, None for an item left out.
    Column("items", JSON, nullable=False),
    Column("date", String(10)),
)

frame = Table(
    "frame",
    METADATA,
    _id(),
    _case(),
    Column("session", Integer, nullable=False),
    Column("date", String(10)),
    Column("what", Text, nullable=False),
    Column("area", String(40)),
    Index("ix_frame_case", "case", "session"),
)

checkins = Table(
    "checkins",
    METADATA,
    _id(),
    _case(),
    Column("session", Integer, nullable=False),
    Column("date", String(10)),
    Column("body", LargeBinary, nullable=False),
    Column("sharing", String(16), nullable=False),
    Column("link", String(32)),
    Column("changed_at", String(32), nullable=False),
    _one_of("sharing", "read_now", "talk_first", "keep"),
    Index("ix_checkins_case", "case", "session"),
    Index("ix_checkins_link", "link"),
)

links = Table(
    "links",
    METADATA,
    _id(),
    _case(),
    Column("session", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("revoked_at", String(32)),
    Column("last_used", String(32)),
    Index("ix_links_case", "case"),
)

notes = Table(
    "notes",
    METADATA,
    _id(),
    _case(),
    Column("session", Integer, nullable=False),
    Column("author", String(16), nullable=False),
    # Who typed it; None where it came with a folder.
    Column("by", String(32)),
    Column("kind", String(16), nullable=False),
    Column("rupture", String(16)),
    Column("status", String(16)),
    Column("text", Text, nullable=False),
    Column("date", String(10)),
    Column("shelf", String(16), nullable=False),
    Column("changed_at", String(32), nullable=False),
    _one_of("kind", "note", "rupture", "status", "no_rupture"),
    _one_of("shelf", "process", "record"),
    Index("ix_notes_case", "case", "session"),
)

corrections = Table(
    "corrections",
    METADATA,
    _id(),
    _case(),
    Column("session", Integer, nullable=False),
    Column("turn", Integer),
    Column("episode", Integer),
    Column("what", JSON, nullable=False),
    Column("by", String(32)),
    Column("at", String(32), nullable=False),
    ForeignKeyConstraint(
        ["case", "session"],
        ["meetings.case", "meetings.number"],
        ondelete="CASCADE",
        name="fk_corrections_meeting",
    ),
    Index("ix_corrections_case", "case", "session"),
)

ledger = Table(
    "ledger",
    METADATA,
    _case(primary_key=True),
    # JSON of the ledger with its plans, packed.
    Column("body", LargeBinary, nullable=False),
    Column("as_of", Integer, nullable=False),
    Column("made_at", String(32), nullable=False),
)

alert_answers = Table(
    "alert_answers",
    METADATA,
    _id(),
    _case(),
    Column("rupture", String(16), nullable=False),
    # Where the alert came from: "transcript", "rating" or "check_in".
    Column("kind", String(16), nullable=False),
    Column("probability", Float, nullable=False),
    Column("answer", String(8), nullable=False),
    Column("by", String(32)),
    Column("at", String(32), nullable=False),
    _one_of("answer", "yes", "not_so"),
    Index("ix_alert_answers_case", "case", "rupture"),
)

looks = Table(
    "looks",
    METADATA,
    Column("user", String(32), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    _case(primary_key=True),
    Column("at", String(32), nullable=False),
)

jobs = Table(
    "jobs",
    METADATA,
    _id(),
    Column("kind", String(32), nullable=False),
    Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE")),
    Column("session", Integer),
    Column("state", String(16), nullable=False),
    # 0 to 1.
    Column("progress", Float, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
    Column("payload", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    _one_of("state", "queued", "running", "done", "failed"),
    Index("ix_jobs_state", "state", "created"),
    Index("ix_jobs_case", "case"),
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    # No foreign key: what was done with a case stays known after the case is gone.
    Column("case", String(32)),
    # Says what was done in the practice's own terms; never a word of a session.
    Column("what", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_case", "case", "seq"),
)

store_state = Table(
    "store_state",
    METADATA,
    # What the store keeps of itself: the sealed end of the audit log, the check of the key.
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
