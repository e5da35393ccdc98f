"""The province: history of the plan, proposals, exceptions, penalties, holds, wishes and reallocations."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PLAN = (
    # Written once: what was planned before and since, and why.
    """
    CREATE TABLE plan_change (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_plan_change PRIMARY KEY,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        kind text NOT NULL,
        old_planned integer NOT NULL,
        new_planned integer NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT fk_plan_change_seat FOREIGN KEY (cycle_id, base_code, specialty_code) REFERENCES seat,
        CONSTRAINT ck_plan_change_kind CHECK (kind IN ('set', 'granted', 'exception', 'reversion'))
    )
    """,
    "CREATE INDEX ix_plan_change_at ON plan_change (cycle_id, at)",
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON plan_change FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    """
    CREATE TABLE plan_proposal (
        id uuid CONSTRAINT pk_plan_proposal PRIMARY KEY,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        planned integer NOT NULL,
        wanted integer NOT NULL,
        reason text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        proposed_at timestamptz NOT NULL,
        decided_at timestamptz,
        granted integer NOT NULL DEFAULT 0,
        answer text NOT NULL DEFAULT '',
        CONSTRAINT fk_plan_proposal_base FOREIGN KEY (cycle_id, base_code) REFERENCES base,
        CONSTRAINT fk_plan_proposal_specialty FOREIGN KEY (cycle_id, specialty_code) REFERENCES specialty,
        CONSTRAINT ck_plan_proposal_state CHECK (state IN ('open', 'granted', 'refused'))
    )
    """,
    "CREATE INDEX ix_plan_proposal_cycle ON plan_proposal (cycle_id, proposed_at DESC)",
    """
    CREATE UNIQUE INDEX uq_plan_proposal_one_open ON plan_proposal (cycle_id, base_code, specialty_code)
    WHERE state = 'open'
    """,
    """
    CREATE TABLE seat_exception (
        id uuid CONSTRAINT pk_seat_exception PRIMARY KEY,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        seats integer NOT NULL,
        number text NOT NULL,
        reason text NOT NULL,
        granted_at timestamptz NOT NULL,
        planned integer NOT NULL,
        CONSTRAINT uq_seat_exception_number UNIQUE (cycle_id, number),
        CONSTRAINT fk_seat_exception_seat FOREIGN KEY (cycle_id, base_code, specialty_code) REFERENCES seat,
        CONSTRAINT ck_seat_exception_seats CHECK (seats > 0)
    )
    """,
)

SCREENING = (
    # Whom a penalty is for: identity's pseudonym of the document, and the name sealed under the id of the row.
    """
    CREATE TABLE penalty (
        id uuid CONSTRAINT pk_penalty PRIMARY KEY,
        province_code text NOT NULL,
        document_key text NOT NULL,
        name bytea NOT NULL,
        sealed_with text NOT NULL,
        masked_document text NOT NULL,
        cause text NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        reason text NOT NULL,
        number text NOT NULL,
        added_at timestamptz NOT NULL,
        lifted_at timestamptz,
        lift_reason text NOT NULL DEFAULT '',
        CONSTRAINT uq_penalty_number UNIQUE (province_code, document_key, number),
        CONSTRAINT ck_penalty_ordered CHECK (since < until)
    )
    """,
    "CREATE INDEX ix_penalty_sealed_with ON penalty (sealed_with)",
    # What applications have in common, as keyed hashes, in the order in which it was noted: who comes later looks like
    # who was first.
    """
    CREATE TABLE likeness (
        n bigint GENERATED ALWAYS AS IDENTITY,
        cycle_id uuid NOT NULL,
        kind text NOT NULL,
        digest bytea NOT NULL,
        application_id uuid NOT NULL,
        person_id text NOT NULL,
        CONSTRAINT pk_likeness PRIMARY KEY (cycle_id, kind, digest, application_id),
        CONSTRAINT ck_likeness_kind CHECK (kind IN ('name_and_birth', 'mobile'))
    )
    """,
    "CREATE INDEX ix_likeness_application_id ON likeness (application_id)",
    """
    CREATE TABLE hold (
        id uuid CONSTRAINT pk_hold PRIMARY KEY,
        cycle_id uuid NOT NULL,
        application_id uuid NOT NULL,
        cause text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        alike jsonb NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        decided_at timestamptz,
        reason text NOT NULL DEFAULT '',
        CONSTRAINT ck_hold_state CHECK (state IN ('open', 'released', 'refused'))
    )
    """,
    "CREATE INDEX ix_hold_cycle ON hold (cycle_id, state, since)",
    "CREATE INDEX ix_hold_application_id ON hold (application_id)",
    "CREATE UNIQUE INDEX uq_hold_one_open ON hold (application_id) WHERE state <> 'released'",
    # Everything that a submission is screened by, in one call: is the person barred; what is compared, noted; whom the
    # application is like that was noted before; what was decided about it. Two at once meet at the lock: the second
    # finds the first. Planned once for indexes: a plan made while the tables are small would be kept as they grow.
    """
    CREATE FUNCTION screen_submission(p_province text, p_key text, p_cycle uuid, p_application uuid, p_person text,
        p_kinds text[], p_digests bytea[], OUT penalised_until timestamptz, OUT alike text, OUT holds text)
    LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
    DECLARE
        d bytea;
    BEGIN
        SELECT max(p.until) INTO penalised_until FROM penalty p
        WHERE p.province_code = p_province AND p.document_key = p_key AND p.lifted_at IS NULL
            AND p.since <= clock_timestamp() AND clock_timestamp() < p.until;
        IF penalised_until IS NOT NULL THEN
            RETURN;
        END IF;
        IF EXISTS (SELECT kind, digest FROM unnest(p_kinds, p_digests) AS w (kind, digest) EXCEPT
                   SELECT l.kind, l.digest FROM likeness l WHERE l.application_id = p_application)
            OR EXISTS (SELECT l.kind, l.digest FROM likeness l WHERE l.application_id = p_application EXCEPT
                       SELECT kind, digest FROM unnest(p_kinds, p_digests) AS w (kind, digest)) THEN
            FOR d IN SELECT DISTINCT x FROM unnest(p_digests) x ORDER BY x LOOP
                PERFORM pg_advisory_xact_lock(7310010, hashtext(encode(d, 'hex')));
            END LOOP;
            DELETE FROM likeness l WHERE l.application_id = p_application AND (l.kind, l.digest) NOT IN (
                SELECT kind, digest FROM unnest(p_kinds, p_digests) AS w (kind, digest));
            INSERT INTO likeness (cycle_id, kind, digest, application_id, person_id)
            SELECT p_cycle, w.kind, w.digest, p_application, p_person
            FROM unnest(p_kinds, p_digests) AS w (kind, digest) ON CONFLICT DO NOTHING;
        END IF;
        SELECT jsonb_object_agg(f.application_id, f.kinds)::text INTO alike FROM (
            SELECT l.application_id, array_agg(l.kind ORDER BY l.kind) AS kinds
            FROM likeness mine
            JOIN likeness l ON l.cycle_id = mine.cycle_id AND l.kind = mine.kind AND l.digest = mine.digest
                AND l.n < mine.n AND l.person_id <> p_person
            JOIN application a ON a.id = l.application_id AND a.live
            WHERE mine.application_id = p_application GROUP BY 1
        ) f;
        SELECT jsonb_agg(jsonb_build_array(h.state, h.alike))::text INTO holds FROM hold h
        WHERE h.application_id = p_application;
    END $$
    """,
    # Whoever is forgotten is not recognised either.
    """
    CREATE FUNCTION forget_likeness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM likeness WHERE application_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER forget_likeness AFTER UPDATE OF name ON application
    FOR EACH ROW WHEN (NEW.name = '' AND OLD.name <> '') EXECUTE FUNCTION forget_likeness()
    """,
)

REALLOCATION = (
    """
    CREATE TABLE wish (
        application_id uuid NOT NULL CONSTRAINT fk_wish_application_id_application REFERENCES application,
        rank integer NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        CONSTRAINT pk_wish PRIMARY KEY (application_id, rank),
        CONSTRAINT uq_wish_place UNIQUE (application_id, base_code, specialty_code)
    )
    """,
    """
    CREATE TABLE reallocation (
        id uuid CONSTRAINT pk_reallocation PRIMARY KEY,
        cycle_id uuid NOT NULL CONSTRAINT fk_reallocation_cycle_id_cycle REFERENCES cycle,
        state text NOT NULL DEFAULT 'proposed',
        version integer NOT NULL DEFAULT 1,
        seats integer NOT NULL,
        digest text NOT NULL,
        proposed_at timestamptz NOT NULL,
        committed_at timestamptz,
        CONSTRAINT ck_reallocation_state CHECK (state IN ('proposed', 'committing', 'committed'))
    )
    """,
    "CREATE INDEX ix_reallocation_cycle ON reallocation (cycle_id, proposed_at DESC)",
    # `version` is the application's when it was proposed: whoever changed since is not moved.
    """
    CREATE TABLE reallocation_row (
        reallocation_id uuid NOT NULL CONSTRAINT fk_reallocation_row_reallocation_id REFERENCES reallocation,
        application_id uuid NOT NULL,
        rank integer NOT NULL,
        version integer NOT NULL,
        from_base text NOT NULL,
        from_specialty text NOT NULL,
        to_base text NOT NULL,
        to_specialty text NOT NULL,
        reason text NOT NULL,
        wish integer NOT NULL,
        outcome text NOT NULL DEFAULT '',
        outcome_reason text NOT NULL DEFAULT '',
        CONSTRAINT pk_reallocation_row PRIMARY KEY (reallocation_id, application_id),
        CONSTRAINT uq_reallocation_row_rank UNIQUE (reallocation_id, rank),
        CONSTRAINT ck_reallocation_row_outcome CHECK (outcome IN ('', 'moved', 'stayed', 'skipped', 'unplaced'))
    )
    """,
)

DOWN = (
    "DROP TABLE reallocation_row",
    "DROP TABLE reallocation",
    "DROP TABLE wish",
    "DROP TRIGGER forget_likeness ON application",
    "DROP FUNCTION forget_likeness()",
    "DROP FUNCTION screen_submission",
    "DROP TABLE hold",
    "DROP TABLE likeness",
    "DROP TABLE penalty",
    "DROP TABLE seat_exception",
    "DROP TABLE plan_proposal",
    "DROP TABLE plan_change",
)


def upgrade() -> None:
    for statement in (*PLAN, *SCREENING, *REALLOCATION):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
