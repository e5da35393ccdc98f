"""Notify's tables; migrations make them, `residency migrate check` compares."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.kit.tables import metadata

METADATA = metadata()

message = Table(
    "message",
    METADATA,
    Column("message_id", Uuid(as_uuid=False), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("person_id", Text),
    Column("organisation_code", Text),
    Column("template", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sealed_with", Text, nullable=False),
    Column("application_id", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("release_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_at", DateTime(timezone=True)),
    Column("undone_since", DateTime(timezone=True)),
    Column("dropped_at", DateTime(timezone=True)),
    Column("parameters", Text, nullable=False, server_default=text("''")),
    Column("edition", Text, nullable=False, server_default=text("''")),
    Column("language", Text, nullable=False, server_default=text("'zh'")),
    Column("priority", SmallInteger, nullable=False, server_default=text("1")),
    Column("expires_at", DateTime(timezone=True)),
    Column("in_inbox", Boolean, nullable=False, server_default=true()),
    Column("campaign_id", Uuid(as_uuid=False), ForeignKey("campaign.campaign_id")),
    Column("routed_at", DateTime(timezone=True)),
    CheckConstraint("(person_id IS NULL) <> (organisation_code IS NULL)", name="one_recipient"),
    Index("ix_message_person_id_release_at_message_id", "person_id", "release_at", "message_id"),
    Index("ix_message_organisation_code_release_at_message_id", "organisation_code", "release_at", "message_id"),
    Index("ix_message_application_id", "application_id"),
    Index("ix_message_unrouted", "priority", "message_id", postgresql_where=text("routed_at IS NULL")),
    Index("ix_message_campaign_id", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
)
"""`body` is sealed with the key named in `sealed_with`: people write remarks; both are empty once forgotten or dropped.

A message is there for its reader from `release_at` on, unless it was dropped before. A dropped one keeps its row, for
its key says that it was dealt with. `decided_at` orders what tells of one application; what was decided from
`undone_since` on is taken back by this one.
"""

message_read = Table(
    "message_read",
    METADATA,
    Column("message_id", Uuid(as_uuid=False), ForeignKey("message.message_id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

template_edition = Table(
    "template_edition",
    METADATA,
    Column("edition", Text, primary_key=True),
    Column("template", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("first_used_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""The words of every template that was ever used, by their fingerprint: what was sent can be written out again."""

