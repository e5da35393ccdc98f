"""OPS-42: the row that knows the database's epoch."""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_epoch_table, epoch_table

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    epoch_table(op)


def downgrade() -> None:
    drop_epoch_table(op)
