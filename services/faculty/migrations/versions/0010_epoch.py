"""OPS-42, OPS-43: the row that knows the database's epoch; what was heard of an application counts in epochs too.

The first epoch's order is the version itself, so the numbers stay as they are; they only get room.
"""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_epoch_table, epoch_table

revision = "0010"
down_revision = "0009"

_TABLES = ("trainee", "heard_application")


def upgrade() -> None:
    epoch_table(op)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN application_version TYPE bigint")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN application_version TYPE integer")
    drop_epoch_table(op)
