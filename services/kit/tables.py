"""The tables every service's database has beside its own: outbox, inbox, relay lease, epoch; those of a sealed audit.

`services.kit.migrations.kit_tables`, `epoch_table` and `seal_tables` create them; tests compare.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

MAX_BODY_BYTES = 65_536
"""Largest body of a fact, so that no fact can jam the relay or the broker."""

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """A fresh MetaData with our naming convention, already holding the kit's own tables."""
    result = MetaData(naming_convention=NAMING_CONVENTION)
    Table(
        "outbox",
        result,
        Column("position", BigInteger, primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("subject", Text, nullable=False),
        Column("event_type", Text, nullable=False),
        Column("aggregate_id", Text, nullable=False),
        Column("epoch", Integer, nullable=False, server_default=text("1")),
        Column("version", Integer, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("traceparent", Text, nullable=False, server_default=text("''")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("published_at", DateTime(timezone=True)),
        CheckConstraint(f"octet_length(body) <= {MAX_BODY_BYTES}", name="body_size"),
        Index("ix_outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
    )
    Table(
        "inbox",
        result,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    )
    Table(
        "relay_lease",
        result,
        Column("service", Text, primary_key=True),
        Column("holder", Text, nullable=False),
        Column("until", DateTime(timezone=True), nullable=False),
    )
    Table(
        "database_epoch",
        result,
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("number", Integer, nullable=False, server_default=text("1")),
        Column("place", Text),
        Column("timeline", Integer),
        Column("since", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("stopped_at", DateTime(timezone=True)),
        Column("why", Text, nullable=False, server_default=text("''")),
        CheckConstraint("one", name="one"),
    )
    return result


def add_audit_tables(to: MetaData) -> None:
    """Declare the tables of `audit_tables` in a service's MetaData: `audit`, `audit_head`, `idempotency`."""
    Table(
        "audit_head",
        to,
        Column("aggregate_id", Text, primary_key=True),
        Column("n", Integer, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    Table(
        "audit",
        to,
        Column("aggregate_id", Text, primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("position", BigInteger, Identity(always=True), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("act", Text, nullable=False),
        *(
            Column(name, Text, nullable=False, server_default=text("''"))
            for name in ("actor", "actor_role", "organisation_code", "address", "reason", "outcome", "detail")
        ),
        Column("prev_hash", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        UniqueConstraint("position"),
        Index("ix_audit_at", "at", postgresql_using="brin"),
    )
    Table(
        "idempotency",
        to,
        Column("actor", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("body_hash", LargeBinary, nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
    )


def add_seal_tables(to: MetaData) -> None:
    """Declare the tables of `seal_tables` in a service's MetaData (for `migrations.run.check`)."""
    Table(
        "audit_seal",
        to,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("sealed_at", DateTime(timezone=True), nullable=False),
        Column("leaves", Integer, nullable=False),
        Column("root", LargeBinary, nullable=False),
        Column("prev_hash", LargeBinary, nullable=False),
        Column("key", Text, nullable=False),
        Column("signature", LargeBinary, nullable=False),
    )
    Table(
        "audit_leaf",
        to,
        Column("aggregate_id", Text, primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("number", BigInteger, nullable=False),
        Column("place", Integer, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        UniqueConstraint("number", "place"),
    )
