"""Harvested records, runs, and settings of sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "miyagiict_harvest_source",
        sa.Column("source_id", sa.Text, sa.ForeignKey("harvest_source.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", MOMENT),
        sa.Column("approved_sha256", sa.Text, nullable=False),
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("forbidden_hours", sa.Text, nullable=False),
        sa.Column("mail", sa.Text, nullable=False),
        sa.Column("mail_to", sa.Text, nullable=False),
        sa.Column("next_run", MOMENT),
        sa.Column("validators", JSONB, nullable=False),
        sa.Column("accepted_at", MOMENT),
    )
    op.create_table(
        "miyagiict_harvest_run",
        sa.Column("job_id", sa.Text, sa.ForeignKey("harvest_job.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("source_id", sa.Text, sa.ForeignKey("harvest_source.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("heartbeat", MOMENT, nullable=False),
        sa.Column("finished", MOMENT),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("held", JSONB, nullable=False),
        sa.Column("released_by", sa.Text),
        sa.Column("released_at", MOMENT),
    )
    op.create_index("idx_miyagiict_harvest_run_source", "miyagiict_harvest_run", ["source_id", "started"])
    op.create_table(
        "miyagiict_harvested_record",
        sa.Column("source_id", sa.Text, sa.ForeignKey("harvest_source.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("portal", sa.Text, primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("is_primary", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("twin_key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("missing_runs", sa.Integer, nullable=False),
        sa.Column("by_itself", sa.Boolean, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("files", JSONB, nullable=False),
        sa.Column("publisher_code", sa.Text, nullable=False),
        sa.Column("file_sha256s", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("idx_miyagiict_harvested_record_dataset", "miyagiict_harvested_record", ["dataset_id"])
    op.create_index("idx_miyagiict_harvested_record_twin", "miyagiict_harvested_record", ["twin_key"])
    op.create_index("idx_miyagiict_harvested_record_files", "miyagiict_harvested_record", ["file_sha256s"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("miyagiict_harvested_record")
    op.drop_table("miyagiict_harvest_run")
    op.drop_table("miyagiict_harvest_source")
