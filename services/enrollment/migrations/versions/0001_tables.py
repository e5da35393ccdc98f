"""The tables of enrollment: cycles and their gate, applications, decisions, audit."""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_kit_tables, kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# `cycle.version` and `application.version` are the length of the aggregate's audit chain, `audit_hash` its head.
# `sealed_with` is the name of the key that sealed the values beside it; empty when nothing there is sealed.
CYCLES = """
CREATE SEQUENCE gate_lock_key START 7300000000;

CREATE TABLE cycle (
    id uuid CONSTRAINT pk_cycle PRIMARY KEY,
    province_code text NOT NULL,
    year integer NOT NULL,
    title text NOT NULL,
    time_zone text NOT NULL,
    day_seconds double precision NOT NULL,
    calendar_version integer NOT NULL DEFAULT 1,
    policy jsonb NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 0,
    audit_hash bytea NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE cycle_phase (
    cycle_id uuid NOT NULL CONSTRAINT fk_cycle_phase_cycle_id_cycle REFERENCES cycle,
    sequence integer NOT NULL,
    phase text NOT NULL,
    name text NOT NULL,
    first_day date,
    last_day date,
    opens_at timestamptz,
    closes_at timestamptz,
    entered_at timestamptz,
    CONSTRAINT pk_cycle_phase PRIMARY KEY (cycle_id, sequence),
    CONSTRAINT uq_cycle_phase_cycle_id_phase UNIQUE (cycle_id, phase),
    CONSTRAINT ck_cycle_phase_ordered CHECK (opens_at < closes_at)
);

CREATE TABLE cycle_gate (
    cycle_id uuid CONSTRAINT pk_cycle_gate PRIMARY KEY CONSTRAINT fk_cycle_gate_cycle_id_cycle REFERENCES cycle,
    lock_key bigint NOT NULL DEFAULT nextval('gate_lock_key') CONSTRAINT uq_cycle_gate_lock_key UNIQUE,
    phase text NOT NULL,
    sequence integer NOT NULL,
    closes_at timestamptz
);

CREATE TABLE base (
    cycle_id uuid NOT NULL CONSTRAINT fk_base_cycle_id_cycle REFERENCES cycle,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT pk_base PRIMARY KEY (cycle_id, code)
);

CREATE TABLE specialty (
    cycle_id uuid NOT NULL CONSTRAINT fk_specialty_cycle_id_cycle REFERENCES cycle,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT pk_specialty PRIMARY KEY (cycle_id, code)
);

CREATE TABLE seat (
    cycle_id uuid NOT NULL,
    base_code text NOT NULL,
    specialty_code text NOT NULL,
    planned integer NOT NULL,
    taken integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_seat PRIMARY KEY (cycle_id, base_code, specialty_code),
    CONSTRAINT fk_seat_base FOREIGN KEY (cycle_id, base_code) REFERENCES base,
    CONSTRAINT fk_seat_specialty FOREIGN KEY (cycle_id, specialty_code) REFERENCES specialty,
    CONSTRAINT ck_seat_within_plan CHECK (taken >= 0 AND taken <= planned)
) WITH (fillfactor = 50);

CREATE TABLE base_window (
    cycle_id uuid NOT NULL,
    base_code text NOT NULL,
    round integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    review_deadline timestamptz,
    written_exam timestamptz,
    interview timestamptz,
    pre_admission timestamptz,
    closed_at timestamptz,
    unreviewed integer,
    unselected integer,
    CONSTRAINT pk_base_window PRIMARY KEY (cycle_id, base_code, round),
    CONSTRAINT fk_base_window_base FOREIGN KEY (cycle_id, base_code) REFERENCES base
);
"""

