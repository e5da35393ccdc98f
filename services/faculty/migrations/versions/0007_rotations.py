"""Trainees, rotation plans, disciplines of departments."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = (
    """
    CREATE TABLE department_discipline (
        department_code TEXT NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        disciplines TEXT[] DEFAULT '{}' NOT NULL,
        places INTEGER DEFAULT 0 NOT NULL,
        set_by TEXT DEFAULT '' NOT NULL,
        set_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_department_discipline PRIMARY KEY (department_code)
    )
    """,
    "CREATE INDEX ix_department_discipline_base_code ON department_discipline (base_code)",
    """
    CREATE TABLE trainee (
        trainee_id UUID NOT NULL,
        person_id UUID NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        specialty_code TEXT DEFAULT '' NOT NULL,
        specialty_name TEXT DEFAULT '' NOT NULL,
        cycle_id TEXT DEFAULT '' NOT NULL,
        application_id TEXT NOT NULL,
        application_version INTEGER DEFAULT 0 NOT NULL,
        cohort INTEGER DEFAULT 0 NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        from_day DATE,
        until_day DATE,
        state TEXT DEFAULT '' NOT NULL,
        plan_version INTEGER DEFAULT 0 NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        arrived_at TIMESTAMP WITH TIME ZONE NOT NULL,
        name_asked_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_trainee PRIMARY KEY (trainee_id),
        CONSTRAINT uq_trainee_application_id UNIQUE (application_id)
    )
    """,
    "CREATE INDEX ix_trainee_base_code_cohort ON trainee (base_code, cohort)",
    "CREATE INDEX ix_trainee_person_id ON trainee (person_id)",
    "CREATE INDEX ix_trainee_unnamed ON trainee (trainee_id) WHERE name_asked_at IS NULL",
    """
    CREATE TABLE heard_application (
        application_id TEXT NOT NULL,
        application_version INTEGER DEFAULT 0 NOT NULL,
        lost BOOLEAN DEFAULT false NOT NULL,
        until_year INTEGER DEFAULT 0 NOT NULL,
        CONSTRAINT pk_heard_application PRIMARY KEY (application_id)
    )
    """,
    """
    CREATE TABLE rotation (
        trainee_id UUID NOT NULL,
        from_day DATE NOT NULL,
        until_day DATE NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_rotation PRIMARY KEY (trainee_id, from_day),
        CONSTRAINT fk_rotation_trainee_id_trainee FOREIGN KEY(trainee_id) REFERENCES trainee (trainee_id)
    )
    """,
    "CREATE INDEX ix_rotation_department_code_from_day ON rotation (department_code, from_day)",
    """
    CREATE TABLE rotation_plan (
        trainee_id UUID NOT NULL,
        plan_version INTEGER NOT NULL,
        rotations JSONB NOT NULL,
        origin TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        made_by TEXT DEFAULT '' NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_rotation_plan PRIMARY KEY (trainee_id, plan_version),
        CONSTRAINT fk_rotation_plan_trainee_id_trainee FOREIGN KEY(trainee_id) REFERENCES trainee (trainee_id)
    )
    """,
)
NAMES = ("rotation_plan", "rotation", "heard_application", "trainee", "department_discipline")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
