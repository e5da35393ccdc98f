"""OPS-35: which channels rest, told to every replica."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "channel_rest",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_rest"),
    )


def downgrade() -> None:
    op.drop_table("channel_rest")
