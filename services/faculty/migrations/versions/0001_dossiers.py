"""Dossiers, their sections, idempotency keys, and the kit's own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.kit.migrations import drop_kit_tables, kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    kit_tables(op)
    op.create_table(
        "dossier",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_dossier"),
    )
    op.create_table(
        "dossier_section",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_with", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "section", name="pk_dossier_section"),
        sa.ForeignKeyConstraint(["person_id"], ["dossier.person_id"], name="fk_dossier_section_person_id_dossier"),
    )
    op.create_table(
        "command",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "idempotency_key", name="pk_command"),
        sa.ForeignKeyConstraint(["person_id"], ["dossier.person_id"], name="fk_command_person_id_dossier"),
    )


def downgrade() -> None:
    for table in ("command", "dossier_section", "dossier"):
        op.drop_table(table)
    drop_kit_tables(op)
