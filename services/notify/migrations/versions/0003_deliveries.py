"""Deliveries by channel, addresses and wishes of people, campaigns, and the words of every template that was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)
_NONE = sa.text("''")
_ZERO = sa.text("0")


def upgrade() -> None:
    _campaigns()
    # Whoever still runs the code from before says nothing of these: it writes Chinese, for the inbox, with no end.
    for column in (
        sa.Column("parameters", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("edition", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("language", sa.Text, nullable=False, server_default=sa.text("'zh'")),
        sa.Column("priority", sa.SmallInteger, nullable=False, server_default=sa.text("1")),
        sa.Column("expires_at", _TIME),
        sa.Column("in_inbox", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("campaign_id", sa.Uuid),
        sa.Column("routed_at", _TIME),
    ):
        op.add_column("message", column)
    op.get_bind().exec_driver_sql("UPDATE message SET routed_at = sent_at")
    op.create_foreign_key("fk_message_campaign_id_campaign", "message", "campaign", ["campaign_id"], ["campaign_id"])
    op.create_index(
        "ix_message_unrouted", "message", ["priority", "message_id"], postgresql_where=sa.text("routed_at IS NULL")
    )
    op.create_index(
        "ix_message_campaign_id", "message", ["campaign_id"], postgresql_where=sa.text("campaign_id IS NOT NULL")
    )
    op.create_table(
        "template_edition",
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("first_used_at", _TIME, nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.PrimaryKeyConstraint("edition", name="pk_template_edition"),
    )
    _people()
    _deliveries()


def _campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        sa.Column("province_code", sa.Text, nullable=False),
        sa.Column("cycle_id", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("base_code", sa.Text, nullable=False),
        sa.Column("specialty_code", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("parameters", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("starts_at", _TIME),
        sa.Column("counted", sa.Integer),
        sa.Column("cursor", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("written", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("skipped", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("approved_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_campaign"),
        sa.UniqueConstraint("key", name="uq_campaign_key"),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'finished', 'stopped')", name=op.f("ck_campaign_state")
        ),
        sa.CheckConstraint("approved_by = '' OR approved_by <> created_by", name=op.f("ck_campaign_two_people")),
    )
    op.create_index("ix_campaign_province_code_campaign_id", "campaign", ["province_code", "campaign_id"])
    op.create_table(
        "campaign_step",
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "n", name="pk_campaign_step"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name="fk_campaign_step_campaign_id_campaign"
        ),
    )


def _people() -> None:
    op.create_table(
        "reader",
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_reader"),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_reader_language")),
    )
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", "channel", name="pk_preference"),
    )
    op.create_table(
        "address",
        sa.Column("address_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("sealed_with", sa.Text, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("masked", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("verified_at", _TIME),
        sa.Column("removed_at", _TIME),
        sa.PrimaryKeyConstraint("address_id", name="pk_address"),
        sa.UniqueConstraint("person_id", "key", name="uq_address_person_id"),
    )
    op.create_index(
        "uq_address_one_verified",
        "address",
        ["person_id", "channel"],
        unique=True,
        postgresql_where=sa.text("verified_at IS NOT NULL AND removed_at IS NULL"),
    )
    waiting = sa.text("verified_at IS NULL AND removed_at IS NULL")
    op.create_index("ix_address_secret", "address", ["secret"], postgresql_where=waiting)
    op.create_index("ix_address_lookup_created_at", "address", ["lookup", "created_at"])
    op.create_table(
        "blocked_address",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "lookup", name="pk_blocked_address"),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("address_id", sa.Uuid),
        sa.Column("order_key", sa.Text, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("doubtful", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("holder", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("claimed_at", _TIME),
        sa.Column("provider_id", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("sent_to", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("lookup", sa.LargeBinary),
        sa.Column("delivered_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.Column("receipt", sa.Text, nullable=False, server_default=_NONE),
        sa.Column("receipt_at", _TIME),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery"),
        sa.UniqueConstraint("message_id", "channel", "person_id", name="uq_delivery_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.message_id"], name="fk_delivery_message_id_message"),
        sa.ForeignKeyConstraint(["address_id"], ["address.address_id"], name="fk_delivery_address_id_address"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'delivered', 'failed', 'suppressed', 'expired')",
            name=op.f("ck_delivery_state"),
        ),
    )
    for name, columns, where in (
        ("ix_delivery_due", ["channel", "priority", "not_before", "delivery_id"], "state = 'queued'"),
        ("ix_delivery_sending", ["channel"], "state = 'sending'"),
        ("ix_delivery_order", ["order_key", "delivery_id"], "order_key <> '' AND state IN ('queued', 'sending')"),
        ("ix_delivery_expiry", ["expires_at"], "state = 'queued' AND expires_at IS NOT NULL"),
        ("ix_delivery_failed", ["finished_at", "delivery_id"], "state = 'failed'"),
        ("ix_delivery_delivered", ["channel", "delivered_at"], "delivered_at IS NOT NULL"),
        ("ix_delivery_doubtful", ["channel"], "doubtful > 0"),
        ("ix_delivery_provider_id", ["channel", "provider_id"], "provider_id <> ''"),
    ):
        op.create_index(name, "delivery", columns, postgresql_where=sa.text(where))
    op.create_index("ix_delivery_person_id_delivery_id", "delivery", ["person_id", "delivery_id"])


def downgrade() -> None:
    for table in ("delivery", "blocked_address", "address", "preference", "reader", "template_edition"):
        op.drop_table(table)
    op.drop_index("ix_message_campaign_id", "message")
    op.drop_index("ix_message_unrouted", "message")
    op.drop_constraint("fk_message_campaign_id_campaign", "message")
    for name in (
        *("routed_at", "campaign_id", "in_inbox", "expires_at"),
        *("priority", "language", "edition", "parameters"),
    ):
        op.drop_column("message", name)
    op.drop_table("campaign_step")
    op.drop_table("campaign")
