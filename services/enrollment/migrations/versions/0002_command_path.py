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
        a.submission_number, a.detail, a.idempotency_key, a.address, a.acted_for)::text, 'UTF8'))
$$
"""

# Insert first: of equal commands one claims the key, the others wait for it and read its answer.
CLAIM = """
CREATE FUNCTION claim_key(p_actor text, p_key text, p_body_hash bytea, p_answer bytea, p_sealed_with text)
RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored idempotency;
BEGIN
    INSERT INTO idempotency (actor, key, body_hash, answer, sealed_with)
    VALUES (p_actor, p_key, p_body_hash, p_answer, p_sealed_with)
    ON CONFLICT (actor, key) DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO stored FROM idempotency WHERE actor = p_actor AND key = p_key;
    IF stored.body_hash <> p_body_hash THEN
        RAISE EXCEPTION 'key used for another command' USING ERRCODE = 'RE001';
    END IF;
    RETURN stored.answer;
END $$
"""

# The lock is taken in one statement and the gate read in the next: a snapshot older than the lock would show the
# phase of before the flip. READ COMMITTED and VOLATILE give each statement its own snapshot.
GATE = """
CREATE FUNCTION pass_gate(p_lock_key bigint, p_cycle_id uuid, p_sequence integer, p_deadline timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    gate cycle_gate;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(p_lock_key);
    SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = p_cycle_id;
    IF gate.sequence <> p_sequence THEN
        RAISE EXCEPTION 'the gate has moved' USING ERRCODE = 'RE002';
    END IF;
    IF clock_timestamp() >= gate.closes_at OR clock_timestamp() >= p_deadline THEN
        RAISE EXCEPTION 'too late' USING ERRCODE = 'RE003';
    END IF;
END $$
"""

# The one guarded write of a command on an application. Returns the answer: this command's, or the one stored before.
# Its parameters are typed and flat, each value once: taking rows out of JSON costs more than writing them. A parameter
# that is null says that there is nothing of that kind to write.
WRITE_COMMAND = """
CREATE FUNCTION write_command(
    -- the claim; p_sealed_with is the key that sealed the answer, a section and a dossier
    p_actor text, p_key text, p_body_hash bytea, p_answer bytea, p_sealed_with text,
    -- what the decision was based on
    p_lock_key bigint, p_cycle_id uuid, p_sequence integer, p_deadline timestamptz,
    -- the application as it becomes; p_audit_hash is the head of its chain as it was
    p_id uuid, p_version integer, p_person_id text, p_name text, p_masked_document text, p_state text, p_round integer,
    p_draft_base_code text, p_draft_specialty_code text, p_draft_accepts_reallocation boolean,
    p_submission_number integer, p_base_code text, p_specialty_code text, p_accepts_reallocation boolean,
    p_submitted_at timestamptz, p_remark text, p_reason_code text, p_not_selected boolean, p_provisional_at timestamptz,
    p_audit_hash bytea,
    -- the row of the audit
    p_command text, p_role text, p_organisation text, p_rule text, p_phase text, p_calendar_version integer,
    p_state_before text, p_detail text, p_address text, p_acted_for text,
    -- a section that was saved, the dossier of a new submission, a decision: any of them or none
    p_section text, p_section_body jsonb, p_saved_at timestamptz,
    p_dossier jsonb, p_fingerprint bytea, p_correction_of integer,
    p_decision text, p_decision_reason_code text, p_decision_remark text, p_qualified boolean,
    -- the fact to publish
    p_event_id uuid, p_subject text, p_event_type text, p_body bytea, p_traceparent text,
    -- places taken (1) or given back (-1)
    p_seat integer
) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
    r audit;
BEGIN
    stored := claim_key(p_actor, p_key, p_body_hash, p_answer, p_sealed_with);
    IF stored IS NOT NULL THEN
        RETURN stored;
    END IF;
    PERFORM pass_gate(p_lock_key, p_cycle_id, p_sequence, p_deadline);

    r := ROW(p_id, p_version, clock_timestamp(), p_command, p_actor, p_role, p_organisation, p_rule, p_phase,
        p_sequence, p_calendar_version, p_state_before, p_state, p_submission_number, p_detail, p_key, p_address,
        p_acted_for, p_audit_hash, NULL)::audit;
    r.hash := audit_hash(r);
    IF p_version = 1 THEN
        INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, audit_hash)
        VALUES (p_id, p_cycle_id, p_person_id, p_name, p_masked_document, 1, p_state, p_round, r.hash)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE application SET version = p_version, state = p_state, round = p_round,
            draft_base_code = p_draft_base_code, draft_specialty_code = p_draft_specialty_code,
            draft_accepts_reallocation = p_draft_accepts_reallocation,
            submission_number = p_submission_number, base_code = p_base_code, specialty_code = p_specialty_code,
            accepts_reallocation = p_accepts_reallocation, submitted_at = p_submitted_at, remark = p_remark,
            reason_code = p_reason_code, not_selected = p_not_selected, provisional_at = p_provisional_at,
            audit_hash = r.hash
        WHERE id = p_id AND version = p_version - 1 AND audit_hash = p_audit_hash;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
    END IF;

    INSERT INTO audit VALUES (r.*);
    IF p_section IS NOT NULL THEN
        INSERT INTO dossier_section (application_id, section, body, saved_at, sealed_with)
        VALUES (p_id, p_section, p_section_body, p_saved_at, p_sealed_with)
        ON CONFLICT (application_id, section) DO UPDATE
        SET body = excluded.body, saved_at = excluded.saved_at, sealed_with = excluded.sealed_with;
    END IF;
    IF p_dossier IS NOT NULL THEN
        INSERT INTO submission (application_id, number, cycle_id, round, base_code, specialty_code,
            accepts_reallocation, dossier, fingerprint, sealed_with, correction_of, gate_sequence, submitted_at)
        VALUES (p_id, p_submission_number, p_cycle_id, p_round, p_base_code, p_specialty_code,
            p_accepts_reallocation, p_dossier, p_fingerprint, p_sealed_with, p_correction_of, p_sequence,
            coalesce(p_saved_at, p_submitted_at));  -- a correction saves the section that it corrects
    END IF;
    IF p_decision IS NOT NULL THEN
        INSERT INTO decision (application_id, version, submission_number, kind, reason_code, remark, qualified,
            actor, role, organisation, round, gate_sequence, decided_at)
        VALUES (p_id, p_version, p_submission_number, p_decision, p_decision_reason_code, p_decision_remark,
            p_qualified, p_actor, p_role, p_organisation, p_round, p_sequence, r.at);
    END IF;
    IF p_event_id IS NOT NULL THEN
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        VALUES (p_event_id, p_subject, p_event_type, p_id::text, p_version, p_body, p_traceparent);
    END IF;

    IF p_seat <> 0 THEN  -- last, so that a hot seat is locked no longer than a commit takes
        UPDATE seat SET taken = taken + p_seat
        WHERE cycle_id = p_cycle_id AND base_code = p_base_code AND specialty_code = p_specialty_code
            AND taken + p_seat <= planned;
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
        stored := claim_key(p->>'actor', p->>'key', (p->>'body_hash')::bytea, p_answer, '');
        IF stored IS NOT NULL THEN
            RETURN stored;
        END IF;
    END IF;
    IF p ? 'sequence' THEN
        PERFORM pass_gate((p->>'lock_key')::bigint, w.cycle_id, (p->>'sequence')::integer, NULL);
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

