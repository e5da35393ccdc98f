"""A calendar that is data: phases with keys and counted rounds, milestones, versions, amendments, holds, drafts."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# While `held_since` is set nothing of the phase goes on: `closes_at` of the gate is that instant, so that every guarded
# write is refused by the same comparison as after the end of a phase, and the gate does not move.
COLUMNS = (
    "ALTER TABLE cycle ADD COLUMN draft boolean NOT NULL DEFAULT false",
    "CREATE UNIQUE INDEX uq_cycle_draft ON cycle (province_code, year) WHERE draft",
    "ALTER TABLE cycle_gate ADD COLUMN round integer NOT NULL DEFAULT 0, ADD COLUMN held_since timestamptz",
    """ALTER TABLE cycle_phase ADD COLUMN key text NOT NULL DEFAULT '', ADD COLUMN round integer NOT NULL DEFAULT 0,
        ADD COLUMN gap_name text NOT NULL DEFAULT ''""",
    "UPDATE cycle_phase SET key = phase",
    """UPDATE cycle_phase p SET round = n.round FROM (
        SELECT cycle_id, sequence, row_number() OVER (PARTITION BY cycle_id ORDER BY sequence) AS round
        FROM cycle_phase WHERE phase IN ('first_choice', 'second_choice', 'reallocation')
    ) n WHERE n.cycle_id = p.cycle_id AND n.sequence = p.sequence""",
    """UPDATE cycle_gate g SET round = p.round FROM cycle_phase p
    WHERE p.cycle_id = g.cycle_id AND p.sequence = g.sequence""",
    "ALTER TABLE cycle_phase DROP CONSTRAINT uq_cycle_phase_cycle_id_phase",
    "ALTER TABLE cycle_phase ADD CONSTRAINT uq_cycle_phase_cycle_id_key UNIQUE (cycle_id, key)",
)

TABLES = """
CREATE TABLE cycle_milestone (
    cycle_id uuid NOT NULL CONSTRAINT fk_cycle_milestone_cycle_id_cycle REFERENCES cycle,
    key text NOT NULL,
    phase_key text NOT NULL,
    name text NOT NULL,
    day date NOT NULL,
    exam boolean NOT NULL,
    CONSTRAINT pk_cycle_milestone PRIMARY KEY (cycle_id, key)
);

-- What the calendar was in each version: never changed, so that every decision can be explained by it years later.
CREATE TABLE calendar_version (
    cycle_id uuid NOT NULL CONSTRAINT fk_calendar_version_cycle_id_cycle REFERENCES cycle,
    version integer NOT NULL,
    kind text NOT NULL,
    content jsonb NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    approved_by text NOT NULL,
    amendment_id uuid,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_calendar_version PRIMARY KEY (cycle_id, version)
);

-- A change that was asked for. `state`: open (waits for the second person), applied, refused or withdrawn.
CREATE TABLE calendar_amendment (
    id uuid CONSTRAINT pk_calendar_amendment PRIMARY KEY,
    cycle_id uuid NOT NULL CONSTRAINT fk_calendar_amendment_cycle_id_cycle REFERENCES cycle,
    kind text NOT NULL,
    based_on integer NOT NULL,
    content jsonb NOT NULL,
    impact jsonb NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by text NOT NULL DEFAULT '',
    decided_at timestamptz,
    answer text NOT NULL DEFAULT '',
    version integer
);
CREATE UNIQUE INDEX uq_calendar_amendment_open ON calendar_amendment (cycle_id) WHERE state = 'open';
CREATE INDEX ix_calendar_amendment_cycle_id ON calendar_amendment (cycle_id, proposed_at);
"""

FIRST_VERSIONS = """
INSERT INTO calendar_version (cycle_id, version, kind, content, reason, made_by, approved_by, made_at)
SELECT c.id, c.calendar_version, 'created', jsonb_build_object('phases', (
        SELECT jsonb_agg(jsonb_build_object('key', p.key, 'phase', p.phase, 'name', p.name, 'round', p.round,
            'gap_name', p.gap_name, 'first_day', p.first_day, 'last_day', p.last_day, 'opens_at', p.opens_at,
            'closes_at', p.closes_at) ORDER BY p.sequence)
        FROM cycle_phase p WHERE p.cycle_id = c.id), 'milestones', '[]'::jsonb),
    '', '', '', c.created_at
FROM cycle c
"""

FLIP_GATE = """
CREATE OR REPLACE FUNCTION flip_gate(
    p_lock_key bigint, p_cycle uuid, p_sequence integer, p_audit jsonb, p_fact jsonb
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    gate cycle_gate;
    entered cycle_phase;
BEGIN
    PERFORM set_config('transaction_timeout', '0', true);
    PERFORM set_config('transaction_timeout', '4s', true);
    PERFORM set_config('lock_timeout', '2s', true);
    PERFORM pg_advisory_xact_lock(p_lock_key);
    SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = p_cycle;
    IF gate.sequence >= p_sequence THEN
        RETURN false;
    END IF;
    IF gate.sequence <> p_sequence - 1 THEN
        RAISE EXCEPTION 'the gate stands at %', gate.sequence USING ERRCODE = 'RE006';
    END IF;
    IF gate.held_since IS NOT NULL THEN
        RAISE EXCEPTION 'the cycle is held' USING ERRCODE = 'RE007';
    END IF;
    SELECT * INTO STRICT entered FROM cycle_phase WHERE cycle_id = p_cycle AND sequence = p_sequence;
    IF clock_timestamp() < entered.opens_at THEN
        RAISE EXCEPTION 'too early' USING ERRCODE = 'RE007';
    END IF;
    UPDATE cycle_gate SET phase = entered.phase, sequence = p_sequence, round = entered.round,
        closes_at = entered.closes_at
    WHERE cycle_id = p_cycle AND sequence = p_sequence - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the gate has moved' USING ERRCODE = 'RE002';
    END IF;
    UPDATE cycle_phase SET entered_at = clock_timestamp() WHERE cycle_id = p_cycle AND sequence = p_sequence;
    PERFORM append_to_cycle(p_audit);
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
    SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
    FROM jsonb_populate_record(NULL::outbox, p_fact) f;
    RETURN true;
END $$
"""

BACK = (
    "DROP TABLE calendar_amendment, calendar_version, cycle_milestone",
    "ALTER TABLE cycle_phase DROP CONSTRAINT uq_cycle_phase_cycle_id_key",
    "ALTER TABLE cycle_phase ADD CONSTRAINT uq_cycle_phase_cycle_id_phase UNIQUE (cycle_id, phase)",
    "ALTER TABLE cycle_phase DROP COLUMN key, DROP COLUMN round, DROP COLUMN gap_name",
    "ALTER TABLE cycle_gate DROP COLUMN round, DROP COLUMN held_since",
    "DROP INDEX uq_cycle_draft",
    "ALTER TABLE cycle DROP COLUMN draft",
)


def upgrade() -> None:
    for statement in (*COLUMNS, *TABLES.split(";"), FIRST_VERSIONS, FLIP_GATE):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    before = FLIP_GATE.replace("round = entered.round,\n        ", "").replace(
        """    IF gate.held_since IS NOT NULL THEN
        RAISE EXCEPTION 'the cycle is held' USING ERRCODE = 'RE007';
    END IF;
""",
        "",
    )
    for statement in (before, *BACK):
        op.get_bind().exec_driver_sql(statement)
