"""One alembic environment for all services: a service's folder holds versions only.

`run.upgrade` and its sisters are the way in. Each service's first migration calls `kit_tables(op)`.
"""

from __future__ import annotations

from typing import Protocol


class Operations(Protocol):
    """What is needed of `alembic.op`; importing alembic itself is left to the migration."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


def kit_tables(op: Operations) -> None:
    """Create outbox, inbox and relay_lease. Never edited once released: a change is a new helper and a new version."""
    op.execute(
        """
        CREATE TABLE outbox (
            position bigserial CONSTRAINT pk_outbox PRIMARY KEY,
            event_id uuid NOT NULL CONSTRAINT uq_outbox_event_id UNIQUE,
            subject text NOT NULL,
            event_type text NOT NULL,
            aggregate_id text NOT NULL,
            epoch integer NOT NULL DEFAULT 1,
            version integer NOT NULL,
            body bytea NOT NULL,
            traceparent text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            published_at timestamptz,
            CONSTRAINT ck_outbox_body_size CHECK (octet_length(body) <= 65536)
        )
        """
    )
    op.execute("CREATE INDEX ix_outbox_unpublished ON outbox (position) WHERE published_at IS NULL")
    op.execute(
        """
        CREATE TABLE inbox (
            consumer text NOT NULL,
            event_id uuid NOT NULL,
            handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT pk_inbox PRIMARY KEY (consumer, event_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE relay_lease (
            service text CONSTRAINT pk_relay_lease PRIMARY KEY,
            holder text NOT NULL,
            until timestamptz NOT NULL
        )
        """
    )


def drop_kit_tables(op: Operations) -> None:
    """Undo `kit_tables`."""
    for table in ("relay_lease", "inbox", "outbox"):
        op.execute(f"DROP TABLE {table}")
