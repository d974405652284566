"""The first tables of a practice, written out: this step stays as it is when ``tables.py`` goes on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes them."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_case", "audit", ["case", "seq"], unique=False)
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "store_state",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_store_state")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'therapist', 'supervisor')", name=op.f("ck_users_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("therapist", sa.String(length=32), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("next_date", sa.String(length=10), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("last_date", sa.String(length=10), nullable=True),
        sa.Column("open_ruptures", sa.Integer(), nullable=False),
        sa.Column("first_open_session", sa.Integer(), nullable=True),
        sa.Column("overview", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind IN ('therapy', 'couple', 'work')", name=op.f("ck_cases_kind")),
        sa.ForeignKeyConstraint(["therapist"], ["users.id"], name=op.f("fk_cases_therapist")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_therapist"), "cases", ["therapist"], unique=False)
    op.create_table(
        "alert_answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("rupture", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("answer IN ('yes', 'not_so')", name=op.f("ck_alert_answers_answer")),
        sa.ForeignKeyConstraint(
            ["case"], ["cases.id"], name=op.f("fk_alert_answers_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_answers")),
    )
    op.create_index("ix_alert_answers_case", "alert_answers", ["case", "rupture"], unique=False)
    op.create_table(
        "checkins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sharing", sa.String(length=16), nullable=False),
        sa.Column("link", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("sharing IN ('read_now', 'talk_first', 'keep')", name=op.f("ck_checkins_sharing")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_checkins_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkins")),
    )
    op.create_index("ix_checkins_case", "checkins", ["case", "session"], unique=False)
    op.create_index("ix_checkins_link", "checkins", ["link"], unique=False)
    op.create_table(
        "frame",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_frame_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame")),
    )
    op.create_index("ix_frame_case", "frame", ["case", "session"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=True),
        sa.Column("session", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_jobs_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_case", "jobs", ["case"], unique=False)
    op.create_index("ix_jobs_state", "jobs", ["state", "created"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_ledger_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_ledger")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.Column("revoked_at", sa.String(length=32), nullable=True),
        sa.Column("last_used", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_links_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    op.create_index("ix_links_case", "links", ["case"], unique=False)
    op.create_table(
        "looks",
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_looks_case"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_looks_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "case", name=op.f("pk_looks")),
    )
    op.create_table(
        "meetings",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("attendance", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_date", sa.String(length=10), nullable=True),
        sa.Column("format", sa.String(length=40), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=True),
        sa.Column("strains", sa.Integer(), nullable=True),
        sa.Column("words", sa.Boolean(), nullable=False),
        sa.Column("transcript", sa.LargeBinary(), nullable=True),
        sa.Column("coding", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("threads", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("analysed_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "attendance IN ('held', 'missed', 'cancelled')", name=op.f("ck_meetings_attendance")
        ),
        sa.CheckConstraint("consent IN ('given', 'withheld', 'unknown')", name=op.f("ck_meetings_consent")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_meetings_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_meetings")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rupture", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("shelf", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind IN ('note', 'rupture', 'status', 'no_rupture')", name=op.f("ck_notes_kind")),
        sa.CheckConstraint("shelf IN ('process', 'record')", name=op.f("ck_notes_shelf")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_notes_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_case", "notes", ["case", "session"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rater", sa.String(length=100), nullable=False),
        sa.Column("instrument", sa.String(length=100), nullable=False),
        sa.Column("scale", sa.String(length=100), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_ratings_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "session", "rater", "instrument", "scale", name=op.f("pk_ratings")),
    )
    op.create_table(
        "raw_ratings",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rater", sa.String(length=100), nullable=False),
        sa.Column("instrument", sa.String(length=100), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_raw_ratings_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "session", "rater", "instrument", name=op.f("pk_raw_ratings")),
    )
    op.create_table(
        "shares",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("replaced_names", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_shares_case"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_shares_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "user", name=op.f("pk_shares")),
    )
    op.create_index("ix_shares_user", "shares", ["user"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case", "session"],
            ["meetings.case", "meetings.number"],
            name="fk_corrections_meeting",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_corrections_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_case", "corrections", ["case", "session"], unique=False)
