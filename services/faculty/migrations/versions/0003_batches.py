"""Batches and the candidacies in them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    """
    CREATE TABLE batch (
        batch_id UUID NOT NULL,
        organisation_code TEXT DEFAULT '' NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
        apply_until TIMESTAMP WITH TIME ZONE NOT NULL,
        closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
        reference_date DATE NOT NULL,
        needs_acknowledgement BOOLEAN DEFAULT false NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT 1 NOT NULL,
        created_by TEXT DEFAULT '' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_batch PRIMARY KEY (batch_id)
    )
    """,
    "CREATE INDEX ix_batch_organisation_code_opens_at ON batch (organisation_code, opens_at)",
    """
    CREATE TABLE candidacy (
        candidacy_id UUID NOT NULL,
        batch_id UUID NOT NULL,
        person_id UUID NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        masked_document TEXT DEFAULT '' NOT NULL,
        hospital_code TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        extra_departments TEXT[] DEFAULT '{}' NOT NULL,
        state TEXT DEFAULT '' NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE,
        submitted_at TIMESTAMP WITH TIME ZONE,
        decided_at TIMESTAMP WITH TIME ZONE,
        decided_by TEXT DEFAULT '' NOT NULL,
        reason_code TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        acknowledged_at TIMESTAMP WITH TIME ZONE,
        snapshot JSONB,
        sealed_with TEXT DEFAULT '' NOT NULL,
        title TEXT DEFAULT '' NOT NULL,
        title_since DATE,
        hospital_since DATE,
        teaching_since DATE,
        has_qualification TEXT DEFAULT '' NOT NULL,
        title_months INTEGER DEFAULT 0 NOT NULL,
        teaching_months INTEGER DEFAULT 0 NOT NULL,
        hospital_months INTEGER DEFAULT 0 NOT NULL,
        trainees_3y INTEGER DEFAULT 0 NOT NULL,
        own_trainees_3y INTEGER DEFAULT 0 NOT NULL,
        training_state TEXT DEFAULT '' NOT NULL,
        training_level TEXT DEFAULT '' NOT NULL,
        appeal_state TEXT DEFAULT '' NOT NULL,
        appeal TEXT DEFAULT '' NOT NULL,
        appointment_id UUID,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_candidacy PRIMARY KEY (candidacy_id),
        CONSTRAINT uq_candidacy_batch_id_person_id UNIQUE (batch_id, person_id),
        CONSTRAINT fk_candidacy_batch_id_batch FOREIGN KEY(batch_id) REFERENCES batch (batch_id)
    )
    """,
    """
    CREATE INDEX ix_candidacy_base_code_state_submitted_at
    ON candidacy (base_code, state, submitted_at, candidacy_id)
    """,
    """
    CREATE INDEX ix_candidacy_queue
    ON candidacy (base_code, submitted_at, candidacy_id)
    WHERE submitted_at IS NOT NULL
    """,
    "CREATE INDEX ix_candidacy_batch_id_state ON candidacy (batch_id, state)",
    "CREATE INDEX ix_candidacy_person_id ON candidacy (person_id)",
    """
    CREATE UNIQUE INDEX uq_candidacy_open
    ON candidacy (person_id)
    WHERE state IN ('draft', 'submitted', 'returned')
    """,
    """
    CREATE TABLE candidacy_decision (
        candidacy_id UUID NOT NULL,
        n INTEGER NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        reason_code TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        note TEXT DEFAULT '' NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        by TEXT DEFAULT '' NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        evaluation JSONB,
        version INTEGER DEFAULT 0 NOT NULL,
        CONSTRAINT pk_candidacy_decision PRIMARY KEY (candidacy_id, n),
        CONSTRAINT fk_candidacy_decision_candidacy_id_candidacy FOREIGN KEY(candidacy_id)
            REFERENCES candidacy (candidacy_id)
    )
    """,
)
NAMES = ("candidacy_decision", "candidacy", "batch")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
