"""The audit, its seals, and the keys of commands."""

from __future__ import annotations

from alembic import op

from services.kit.migrations import audit_tables, drop_audit_tables, drop_seal_tables, seal_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    audit_tables(op)
    seal_tables(op)


def downgrade() -> None:
    drop_seal_tables(op)
    drop_audit_tables(op)