campaign = Table(
    "campaign",
    METADATA,
    Column("campaign_id", Uuid(as_uuid=False), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("asked", LargeBinary, nullable=False),
    Column("province_code", Text, nullable=False),
    Column("cycle_id", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("base_code", Text, nullable=False),
    Column("specialty_code", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("starts_at", DateTime(timezone=True)),
    Column("counted", Integer),
    Column("cursor", Text, nullable=False, server_default=text("''")),
    Column("written", Integer, nullable=False, server_default=text("0")),
    Column("skipped", Integer, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text, nullable=False, server_default=text("''")),
    Column("approved_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('draft', 'running', 'paused', 'finished', 'stopped')", name="state"),
    CheckConstraint("approved_by = '' OR approved_by <> created_by", name="two_people"),
    Index("ix_campaign_province_code_campaign_id", "province_code", "campaign_id"),
)
"""`key` is author and idempotency key, `asked` a hash of what was asked with it. `cursor` is the page of the audience
at which the runner goes on."""

campaign_step = Table(
    "campaign_step",
    METADATA,
    Column("campaign_id", Uuid(as_uuid=False), ForeignKey("campaign.campaign_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
)

reader = Table(
    "reader",
    METADATA,
    Column("person_id", Text, primary_key=True),
    Column("language", Text, nullable=False),
    CheckConstraint("language IN ('zh', 'en')", name="language"),
)
"""People who chose a language; everybody else reads Chinese."""

preference = Table(
    "preference",
    METADATA,
    Column("person_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
"""Where somebody said otherwise than `domain.kinds.DEFAULTS`."""

address = Table(
    "address",
    METADATA,
    Column("address_id", Uuid(as_uuid=False), primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("sealed_with", Text, nullable=False),
    Column("lookup", LargeBinary, nullable=False),
    Column("masked", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("removed_at", DateTime(timezone=True)),
    UniqueConstraint("person_id", "key", name="uq_address_person_id"),
    Index(
        "uq_address_one_verified",
        "person_id",
        "channel",
        unique=True,
        postgresql_where=text("verified_at IS NOT NULL AND removed_at IS NULL"),
    ),
    Index("ix_address_secret", "secret", postgresql_where=text("verified_at IS NULL AND removed_at IS NULL")),
    Index("ix_address_lookup_created_at", "lookup", "created_at"),
)
"""E-mail addresses and openids, sealed. `secret` is the hash of the code or of the scanned ticket that proves one until
`expires_at`. A removed one keeps its row, for deliveries name it, but no value."""

blocked_address = Table(
    "blocked_address",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("lookup", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
"""Addresses a carrier called dead or unwilling, by keyed hash; proving one anew takes it off."""

delivery = Table(
    "delivery",
    METADATA,
    Column("delivery_id", Uuid(as_uuid=False), primary_key=True),
    Column("message_id", Uuid(as_uuid=False), ForeignKey("message.message_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("address_id", Uuid(as_uuid=False), ForeignKey("address.address_id")),
    Column("order_key", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("not_before", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("doubtful", Integer, nullable=False, server_default=text("0")),
    Column("holder", Text, nullable=False, server_default=text("''")),
    Column("claimed_at", DateTime(timezone=True)),
    Column("provider_id", Text, nullable=False, server_default=text("''")),
    Column("sent_to", Text, nullable=False, server_default=text("''")),
    Column("lookup", LargeBinary),
    Column("delivered_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("receipt", Text, nullable=False, server_default=text("''")),
    Column("receipt_at", DateTime(timezone=True)),
    UniqueConstraint("message_id", "channel", "person_id", name="uq_delivery_message_id"),
    CheckConstraint(
        "state IN ('queued', 'sending', 'delivered', 'failed', 'suppressed', 'expired')",
        name="state",
    ),
    Index(
        *("ix_delivery_due", "channel", "priority", "not_before", "delivery_id"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_delivery_sending", "channel", postgresql_where=text("state = 'sending'")),
    Index(
        *("ix_delivery_order", "order_key", "delivery_id"),
        postgresql_where=text("order_key <> '' AND state IN ('queued', 'sending')"),
    ),
    Index("ix_delivery_expiry", "expires_at", postgresql_where=text("state = 'queued' AND expires_at IS NOT NULL")),
    Index("ix_delivery_failed", "finished_at", "delivery_id", postgresql_where=text("state = 'failed'")),
    Index("ix_delivery_delivered", "channel", "delivered_at", postgresql_where=text("delivered_at IS NOT NULL")),
    Index("ix_delivery_doubtful", "channel", postgresql_where=text("doubtful > 0")),
    Index("ix_delivery_provider_id", "channel", "provider_id", postgresql_where=text("provider_id <> ''")),
    Index("ix_delivery_person_id_delivery_id", "person_id", "delivery_id"),
)
"""One way of one message to one person; an organisation's webhook has no person. `held` is `queued` before
`not_before`. `sent_to` is masked, `lookup` the keyed hash of where it went."""

webhook = Table(
    "webhook",
    METADATA,
    Column("webhook_id", Uuid(as_uuid=False), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("asked", LargeBinary, nullable=False),
    Column("organisation_code", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("previous_until", DateTime(timezone=True)),
    Column("rotation_key", Text, nullable=False, server_default=text("''")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("failing_since", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('active', 'disabled', 'ended')", name="state"),
)
"""Subscriptions of organisations' systems; secrets are sealed. `key` is author and idempotency key, `asked` a hash of
what was asked with it, `role` the hat under which it was made."""

webhook_step = Table(
    "webhook_step",
    METADATA,
    Column("webhook_id", Uuid(as_uuid=False), ForeignKey("webhook.webhook_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Who did what to a webhook."""

webhook_event = Table(
    "webhook_event",
    METADATA,
    Column("event_id", Uuid(as_uuid=False), primary_key=True),
    Column("type", Text, nullable=False),
    Column("bases", ARRAY(Text), nullable=False),
    Column("province", Text, nullable=False),
    Column("cycle_id", Text, nullable=False),
    Column("bases_only", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False, index=True),
    Column("routed_at", DateTime(timezone=True)),
    Index("ix_webhook_event_unrouted", "event_id", postgresql_where=text("routed_at IS NULL")),
)
"""What happened, with the body that is sent, as long as it is kept."""

webhook_delivery = Table(
    "webhook_delivery",
    METADATA,
    Column("delivery_id", Uuid(as_uuid=False), primary_key=True),
    Column("webhook_id", Uuid(as_uuid=False), ForeignKey("webhook.webhook_id"), nullable=False),
    Column("event_id", Uuid(as_uuid=False), ForeignKey("webhook_event.event_id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("status_code", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("not_before", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("holder", Text, nullable=False, server_default=text("''")),
    Column("claimed_at", DateTime(timezone=True)),
    UniqueConstraint("webhook_id", "event_id", name="uq_webhook_delivery_webhook_id"),
    CheckConstraint("state IN ('waiting', 'sending', 'delivered', 'failed')", name="state"),
    Index("ix_webhook_delivery_webhook_id_delivery_id", "webhook_id", "delivery_id"),
    Index(
        *("ix_webhook_delivery_due", "webhook_id", "not_before", "delivery_id"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_webhook_delivery_sending", "claimed_at", postgresql_where=text("state = 'sending'")),
)
"""One event on its way to one webhook: once, however often the fact was heard."""

channel_rest = Table(
    "channel_rest",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("reason", Text, nullable=False),
)
"""A channel by which nothing leaves at present, and why; written by the replica that sends."""
