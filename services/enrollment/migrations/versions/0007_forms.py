"""Exports and prints as they are written down; the plan as it was at any moment."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Who took which table (or which forms) away, when, why, how much. Written once.
    """
    CREATE TABLE table_export (
        id uuid CONSTRAINT pk_table_export PRIMARY KEY,
        cycle_id uuid NOT NULL CONSTRAINT fk_table_export_cycle_id_cycle REFERENCES cycle,
        table_key text NOT NULL,
        format text NOT NULL,
        base_code text NOT NULL,
        unmasked boolean NOT NULL,
        rows integer NOT NULL,
        size integer NOT NULL,
        parts integer NOT NULL,
        sha256 text NOT NULL,
        reason text NOT NULL,
        language text NOT NULL,
        actor text NOT NULL,
        role text NOT NULL,
        organisation text NOT NULL,
        made_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_table_export_cycle_id ON table_export (cycle_id, made_at, id)",
    """
    CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON table_export
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    # The file itself, sealed in pieces, for as long as it can be fetched.
    """
    CREATE TABLE export_part (
        export_id uuid NOT NULL CONSTRAINT fk_export_part_export_id_table_export REFERENCES table_export,
        number integer NOT NULL,
        content bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_export_part PRIMARY KEY (export_id, number)
    )
    """,
    "CREATE INDEX ix_export_part_expires_at ON export_part (expires_at)",
    # Every plan there was, kept by whatever changes `seat.planned`; taking a seat does not touch that column.
    """
    CREATE TABLE seat_history (
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        at timestamptz NOT NULL,
        planned integer NOT NULL,
        CONSTRAINT pk_seat_history PRIMARY KEY (cycle_id, base_code, specialty_code, at)
    )
    """,
    """
    INSERT INTO seat_history (cycle_id, base_code, specialty_code, at, planned)
    SELECT s.cycle_id, s.base_code, s.specialty_code, c.created_at, s.planned
    FROM seat s JOIN cycle c ON c.id = s.cycle_id
    """,
    """
    CREATE FUNCTION remember_plan() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR NEW.planned <> OLD.planned THEN
            INSERT INTO seat_history (cycle_id, base_code, specialty_code, at, planned)
            VALUES (NEW.cycle_id, NEW.base_code, NEW.specialty_code, clock_timestamp(), NEW.planned)
            ON CONFLICT (cycle_id, base_code, specialty_code, at) DO UPDATE SET planned = excluded.planned;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER plan_remembered AFTER INSERT OR UPDATE OF planned ON seat
        FOR EACH ROW EXECUTE FUNCTION remember_plan()
    """,
)

DOWN = (
    "DROP TRIGGER plan_remembered ON seat",
    "DROP FUNCTION remember_plan",
    "DROP TABLE seat_history",
    "DROP TABLE export_part",
    "DROP TABLE table_export",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
