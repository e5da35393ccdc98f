"""Messages, who has read them, and the kit's own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import drop_kit_tables, kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    kit_tables(op)
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text),
        sa.Column("organisation_code", sa.Text),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sealed_with", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_message"),
        sa.UniqueConstraint("key", name="uq_message_key"),
        sa.CheckConstraint("(person_id IS NULL) <> (organisation_code IS NULL)", name=op.f("ck_message_one_recipient")),
    )
    for recipient in ("person_id", "organisation_code"):
        op.create_index(f"ix_message_{recipient}_sent_at_message_id", "message", [recipient, "sent_at", "message_id"])
    op.create_table(
        "message_read",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "person_id", name="pk_message_read"),
        sa.ForeignKeyConstraint(["message_id"], ["message.message_id"], name="fk_message_read_message_id_message"),
    )


def downgrade() -> None:
    for table in ("message_read", "message"):
        op.drop_table(table)
    drop_kit_tables(op)
