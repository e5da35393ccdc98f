"""From when a message is seen, what it tells of, and what was dropped before anybody saw it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Whoever still runs the code from before names no release: what it writes is seen at once.
    release = sa.Column("release_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    op.add_column("message", release)
    for name in ("decided_at", "undone_since", "dropped_at"):
        op.add_column("message", sa.Column(name, sa.DateTime(timezone=True)))
    op.get_bind().exec_driver_sql(
        "UPDATE message SET release_at = sent_at, decided_at = CASE WHEN application_id <> '' THEN sent_at END"
    )
    for recipient in ("person_id", "organisation_code"):
        op.drop_index(f"ix_message_{recipient}_sent_at_message_id", "message")
        columns = [recipient, "release_at", "message_id"]
        op.create_index(f"ix_message_{recipient}_release_at_message_id", "message", columns)
    op.create_index("ix_message_application_id", "message", ["application_id"])


def downgrade() -> None:
    # What was dropped stays, with an empty text: its key keeps it from being written again.
    op.drop_index("ix_message_application_id", "message")
    for recipient in ("person_id", "organisation_code"):
        op.drop_index(f"ix_message_{recipient}_release_at_message_id", "message")
        op.create_index(f"ix_message_{recipient}_sent_at_message_id", "message", [recipient, "sent_at", "message_id"])
    for name in ("dropped_at", "undone_since", "decided_at", "release_at"):
        op.drop_column("message", name)
