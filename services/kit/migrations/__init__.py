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


def epoch_table(op: Operations) -> None:
    """OPS-42: create `database_epoch`, one row: which epoch, where the database lives, whether it stands still.

    Never edited once released. The epoch itself is the default of `outbox.epoch`, so that no statement has to name it;
    `number` is the same once more, for those who ask. `place` and `timeline` are found by the first process that runs
    on the database (`services.kit.restored`).
    """
    op.execute(
        """
        CREATE TABLE database_epoch (
            one boolean NOT NULL DEFAULT true CONSTRAINT pk_database_epoch PRIMARY KEY,
            number integer NOT NULL DEFAULT 1,
            place text,
            timeline integer,
            since timestamptz NOT NULL DEFAULT clock_timestamp(),
            stopped_at timestamptz,
            why text NOT NULL DEFAULT '',
            CONSTRAINT ck_database_epoch_one CHECK (one)
        )
        """
    )
    op.execute("INSERT INTO database_epoch DEFAULT VALUES")


def drop_epoch_table(op: Operations) -> None:
    """Undo `epoch_table`."""
    op.execute("DROP TABLE database_epoch")


def audit_tables(op: Operations) -> None:
    """AUD-01: create the audit, chained per aggregate and written once, and the keys of commands; never edited once
    released. `seal_tables` comes next.
    """
    op.execute(
        """
        CREATE TABLE audit (
            aggregate_id text NOT NULL,
            n integer NOT NULL,
            position bigint GENERATED ALWAYS AS IDENTITY,
            at timestamptz NOT NULL,
            act text NOT NULL,
            actor text NOT NULL DEFAULT '',
            actor_role text NOT NULL DEFAULT '',
            organisation_code text NOT NULL DEFAULT '',
            address text NOT NULL DEFAULT '',
            reason text NOT NULL DEFAULT '',
            outcome text NOT NULL DEFAULT '',
            detail text NOT NULL DEFAULT '',
            prev_hash bytea NOT NULL,
            hash bytea NOT NULL,
            CONSTRAINT pk_audit PRIMARY KEY (aggregate_id, n),
            CONSTRAINT uq_audit_position UNIQUE (position)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE audit_head (
            aggregate_id text NOT NULL CONSTRAINT pk_audit_head PRIMARY KEY,
            n integer NOT NULL,
            hash bytea NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE idempotency (
            actor text NOT NULL,
            key text NOT NULL,
            body_hash bytea NOT NULL,
            answer bytea NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_idempotency PRIMARY KEY (actor, key)
        )
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def drop_audit_tables(op: Operations) -> None:
    """Undo `audit_tables`."""
    for table in ("idempotency", "audit_head", "audit"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change")


def seal_tables(op: Operations, aggregate_id: str = "text") -> None:
    """AUD-02: create what the sealer writes, and fence `audit` in; never edited once released.

    Needs the table `audit` (aggregate_id, n, at, hash, …; a row trigger refuses changes already) and the function
    `refuse_change()`. The role that runs this, the service's own, may insert and read afterwards and nothing else.

    Args:
        op: `alembic.op`.
        aggregate_id: SQL type of `audit.aggregate_id`.
    """
    op.execute(
        """
        CREATE TABLE audit_seal (
            number bigint NOT NULL CONSTRAINT pk_audit_seal PRIMARY KEY,
            sealed_at timestamptz NOT NULL,
            leaves integer NOT NULL,
            root bytea NOT NULL,
            prev_hash bytea NOT NULL,
            key text NOT NULL,
            signature bytea NOT NULL
        )
        """
    )
    # No foreign key to the seal: checking one locks the row referred to, which takes the right to change it.
    op.execute(
        f"""
        CREATE TABLE audit_leaf (
            aggregate_id {aggregate_id} NOT NULL,
            n integer NOT NULL,
            number bigint NOT NULL,
            place integer NOT NULL,
            hash bytea NOT NULL,
            CONSTRAINT pk_audit_leaf PRIMARY KEY (aggregate_id, n),
            CONSTRAINT uq_audit_leaf_number_place UNIQUE (number, place)
        )
        """
    )
    # The sealer asks for the newest rows: a few bytes for each megabyte of an audit that only grows.
    op.execute("CREATE INDEX ix_audit_at ON audit USING brin (at)")
    for table in ("audit_seal", "audit_leaf"):
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse_change()"
        )
    for table in ("audit", "audit_seal", "audit_leaf"):
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER, PUBLIC")


def drop_seal_tables(op: Operations) -> None:
    """Undo `seal_tables`."""
    for table in ("audit_leaf", "audit_seal"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX ix_audit_at")
    op.execute("DROP TRIGGER never_emptied ON audit")
    op.execute("GRANT UPDATE, DELETE, TRUNCATE ON audit TO CURRENT_USER")
