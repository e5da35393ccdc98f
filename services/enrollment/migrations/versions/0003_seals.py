"""The audit's seals, and a fence around the audit itself."""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_seal_tables, seal_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    seal_tables(op, "uuid")


def downgrade() -> None:
    drop_seal_tables(op)
