"""Selection: scores, cut-offs, waiting lists, published lists, objections."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    # One row for each version of a person's score at a base in a round; parts, total and reason are sealed in `body`
    # (null once the person's data were forgotten). The latest version counts.
    """
    CREATE TABLE score (
        application_id uuid NOT NULL,
        base_code text NOT NULL,
        round integer NOT NULL,
        version integer NOT NULL,
        cycle_id uuid NOT NULL,
        submission_number integer NOT NULL,
        body bytea,
        sealed_with text NOT NULL,
        correction boolean NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_score PRIMARY KEY (application_id, base_code, round, version)
    )
    """,
    "CREATE INDEX ix_score_base ON score (cycle_id, base_code, round)",
    # What a base asks for, each change a new version; `minimums` names parts of a score.
    """
    CREATE TABLE cut_off (
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        round integer NOT NULL,
        version integer NOT NULL,
        total numeric(5, 2),
        minimums jsonb NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_cut_off PRIMARY KEY (cycle_id, base_code, specialty_code, round, version),
        CONSTRAINT fk_cut_off_seat FOREIGN KEY (cycle_id, base_code, specialty_code) REFERENCES seat
    )
    """,
    # One row a position, from 1. `version` is the list's: it may be fixed anew until its first place is offered.
    # `state` is written by whoever offers freed places; what is not `waiting` was offered or fell away.
    """
    CREATE TABLE waiting_list (
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        round integer NOT NULL,
        rank integer NOT NULL,
        application_id uuid NOT NULL CONSTRAINT fk_waiting_list_application_id_application REFERENCES application,
        version integer NOT NULL,
        state text NOT NULL DEFAULT 'waiting',
        CONSTRAINT pk_waiting_list PRIMARY KEY (cycle_id, base_code, specialty_code, round, rank),
        CONSTRAINT uq_waiting_list_application_id UNIQUE
            (cycle_id, base_code, specialty_code, round, application_id),
        CONSTRAINT ck_waiting_list_rank CHECK (rank >= 1),
        CONSTRAINT ck_waiting_list_state CHECK
            (state IN ('waiting', 'offered', 'accepted', 'declined', 'expired', 'gone'))
    )
    """,
    # Written once. `hash` is over the list's head and its entries' hashes, an entry's over what it shows, so that a
    # person forgotten later leaves the list verifiable.
    """
    CREATE TABLE published_list (
        id uuid CONSTRAINT pk_published_list PRIMARY KEY,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        number integer NOT NULL,
        supplement_to integer NOT NULL,
        working_days integer NOT NULL,
        calendar text NOT NULL,
        published_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        entries integer NOT NULL,
        hash bytea NOT NULL,
        published_by text NOT NULL,
        CONSTRAINT uq_published_list_number UNIQUE (cycle_id, base_code, number),
        CONSTRAINT fk_published_list_base FOREIGN KEY (cycle_id, base_code) REFERENCES base,
        CONSTRAINT ck_published_list_ordered CHECK (published_at < ends_at)
    )
    """,
    """
    CREATE TABLE published_entry (
        list_id uuid NOT NULL CONSTRAINT fk_published_entry_list_id_published_list REFERENCES published_list,
        sequence integer NOT NULL,
        application_id uuid NOT NULL,
        masked_name text NOT NULL,
        masked_document text NOT NULL,
        specialty_code text NOT NULL,
        round integer NOT NULL,
        rank integer NOT NULL,
        total text NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT pk_published_entry PRIMARY KEY (list_id, sequence),
        CONSTRAINT uq_published_entry_application_id UNIQUE (list_id, application_id)
    )
    """,
    "CREATE INDEX ix_published_entry_application_id ON published_entry (application_id)",
    # Grounds, who objects and why it was resolved so are sealed in `body` and `resolution` (null when forgotten).
    """
    CREATE TABLE objection (
        id uuid CONSTRAINT pk_objection PRIMARY KEY,
        application_id uuid NOT NULL CONSTRAINT fk_objection_application_id_application REFERENCES application,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        state text NOT NULL DEFAULT 'open',
        body bytea,
        resolution bytea,
        sealed_with text NOT NULL,
        filed_by text NOT NULL,
        filed_for text NOT NULL,
        filed_at timestamptz NOT NULL,
        resolved_by text NOT NULL DEFAULT '',
        resolved_at timestamptz,
        CONSTRAINT ck_objection_state CHECK (state IN ('open', 'upheld', 'dismissed'))
    )
    """,
    "CREATE INDEX ix_objection_application_id ON objection (application_id)",
    "CREATE INDEX ix_objection_filed_at ON objection (cycle_id, filed_at DESC, id DESC)",
)

# A row of the audit for each of several applications, with what was read of them: a deed on the cycle that touches
# them all. Their chains stay whole, and who acts on one of them at the same moment reads again.
APPEND = """
CREATE FUNCTION append_to_applications(p_audit jsonb, p_ids uuid[], p_versions integer[], p_details text[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    a application;
    r audit;
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM unnest(p_ids, p_versions, p_details) AS u (id, version, detail) ORDER BY u.id
    LOOP
        SELECT * INTO a FROM application WHERE id = wanted.id AND version = wanted.version FOR UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'RE004';
        END IF;
        r := jsonb_populate_record(NULL::audit, p_audit);
        r.aggregate_id := a.id;
        r.n := a.version + 1;
        r.at := clock_timestamp();
        r.state_before := a.state;
        r.state_after := a.state;
        r.submission_number := a.submission_number;
        r.detail := wanted.detail;
        r.idempotency_key := '';
        r.prev_hash := a.audit_hash;
        r.hash := audit_hash(r);
        UPDATE application SET version = r.n, audit_hash = r.hash WHERE id = a.id;
        INSERT INTO audit SELECT r.*;
    END LOOP;
END $$
"""

# What is written once stays, but for seals made anew and a person's data forgotten.
GUARDS = (
    """
    CREATE FUNCTION refuse_change_of_score() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            OLD.body := NEW.body;
            OLD.sealed_with := NEW.sealed_with;
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
    END $$
    """,
    """
    CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.masked_name = '' AND NEW.masked_document = '' AND NEW.total = '' THEN
            OLD.masked_name := '';
            OLD.masked_document := '';
            OLD.total := '';
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
    END $$
    """,
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON score"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_score()",
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON cut_off FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON published_list"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON published_entry"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry()",
    # Who forgets a person empties the name on the application (`forget_person`); the rest of it goes with that.
    """
    CREATE FUNCTION forget_selection() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE score SET body = NULL, sealed_with = '' WHERE application_id = NEW.id;
        UPDATE objection SET body = NULL, resolution = NULL, sealed_with = '' WHERE application_id = NEW.id;
        UPDATE published_entry SET masked_name = '', masked_document = '', total = '' WHERE application_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER forget_selection AFTER UPDATE OF name ON application"
    " FOR EACH ROW WHEN (NEW.name = '' AND OLD.name <> '') EXECUTE FUNCTION forget_selection()",
)

DOWN = (
    "DROP TRIGGER forget_selection ON application",
    "DROP TABLE objection",
    "DROP TABLE published_entry",
    "DROP TABLE published_list",
    "DROP TABLE waiting_list",
    "DROP TABLE cut_off",
    "DROP TABLE score",
    "DROP FUNCTION append_to_applications",
    "DROP FUNCTION refuse_change_of_score",
    "DROP FUNCTION refuse_change_of_entry",
    "DROP FUNCTION forget_selection",
)


def upgrade() -> None:
    for statement in (*TABLES, APPEND, *GUARDS):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
