"""The one guarded write takes a row instead of flat parameters, and many of them can be written in one transaction.

`command_write` is what one command writes. `write_command` commits one; `write_commands` commits those of many whose
reading still holds and says of each other one why it does not, with the SQLSTATEs of 0002 as codes. Both go through
`apply_command`, which writes the marks beside the state too, so that an admission needs no second statement.
"""

from __future__ import annotations

from importlib import import_module

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# In the order in which `services.enrollment.store.commands` fills them; what is null has nothing of its kind to write.
COMMAND_WRITE = """
CREATE TYPE command_write AS (
    -- the claim; sealed_with is the key that sealed the answer, a section and a dossier
    actor text, key text, body_hash bytea, answer bytea, sealed_with text,
    -- what the decision was based on
    lock_key bigint, cycle_id uuid, sequence integer, deadline timestamptz,
    -- the application as it becomes; audit_hash is the head of its chain as it was
    id uuid, version integer, person_id text, name text, masked_document text, state text, round integer,
    draft_base_code text, draft_specialty_code text, draft_accepts_reallocation boolean,
    submission_number integer, base_code text, specialty_code text, accepts_reallocation boolean,
    submitted_at timestamptz, remark text, reason_code text, not_selected boolean, provisional_at timestamptz,
    audit_hash bytea,
    -- the row of the audit
    command text, role text, organisation text, rule text, phase text, calendar_version integer,
    state_before text, detail text, address text, acted_for text,
    -- a section that was saved, the dossier of a new submission, a decision: any of them or none
    section text, section_body jsonb, saved_at timestamptz,
    dossier jsonb, fingerprint bytea, correction_of integer,
    decision text, decision_reason_code text, decision_remark text, qualified boolean,
    -- the fact to publish
    event_id uuid, subject text, event_type text, body bytea, traceparent text,
    -- places taken (1) or given back (-1)
    seat integer,
    -- the marks beside the state, when they change
    with_marks boolean, held text, objected boolean, publicity_ends_at timestamptz, admitted_at timestamptz,
    confirmed_at timestamptz, fix_until timestamptz, revocation_proposed boolean, waiting_rank integer,
    offered_until timestamptz, ending text
)
"""

# Everything of a command but its claim, its gate and its seat. False, and nothing written, when the application is no
# longer the one that was read.
APPLY_COMMAND = """
CREATE FUNCTION apply_command(c command_write) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r audit;
BEGIN
    r := ROW(c.id, c.version, clock_timestamp(), c.command, c.actor, c.role, c.organisation, c.rule, c.phase,
        c.sequence, c.calendar_version, c.state_before, c.state, c.submission_number, c.detail, c.key, c.address,
        c.acted_for, c.audit_hash, NULL)::audit;
    r.hash := audit_hash(r);
    IF c.version = 1 THEN
        INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, audit_hash)
        VALUES (c.id, c.cycle_id, c.person_id, c.name, c.masked_document, 1, c.state, c.round, r.hash)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE application SET version = c.version, state = c.state, round = c.round,
            draft_base_code = c.draft_base_code, draft_specialty_code = c.draft_specialty_code,
            draft_accepts_reallocation = c.draft_accepts_reallocation,
            submission_number = c.submission_number, base_code = c.base_code, specialty_code = c.specialty_code,
            accepts_reallocation = c.accepts_reallocation, submitted_at = c.submitted_at, remark = c.remark,
            reason_code = c.reason_code, not_selected = c.not_selected, provisional_at = c.provisional_at,
            audit_hash = r.hash
        WHERE id = c.id AND version = c.version - 1 AND audit_hash = c.audit_hash;
    END IF;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF c.with_marks THEN
        UPDATE application SET held = c.held, objected = c.objected, publicity_ends_at = c.publicity_ends_at,
            admitted_at = c.admitted_at, confirmed_at = c.confirmed_at, fix_until = c.fix_until,
            revocation_proposed = c.revocation_proposed, waiting_rank = c.waiting_rank,
            offered_until = c.offered_until, ending = c.ending
        WHERE id = c.id;
    END IF;

    INSERT INTO audit VALUES (r.*);
    IF c.section IS NOT NULL THEN
        INSERT INTO dossier_section (application_id, section, body, saved_at, sealed_with)
        VALUES (c.id, c.section, c.section_body, c.saved_at, c.sealed_with)
        ON CONFLICT (application_id, section) DO UPDATE
        SET body = excluded.body, saved_at = excluded.saved_at, sealed_with = excluded.sealed_with;
    END IF;
    IF c.dossier IS NOT NULL THEN
        INSERT INTO submission (application_id, number, cycle_id, round, base_code, specialty_code,
            accepts_reallocation, dossier, fingerprint, sealed_with, correction_of, gate_sequence, submitted_at)
        VALUES (c.id, c.submission_number, c.cycle_id, c.round, c.base_code, c.specialty_code,
            c.accepts_reallocation, c.dossier, c.fingerprint, c.sealed_with, c.correction_of, c.sequence,
            coalesce(c.saved_at, c.submitted_at));  -- a correction saves the section that it corrects
    END IF;
    IF c.decision IS NOT NULL THEN
        INSERT INTO decision (application_id, version, submission_number, kind, reason_code, remark, qualified,
            actor, role, organisation, round, gate_sequence, decided_at)
        VALUES (c.id, c.version, c.submission_number, c.decision, c.decision_reason_code, c.decision_remark,
            c.qualified, c.actor, c.role, c.organisation, c.round, c.sequence, r.at);
    END IF;
    IF c.event_id IS NOT NULL THEN
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        VALUES (c.event_id, c.subject, c.event_type, c.id::text, c.version, c.body, c.traceparent);
    END IF;
    RETURN true;
END $$
"""

