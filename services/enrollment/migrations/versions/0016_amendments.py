"""A calendar that runs is changed in one transaction, fenced on what was decided on.

`amend_calendar` takes the gate's lock alone, as the flip does, so that no write of the old calendar is under way, and
refuses with the SQLSTATEs of 0002: RE002 when gate, calendar, policy or plan changed since, RE003 when the decision
holds no longer by the clock, RE004 when the amendment was decided meanwhile.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# What waits for a person of its own and had not ended when the cycle was held ends later by `p_shift`: bases' dates,
# offers, windows to repair, unlocked sections. Each person's chain says so, and whoever read the old date reads again.
SHIFT_WAITS = """
CREATE FUNCTION shift_waits(p_cycle uuid, p_since timestamptz, p_shift interval, p_audit jsonb, p_detail text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    a application;
    r audit;
BEGIN
    UPDATE base_window SET version = version + 1,
        review_deadline = review_deadline + CASE WHEN review_deadline > p_since THEN p_shift ELSE interval '0' END,
        written_exam = written_exam + CASE WHEN written_exam > p_since THEN p_shift ELSE interval '0' END,
        interview = interview + CASE WHEN interview > p_since THEN p_shift ELSE interval '0' END,
        pre_admission = pre_admission + CASE WHEN pre_admission > p_since THEN p_shift ELSE interval '0' END
    WHERE cycle_id = p_cycle AND closed_at IS NULL
        AND greatest(review_deadline, written_exam, interview, pre_admission) > p_since;
    UPDATE section_unlock u SET until = u.until + p_shift FROM application o
    WHERE o.id = u.application_id AND o.cycle_id = p_cycle AND u.ended_at IS NULL AND u.until > p_since;
    UPDATE place_offer SET until = until + p_shift
    WHERE cycle_id = p_cycle AND outcome = 'open' AND until > p_since;
    FOR a IN
        SELECT * FROM application
        WHERE cycle_id = p_cycle AND greatest(offered_until, fix_until, unlocked_until) > p_since ORDER BY id FOR UPDATE
    LOOP
        r := jsonb_populate_record(NULL::audit, p_audit);
        r.aggregate_id := a.id;
        r.n := a.version + 1;
        r.at := clock_timestamp();
        r.state_before := a.state;
        r.state_after := a.state;
        r.submission_number := a.submission_number;
        r.detail := p_detail;
        r.idempotency_key := '';
        r.prev_hash := a.audit_hash;
        r.hash := audit_hash(r);
        UPDATE application SET version = r.n, audit_hash = r.hash,
            offered_until = offered_until + CASE WHEN offered_until > p_since THEN p_shift ELSE interval '0' END,
            fix_until = fix_until + CASE WHEN fix_until > p_since THEN p_shift ELSE interval '0' END,
            unlocked_until = unlocked_until + CASE WHEN unlocked_until > p_since THEN p_shift ELSE interval '0' END
        WHERE id = a.id;
        INSERT INTO audit SELECT r.*;
    END LOOP;
END $$
"""

# Phases up to the present one keep their numbers and when they were entered; later ones are written anew.
WRITE_CALENDAR = """
CREATE FUNCTION write_calendar(p_cycle uuid, p_sequence integer, p_phases jsonb, p_milestones jsonb)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    DELETE FROM cycle_phase WHERE cycle_id = p_cycle AND sequence > p_sequence;
    INSERT INTO cycle_phase (cycle_id, sequence, phase, name, first_day, last_day, opens_at, closes_at, round, key,
        gap_name)
    SELECT p_cycle, p.sequence, p.phase, p.name, p.first_day, p.last_day, p.opens_at, p.closes_at, p.round, p.key,
        p.gap_name
    FROM jsonb_populate_recordset(NULL::cycle_phase, p_phases) p
    ON CONFLICT (cycle_id, sequence) DO UPDATE SET name = excluded.name, last_day = excluded.last_day,
        closes_at = excluded.closes_at, gap_name = excluded.gap_name;
    DELETE FROM cycle_milestone WHERE cycle_id = p_cycle;
    INSERT INTO cycle_milestone (cycle_id, key, phase_key, name, day, exam)
    SELECT p_cycle, m.key, m.phase_key, m.name, m.day, m.exam
    FROM jsonb_populate_recordset(NULL::cycle_milestone, p_milestones) m;
END $$
"""

# It may wait longer for the lock than a stuck holder may live; see `flip_gate`.
AMEND_CALENDAR = """
CREATE FUNCTION amend_calendar(p jsonb, p_body_hash bytea, p_answer bytea) RETURNS bytea
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stored bytea;
    a jsonb := p->'audit';
    w jsonb := p->'calendar';
    asked calendar_amendment := jsonb_populate_record(NULL::calendar_amendment, w->'amendment');
    gate cycle_gate;
    at timestamptz;
BEGIN
    PERFORM set_config('transaction_timeout', '0', true);
    PERFORM set_config('transaction_timeout', '4s', true);
    PERFORM set_config('lock_timeout', '2s', true);
    stored := claim_key(a->>'actor', a->>'idempotency_key', p_body_hash, p_answer, p->>'sealed_with');
    IF stored IS NOT NULL THEN
        RETURN stored;
    END IF;
    PERFORM pg_advisory_xact_lock((p->>'lock_key')::bigint);
    SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = asked.cycle_id;
    IF gate.sequence <> (p->>'sequence')::integer OR gate.edition <> (w->>'edition')::integer
        OR NOT EXISTS (SELECT FROM cycle WHERE id = asked.cycle_id AND calendar_version = asked.version - 1)
    THEN
        RAISE EXCEPTION 'the cycle has moved' USING ERRCODE = 'RE002';
    END IF;
    at := clock_timestamp();
    IF at >= (w->>'holds_until')::timestamptz THEN
        RAISE EXCEPTION 'too late' USING ERRCODE = 'RE003';
    END IF;

    PERFORM append_to_cycle(a);  -- first, as every deed on the cycle: its row is locked before an amendment's
    UPDATE calendar_amendment SET state = 'withdrawn', decided_at = at
    WHERE cycle_id = asked.cycle_id AND state = 'open' AND id <> asked.id;
    INSERT INTO calendar_amendment SELECT asked.*
    ON CONFLICT (id) DO UPDATE SET state = asked.state, impact = asked.impact, decided_by = asked.decided_by,
        decided_at = asked.decided_at, answer = asked.answer, version = asked.version
    WHERE calendar_amendment.state = 'open';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'decided meanwhile' USING ERRCODE = 'RE004';
    END IF;
    PERFORM write_calendar(asked.cycle_id, gate.sequence, w->'content'->'phases', w->'content'->'milestones');
    UPDATE cycle SET calendar_version = asked.version WHERE id = asked.cycle_id;
    INSERT INTO calendar_version (cycle_id, version, kind, content, reason, made_by, approved_by, amendment_id, made_at)
    VALUES (asked.cycle_id, asked.version, asked.kind, w->'content', asked.reason, asked.proposed_by, asked.decided_by,
        asked.id, at);
    UPDATE cycle_gate g SET edition = g.edition + 1, round = f.round,
        held_since = CASE WHEN asked.kind = 'hold' THEN at END,
        closes_at = CASE WHEN asked.kind = 'hold' THEN at ELSE f.closes_at END
    FROM cycle_phase f WHERE g.cycle_id = asked.cycle_id AND f.cycle_id = g.cycle_id AND f.sequence = g.sequence;
    IF gate.held_since IS NOT NULL THEN
        PERFORM shift_waits(asked.cycle_id, gate.held_since,
            make_interval(secs => (w->>'shift_seconds')::double precision), a, w->>'shift_detail');
    END IF;
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
    SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
    FROM jsonb_populate_record(NULL::outbox, p->'fact') f WHERE f.event_id IS NOT NULL;
    RETURN p_answer;
END $$
"""

FUNCTIONS = {"shift_waits": SHIFT_WAITS, "write_calendar": WRITE_CALENDAR, "amend_calendar": AMEND_CALENDAR}


def upgrade() -> None:
    for source in FUNCTIONS.values():
        op.get_bind().exec_driver_sql(source)


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