# Sections of one application unlocked for a while, or that ended before its time: an act about the application, so it
# takes a number in its chain, and who edits at the same moment reads again.
WRITE_UNLOCK = """
CREATE FUNCTION write_unlock(p jsonb, p_body_hash bytea, p_answer bytea) RETURNS bytea
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
    r audit := jsonb_populate_record(NULL::audit, p->'audit');
    u section_unlock := jsonb_populate_record(NULL::section_unlock, p->'unlock');
BEGIN
    stored := claim_key(r.actor, r.idempotency_key, p_body_hash, p_answer, p->>'sealed_with');
    IF stored IS NOT NULL THEN
        RETURN stored;
    END IF;
    PERFORM pass_gate((p->>'lock_key')::bigint, (p->>'cycle_id')::uuid, r.gate_sequence, NULL);
    r.at := clock_timestamp();
    r.hash := audit_hash(r);
    UPDATE application SET version = r.n, audit_hash = r.hash,
        unlocked_until = (p->>'unlocked_until')::timestamptz
    WHERE id = r.aggregate_id AND version = r.n - 1 AND audit_hash = r.prev_hash;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
    END IF;
    INSERT INTO audit SELECT r.*;
    INSERT INTO section_unlock SELECT u.* ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at;
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
    SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
    FROM jsonb_populate_record(NULL::outbox, p->'fact') f WHERE f.event_id IS NOT NULL;
    RETURN p_answer;
END $$
"""

# What is known of a person in the clear or sealed goes; states, decisions and the audit stay, and one row more says so.
# Answers stored under an idempotency key may name the person. Returns the number of applications.
FORGET_PERSON = """
CREATE FUNCTION forget_person(p_person_id text, p_audit jsonb) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    a application;
    r audit;
    forgotten integer := 0;
BEGIN
    FOR a IN SELECT * FROM application WHERE person_id = p_person_id ORDER BY id FOR UPDATE LOOP
        r := jsonb_populate_record(NULL::audit, p_audit);
        SELECT g.phase, g.sequence, c.calendar_version INTO STRICT r.phase, r.gate_sequence, r.calendar_version
        FROM cycle_gate g JOIN cycle c ON c.id = g.cycle_id WHERE c.id = a.cycle_id;
        r.aggregate_id := a.id;
        r.n := a.version + 1;
        r.at := clock_timestamp();
        r.state_before := a.state;
        r.state_after := a.state;
        r.submission_number := a.submission_number;
        r.prev_hash := a.audit_hash;
        r.hash := audit_hash(r);
        UPDATE application SET name = '', masked_document = '', version = r.n, audit_hash = r.hash WHERE id = a.id;
        INSERT INTO audit SELECT r.*;
        DELETE FROM dossier_section WHERE application_id = a.id;
        UPDATE submission SET dossier = NULL, sealed_with = '' WHERE application_id = a.id;
        DELETE FROM idempotency i USING audit e
        WHERE e.aggregate_id = a.id AND e.idempotency_key <> '' AND i.actor = e.actor AND i.key = e.idempotency_key;
        forgotten := forgotten + 1;
    END LOOP;
    RETURN forgotten;
END $$
"""

FUNCTIONS = {
    "audit_hash": AUDIT_HASH,
    "claim_key": CLAIM,
    "pass_gate": GATE,
    "write_command": WRITE_COMMAND,
    "append_to_cycle": APPEND_TO_CYCLE,
    "write_window": WRITE_WINDOW,
    "write_unlock": WRITE_UNLOCK,
    "forget_person": FORGET_PERSON,
    "flip_gate": FLIP_GATE,
}


def upgrade() -> None:
    for source in FUNCTIONS.values():
        op.get_bind().exec_driver_sql(source)


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
