"""What KPI tracking has to look at again: datasets that were written, noted by the database itself, and a version of all that pages show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_table("miyagiict_kpi_changed_dataset")
    op.create_table(
        "miyagiict_kpi_change",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "miyagiict_kpi_version",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    # A trigger, because datasets are written in more ways than CKAN's hooks see (purged, cleared, in batches).
    op.execute("""
        CREATE OR REPLACE FUNCTION miyagiict_kpi_note_dataset() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO miyagiict_kpi_change (subject, changed_at)
            VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END, clock_timestamp())
            ON CONFLICT (subject) DO UPDATE SET changed_at = EXCLUDED.changed_at, tries = 0;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER miyagiict_kpi_note_dataset AFTER INSERT OR UPDATE OR DELETE ON package "
        "FOR EACH ROW EXECUTE FUNCTION miyagiict_kpi_note_dataset()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER miyagiict_kpi_note_dataset ON package")
    op.execute("DROP FUNCTION IF EXISTS miyagiict_kpi_note_dataset()")
    op.drop_table("miyagiict_kpi_version")
    op.drop_table("miyagiict_kpi_change")
    op.create_table(
        "miyagiict_kpi_changed_dataset",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
