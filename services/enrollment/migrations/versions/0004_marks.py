"""Marks beside an application's state, editions of a cycle's policy and plan, and deeds on a cycle."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DECISIONS = "kind IN ('approve', 'reject', 'not_selected', 'provisional', 'admit')"
# What staff decide about a place beside granting it; an offer that is taken counts as the base's grant.
MORE_DECISIONS = (
    "kind IN ('approve', 'reject', 'not_selected', 'provisional', 'admit', 'undo', 'change_specialty', 'move',"
    " 'revoke', 'keep', 'no_show', 'quit', 'defer', 'annul', 'offer', 'accept_offer', 'decline_offer', 'exception',"
    " 'object', 'uphold', 'dismiss', 'hold', 'release', 'confirm')"
)

STATEMENTS = (
    # The number of the policy, plan and programmes that hold now: read with the gate, so that every process notices.
    "ALTER TABLE cycle_gate ADD COLUMN edition integer NOT NULL DEFAULT 1",
    "ALTER TABLE base ADD COLUMN main_code text NOT NULL DEFAULT ''",
    "ALTER TABLE base ADD COLUMN credit_code text NOT NULL DEFAULT ''",
    "ALTER TABLE seat ADD COLUMN programme text NOT NULL DEFAULT 'open'",
    "ALTER TABLE seat ADD CONSTRAINT ck_seat_programme CHECK (programme IN ('open', 'paused', 'closed'))",
    """
    ALTER TABLE application
        ADD COLUMN held text NOT NULL DEFAULT '',
        ADD COLUMN objected boolean NOT NULL DEFAULT false,
        ADD COLUMN publicity_ends_at timestamptz,
        ADD COLUMN admitted_at timestamptz,
        ADD COLUMN confirmed_at timestamptz,
        ADD COLUMN fix_until timestamptz,
        ADD COLUMN revocation_proposed boolean NOT NULL DEFAULT false,
        ADD COLUMN waiting_rank integer NOT NULL DEFAULT 0,
        ADD COLUMN offered_until timestamptz,
        ADD COLUMN ending text NOT NULL DEFAULT ''
    """,
    "ALTER TABLE decision DROP CONSTRAINT ck_decision_kind",
    f"ALTER TABLE decision ADD CONSTRAINT ck_decision_kind CHECK ({MORE_DECISIONS})",
    # The one guarded write of a deed on a cycle: claim, gate (when the deed depends on the phase), the cycle's chain,
    # one fact. Rows of other tables follow in the same transaction.
    """
    CREATE FUNCTION write_on_cycle(p jsonb, p_body_hash bytea, p_answer bytea) RETURNS bytea
    LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
        stored bytea;
        a jsonb := p->'audit';
    BEGIN
        IF a->>'idempotency_key' <> '' THEN
            stored := claim_key(a->>'actor', a->>'idempotency_key', p_body_hash, p_answer, p->>'sealed_with');
            IF stored IS NOT NULL THEN
                RETURN stored;
            END IF;
        END IF;
        IF p ? 'sequence' THEN
            PERFORM pass_gate((p->>'lock_key')::bigint, (a->>'aggregate_id')::uuid, (p->>'sequence')::integer,
                (p->>'deadline')::timestamptz);
        END IF;
        PERFORM append_to_cycle(a);
        IF (p->>'new_edition')::boolean THEN
            UPDATE cycle_gate SET edition = edition + 1 WHERE cycle_id = (a->>'aggregate_id')::uuid;
        END IF;
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        SELECT f.event_id, f.subject, f.event_type, f.aggregate_id, f.version, f.body, f.traceparent
        FROM jsonb_populate_record(NULL::outbox, p->'fact') f WHERE f.event_id IS NOT NULL;
        RETURN p_answer;
    END $$
    """,
)

DOWN = (
    "DROP FUNCTION write_on_cycle",
    "ALTER TABLE decision DROP CONSTRAINT ck_decision_kind",
    f"ALTER TABLE decision ADD CONSTRAINT ck_decision_kind CHECK ({DECISIONS})",
    """
    ALTER TABLE application
        DROP COLUMN held, DROP COLUMN objected, DROP COLUMN publicity_ends_at, DROP COLUMN admitted_at,
        DROP COLUMN confirmed_at, DROP COLUMN fix_until, DROP COLUMN revocation_proposed, DROP COLUMN waiting_rank,
        DROP COLUMN offered_until, DROP COLUMN ending
    """,
    "ALTER TABLE seat DROP COLUMN programme",
    "ALTER TABLE base DROP COLUMN credit_code",
    "ALTER TABLE base DROP COLUMN main_code",
    "ALTER TABLE cycle_gate DROP COLUMN edition",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
