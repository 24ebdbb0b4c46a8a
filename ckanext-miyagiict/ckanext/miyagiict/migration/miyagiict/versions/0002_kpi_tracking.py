"""KPI tracking: settings, definitions, observations, receipts, snapshots, the adoption register, boundaries, and the history of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _kpis()
    _observations()
    _adoption()
    _history()


def _kpis() -> None:
    op.create_table(
        "miyagiict_kpi_setting",
        sa.Column("kpi_id", sa.Text, primary_key=True),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("tolerance", sa.Numeric, nullable=False),
        sa.Column("mail_to", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "miyagiict_kpi_definition",
        sa.Column("kpi_id", sa.Text, primary_key=True),
        sa.Column("counting", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "miyagiict_kpi_choice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kpi_id", sa.Text, nullable=False),
        sa.Column("counting", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("idx_miyagiict_kpi_choice", "miyagiict_kpi_choice", ["kpi_id", "id"])
    op.create_table(
        "miyagiict_kpi_item",
        sa.Column("kpi_id", sa.Text, primary_key=True),
        sa.Column("counting", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("is_sample", sa.Boolean, nullable=False),
    )
    op.create_index("idx_miyagiict_kpi_item_dataset", "miyagiict_kpi_item", ["dataset_id"])
    op.create_table(
        "miyagiict_kpi_changed_dataset",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "miyagiict_kpi_recount",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("counted", sa.Integer, nullable=False),
        sa.Column("differences", JSONB, nullable=False),
    )
    op.create_table(
        "miyagiict_kpi_reminder",
        sa.Column("kpi_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("occasion", sa.Text, primary_key=True),
        sa.Column("sent_at", MOMENT, nullable=False),
    )


def _observations() -> None:
    op.create_table(
        "miyagiict_kpi_receipt",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("kpi_id", sa.Text, nullable=False),
        sa.Column("counting", sa.Text, nullable=False),
        sa.Column("is_sample", sa.Boolean, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("value", sa.Numeric, nullable=False),
        sa.Column("items_hash", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
    )
    op.create_index("idx_miyagiict_kpi_receipt_kpi", "miyagiict_kpi_receipt", ["kpi_id", "counting", "is_sample", "taken_at"])
    op.create_table(
        "miyagiict_kpi_observation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kpi_id", sa.Text, nullable=False),
        sa.Column("value", sa.Numeric, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("confirmed_on", sa.Date),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("counting", sa.Text, nullable=False),
        sa.Column("is_sample", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("receipt_hash", sa.Text, sa.ForeignKey("miyagiict_kpi_receipt.hash")),
        sa.Column("printed", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("reviewed_by", sa.Text, nullable=False),
        sa.Column("reviewed_at", MOMENT),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("superseded_by", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("idx_miyagiict_kpi_observation_kpi", "miyagiict_kpi_observation", ["kpi_id", "as_of"])
    op.create_index("idx_miyagiict_kpi_observation_state", "miyagiict_kpi_observation", ["state"])
    op.create_index(
        "idx_miyagiict_kpi_observation_published", "miyagiict_kpi_observation",
        ["kpi_id", "as_of", "counting", "is_sample", sa.text("(method = 'counted')")], unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "miyagiict_kpi_snapshot",
        sa.Column("fiscal_year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("frozen_by", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
    )


def _adoption() -> None:
    op.create_table(
        "miyagiict_adoption",
        sa.Column("municipality", sa.Text, primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("procedure", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "miyagiict_boundary",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("geometry", JSONB, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("credit", sa.Text, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
    )


def _history() -> None:
    op.create_table(
        "miyagiict_history",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("kpi_id", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("idx_miyagiict_history_subject", "miyagiict_history", ["subject_kind", "subject_id", "id"])
    op.create_index("idx_miyagiict_history_kpi", "miyagiict_history", ["kpi_id", "id"])
    op.execute("""
        CREATE OR REPLACE FUNCTION miyagiict_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'miyagiict_history: entries are never changed or deleted';
        END $$
    """)
    op.execute(
        "CREATE TRIGGER miyagiict_history_append_only BEFORE UPDATE OR DELETE ON miyagiict_history "
        "FOR EACH ROW EXECUTE FUNCTION miyagiict_history_is_append_only()"
    )


def downgrade() -> None:
    op.drop_table("miyagiict_history")
    op.execute("DROP FUNCTION IF EXISTS miyagiict_history_is_append_only()")
    for name in (
        "boundary", "adoption", "kpi_snapshot", "kpi_observation", "kpi_receipt", "kpi_reminder", "kpi_recount", "kpi_changed_dataset",
        "kpi_item", "kpi_choice", "kpi_definition", "kpi_setting",
    ):
        op.drop_table(f"miyagiict_{name}")
