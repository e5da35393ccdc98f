"""Organisations, persons and their hats, sessions, second factors, invitations, proposals, the audit."""

from __future__ import annotations

from alembic import op

from services.kit.migrations import drop_kit_tables, kit_tables

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE attempt (
        attempt_id UUID NOT NULL,
        bucket BYTEA NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_attempt PRIMARY KEY (attempt_id)
    )
    """,
    """
    CREATE INDEX ix_attempt_at ON attempt (at)
    """,
    """
    CREATE INDEX ix_attempt_bucket_at ON attempt (bucket, at)
    """,
    """
    CREATE TABLE audit (
        aggregate_id TEXT NOT NULL,
        n INTEGER NOT NULL,
        position BIGINT GENERATED ALWAYS AS IDENTITY,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        act TEXT NOT NULL,
        actor TEXT DEFAULT '' NOT NULL,
        actor_role TEXT DEFAULT '' NOT NULL,
        organisation_code TEXT DEFAULT '' NOT NULL,
        address TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        outcome TEXT DEFAULT '' NOT NULL,
        detail TEXT DEFAULT '' NOT NULL,
        prev_hash BYTEA NOT NULL,
        hash BYTEA NOT NULL,
        CONSTRAINT pk_audit PRIMARY KEY (aggregate_id, n),
        CONSTRAINT uq_audit_position UNIQUE (position)
    )
    """,
    """
    CREATE TABLE audit_head (
        aggregate_id TEXT NOT NULL,
        n INTEGER NOT NULL,
        hash BYTEA NOT NULL,
        CONSTRAINT pk_audit_head PRIMARY KEY (aggregate_id)
    )
    """,
    """
    CREATE TABLE captcha (
        captcha_id UUID NOT NULL,
        answer TEXT NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        answered_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_captcha PRIMARY KEY (captcha_id)
    )
    """,
    """
    CREATE TABLE idempotency (
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        body_hash BYTEA NOT NULL,
        answer BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_idempotency PRIMARY KEY (actor, key)
    )
    """,
    """
    CREATE TABLE organisation (
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        parent_code TEXT,
        main_base_code TEXT,
        CONSTRAINT pk_organisation PRIMARY KEY (code),
        CONSTRAINT fk_organisation_parent_code_organisation FOREIGN KEY(parent_code) REFERENCES organisation (code),
        CONSTRAINT fk_organisation_main_base_code_organisation
            FOREIGN KEY(main_base_code) REFERENCES organisation (code)
    )
    """,
    """
    CREATE TABLE person (
        person_id UUID NOT NULL,
        login TEXT NOT NULL,
        login_key TEXT NOT NULL,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        password_set_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        document_type TEXT DEFAULT '' NOT NULL,
        document_lookup BYTEA,
        document_sealed BYTEA,
        birth_lookup BYTEA,
        mobile_lookup BYTEA,
        mobile_sealed BYTEA,
        bound_at TIMESTAMP WITH TIME ZONE,
        last_bound_at TIMESTAMP WITH TIME ZONE,
        override_until TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        erased_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_person PRIMARY KEY (person_id),
        CONSTRAINT uq_person_login_key UNIQUE (login_key),
        CONSTRAINT uq_person_document_lookup UNIQUE (document_lookup)
    )
    """,
    """
    CREATE INDEX ix_person_birth_lookup ON person (birth_lookup)
    """,
    """
    CREATE INDEX ix_person_mobile_lookup ON person (mobile_lookup)
    """,
    """
    CREATE TABLE registration (
        registration_id UUID NOT NULL,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        document_type TEXT NOT NULL,
        document_lookup BYTEA NOT NULL,
        document_sealed BYTEA NOT NULL,
        birth_lookup BYTEA NOT NULL,
        held BOOLEAN NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_registration PRIMARY KEY (registration_id)
    )
    """,
    """
    CREATE TABLE sandbox_text (
        text_id UUID NOT NULL,
        mobile_lookup BYTEA NOT NULL,
        purpose TEXT NOT NULL,
        text_sealed BYTEA NOT NULL,
        code_sealed BYTEA,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sandbox_text PRIMARY KEY (text_id)
    )
    """,
    """
    CREATE INDEX ix_sandbox_text_mobile_lookup ON sandbox_text (mobile_lookup)
    """,
    """
    CREATE TABLE text_code (
        code_id UUID NOT NULL,
        purpose TEXT NOT NULL,
        subject TEXT NOT NULL,
        mobile_lookup BYTEA NOT NULL,
        code_hash BYTEA NOT NULL,
        address TEXT DEFAULT '' NOT NULL,
        tries SMALLINT DEFAULT 0 NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_text_code PRIMARY KEY (code_id)
    )
    """,
    """
    CREATE INDEX ix_text_code_address_sent_at ON text_code (address, sent_at)
    """,
    """
    CREATE INDEX ix_text_code_mobile_lookup_sent_at ON text_code (mobile_lookup, sent_at)
    """,
    """
    CREATE INDEX ix_text_code_purpose_subject ON text_code (purpose, subject)
    """,
    """
    CREATE TABLE factor (
        factor_id UUID NOT NULL,
        person_id UUID NOT NULL,
        kind TEXT NOT NULL,
        label TEXT NOT NULL,
        secret_sealed BYTEA,
        last_step BIGINT DEFAULT 0 NOT NULL,
        credential_id BYTEA,
        public_key BYTEA,
        sign_count BIGINT DEFAULT 0 NOT NULL,
        begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
        enrolled_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_factor PRIMARY KEY (factor_id),
        CONSTRAINT fk_factor_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id),
        CONSTRAINT uq_factor_credential_id UNIQUE (credential_id)
    )
    """,
    """
    CREATE INDEX ix_factor_person_id ON factor (person_id)
    """,
    """
    CREATE TABLE hat (
        hat_id UUID NOT NULL,
        person_id UUID NOT NULL,
        role TEXT NOT NULL,
        organisation_code TEXT,
        given_by TEXT DEFAULT '' NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE,
        suspended_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_hat PRIMARY KEY (hat_id),
        CONSTRAINT fk_hat_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id),
        CONSTRAINT fk_hat_organisation_code_organisation FOREIGN KEY(organisation_code) REFERENCES organisation (code)
    )
    """,
    """
    CREATE INDEX ix_hat_organisation_code ON hat (organisation_code)
    """,
    """
    CREATE INDEX ix_hat_person_id ON hat (person_id)
    """,
    """
    CREATE UNIQUE INDEX uq_hat_worn ON hat (person_id, role, coalesce(organisation_code, '')) WHERE ended_at IS NULL
    """,
    """
    CREATE TABLE invitation (
        invitation_id UUID NOT NULL,
        secret_hash BYTEA,
        name TEXT NOT NULL,
        mobile_lookup BYTEA NOT NULL,
        mobile_sealed BYTEA NOT NULL,
        role TEXT NOT NULL,
        organisation_code TEXT NOT NULL,
        hat_expires_at TIMESTAMP WITH TIME ZONE,
        invited_by TEXT NOT NULL,
        state TEXT NOT NULL,
        invited_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_invitation PRIMARY KEY (invitation_id),
        CONSTRAINT uq_invitation_secret_hash UNIQUE (secret_hash),
        CONSTRAINT fk_invitation_organisation_code_organisation
            FOREIGN KEY(organisation_code) REFERENCES organisation (code)
    )
    """,
    """
    CREATE INDEX ix_invitation_organisation_code ON invitation (organisation_code)
    """,
    """
    CREATE TABLE proposal (
        proposal_id UUID NOT NULL,
        kind TEXT NOT NULL,
        summary TEXT NOT NULL,
        content JSONB NOT NULL,
        organisation_code TEXT,
        proposed_by TEXT NOT NULL,
        proposed_as TEXT NOT NULL,
        proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL,
        decided_by TEXT DEFAULT '' NOT NULL,
        decided_at TIMESTAMP WITH TIME ZONE,
        decision_reason TEXT DEFAULT '' NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_proposal PRIMARY KEY (proposal_id),
        CONSTRAINT fk_proposal_organisation_code_organisation
            FOREIGN KEY(organisation_code) REFERENCES organisation (code)
    )
    """,
    """
    CREATE TABLE recovery (
        recovery_id UUID NOT NULL,
        person_id UUID,
        pair_lookup BYTEA NOT NULL,
        mobile_sealed BYTEA NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_recovery PRIMARY KEY (recovery_id),
        CONSTRAINT fk_recovery_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id)
    )
    """,
    """
    CREATE INDEX ix_recovery_asked_at ON recovery (asked_at)
    """,
    """
    CREATE INDEX ix_recovery_pair_lookup_asked_at ON recovery (pair_lookup, asked_at)
    """,
    """
    CREATE TABLE recovery_code (
        person_id UUID NOT NULL,
        code_hash BYTEA NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_recovery_code PRIMARY KEY (person_id, code_hash),
        CONSTRAINT fk_recovery_code_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id)
    )
    """,
    """
    CREATE TABLE session (
        session_id UUID NOT NULL,
        person_id UUID NOT NULL,
        hat_id UUID,
        role TEXT NOT NULL,
        organisation_code TEXT DEFAULT '' NOT NULL,
        generation INTEGER DEFAULT 1 NOT NULL,
        rotated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        began_at TIMESTAMP WITH TIME ZONE NOT NULL,
        idle_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        proved_at TIMESTAMP WITH TIME ZONE,
        acting_by TEXT DEFAULT '' NOT NULL,
        may_write BOOLEAN DEFAULT true NOT NULL,
        browser TEXT DEFAULT '' NOT NULL,
        address TEXT DEFAULT '' NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        end_reason TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_session PRIMARY KEY (session_id),
        CONSTRAINT fk_session_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id),
        CONSTRAINT fk_session_hat_id_hat FOREIGN KEY(hat_id) REFERENCES hat (hat_id)
    )
    """,
    """
    CREATE INDEX ix_session_person_id ON session (person_id)
    """,
    """
    CREATE TABLE challenge (
        challenge_id UUID NOT NULL,
        person_id UUID NOT NULL,
        session_id UUID,
        purpose TEXT NOT NULL,
        nonce BYTEA NOT NULL,
        tries SMALLINT DEFAULT 0 NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_challenge PRIMARY KEY (challenge_id),
        CONSTRAINT fk_challenge_person_id_person FOREIGN KEY(person_id) REFERENCES person (person_id),
        CONSTRAINT fk_challenge_session_id_session FOREIGN KEY(session_id) REFERENCES session (session_id)
    )
    """,
    """
    CREATE TABLE scan_ticket (
        ticket_id UUID NOT NULL,
        secret_hash BYTEA NOT NULL,
        number SMALLINT NOT NULL,
        numbers SMALLINT[] NOT NULL,
        state TEXT NOT NULL,
        browser TEXT DEFAULT '' NOT NULL,
        address TEXT DEFAULT '' NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        session_id UUID,
        CONSTRAINT pk_scan_ticket PRIMARY KEY (ticket_id),
        CONSTRAINT fk_scan_ticket_session_id_session FOREIGN KEY(session_id) REFERENCES session (session_id)
    )
    """,
)

WRITTEN_ONCE = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% rows are written once', TG_TABLE_NAME USING ERRCODE = 'RE099';
    END $$
    """,
    "CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)
NAMES = (
    "scan_ticket",
    "challenge",
    "session",
    "recovery_code",
    "recovery",
    "proposal",
    "invitation",
    "hat",
    "factor",
    "text_code",
    "sandbox_text",
    "registration",
    "person",
    "organisation",
    "idempotency",
    "captcha",
    "audit_head",
    "audit",
    "attempt",
)


def upgrade() -> None:
    kit_tables(op)
    for statement in (*TABLES, *WRITTEN_ONCE):
        op.execute(statement)


def downgrade() -> None:
    for table in NAMES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
    drop_kit_tables(op)
