"""The functions of the command path: one guarded write, one flip.

SQLSTATEs of their own, so that everything rolls back (the claim too) and Python knows why:
RE001 key used for another command, RE002 gate moved, RE003 too late by the clock, RE004 changed meanwhile,
RE005 seat full, RE006 not the next phase, RE007 too early.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What a row of the audit says, chained to the row before it. Verified by services.enrollment.domain.audit.
AUDIT_HASH = """
CREATE FUNCTION audit_hash(a audit) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(a.prev_hash || convert_to(jsonb_build_array(
        a.aggregate_id, a.n, (extract(epoch FROM a.at) * 1000000)::bigint, a.command, a.actor, a.role,
        a.organisation, a.rule, a.phase, a.gate_sequence, a.calendar_version, a.state_before, a.state_after,
        a.submission_number, a.detail, a.idempotency_key)::text, 'UTF8'))
$$
"""

# Insert first: of equal commands one claims the key, the others wait for it and read its answer.
CLAIM = """
CREATE FUNCTION claim_key(p jsonb, p_answer bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored idempotency;
BEGIN
    INSERT INTO idempotency (actor, key, body_hash, answer)
    VALUES (p->>'actor', p->>'key', (p->>'body_hash')::bytea, p_answer)
    ON CONFLICT (actor, key) DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO stored FROM idempotency WHERE actor = p->>'actor' AND key = p->>'key';
    IF stored.body_hash <> (p->>'body_hash')::bytea THEN
        RAISE EXCEPTION 'key used for another command' USING ERRCODE = 'RE001';
    END IF;
    RETURN stored.answer;
END $$
"""

# The lock is taken in one statement and the gate read in the next: a snapshot older than the lock would show the
# phase of before the flip. READ COMMITTED and VOLATILE give each statement its own snapshot.
GATE = """
CREATE FUNCTION pass_gate(p jsonb) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    gate cycle_gate;
BEGIN
    PERFORM pg_advisory_xact_lock_shared((p->>'lock_key')::bigint);
    SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = (p->>'cycle_id')::uuid;
    IF gate.sequence <> (p->>'sequence')::integer THEN
        RAISE EXCEPTION 'the gate has moved' USING ERRCODE = 'RE002';
    END IF;
    IF clock_timestamp() >= gate.closes_at OR clock_timestamp() >= (p->>'deadline')::timestamptz THEN
        RAISE EXCEPTION 'too late' USING ERRCODE = 'RE003';
    END IF;
END $$
"""

# The one guarded write of a command on an application. Returns the answer: this command's, or the one stored before.
WRITE_COMMAND = """
CREATE FUNCTION write_command(p jsonb, p_answer bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
    a application := jsonb_populate_record(NULL::application, p->'application');
    r audit := jsonb_populate_record(NULL::audit, p->'audit');
BEGIN
    stored := claim_key(p, p_answer);
    IF stored IS NOT NULL THEN
        RETURN stored;
    END IF;
    PERFORM pass_gate(p);

    r.at := clock_timestamp();
    r.prev_hash := a.audit_hash;
    r.hash := audit_hash(r);
    IF a.version = 1 THEN
        INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, audit_hash)
        VALUES (a.id, a.cycle_id, a.person_id, a.name, a.masked_document, 1, a.state, a.round, r.hash)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE application SET version = a.version, state = a.state, round = a.round,
            draft_base_code = a.draft_base_code, draft_specialty_code = a.draft_specialty_code,
            draft_accepts_reallocation = a.draft_accepts_reallocation,
            submission_number = a.submission_number, base_code = a.base_code, specialty_code = a.specialty_code,
            accepts_reallocation = a.accepts_reallocation, submitted_at = a.submitted_at, remark = a.remark,
            reason_code = a.reason_code, not_selected = a.not_selected, provisional_at = a.provisional_at,
            audit_hash = r.hash
        WHERE id = a.id AND version = a.version - 1 AND audit_hash = r.prev_hash;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
    END IF;

    INSERT INTO audit SELECT r.*;
    IF p ? 'section' THEN
        INSERT INTO dossier_section SELECT (jsonb_populate_record(NULL::dossier_section, p->'section')).*
        ON CONFLICT (application_id, section) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at;
    END IF;
    IF p ? 'submission' THEN
        INSERT INTO submission SELECT (jsonb_populate_record(NULL::submission, p->'submission')).*;
    END IF;
    IF p ? 'decision' THEN
        INSERT INTO decision SELECT (jsonb_populate_record(NULL::decision,
            jsonb_set(p->'decision', '{decided_at}', to_jsonb(r.at)))).*;
    END IF;
    IF p ? 'fact' THEN
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
        FROM jsonb_populate_record(NULL::outbox, p->'fact') f;
    END IF;

    IF p ? 'seat' THEN  -- last, so that a hot seat is locked no longer than a commit takes
        UPDATE seat SET taken = taken + (p->>'seat')::integer
        WHERE cycle_id = a.cycle_id AND base_code = a.base_code AND specialty_code = a.specialty_code
            AND taken + (p->>'seat')::integer <= planned;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'seat full' USING ERRCODE = 'RE005';
        END IF;
    END IF;
    RETURN p_answer;
END $$
"""

# A cycle's own chain (created, phases entered, windows) under the lock of its row. Returns the new length.
APPEND_TO_CYCLE = """
CREATE FUNCTION append_to_cycle(p_audit jsonb) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r audit := jsonb_populate_record(NULL::audit, p_audit);
    c cycle;
BEGIN
    SELECT * INTO STRICT c FROM cycle WHERE id = r.aggregate_id FOR UPDATE;
    r.n := c.version + 1;
    r.prev_hash := c.audit_hash;
    r.at := clock_timestamp();
    r.hash := audit_hash(r);
    INSERT INTO audit SELECT r.*;
    UPDATE cycle SET version = r.n, audit_hash = r.hash WHERE id = c.id;
    RETURN r.n;
END $$
"""

# The one guarded write of a command on a base's window: its dates, or how it ended.
WRITE_WINDOW = """
CREATE FUNCTION write_window(p jsonb, p_answer bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
    w base_window := jsonb_populate_record(NULL::base_window, p->'window');
BEGIN
    IF p ? 'key' THEN
        stored := claim_key(p, p_answer);
        IF stored IS NOT NULL THEN
            RETURN stored;
        END IF;
    END IF;
    IF p ? 'sequence' THEN
        PERFORM pass_gate(p);
    END IF;
    PERFORM append_to_cycle(p->'audit');
    INSERT INTO base_window SELECT w.*
    ON CONFLICT (cycle_id, base_code, round) DO UPDATE SET version = w.version,
        review_deadline = w.review_deadline, written_exam = w.written_exam, interview = w.interview,
        pre_admission = w.pre_admission, closed_at = w.closed_at, unreviewed = w.unreviewed, unselected = w.unselected
    WHERE base_window.version = w.version - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
    END IF;
    IF p ? 'fact' THEN
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
        FROM jsonb_populate_record(NULL::outbox, p->'fact') f;
    END IF;
    RETURN p_answer;
END $$
"""

# The flip. It may wait longer for the lock than a stuck holder may live (the role's transaction_timeout): the timer
# that runs is only replaced by switching it off first. Returns false when the phase had been entered already.
FLIP_GATE = """
CREATE FUNCTION flip_gate(p_lock_key bigint, p_cycle uuid, p_sequence integer, p_audit jsonb, p_fact jsonb)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
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
    SELECT * INTO STRICT entered FROM cycle_phase WHERE cycle_id = p_cycle AND sequence = p_sequence;
    IF clock_timestamp() < entered.opens_at THEN
        RAISE EXCEPTION 'too early' USING ERRCODE = 'RE007';
    END IF;
    UPDATE cycle_gate SET phase = entered.phase, sequence = p_sequence, closes_at = entered.closes_at
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

FUNCTIONS = {
    "audit_hash(audit)": AUDIT_HASH,
    "claim_key(jsonb, bytea)": CLAIM,
    "pass_gate(jsonb)": GATE,
    "write_command(jsonb, bytea)": WRITE_COMMAND,
    "append_to_cycle(jsonb)": APPEND_TO_CYCLE,
    "write_window(jsonb, bytea)": WRITE_WINDOW,
    "flip_gate(bigint, uuid, integer, jsonb, jsonb)": FLIP_GATE,
}


def upgrade() -> None:
    for source in FUNCTIONS.values():
        op.get_bind().exec_driver_sql(source)


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