APPLICATIONS = """
CREATE TABLE application (
    id uuid CONSTRAINT pk_application PRIMARY KEY,
    cycle_id uuid NOT NULL CONSTRAINT fk_application_cycle_id_cycle REFERENCES cycle,
    person_id text NOT NULL,
    name text NOT NULL,
    masked_document text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    round integer NOT NULL,
    draft_base_code text NOT NULL DEFAULT '',
    draft_specialty_code text NOT NULL DEFAULT '',
    draft_accepts_reallocation boolean NOT NULL DEFAULT false,
    submission_number integer NOT NULL DEFAULT 0,
    base_code text NOT NULL DEFAULT '',
    specialty_code text NOT NULL DEFAULT '',
    accepts_reallocation boolean NOT NULL DEFAULT false,
    submitted_at timestamptz,
    remark text NOT NULL DEFAULT '',
    reason_code text NOT NULL DEFAULT '',
    not_selected boolean NOT NULL DEFAULT false,
    provisional_at timestamptz,
    audit_hash bytea NOT NULL,
    unlocked_until timestamptz,
    live boolean NOT NULL GENERATED ALWAYS AS (state NOT IN ('withdrawn', 'annulled')) STORED,
    CONSTRAINT ck_application_state CHECK (state IN
        ('draft', 'pending', 'rejected', 'approved', 'provisional', 'admitted', 'withdrawn', 'annulled'))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX uq_application_one_live ON application (cycle_id, person_id) WHERE live;
CREATE UNIQUE INDEX uq_application_one_admitted ON application (cycle_id, person_id) WHERE state = 'admitted';
CREATE INDEX ix_application_person ON application (cycle_id, person_id);
CREATE INDEX ix_application_queue ON application (cycle_id, base_code, round, state, submitted_at, id);

CREATE TABLE dossier_section (
    application_id uuid NOT NULL
        CONSTRAINT fk_dossier_section_application_id_application REFERENCES application,
    section text NOT NULL,
    body jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    sealed_with text NOT NULL,
    CONSTRAINT pk_dossier_section PRIMARY KEY (application_id, section)
);

-- Sections that somebody may edit for a while though the rules lock them; `application.unlocked_until` is the last end.
CREATE TABLE section_unlock (
    id uuid CONSTRAINT pk_section_unlock PRIMARY KEY,
    application_id uuid NOT NULL
        CONSTRAINT fk_section_unlock_application_id_application REFERENCES application,
    sections text[] NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL,
    granted_by text NOT NULL,
    ended_at timestamptz,
    CONSTRAINT ck_section_unlock_ordered CHECK (since < until)
);
CREATE INDEX ix_section_unlock_application_id ON section_unlock (application_id);

-- Written by `write_command` alone, in the call that has just locked the application: a foreign key would look again.
-- Written once: `fingerprint`, which the audit names too, is what the dossier must match. Only the dossier's seal may
-- be made anew, and a person's data forgotten (`dossier` is null then).
CREATE TABLE submission (
    application_id uuid NOT NULL,
    number integer NOT NULL,
    cycle_id uuid NOT NULL,
    round integer NOT NULL,
    base_code text NOT NULL,
    specialty_code text NOT NULL,
    accepts_reallocation boolean NOT NULL,
    dossier jsonb,
    fingerprint bytea NOT NULL,
    sealed_with text NOT NULL,
    correction_of integer NOT NULL,
    gate_sequence integer NOT NULL,
    submitted_at timestamptz NOT NULL,
    CONSTRAINT pk_submission PRIMARY KEY (application_id, number)
);
CREATE INDEX ix_submission_window ON submission (cycle_id, base_code, round, application_id, number);

-- As `submission`.
CREATE TABLE decision (
    application_id uuid NOT NULL,
    version integer NOT NULL,
    submission_number integer NOT NULL,
    kind text NOT NULL,
    reason_code text NOT NULL DEFAULT '',
    remark text NOT NULL DEFAULT '',
    qualified boolean NOT NULL DEFAULT false,
    actor text NOT NULL,
    role text NOT NULL,
    organisation text NOT NULL,
    round integer NOT NULL,
    gate_sequence integer NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_decision PRIMARY KEY (application_id, version),
    CONSTRAINT ck_decision_kind CHECK (kind IN ('approve', 'reject', 'not_selected', 'provisional', 'admit'))
);
"""

AUDIT = """
CREATE TABLE audit (
    aggregate_id uuid NOT NULL,
    n integer NOT NULL,
    at timestamptz NOT NULL,
    command text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    organisation text NOT NULL,
    rule text NOT NULL,
    phase text NOT NULL,
    gate_sequence integer NOT NULL,
    calendar_version integer NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    submission_number integer NOT NULL,
    detail text NOT NULL,
    idempotency_key text NOT NULL,
    address text NOT NULL,
    acted_for text NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (aggregate_id, n)
);
CREATE UNIQUE INDEX uq_audit_actor_key ON audit (actor, idempotency_key) WHERE idempotency_key <> '';

CREATE TABLE idempotency (
    actor text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    answer bytea NOT NULL,
    sealed_with text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_idempotency PRIMARY KEY (actor, key)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
END $$;
CREATE FUNCTION refuse_change_beside_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.dossier := NEW.dossier;
        OLD.sealed_with := NEW.sealed_with;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON submission
    FOR EACH ROW EXECUTE FUNCTION refuse_change_beside_seal();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

TABLES = (
    *("idempotency", "audit", "decision", "submission", "section_unlock", "dossier_section", "application"),
    *("base_window", "seat", "specialty", "base", "cycle_gate", "cycle_phase", "cycle"),
)


def upgrade() -> None:
    kit_tables(op)
    for script in (CYCLES, APPLICATIONS, AUDIT):
        for statement in _statements(script):
            op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP FUNCTION refuse_change_beside_seal()")
    op.execute("DROP SEQUENCE gate_lock_key")
    drop_kit_tables(op)


def _statements(script: str) -> list[str]:
    """Single statements (the driver prepares one at a time): each ends with `;` at the end of a line outside `$$`."""
    statements, current, quoted = [], "", False
    for line in script.splitlines():
        current += line + "\n"
        quoted ^= line.count("$$") % 2 == 1
        if line.rstrip().endswith(";") and not quoted:
            statements.append(current)
            current = ""
    return statements