# One command. Returns its answer, or the one stored before under its key; raises RE001 to RE005.
WRITE_COMMAND = """
CREATE FUNCTION write_command(c command_write) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
BEGIN
    stored := claim_key(c.actor, c.key, c.body_hash, c.answer, c.sealed_with);
    IF stored IS NOT NULL THEN
        RETURN stored;
    END IF;
    PERFORM pass_gate(c.lock_key, c.cycle_id, c.sequence, c.deadline);
    IF NOT apply_command(c) THEN
        RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
    END IF;
    IF c.seat <> 0 THEN  -- last, so that a hot seat is locked no longer than a commit takes
        UPDATE seat SET taken = taken + c.seat
        WHERE cycle_id = c.cycle_id AND base_code = c.base_code AND specialty_code = c.specialty_code
            AND taken + c.seat <= planned;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'seat full' USING ERRCODE = 'RE005';
        END IF;
    END IF;
    RETURN c.answer;
END $$
"""

# Many commands of one cycle, no two under one key, sorted by the application's id; `p_seats` are the positions of those
# that touch a seat, sorted by seat. Locks in the order of `write_command`, each kind sorted, so that two such calls
# cannot wait for each other: keys, gate, applications, seats. No savepoints: whatever may refuse a command is looked at
# before anything but its claim is written, so that who is refused takes only the claim back.
# Returns, for each, an empty code or the SQLSTATE that `write_command` would raise, and an answer stored before.
WRITE_COMMANDS = """
CREATE FUNCTION write_commands(p_commands command_write[], p_seats integer[], OUT codes text[], OUT answers bytea[])
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    c command_write;
    gate cycle_gate;
    stored idempotency;
    base text;
    specialty text;
    room integer;
    used integer := 0;
    i integer;
BEGIN
    codes := array_fill(''::text, ARRAY[cardinality(p_commands)]);
    answers := array_fill(NULL::bytea, ARRAY[cardinality(p_commands)]);
    FOR i IN 1 .. cardinality(p_commands) LOOP
        c := p_commands[i];
        INSERT INTO idempotency (actor, key, body_hash, answer, sealed_with)
        VALUES (c.actor, c.key, c.body_hash, c.answer, c.sealed_with)
        ON CONFLICT (actor, key) DO NOTHING;
        IF NOT FOUND THEN
            SELECT * INTO stored FROM idempotency WHERE actor = c.actor AND key = c.key;
            codes[i] := CASE WHEN stored.body_hash = c.body_hash THEN 'done' ELSE 'RE001' END;
            answers[i] := stored.answer;
        END IF;
    END LOOP;

    -- As in pass_gate: the lock is taken in one statement and the gate read in the next.
    PERFORM pg_advisory_xact_lock_shared((p_commands[1]).lock_key);
    SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = (p_commands[1]).cycle_id;

    FOR i IN 1 .. cardinality(p_commands) LOOP
        CONTINUE WHEN codes[i] <> '';
        c := p_commands[i];
        IF gate.sequence <> c.sequence THEN
            codes[i] := 'RE002';
        ELSIF clock_timestamp() >= gate.closes_at OR clock_timestamp() >= c.deadline THEN
            codes[i] := 'RE003';
        ELSIF c.seat = 0 THEN
            IF NOT apply_command(c) THEN
                codes[i] := 'RE004';
            END IF;
        ELSE  -- locked now, written when it is known that there is room
            PERFORM FROM application
            WHERE id = c.id AND version = c.version - 1 AND audit_hash = c.audit_hash FOR NO KEY UPDATE;
            IF NOT FOUND THEN
                codes[i] := 'RE004';
            END IF;
        END IF;
    END LOOP;

    FOREACH i IN ARRAY p_seats LOOP
        CONTINUE WHEN codes[i] <> '';
        c := p_commands[i];
        IF (c.base_code, c.specialty_code) IS DISTINCT FROM (base, specialty) THEN
            UPDATE seat SET taken = taken + used
            WHERE used <> 0 AND cycle_id = c.cycle_id AND base_code = base AND specialty_code = specialty;
            base := c.base_code;
            specialty := c.specialty_code;
            used := 0;
            SELECT s.planned - s.taken INTO room FROM seat s
            WHERE s.cycle_id = c.cycle_id AND s.base_code = base AND s.specialty_code = specialty FOR NO KEY UPDATE;
        END IF;
        IF room IS NULL OR used + c.seat > room THEN
            codes[i] := 'RE005';
        ELSIF apply_command(c) THEN
            used := used + c.seat;
        ELSE
            codes[i] := 'RE004';
        END IF;
    END LOOP;
    UPDATE seat SET taken = taken + used
    WHERE used <> 0 AND cycle_id = (p_commands[1]).cycle_id AND base_code = base AND specialty_code = specialty;

    FOR i IN 1 .. cardinality(p_commands) LOOP
        IF codes[i] IN ('RE002', 'RE003', 'RE004', 'RE005') THEN
            c := p_commands[i];
            DELETE FROM idempotency WHERE actor = c.actor AND key = c.key;
        END IF;
    END LOOP;
    RETURN;
END $$
"""

FUNCTIONS = ("write_commands", "write_command(command_write)", "apply_command")


def upgrade() -> None:
    op.execute("DROP FUNCTION write_command")
    for source in (COMMAND_WRITE, APPLY_COMMAND, WRITE_COMMAND, WRITE_COMMANDS):
        op.get_bind().exec_driver_sql(source)


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP TYPE command_write")
    before = import_module("services.enrollment.migrations.versions.0002_command_path")
    op.get_bind().exec_driver_sql(before.WRITE_COMMAND)
