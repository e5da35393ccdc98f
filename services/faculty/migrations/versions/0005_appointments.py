"""Appointments, their history, dismissal cases, sanctions, policies."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = (
    """
    CREATE TABLE appointment (
        appointment_id UUID NOT NULL,
        person_id UUID NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        extra_departments TEXT[] DEFAULT '{}' NOT NULL,
        state TEXT DEFAULT '' NOT NULL,
        from_day DATE NOT NULL,
        until_day DATE NOT NULL,
        ends_on DATE,
        ending TEXT DEFAULT '' NOT NULL,
        level TEXT DEFAULT '' NOT NULL,
        title TEXT DEFAULT '' NOT NULL,
        candidacy_id UUID,
        review_year INTEGER DEFAULT 0 NOT NULL,
        review_state TEXT DEFAULT '' NOT NULL,
        review_due DATE,
        term_told_at TIMESTAMP WITH TIME ZONE,
        grace_days INTEGER DEFAULT 60 NOT NULL,
        terms INTEGER DEFAULT 1 NOT NULL,
        renewal JSONB,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_appointment PRIMARY KEY (appointment_id)
    )
    """,
    "CREATE INDEX ix_appointment_base_code_department_code ON appointment (base_code, department_code)",
    "CREATE INDEX ix_appointment_person_id ON appointment (person_id)",
    """
    CREATE UNIQUE INDEX uq_appointment_open
    ON appointment (person_id, base_code)
    WHERE state IN ('pending', 'active', 'suspended')
    """,
    """
    CREATE TABLE faculty_policy (
        organisation_code TEXT NOT NULL,
        edition INTEGER NOT NULL,
        content JSONB NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        set_by TEXT DEFAULT '' NOT NULL,
        set_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_faculty_policy PRIMARY KEY (organisation_code, edition)
    )
    """,
    """
    CREATE TABLE reminder (
        key TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_reminder PRIMARY KEY (key)
    )
    """,
    """
    CREATE TABLE appointment_event (
        appointment_id UUID NOT NULL,
        n INTEGER NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        by TEXT DEFAULT '' NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        reason_code TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        effective_day DATE,
        detail JSONB,
        CONSTRAINT pk_appointment_event PRIMARY KEY (appointment_id, n),
        CONSTRAINT fk_appointment_event_appointment_id_appointment FOREIGN KEY(appointment_id)
            REFERENCES appointment (appointment_id)
    )
    """,
    """
    CREATE TABLE dismissal_case (
        case_id UUID NOT NULL,
        appointment_id UUID NOT NULL,
        reason_code TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        proposed_by TEXT DEFAULT '' NOT NULL,
        proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        source TEXT DEFAULT '' NOT NULL,
        effective_day DATE NOT NULL,
        state TEXT DEFAULT '' NOT NULL,
        decided_by TEXT DEFAULT '' NOT NULL,
        decided_at TIMESTAMP WITH TIME ZONE,
        decision_reason TEXT DEFAULT '' NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT pk_dismissal_case PRIMARY KEY (case_id),
        CONSTRAINT fk_dismissal_case_appointment_id_appointment FOREIGN KEY(appointment_id)
            REFERENCES appointment (appointment_id)
    )
    """,
    "CREATE UNIQUE INDEX uq_dismissal_case_open ON dismissal_case (appointment_id) WHERE state = 'open'",
    "CREATE INDEX ix_dismissal_case_appointment_id ON dismissal_case (appointment_id)",
    """
    CREATE TABLE sanction (
        sanction_id UUID NOT NULL,
        appointment_id UUID NOT NULL,
        reason_code TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        source TEXT DEFAULT '' NOT NULL,
        organisation_code TEXT DEFAULT '' NOT NULL,
        recorded_by TEXT DEFAULT '' NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        lifted_by TEXT DEFAULT '' NOT NULL,
        lifted_at TIMESTAMP WITH TIME ZONE,
        lift_reason TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_sanction PRIMARY KEY (sanction_id),
        CONSTRAINT fk_sanction_appointment_id_appointment FOREIGN KEY(appointment_id)
            REFERENCES appointment (appointment_id)
    )
    """,
    "CREATE INDEX ix_sanction_appointment_id ON sanction (appointment_id)",
)
NAMES = ("sanction", "dismissal_case", "appointment_event", "reminder", "faculty_policy", "appointment")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
