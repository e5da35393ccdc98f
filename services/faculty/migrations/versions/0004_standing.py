"""Incidents, evidence, ratings, reminders asked for."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = (
    """
    CREATE TABLE eligibility_reminder (
        person_id UUID NOT NULL,
        due_on DATE,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        reminded_at TIMESTAMP WITH TIME ZONE,
        checked_on DATE,
        CONSTRAINT pk_eligibility_reminder PRIMARY KEY (person_id)
    )
    """,
    "CREATE INDEX ix_eligibility_reminder_checked_on ON eligibility_reminder (checked_on) WHERE reminded_at IS NULL",
    """
    CREATE TABLE evidence (
        evidence_id UUID NOT NULL,
        person_id UUID NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        rule TEXT DEFAULT '' NOT NULL,
        outcome TEXT DEFAULT '' NOT NULL,
        on_day DATE NOT NULL,
        until_day DATE,
        year INTEGER DEFAULT 0 NOT NULL,
        source TEXT DEFAULT '' NOT NULL,
        recorded_by TEXT DEFAULT '' NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_evidence PRIMARY KEY (evidence_id)
    )
    """,
    "CREATE INDEX ix_evidence_person_id ON evidence (person_id)",
    "CREATE UNIQUE INDEX uq_evidence_derived ON evidence (person_id, base_code, year)"
    " WHERE kind = 'yearly_result' AND recorded_by = ''",
    """
    CREATE TABLE incident (
        incident_id UUID NOT NULL,
        person_id UUID NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        degree TEXT DEFAULT '' NOT NULL,
        occurred_on DATE NOT NULL,
        source TEXT DEFAULT '' NOT NULL,
        detail TEXT DEFAULT '' NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        recorded_by TEXT DEFAULT '' NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        withdrawn_by TEXT DEFAULT '' NOT NULL,
        withdrawn_reason TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_incident PRIMARY KEY (incident_id)
    )
    """,
    "CREATE INDEX ix_incident_person_id ON incident (person_id)",
    """
    CREATE TABLE rating (
        rating_id UUID NOT NULL,
        trainee_id UUID NOT NULL,
        teacher_id UUID NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        month DATE NOT NULL,
        scores JSONB NOT NULL,
        remark TEXT DEFAULT '' NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        rated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_rating PRIMARY KEY (rating_id),
        CONSTRAINT uq_rating_trainee_id_department_code_month_teacher_id
            UNIQUE (trainee_id, department_code, month, teacher_id)
    )
    """,
    "CREATE INDEX ix_rating_teacher_id_month ON rating (teacher_id, month)",
)
NAMES = ("rating", "incident", "evidence", "eligibility_reminder")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
