"""Dossiers: what one filled in for an earlier cycle is found by the person."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("CREATE INDEX ix_application_person_id ON application (person_id)")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP INDEX ix_application_person_id")
