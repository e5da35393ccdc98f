"""Subscriptions of organisations' systems, what happened, and what became of each delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

_NONE, _ZERO = sa.text("''"), sa.text("0")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        sa.Column("organisation_code", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("event_types", ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("previous_until", _TIME),
        sa.Column("rotation_key", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("failing_since", _TIME),
        sa.Column("delivered_at", _TIME),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhook"),
        sa.UniqueConstraint("key", name="uq_webhook_key"),
        sa.CheckConstraint("state IN ('active', 'disabled', 'ended')", name=op.f("ck_webhook_state")),
    )
    op.create_index("ix_webhook_organisation_code", "webhook", ["organisation_code"])
    op.create_table(
        "webhook_step",
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("n", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "n", name="pk_webhook_step"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.webhook_id"], name="fk_webhook_step_webhook_id_webhook"),
    )
    op.create_table(
        "webhook_event",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("bases", ARRAY(sa.Text), nullable=False),
        sa.Column("province", sa.Text, nullable=False),
        sa.Column("cycle_id", sa.Text, nullable=False),
        sa.Column("bases_only", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("written_at", _TIME, nullable=False),
        sa.Column("routed_at", _TIME),
        sa.PrimaryKeyConstraint("event_id", name="pk_webhook_event"),
    )
    op.create_index("ix_webhook_event_written_at", "webhook_event", ["written_at"])
    op.create_index(
        "ix_webhook_event_unrouted", "webhook_event", ["event_id"], postgresql_where=sa.text("routed_at IS NULL")
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("status_code", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("reason", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.Column("holder", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("claimed_at", _TIME),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_webhook_delivery"),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_delivery_webhook_id"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.webhook_id"], name="fk_webhook_delivery_webhook_id_webhook"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_event.event_id"], name="fk_webhook_delivery_event_id_webhook_event"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'failed')", name=op.f("ck_webhook_delivery_state")
        ),
    )
    for name, columns, where in (
        ("ix_webhook_delivery_due", ["webhook_id", "not_before", "delivery_id"], "state = 'waiting'"),
        ("ix_webhook_delivery_sending", ["claimed_at"], "state = 'sending'"),
    ):
        op.create_index(name, "webhook_delivery", columns, postgresql_where=sa.text(where))
    op.create_index("ix_webhook_delivery_event_id", "webhook_delivery", ["event_id"])
    op.create_index("ix_webhook_delivery_webhook_id_delivery_id", "webhook_delivery", ["webhook_id", "delivery_id"])


def downgrade() -> None:
    for table in ("webhook_delivery", "webhook_event", "webhook_step", "webhook"):
        op.drop_table(table)
