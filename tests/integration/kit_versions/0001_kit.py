"""The smallest service there is: the kit's tables and one table for effects.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_epoch_table, drop_kit_tables, epoch_table, kit_tables

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    kit_tables(op)
    epoch_table(op)
    op.execute("CREATE TABLE effect (id bigserial CONSTRAINT pk_effect PRIMARY KEY, event_id uuid NOT NULL)")


def downgrade() -> None:
    op.execute("DROP TABLE effect")
    drop_epoch_table(op)
    drop_kit_tables(op)
